"""Suspend, resume, extend, terminate, adjust the increment: each with a public reason, each within the law."""

from collections.abc import Callable

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering, list_notices
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.models import Deadline
from tests.apps.market.hall import (
    DAY_MS,
    FIVE_MINUTES,
    HOUR_MS,
    START_FEN,
    STEP_FEN,
    Hall,
    failed_checks,
)


def test_a_suspended_lot_stands_still(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end - HOUR_MS)
    market.suspend_offering(hall.as_("reviewer"), offering.id, " 权属异议 ")
    stored = get_offering(offering.id)
    assert (stored.suspended, stored.due_ms, stored.state) == (True, None, "noticed")
    assert not Deadline.objects.filter(ref=offering.id).exists()
    assert hall.bid(rows["south"], START_FEN + STEP_FEN).code == "listing.suspended"
    hall.move(offering.listing_end + DAY_MS)
    assert hall.advance(offering).phase == "free"
    market.resume_offering(hall.as_("reviewer"), offering.id, "异议不成立")
    stored = get_offering(offering.id)
    assert stored.due_ms == stored.listing_end == hall.clock.now_ms() + HOUR_MS
    assert stored.terms["listing_end"] == stored.listing_end
    notices = list_notices(offering.id)
    assert [(n.kind, n.body["reason"]) for n in notices[1:]] == [
        ("suspension", "权属异议"),
        ("resumption", "异议不成立"),
    ]
    assert hall.bid(rows["south"], START_FEN + STEP_FEN).accepted
    assert failed_checks(offering) == {}


def test_a_round_keeps_what_was_left_of_it(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end)
    market.continue_bidding(hall.as_("south"), rows["south"].id, "c")
    hall.move(offering.listing_end + FIVE_MINUTES - 1_000)
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核查")
    hall.move(offering.listing_end + DAY_MS)
    market.resume_offering(hall.as_("reviewer"), offering.id, "恢复")
    assert get_offering(offering.id).due_ms == hall.clock.now_ms() + 1_000


def test_a_supplement_after_a_pause_keeps_the_moved_dates(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核查")
    hall.move(hall.clock.now_ms() + 30 * DAY_MS)
    market.resume_offering(hall.as_("reviewer"), offering.id, "恢复")
    market.supplement_notice(
        hall.as_("reviewer"), offering.id, {"increment_fen": 2 * STEP_FEN}, "调整增价幅度"
    )
    stored = get_offering(offering.id)
    assert stored.listing_start == stored.due_ms == offering.listing_start + 30 * DAY_MS
    assert failed_checks(offering) == {}


def test_an_extension_moves_the_ends_later_only(hall: Hall) -> None:
    offering = hall.offer()
    ends = (offering.listing_end + DAY_MS, offering.registration_end + DAY_MS)
    market.extend_offering(hall.as_("reviewer"), offering.id, ends, "系统维护")
    stored = get_offering(offering.id)
    assert (stored.listing_end, stored.registration_end) == ends
    assert list_notices(offering.id)[-1].body == {
        "reason": "系统维护",
        "listing_end": ends[0],
        "registration_end": ends[1],
    }
    with pytest.raises(Fault, match=r"listing\.extend_forward"):
        market.extend_offering(hall.as_("reviewer"), offering.id, (ends[0] - 1, ends[1]), "提前")
    hall.move(offering.listing_end)
    assert hall.advance(offering).phase == "free"
    hall.move(ends[0])
    assert hall.advance(offering).state == "unsold"
    assert failed_checks(offering) == {}


def test_a_terminated_lot_frees_its_parcel(hall: Hall) -> None:
    offering = hall.offer()
    hall.admit(offering, "north")
    market.terminate_offering(hall.as_("reviewer"), offering.id, "规划调整")
    stored = get_offering(offering.id)
    assert (stored.state, stored.outcome["result"], stored.due_ms) == ("terminated", "terminated", None)
    assert registers.get_entry(offering.entry_id).state == "planned"
    assert list_notices(offering.id)[-1].body == {"reason": "规划调整"}
    again = hall.publish(hall.draft("T-2", entry_id=offering.entry_id))
    assert again.state == "noticed"
    market.publish_result(hall.as_("reviewer"), offering.id)
    assert registers.get_entry(offering.entry_id).state == "offered", "the later offering keeps the parcel"
    assert failed_checks(offering) == {}


def test_a_termination_the_register_refuses_did_not_happen(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering = hall.offer()

    def refuse(*_: object, **__: object) -> None:
        raise Fault("registers.entry.stale", version=1, expected=2)

    monkeypatch.setattr(registers, "set_entry_state", refuse)
    with pytest.raises(Fault, match=r"registers\.entry\.stale"):
        market.terminate_offering(hall.as_("reviewer"), offering.id, "规划调整")
    assert get_offering(offering.id).state == "noticed"
    assert len(list_notices(offering.id)) == 1


def test_the_increment_is_adjusted_while_bidding_runs(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    market.set_increment(hall.as_("clerk"), offering.id, 2 * STEP_FEN, "竞价激烈")
    assert get_offering(offering.id).increment_fen == 2 * STEP_FEN
    assert hall.bid(rows["south"], START_FEN + STEP_FEN).code == "listing.below_next"
    assert hall.bid(rows["south"], START_FEN + 2 * STEP_FEN).accepted
    assert list_notices(offering.id)[-1].body == {"reason": "竞价激烈", "increment_fen": 2 * STEP_FEN}
    assert failed_checks(offering) == {}


CONTROLS: dict[str, Callable[[Hall, Offering, str], object]] = {
    "suspend": lambda hall, o, why: market.suspend_offering(hall.as_("reviewer"), o.id, why),
    "resume": lambda hall, o, why: market.resume_offering(hall.as_("reviewer"), o.id, why),
    "extend": lambda hall, o, why: market.extend_offering(
        hall.as_("reviewer"), o.id, (o.listing_end + 1, o.registration_end), why
    ),
    "terminate": lambda hall, o, why: market.terminate_offering(hall.as_("reviewer"), o.id, why),
    "increment": lambda hall, o, why: market.set_increment(hall.as_("clerk"), o.id, 5, why),
}


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize(
    ("reason", "code"), [(" ", "market.reason_missing"), ("字" * 2001, "market.text_long")]
)
def test_every_intervention_states_its_reason(hall: Hall, name: str, reason: str, code: str) -> None:
    offering = hall.offer()
    with pytest.raises(Fault, match=code):
        CONTROLS[name](hall, offering, reason)
    assert len(list_notices(offering.id)) == 1


@pytest.mark.parametrize("name", CONTROLS)
def test_nothing_moves_a_lot_that_is_over(hall: Hall, name: str) -> None:
    offering = hall.run_out(hall.offer())
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        CONTROLS[name](hall, offering, "理由")


@pytest.mark.parametrize("name", CONTROLS)
def test_an_officer_of_a_bidder_keeps_out(hall: Hall, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    offering = hall.offer()
    hall.file(offering, "north")
    as_ = hall.as_
    monkeypatch.setattr(hall, "as_", lambda role: as_(role, parties=(hall.parties["north"],)))
    with pytest.raises(Fault, match=r"market\.own_case"):
        CONTROLS[name](hall, offering, "理由")


def test_what_the_mechanism_refuses_leaves_no_notice(hall: Hall) -> None:
    offering = hall.offer()
    with pytest.raises(Fault, match=r"listing\.not_suspended"):
        market.resume_offering(hall.as_("reviewer"), offering.id, "恢复")
    assert len(list_notices(offering.id)) == 1
