"""Any mechanism runs in the market: its own terms, who may give what, a book cleared by itself, objections."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.guarding import require_method
from jishi.apps.market.mechanism import view_of
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.office import next_duty
from jishi.apps.market.reads import book_lines, get_offering, get_registration, list_live
from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts, inputs
from jishi.platform import deadline, silence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.apps.market.hall import DAY_MS, FIVE_MINUTES, START_FEN, STEP_FEN, Hall, failed_checks
from tests.apps.market.ways import many_ways

NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_ways(tmp_path_factory.mktemp("pack"))


@pytest.fixture(autouse=True)
def run_on_it(ways: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JISHI_PACK", str(ways))


def call_auction(hall: Hall, **terms: Any) -> Offering:
    return hall.offer(mechanism="call_auction", terms={"tick_fen": 100, **terms}, **NONE)


def negotiation(hall: Hall) -> Offering:
    terms = {"floor_fen": START_FEN, "publicity_ms": 10 * DAY_MS}
    return hall.offer(mechanism="negotiation", terms=terms, **NONE)


def order(hall: Hall, row: Registration, side: str, price_fen: int, quantity: int, key: str = "") -> Any:
    name = next(name for name, party in hall.parties.items() if party == row.party)
    given = acts.Order(row.alias, side, price_fen, quantity)
    return market.take_part(hall.as_(name), row.id, given, key)


# --- terms


def test_an_offering_keeps_its_mechanism_and_has_the_dates_of_its_terms(hall: Hall) -> None:
    offering = call_auction(hall)
    assert (offering.mechanism, offering.mechanism_version, offering.kind) == ("call_auction", 1, "orders")
    assert offering.terms["opens"] == offering.listing_start
    assert offering.terms["closes"] == offering.listing_end
    assert (offering.start_price_fen, offering.increment_fen) == (None, 100)
    assert offering.accepts == ["cancel", "order"]
    assert [lot.id for lot in list_live()] == [offering.id]


def test_what_trades_now_is_what_is_due_soonest_and_the_first_of_each_factor(hall: Hall) -> None:
    ids = [lot.id for lot in hall.offer_two()] + [hall.offer("T-3").id]
    for due_ms, (lot, factor) in enumerate(zip(ids, ("land", "land", "data"), strict=True)):
        Offering.objects.filter(pk=lot).update(due_ms=due_ms, factor=factor)
    assert [lot.id for lot in list_live(1)] == [ids[0], ids[2]]
    assert [lot.id for lot in list_live(2)] == ids


def test_the_first_mechanism_is_taken_where_none_is_named(hall: Hall) -> None:
    offering = hall.offer()
    assert (offering.mechanism, offering.kind, offering.accepts) == ("listing", "ascending", ["bid"])


def test_a_price_the_mechanism_has_not_is_refused(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.form\.no_term") as caught:
        hall.draft(mechanism="call_auction")
    assert caught.value.params == {"field": "start_price_fen", "mechanism": "call_auction"}


def test_a_mechanism_the_product_has_not_is_refused(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"pack\.no_mechanism"):
        hall.draft(mechanism="lottery")


def test_a_reserve_price_is_sealed_only_where_the_mechanism_has_one(hall: Hall) -> None:
    offering = hall.draft(mechanism="call_auction", **NONE)
    with pytest.raises(Fault, match=r"market\.form\.no_term"):
        hall.seal(offering, START_FEN)


def test_a_way_the_law_forbids_is_refused_with_its_clause(db: None) -> None:
    pack = packs.current_pack()
    product = pack.product("land.state_grant_listing")
    facts = {"equity_security": "share", "splits_into_units": False, "is_public_offer": False}
    choices = tuple(
        each.model_copy(update={"facts": {"trading_method": method}})
        for each, method in zip(product.mechanisms, ("agreement", "call_auction"), strict=False)
    )
    guard = product.guard.model_copy(update={"method": "capital.equity_product"})
    regional = product.model_copy(update={"guard": guard, "facts": facts, "mechanisms": choices})
    today = date(2026, 3, 2)
    require_method(pack, regional, "listing", today)
    with pytest.raises(Fault, match=r"market\.method\.refused") as caught:
        require_method(pack, regional, "call_auction", today)
    assert "132号令" in str(caught.value.params["clauses"])


def test_a_supplement_takes_either_name_of_a_date(hall: Hall) -> None:
    offering = hall.publish(hall.draft(mechanism="call_auction", **NONE))
    later = offering.listing_end + DAY_MS
    market.supplement_notice(hall.as_("reviewer"), offering.id, {"listing_end": later}, "延期")
    market.supplement_notice(hall.as_("reviewer"), offering.id, {"closes": later + DAY_MS}, "再延期")
    found = get_offering(offering.id)
    assert found.listing_end == found.terms["closes"] == later + DAY_MS


# --- bidders


def test_a_bidder_gives_what_bidders_give_under_its_own_alias(hall: Hall) -> None:
    offering = call_auction(hall)
    rows = hall.admit(offering, "north", "south")
    north, south = rows["north"], rows["south"]
    with pytest.raises(Fault, match=r"market\.bid\.other_alias"):
        market.take_part(hall.as_("north"), north.id, acts.Order(south.alias, "buy", 100, 1), "")
    with pytest.raises(Fault, match=r"market\.bid\.not_yours"):
        market.take_part(hall.as_("north"), north.id, inputs.Terminate("x"), "")
    with pytest.raises(Fault, match=r"access\.denied"):
        market.take_part(hall.as_("south"), north.id, acts.Order(north.alias, "buy", 100, 1), "")
    assert order(hall, north, "buy", 101, 1).code == "orders.tick"
    quote = market.take_part(hall.as_("north"), north.id, inputs.Bid(north.alias, START_FEN), "")
    assert not quote.accepted and quote.code.startswith("mechanism.")
    first, again = (order(hall, north, "buy", 200, 1, "k") for _ in range(2))
    assert first.accepted and first == again and get_offering(offering.id).quotes == 1


# --- a book


def full_book(hall: Hall) -> Offering:
    offering = call_auction(hall, both_sides=True)
    rows = hall.admit(offering, "north", "south", "east")
    assert order(hall, rows["north"], "buy", 500, 3).accepted
    assert order(hall, rows["south"], "buy", 400, 2).accepted
    assert order(hall, rows["east"], "sell", 300, 4).accepted
    given = acts.Cancel(rows["south"].alias, 2)
    assert market.take_part(hall.as_("south"), rows["south"].id, given, "").accepted
    return offering


def test_a_book_is_cleared_by_itself_after_the_close(hall: Hall) -> None:
    offering = full_book(hall)
    hall.move(offering.listing_end)
    deadline.run_due(hall.system)  # the closing tick, which sets the next deadline at once
    deadline.run_due(hall.system)
    found = get_offering(offering.id)
    assert found.state == "ended" and found.outcome is not None
    assert found.outcome["volume"] == 3
    assert [award["quantity"] for award in found.outcome["awards"]] == [3]
    assert failed_checks(found) == {}
    assert [line[1] for line in book_lines(found)] == ["buy", "buy", "sell", "cancel"]
    deadline.run_due(hall.system)
    assert deadline.next_due_ms() is None
    assert market.clear_book(hall.system, offering.id).outcome == found.outcome


def test_a_suspended_book_is_cleared_once_it_runs_again(hall: Hall) -> None:
    offering = full_book(hall)
    hall.move(offering.listing_end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jishi.apps.market.actions.bidding.clear_locked", lambda ctx, locked: None)
        assert hall.advance(offering).awaits == "clear"
    assert next_duty(get_offering(offering.id), published=False) == ""
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核对")
    deadline.run_due(hall.system)
    assert get_offering(offering.id).suspended and deadline.next_due_ms() is None
    market.resume_offering(hall.as_("reviewer"), offering.id, "核对完毕")
    deadline.run_due(hall.system)
    assert get_offering(offering.id).state == "ended"


def test_a_book_of_nobody_ends_unsold(hall: Hall) -> None:
    offering = call_auction(hall)
    assert hall.run_out(offering).state == "unsold"


# --- an office


def agreed(hall: Hall) -> Offering:
    offering = negotiation(hall)
    row = hall.admit(offering, "north")["north"]
    return market.decide_step(hall.as_("clerk"), offering.id, acts.Agree(row.alias, START_FEN + STEP_FEN))


def test_an_office_gives_its_own_steps_alone(hall: Hall) -> None:
    offering = negotiation(hall)
    row = hall.admit(offering, "north")["north"]
    given = acts.Agree(row.alias, START_FEN)
    for name in ("north", "reviewer", "far_clerk", "anyone"):
        with pytest.raises(Fault, match=r"access\.denied"):
            market.decide_step(hall.as_(name), offering.id, given)
    own = hall.as_("clerk", parties=(hall.parties["north"],))
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.decide_step(own, offering.id, given)
    for other in (inputs.Terminate("x"), inputs.Bid(row.alias, 1), acts.Clear([])):
        with pytest.raises(Fault, match=r"market\.step\.own_way"):
            market.decide_step(hall.system, offering.id, other)
    with pytest.raises(Fault, match=r"access\.denied"):
        market.decide_step(hall.as_("clerk"), offering.id, acts.Unseal([], {}))
    with pytest.raises(Fault, match=r"negotiation\.below_floor"):
        market.decide_step(hall.as_("clerk"), offering.id, replace(given, price_fen=START_FEN - 1))
    found = market.decide_step(hall.as_("clerk"), offering.id, given)
    assert (found.phase, found.price_fen, found.leader) == ("publicity", START_FEN, row.alias)


def test_an_agreed_price_nobody_objects_to_is_sold_after_its_publicity(hall: Hall) -> None:
    offering = hall.run_out(agreed(hall))
    assert offering.state == "ended" and failed_checks(offering) == {}


@pytest.mark.parametrize(("upheld", "state"), [(True, "unsold"), (False, "ended")])
def test_an_objection_to_what_is_public_is_a_step_with_its_answer(
    hall: Hall, upheld: bool, state: str
) -> None:
    offering = agreed(hall)
    made = market.object_to_result(hall.as_("member"), offering.id, "价格过低")
    due_ms = get_offering(offering.id).due_ms
    assert due_ms is not None
    hall.move(due_ms)
    waiting = hall.advance(offering)
    assert (waiting.phase, waiting.awaits) == ("awaiting_answer", "answer")
    assert next_duty(waiting, published=False) == "answer"
    with pytest.raises(Fault, match=r"market\.objection\.undecided"):
        market.answer_objection(hall.as_("clerk"), made.id, "已核实")
    with pytest.raises(Fault, match=r"access\.denied"):
        market.answer_objection(hall.as_("clerk"), made.id, "已核实", upheld=upheld)
    market.answer_objection(hall.as_("reviewer"), made.id, "已核实", upheld=upheld)
    found = get_offering(offering.id)
    assert found.state == state and failed_checks(found) == {}


def test_a_second_applicant_converts_the_lot(hall: Hall) -> None:
    offering = negotiation(hall)
    rows = hall.admit(offering, "north", "south")
    assert get_offering(offering.id).state == "converted"
    assert get_registration(rows["south"].id).state == Registration.ADMITTED


# --- an outage


def test_an_outage_gives_back_the_time_of_a_close_that_came_meanwhile(hall: Hall) -> None:
    offering = call_auction(hall)
    silent_ms = offering.listing_end - FIVE_MINUTES
    hall.move(offering.listing_end + FIVE_MINUTES)
    silence.beat(Context(clock=SimulatedClock(silent_ms)))
    assert market.recover_outage(hall.system) == 1
    view = view_of(get_offering(offering.id))
    assert view is not None and view.closes_ms == offering.listing_end + 2 * FIVE_MINUTES


# --- listing again


def again(hall: Hall, offering: Offering, **changes: Any) -> Offering:
    market.publish_result(hall.as_("reviewer"), offering.id)
    form = hall.form(offering.entry_id, "T-2", **changes)
    return market.relist_offering(hall.as_("clerk"), offering.id, form)


def test_a_lot_listed_again_starts_at_no_less_than_its_share_of_the_first_price(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    least_fen = START_FEN * 7 // 10
    with pytest.raises(Fault, match=r"relisting\.approval") as caught:
        again(hall, offering, start_price_fen=least_fen - 1)
    assert caught.value.params == {"number": 2, "price_fen": least_fen - 1, "least_fen": least_fen}
    form = hall.form(offering.entry_id, "T-2", start_price_fen=least_fen)
    second = market.relist_offering(hall.as_("clerk"), offering.id, form)
    lower = replace(form, start_price_fen=least_fen - 1)
    with pytest.raises(Fault, match=r"relisting\.approval"):
        market.revise_offering(hall.as_("clerk"), second.id, lower)
    hall.run_out(hall.publish(second))
    market.publish_result(hall.as_("reviewer"), second.id)
    third = replace(lower, number="T-3")
    with pytest.raises(Fault, match=r"relisting\.approval"):
        market.relist_offering(hall.as_("clerk"), second.id, third)


def test_a_converted_lot_is_sold_another_way(hall: Hall) -> None:
    offering = negotiation(hall)
    hall.admit(offering, "north", "south")
    found = again(hall, get_offering(offering.id), mechanism="listing")
    assert (found.mechanism, found.listing_round, found.previous_id) == ("listing", 2, offering.id)
    assert hall.publish(found).state == "noticed"
