"""From draft to notice: another person publishes, the law is checked, a parcel is offered once."""

from dataclasses import replace

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering, list_notices
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.context import Permit
from jishi.platform.evidence import read_stream
from jishi.platform.models import Deadline
from tests.apps.market.hall import DAY_MS, DEPOSIT_FEN, HERE, HOUR_MS, START_FEN, Hall, failed_checks


def entry_state(offering: Offering) -> str:
    return registers.get_entry(offering.entry_id).state


def test_a_notice_opens_an_offering(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    stored = get_offering(offering.id)
    assert (stored.state, stored.phase, stored.notice_ms) == ("noticed", "scheduled", hall.clock.now_ms())
    assert (stored.due_ms, entry_state(stored)) == (stored.listing_start, "offered")
    assert Deadline.objects.get(ref=stored.id).due_ms == stored.listing_start
    assert [check["verdict"] for check in stored.limits] == ["met", "met"]
    assert [entry.kind for entry in read_stream(stored.stream)] == ["OfferingDrafted", "NoticePublished"]
    assert [notice.kind for notice in list_notices(stored.id)] == ["notice"]


def test_who_prepared_may_not_publish(hall: Hall) -> None:
    both = hall.as_("clerk", permits=(Permit("clerk", HERE), Permit("reviewer", HERE)))
    entry = hall.entry()
    offering = market.prepare_offering(both, hall.form(entry.id))
    with pytest.raises(Fault, match=r"market\.four_eyes"):
        market.publish_notice(both, offering.id)
    assert get_offering(offering.id).state == "draft"
    market.publish_notice(hall.as_("reviewer"), offering.id)


def test_who_revised_last_may_not_publish(hall: Hall) -> None:
    offering = hall.draft()
    both = hall.as_("reviewer", permits=(Permit("clerk", HERE), Permit("reviewer", HERE)))
    market.revise_offering(both, offering.id, hall.form(offering.entry_id, start_price_fen=START_FEN * 2))
    with pytest.raises(Fault, match=r"market\.four_eyes"):
        market.publish_notice(both, offering.id)


@pytest.mark.parametrize(
    ("start_days", "end_days", "row"),
    [(20, 32, None), (19, 32, "notice_short"), (22, 30, "listing_short")],
)
def test_dates_are_held_to_the_law(hall: Hall, start_days: int, end_days: int, row: str | None) -> None:
    start = hall.clock.now_ms() + start_days * DAY_MS
    end = hall.clock.now_ms() + end_days * DAY_MS
    offering = hall.draft(listing_start=start, listing_end=end, registration_end=end - HOUR_MS)
    if row is None:
        hall.publish(offering)
        return
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    assert (caught.value.params["rule"], caught.value.params["row"]) == ("land.notice_check", row)
    assert "39号令" in caught.value.params["clauses"]
    assert get_offering(offering.id).state == "draft"


def test_a_listing_that_should_have_begun_is_not_published(hall: Hall) -> None:
    offering = hall.draft()
    hall.move(offering.listing_start)
    with pytest.raises(Fault, match=r"market\.date\.past"):
        hall.publish(offering)


def test_a_term_longer_than_the_law_allows_is_refused(hall: Hall) -> None:
    use = {"code": "05", "name": "商服用地", "term_years": "41"}
    entry = hall.entry(uses=[use])
    offering = hall.draft(entry_id=entry.id)
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    assert caught.value.params["row"] == "term_too_long"
    assert "暂行条例 12" in caught.value.params["clauses"]


def test_a_parcel_is_offered_once(hall: Hall) -> None:
    first = hall.draft("T-1")
    second = hall.draft("T-2", entry_id=first.entry_id)
    hall.publish(first)
    before = list(Offering.objects.order_by("pk").values())
    with pytest.raises(Fault, match=r"market\.entry\.offered") as caught:
        hall.publish(second)
    assert caught.value.params == {"number": "T-2", "other": "T-1"}
    assert list(Offering.objects.order_by("pk").values()) == before
    assert entry_state(first) == "offered"
    assert failed_checks(first) == {}


def test_an_encumbered_parcel_waits_until_it_is_free(hall: Hall) -> None:
    offering = hall.draft()
    form = registers.EncumbranceForm("mortgage", "演示银行")
    burden = registers.add_encumbrance(hall.system, offering.entry_id, form)
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    assert caught.value.params["row"] == "encumbered"
    assert (get_offering(offering.id).state, entry_state(offering)) == ("draft", "planned")
    registers.lift_encumbrance(hall.system, burden.id)
    assert hall.publish(offering).state == "noticed"


def test_a_notice_says_what_the_register_says(hall: Hall) -> None:
    offering = hall.draft()
    entry = registers.get_entry(offering.entry_id)
    registers.amend_entry(hall.system, entry.id, entry.version, {**entry.data, "place": "别处"})
    with pytest.raises(Fault, match=r"market\.entry\.changed"):
        hall.publish(offering)
    market.revise_offering(hall.as_("clerk"), offering.id, hall.form(offering.entry_id))
    assert hall.publish(offering).lot["place"] == "别处"


def test_a_parcel_already_granted_is_not_offered(hall: Hall) -> None:
    offering = hall.draft()
    for state in ("offered", "granted"):
        registers.set_entry_state(hall.system, offering.entry_id, state)
    with pytest.raises(Fault, match=r"rulings\.refused") as caught:
        hall.publish(offering)
    assert caught.value.params["row"] == "not_free"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deposit_fen": 0}, "market.deposit_missing"),
        ({"deposit_fen": 2**53}, "market.deposit_range"),
        ({"title": "  "}, "market.text_missing"),
        ({"title": "字" * 201}, "market.text_long"),
        ({"organisation": "字" * 121}, "market.text_long"),
        ({"increment_fen": 0}, "listing.terms.least"),
        ({"start_price_fen": 2**60}, "listing.terms.kind"),
        ({"terms": {"surprise": 1}}, "listing.terms.unknown"),
    ],
)
def test_a_statement_that_cannot_stand_is_refused(hall: Hall, changes: dict, code: str) -> None:
    entry = hall.entry()
    with pytest.raises(Fault, match=code):
        market.prepare_offering(hall.as_("clerk"), hall.form(entry.id, **changes))
    assert not Offering.objects.exists()


def test_a_number_is_taken_once(hall: Hall) -> None:
    first = hall.draft("T-1")
    other = hall.draft("T-2", entry_id=first.entry_id)
    taken = hall.form(first.entry_id, "T-1")
    with pytest.raises(Fault, match=r"market\.number_taken"):
        market.prepare_offering(hall.as_("clerk"), taken)
    with pytest.raises(Fault, match=r"market\.number_taken"):
        market.revise_offering(hall.as_("clerk"), other.id, taken)
    assert [o.number for o in Offering.objects.order_by("number")] == ["T-1", "T-2"]


def test_only_a_draft_is_revised(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.revise_offering(hall.as_("clerk"), offering.id, hall.form(offering.entry_id))


# --- the supplementary notice


def later(hall: Hall, days: int) -> dict[str, int]:
    start = hall.clock.now_ms() + days * DAY_MS
    return {
        "listing_start": start,
        "listing_end": start + 12 * DAY_MS,
        "registration_end": start + 11 * DAY_MS,
    }


def test_a_supplementary_notice_restarts_the_clocks(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    hall.move(hall.clock.now_ms() + 10 * DAY_MS)
    changes = {**later(hall, 21), "start_price_fen": START_FEN * 2, "deposit_fen": DEPOSIT_FEN * 2}
    market.supplement_notice(hall.as_("reviewer"), offering.id, changes, "规划条件调整")
    stored = get_offering(offering.id)
    assert (stored.start_price_fen, stored.deposit_fen) == (START_FEN * 2, DEPOSIT_FEN * 2)
    assert stored.listing_start == stored.due_ms == changes["listing_start"]
    assert Deadline.objects.get(ref=stored.id).due_ms == changes["listing_start"]
    assert stored.limits[0]["start"] == "2026-03-12", "the days are counted from the supplementary notice"
    assert [notice.kind for notice in list_notices(stored.id)] == ["notice", "supplement"]
    assert failed_checks(stored) == {}


def test_a_supplementary_notice_is_checked_against_the_law_again(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    hall.move(hall.clock.now_ms() + 10 * DAY_MS)
    with pytest.raises(Fault, match=r"rulings\.refused"):  # the old dates are now 12 days away
        market.supplement_notice(
            hall.as_("reviewer"), offering.id, {"start_price_fen": START_FEN * 2}, "调整起始价"
        )
    stored = get_offering(offering.id)
    assert (stored.start_price_fen, len(list_notices(stored.id))) == (START_FEN, 1)


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({"lot": "another"}, "理由", "market.supplement.fixed"),
        ({"reserve_commitment": None}, "理由", "market.supplement.fixed"),
        ({"surprise": 1}, "理由", "listing.terms.unknown"),
        ({"deposit_fen": 0}, "理由", "market.deposit_missing"),
        ({"increment_fen": 2}, " ", "market.reason_missing"),
    ],
)
def test_a_supplementary_notice_changes_only_what_it_may(
    hall: Hall, changes: dict, reason: str, code: str
) -> None:
    offering = hall.publish(hall.draft())
    with pytest.raises(Fault, match=code):
        market.supplement_notice(hall.as_("reviewer"), offering.id, changes, reason)
    assert len(list_notices(offering.id)) == 1


def test_a_deposit_stands_once_somebody_was_qualified_under_it(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    rows = hall.admit(offering, "north")
    changes = {**later(hall, 25), "deposit_fen": DEPOSIT_FEN * 2}
    with pytest.raises(Fault, match=r"market\.supplement\.deposit"):
        market.supplement_notice(hall.as_("reviewer"), offering.id, changes, "提高保证金")
    del changes["deposit_fen"]
    market.supplement_notice(hall.as_("reviewer"), offering.id, changes, "改期")
    assert get_offering(offering.id).registrants == len(rows), "who was admitted stays so"


def test_a_listing_that_has_begun_is_not_supplemented(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    hall.move(offering.listing_start)
    with pytest.raises(Fault, match=r"market\.supplement\.late"):
        market.supplement_notice(hall.as_("reviewer"), offering.id, later(hall, 30), "改期")


# --- listing again


def test_a_lot_is_listed_three_times_at_most(hall: Hall) -> None:
    offering = hall.offer("T-1")
    entry_id = offering.entry_id
    for listing_round in (1, 2, 3):
        assert offering.listing_round == listing_round
        assert hall.run_out(offering).outcome["reason"] == "no_quote"
        market.publish_result(hall.as_("reviewer"), offering.id)
        form = hall.form(entry_id, f"T-1-{listing_round}")
        if listing_round == 3:
            with pytest.raises(Fault, match=r"market\.relist_limit"):
                market.relist_offering(hall.as_("clerk"), offering.id, form)
            return
        again = market.relist_offering(hall.as_("clerk"), offering.id, form)
        assert (again.previous_id, again.entry_id) == (offering.id, entry_id)
        hall.publish(again)
        hall.move(again.listing_start)
        offering = hall.advance(again)


def test_a_revised_draft_remembers_its_round_and_its_seal(hall: Hall) -> None:
    offering = hall.run_out(hall.offer("T-1"))
    market.publish_result(hall.as_("reviewer"), offering.id)
    again = market.relist_offering(hall.as_("clerk"), offering.id, hall.form(offering.entry_id, "T-2"))
    commitment = hall.seal(again, START_FEN)
    market.revise_offering(hall.as_("clerk"), again.id, hall.form(offering.entry_id, "T-3"))
    stored = get_offering(again.id)
    assert (stored.number, stored.listing_round, stored.previous_id) == ("T-3", 2, offering.id)
    assert stored.reserve_commitment == stored.terms["reserve_commitment"] == commitment


def test_a_lot_is_not_listed_again_twice_over(hall: Hall) -> None:
    offering = hall.run_out(hall.offer("T-1"))
    form = hall.form(offering.entry_id, "T-2")
    market.relist_offering(hall.as_("clerk"), offering.id, form)
    with pytest.raises(Fault, match=r"market\.relist_twice"):
        market.relist_offering(hall.as_("clerk"), offering.id, replace(form, number="T-3"))


def test_an_earlier_result_is_published_before_the_next_notice(hall: Hall) -> None:
    offering = hall.run_out(hall.offer("T-1"))
    again = market.relist_offering(hall.as_("clerk"), offering.id, hall.form(offering.entry_id, "T-2"))
    with pytest.raises(Fault, match=r"market\.entry\.state"):
        hall.publish(again)
    market.publish_result(hall.as_("reviewer"), offering.id)
    assert hall.publish(again).state == "noticed"


def test_a_lot_still_on_offer_is_not_listed_again(hall: Hall) -> None:
    offering = hall.offer()
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.relist_offering(hall.as_("clerk"), offering.id, hall.form(offering.entry_id, "T-2"))
