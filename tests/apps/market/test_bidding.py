"""Quotes: taken once, in time, by who may; each answered with a place in the log that never changes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Command
from jishi.apps.market.mechanism import next_bid
from jishi.apps.market.publication import receipt_of
from jishi.apps.market.reads import get_offering, list_ladder, list_notices
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Admit, Bid, SetStep
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.evidence import read_stream
from jishi.platform.models import CommandRecord, EvidenceEntry
from jishi.platform.words import say
from tests.apps.market.hall import FIVE_MINUTES, START_FEN, STEP_FEN, Hall, failed_checks


def test_a_bid_gets_its_place_in_the_log(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    answer = hall.bid(row, START_FEN, "k")
    entry = read_stream(offering.stream)[-1]
    assert (answer.accepted, answer.seq, answer.leaf_hash) == (True, entry.seq, entry.leaf_hash)
    assert answer.at_ms == entry.effective_at == hall.clock.now_ms()
    assert receipt_of(offering.stream, answer.seq)["leaf_hash"] == answer.leaf_hash
    stored = get_offering(offering.id)
    assert (stored.price_fen, stored.leader, stored.quotes) == (START_FEN, row.alias, 1)
    assert next_bid(stored) == START_FEN + STEP_FEN


# --- the double click


def test_a_second_click_gets_the_first_answer(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    first = hall.bid(rows["north"], START_FEN, "k")
    hall.bid(rows["south"], START_FEN + STEP_FEN, "k2")
    hall.move(hall.clock.now_ms() + 1000)
    assert hall.bid(rows["north"], START_FEN, "k") == first
    assert get_offering(offering.id).quotes == 2


def test_a_key_is_bound_to_its_command(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    hall.bid(row, START_FEN, "k")
    with pytest.raises(Fault, match=r"command\.key_reused"):
        hall.bid(row, START_FEN + STEP_FEN, "k")
    assert get_offering(offering.id).quotes == 1


def test_a_refusal_is_remembered_too(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    refused = hall.bid(rows["north"], START_FEN - 1, "k")
    assert (refused.accepted, refused.code, refused.leaf_hash) == (False, "listing.below_start", "")
    hall.bid(rows["south"], START_FEN)
    assert hall.bid(rows["north"], START_FEN - 1, "k") == refused


def test_a_key_means_nothing_in_another_lot(hall: Hall) -> None:
    for offering in hall.offer_two():
        row = hall.admit(offering, "north")["north"]
        assert hall.bid(row, START_FEN, "k").accepted


def test_one_batch_takes_a_key_once(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    bid = Command(Bid(row.alias, START_FEN), "k")
    answers = market.submit(hall.system, offering.id, [bid, bid, Command(bid.given)])
    assert answers[0] == answers[1]
    assert answers[0].leaf_hash
    assert answers[2].code == "listing.already_leading"
    assert CommandRecord.objects.count() == 1
    with pytest.raises(Fault, match=r"command\.key_reused"):
        market.submit(hall.system, offering.id, [bid, Command(Bid(row.alias, START_FEN + STEP_FEN), "k")])


def test_an_answer_outlives_the_lot(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    first = hall.bid(row, START_FEN, "k")
    assert hall.run_out(offering).state == "ended"
    assert hall.bid(row, START_FEN, "k") == first
    late = hall.bid(row, START_FEN + STEP_FEN, "k2")
    assert (late.accepted, late.code) == (False, "market.offering.closed")
    assert offering.number in say(late.code, late.params, "en")


def test_a_key_that_cannot_be_stored_is_refused(hall: Hall) -> None:
    row = hall.admit(hall.offer(), "north")["north"]
    with pytest.raises(Fault, match=r"market\.key_long"):
        hall.bid(row, START_FEN, "k" * 81)


# --- refusals


@pytest.mark.parametrize(
    ("price_fen", "code"),
    [
        (START_FEN - STEP_FEN, "listing.below_next"),
        (START_FEN, "listing.below_next"),
        (START_FEN + STEP_FEN - 1, "listing.below_next"),
        (START_FEN + STEP_FEN + 1, "listing.off_ladder"),
    ],
)
def test_a_bid_below_the_step_changes_nothing(hall: Hall, price_fen: int, code: str) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["south"], START_FEN)
    before = (get_offering(offering.id).snapshot, EvidenceEntry.objects.count())
    answer = hall.bid(rows["north"], price_fen)
    assert (answer.accepted, answer.code) == (False, code)
    assert (get_offering(offering.id).snapshot, EvidenceEntry.objects.count()) == before
    for language in ("zh", "en"):
        assert "{" not in say(answer.code, answer.params, language)


def test_a_price_no_bundle_could_hold_is_refused(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    for price_fen in (START_FEN + STEP_FEN * 2**40, START_FEN + STEP_FEN * 2**60):
        with pytest.raises(Fault, match=r"mechanism\.input\.value"):
            hall.bid(row, price_fen)
    with pytest.raises(Fault, match=r"mechanism\.input\.value"):
        market.set_increment(hall.as_("clerk"), offering.id, 2**53, "理由")
    assert failed_checks(offering) == {}


def test_without_a_deposit_there_is_no_bid(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.file(offering, "north")["north"]
    with pytest.raises(Fault, match=r"market\.bid\.not_admitted"):
        hall.bid(row, START_FEN)
    market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id])
    with pytest.raises(Fault, match=r"market\.bid\.no_deposit") as caught:
        hall.bid(row, START_FEN)
    assert caught.value.params == {"number": "T-1"}


def test_a_closed_lot_takes_no_bid(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    market.terminate_offering(hall.as_("reviewer"), offering.id, "理由")
    assert hall.bid(row, START_FEN).code == "market.offering.closed"
    assert failed_checks(offering) == {}


def test_a_draft_takes_no_input(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.submit(hall.system, hall.draft().id, [Command(Admit("A"))])


def test_what_does_not_exist_takes_no_bid(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.registration\.unknown"):
        market.place_bid(hall.as_("north"), "0" * 32, START_FEN, "k")
    with pytest.raises(Fault, match=r"market\.offering\.unknown"):
        market.submit(hall.system, "0" * 32, [Command(SetStep(1))])


# --- time


@pytest.mark.parametrize(("late_ms", "accepted"), [(-1, True), (0, False), (1, False)])
def test_a_millisecond_decides_the_last_round(hall: Hall, late_ms: int, accepted: bool) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end)
    assert market.continue_bidding(hall.as_("south"), rows["south"].id, "c").accepted
    hall.move(offering.listing_end + FIVE_MINUTES + late_ms)
    answer = hall.bid(rows["south"], START_FEN + STEP_FEN, "k")
    assert (answer.accepted, answer.code) == (accepted, "" if accepted else "market.offering.closed")
    stored = get_offering(offering.id)
    if accepted:
        assert stored.due_ms == answer.at_ms + FIVE_MINUTES, "a quote restarts the round"
    else:
        assert (stored.state, stored.leader) == ("ended", rows["north"].alias)
        assert stored.closed_ms == offering.listing_end + FIVE_MINUTES, "closed when due, not when noticed"
        assert EvidenceEntry.objects.filter(data__contains='"type":"BiddingClosed"').count() == 1
    assert failed_checks(offering) == {}


def test_a_millisecond_decides_the_end_of_the_listing(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.move(offering.listing_end - 1)
    assert hall.bid(rows["north"], START_FEN).accepted
    hall.move(offering.listing_end)
    late = hall.bid(rows["south"], START_FEN + STEP_FEN, "k")
    assert late.code == "listing.continue_first"
    assert get_offering(offering.id).phase == "question", "the due tick ran although the bid was refused"


def test_nobody_bids_before_the_listing_begins(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    row = hall.admit(offering, "north")["north"]
    hall.move(offering.listing_start - 1)
    assert hall.bid(row, START_FEN).code == "listing.not_started"
    hall.move(offering.listing_start)
    assert hall.bid(row, START_FEN).accepted


def test_instants_never_run_backwards(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.move(hall.clock.now_ms() + 10_000)
    first = hall.bid(rows["north"], START_FEN)
    hall.clock = SimulatedClock(first.at_ms - 9_000)  # the machine's clock was set back
    hall.system = Context(clock=hall.clock)
    second = hall.bid(rows["south"], START_FEN + STEP_FEN)
    assert (second.accepted, second.at_ms) == (True, first.at_ms)
    hall.file(offering, "east")
    market.suspend_offering(hall.as_("reviewer"), offering.id, "理由")
    rows_ = read_stream(offering.stream)
    instants = [entry.effective_at for entry in rows_]
    assert instants == sorted(instants)
    assert all(entry.recorded_at >= entry.effective_at for entry in rows_)
    assert list_notices(offering.id)[-1].at_ms >= first.at_ms
    assert failed_checks(offering) == {}


def test_a_question_needs_somebody_to_go_on(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end)
    said = market.continue_bidding(hall.as_("south"), rows["south"].id, "c")
    assert market.continue_bidding(hall.as_("south"), rows["south"].id, "c") == said
    assert get_offering(offering.id).phase == "rounds"
    with pytest.raises(Fault, match=r"access\.denied"):
        market.continue_bidding(hall.as_("north"), rows["south"].id, "d")


def test_the_cap_ends_the_bidding(hall: Hall) -> None:
    cap_fen = START_FEN + STEP_FEN
    for number, rule, state in (("T-1", "first", "ended"), ("T-2", "halt", "halted")):
        offering = hall.offer(number, terms={"cap_fen": cap_fen, "cap_rule": rule})
        row = hall.admit(offering, "north", "south")["north"]
        assert hall.bid(row, cap_fen + STEP_FEN).code == "listing.above_cap"
        assert hall.bid(row, cap_fen).accepted
        assert get_offering(offering.id).state == state
        assert failed_checks(offering) == {}


@pytest.mark.parametrize(("bidders", "state"), [(2, "ended"), (3, "converted")])
def test_enough_bidders_turn_a_listing_into_an_auction(hall: Hall, bidders: int, state: str) -> None:
    offering = hall.offer(terms={"headcount_auction": 3})
    rows = hall.admit(offering, *("north", "south", "east")[:bidders])
    hall.bid(rows["north"], START_FEN)
    stored = hall.run_out(offering)
    assert stored.state == state
    if state == "converted":
        assert (stored.closed_ms, stored.outcome["reason"]) == (offering.registration_end, "headcount")
    assert failed_checks(stored) == {}
    if state == "converted":
        market.publish_result(hall.as_("reviewer"), offering.id)
        assert registers.get_entry(offering.entry_id).state == "planned"


# --- budgets


def count_queries_of_a_bid(hall: Hall, offering_id: str, row: object, price_fen: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert hall.bid(row, price_fen, f"k{price_fen}").accepted  # type: ignore[arg-type]
    return len(queries)


def test_a_bid_costs_the_same_however_many_came_before(hall: Hall) -> None:
    small, large = hall.offer_two()
    few = hall.admit(small, "north", "south")
    many = hall.admit(large, "north", "south", "east", "west")
    for n in range(20):
        hall.bid(list(many.values())[n % 4], START_FEN + n * STEP_FEN)
    first = count_queries_of_a_bid(hall, small.id, few["north"], START_FEN)
    later = count_queries_of_a_bid(hall, large.id, many["north"], START_FEN + 20 * STEP_FEN)
    assert later == first
    assert later <= 16


def test_a_batch_costs_little_more_than_one(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    pair = (rows["north"].alias, rows["south"].alias)
    bids = [Command(Bid(pair[n % 2], START_FEN + n * STEP_FEN), f"k{n}") for n in range(50)]
    with CaptureQueriesContext(connection) as queries:
        assert all(answer.accepted for answer in market.submit(hall.system, offering.id, bids))
    assert len(queries) <= 16


def test_the_ladder_is_one_query_and_names_nobody(hall: Hall, django_assert_num_queries) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    for n in range(6):
        hall.bid(list(rows.values())[n % 2], START_FEN + n * STEP_FEN)
    with django_assert_num_queries(1):
        ladder = list_ladder(offering.id, limit=4)
    assert [rung["price_fen"] for rung in ladder] == [START_FEN + n * STEP_FEN for n in (5, 4, 3, 2)]
    assert set(ladder[0]) == {"seq", "at_ms", "alias", "price_fen"}
    assert [rung["seq"] for rung in list_ladder(offering.id, after_seq=ladder[1]["seq"])] == [
        ladder[0]["seq"]
    ]
