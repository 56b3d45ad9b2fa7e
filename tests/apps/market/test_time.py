"""Deadlines run once whoever runs them, time lost to an outage is given back, and bidders take turns."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Answer, Command, bidding
from jishi.apps.market.actions.locking import lock_row
from jishi.apps.market.actions.outage import give_back
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering, list_ladder, list_notices
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform import deadline, silence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.evidence import read_stream
from jishi.platform.models import CommandRecord, Deadline, EvidenceEntry, Heartbeat
from tests.apps.market.hall import (
    DAY_MS,
    FIVE_MINUTES,
    HOUR_MS,
    MONDAY_MS,
    START_FEN,
    STEP_FEN,
    Hall,
    failed_checks,
)


def in_rounds(hall: Hall) -> tuple[Offering, dict[str, Registration]]:
    """Bring a lot into its rounds, the clock of which has just begun."""
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end)
    market.continue_bidding(hall.as_("south"), rows["south"].id, "c")
    return get_offering(offering.id), rows


def count(kind: str) -> int:
    return EvidenceEntry.objects.filter(data__contains=f'"type":"{kind}"').count()


# --- deadlines


def test_whoever_finds_a_deadline_due_runs_it(hall: Hall) -> None:
    offering, _ = in_rounds(hall)
    hall.move((offering.due_ms or 0) + HOUR_MS)
    assert deadline.run_due(hall.system) == 1
    stored = get_offering(offering.id)
    assert (stored.state, stored.closed_ms) == ("ended", offering.due_ms)
    assert not Deadline.objects.exists()
    for _ in range(2):
        deadline.run_due(hall.system)
        market.advance_offering(hall.system, offering.id)
    assert count("BiddingClosed") == 1
    assert failed_checks(offering) == {}


def test_every_tick_missed_stands_at_its_own_instant(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    hall.move(offering.listing_end + DAY_MS)
    deadline.run_due(hall.system)
    ticks = [entry for entry in read_stream(offering.stream) if '"tick"' in entry.data]
    assert [tick.effective_at for tick in ticks] == [offering.listing_start, offering.listing_end]
    assert get_offering(offering.id).state == "unsold"


def test_a_deadline_left_behind_is_cleared(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    deadline.set_deadline("offering", offering.id, hall.clock.now_ms())
    deadline.run_due(hall.system)
    assert not Deadline.objects.exists()


# --- an outage


def recover(hall: Hall, alive_ms: int) -> int:
    """Let the last sign of life have been at `alive_ms`, and give back what was lost since."""
    beat_at(alive_ms)
    return market.recover_outage(hall.system)


def beat_at(at_ms: int, name: str = "server") -> None:
    silence.beat(Context(clock=SimulatedClock(at_ms)), name)


def jump_on() -> None:
    """Let the clock jump from here on as it does in other tests: no server is known to run."""
    Heartbeat.objects.all().delete()


def test_an_outage_costs_a_round_nothing(hall: Hall) -> None:
    offering, rows = in_rounds(hall)
    alive_ms = offering.listing_end + 60_000
    hall.move(alive_ms + HOUR_MS)
    assert recover(hall, alive_ms) == 1
    stored = get_offering(offering.id)
    assert stored.due_ms == hall.clock.now_ms() + FIVE_MINUTES - 60_000
    told = list_notices(offering.id)[-1]
    assert (told.kind, told.at_ms) == ("outage", hall.clock.now_ms())
    assert told.body == {"cause": "outage", "stopped_ms": alive_ms, "resumed_ms": told.at_ms}
    assert recover(hall, alive_ms) == 0, "a second process finds nothing to give"
    assert list_notices(offering.id)[-1] == told, "and tells nothing"
    jump_on()
    assert hall.bid(rows["south"], START_FEN + STEP_FEN).accepted
    stored = hall.run_out(offering)
    assert (stored.state, stored.price_fen) == ("ended", START_FEN + STEP_FEN)
    assert count("BiddingClosed") == 1
    assert failed_checks(stored) == {}


@pytest.mark.parametrize("first", ["the clock", "a bid"])
def test_a_living_server_that_could_not_write_ends_nothing(hall: Hall, first: str) -> None:
    offering, rows = in_rounds(hall)
    silence.beat(hall.system)
    alive_ms = hall.clock.now_ms()
    hall.move((offering.due_ms or 0) + HOUR_MS)
    if first == "a bid":
        assert hall.bid(rows["south"], START_FEN + STEP_FEN).accepted
    else:
        deadline.run_due(hall.system)
    stored = get_offering(offering.id)
    assert stored.state == "noticed"
    assert stored.due_ms == hall.clock.now_ms() + (
        FIVE_MINUTES if first == "a bid" else (offering.due_ms or 0) - alive_ms
    )
    assert [notice.kind for notice in list_notices(offering.id)].count("outage") == 1
    assert recover(hall, alive_ms) == 0
    jump_on()
    hall.move(stored.due_ms or 0)
    deadline.run_due(hall.system)
    stored = get_offering(offering.id)
    assert stored.state == "ended"
    assert failed_checks(stored) == {}


def test_a_lot_closes_on_time_while_a_server_lives(hall: Hall) -> None:
    offering, _ = in_rounds(hall)
    beat_at((offering.due_ms or 0) - 3_000)
    hall.move((offering.due_ms or 0) + 1_000)
    deadline.run_due(hall.system)
    assert get_offering(offering.id).state == "ended"
    assert list_notices(offering.id)[-1].kind != "outage"


def test_what_was_acknowledged_after_the_last_sign_of_life_stands(hall: Hall) -> None:
    offering, rows = in_rounds(hall)
    alive_ms = hall.clock.now_ms()
    hall.move(alive_ms + 900)
    answer = hall.bid(rows["south"], START_FEN + STEP_FEN, "k")
    hall.move(alive_ms + HOUR_MS)
    recover(hall, alive_ms)
    assert get_offering(offering.id).due_ms == hall.clock.now_ms() + FIVE_MINUTES
    assert hall.bid(rows["south"], START_FEN + STEP_FEN, "k") == answer


def test_a_listing_that_ended_in_the_dark_asks_its_question_in_the_light(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    alive_ms = offering.listing_end - HOUR_MS
    hall.move(offering.listing_end + HOUR_MS)
    assert recover(hall, alive_ms) == 1
    stored = get_offering(offering.id)
    assert (stored.phase, stored.listing_end) == ("free", hall.clock.now_ms() + HOUR_MS)
    jump_on()
    assert hall.bid(rows["south"], START_FEN + STEP_FEN).accepted
    hall.move(stored.listing_end)
    assert hall.advance(offering).phase == "question"
    assert failed_checks(offering) == {}


def test_a_short_silence_or_a_free_listing_moves_nothing(hall: Hall) -> None:
    offering = hall.offer()
    hall.move(offering.listing_start + DAY_MS)
    assert recover(hall, offering.listing_start) == 0
    jump_on()
    offering, _ = in_rounds_of(hall, offering)
    alive_ms = hall.clock.now_ms()
    hall.move(alive_ms + 4_999)
    assert recover(hall, alive_ms) == 0
    assert get_offering(offering.id).due_ms == offering.due_ms


def in_rounds_of(hall: Hall, offering: Offering) -> tuple[Offering, dict[str, Registration]]:
    rows = hall.admit(offering, "north", "south")
    hall.bid(rows["north"], START_FEN)
    hall.move(offering.listing_end)
    market.continue_bidding(hall.as_("south"), rows["south"].id, "c")
    return get_offering(offering.id), rows


def test_a_suspended_lot_is_left_to_its_officers(hall: Hall) -> None:
    offering, _ = in_rounds(hall)
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核查")
    alive_ms = hall.clock.now_ms()
    hall.move(alive_ms + HOUR_MS)
    assert recover(hall, alive_ms) == 0
    assert get_offering(offering.id).suspended


def test_who_suspends_while_a_recovery_waits_is_not_overruled(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering, _ = in_rounds(hall)
    beat_at(hall.clock.now_ms())
    hall.move(hall.clock.now_ms() + HOUR_MS)
    silence.beat(hall.system)

    def suspended_meanwhile(offering_id: str) -> Any:
        with suppress(Fault):  # the second time it stands still already
            market.suspend_offering(hall.as_("reviewer"), offering_id, "核查")
        hall.move(hall.clock.now_ms() + 6_000)
        return lock_row(offering_id)

    monkeypatch.setattr(bidding, "lock_row", suspended_meanwhile)
    assert market.recover_outage(hall.system) == 0
    assert get_offering(offering.id).suspended


def test_a_server_that_wrote_lately_knows_that_it_lives_whatever_the_wall_clock_says(
    hall: Hall, django_capture_on_commit_callbacks: Any
) -> None:
    offering, _ = in_rounds(hall)
    silence.begin()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            silence.beat(hall.system)
        hall.move(
            offering.due_ms or 0
        )  # minutes in which no heart beat came through, or a step of the wall clock
        deadline.run_due(hall.system)
    finally:
        silence.end()
    assert get_offering(offering.id).state == "ended"


def test_machines_whose_clocks_differ_see_each_other(hall: Hall) -> None:
    offering, _ = in_rounds(hall)
    ahead_ms = 5_500
    for _ in range(400):
        now_ms = hall.clock.now_ms() + 1_000
        beat_at(now_ms + ahead_ms, "ahead")
        beat_at(now_ms, "behind")
        hall.move(now_ms)
        deadline.run_due(Context(clock=SimulatedClock(now_ms + ahead_ms)))
        deadline.run_due(hall.system)
    assert get_offering(offering.id).state == "ended"
    assert "outage" not in {notice.kind for notice in list_notices(offering.id)}


def test_one_lot_that_fails_takes_no_time_from_others(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    both = hall.offer_two()
    registered = [hall.admit(lot, "north", "south") for lot in both]
    for rows in registered:
        hall.bid(rows["north"], START_FEN)
    hall.move(both[0].listing_end)
    for rows in registered:
        market.continue_bidding(hall.as_("south"), rows["south"].id, "c")
    beat_at(hall.clock.now_ms())
    hall.move(hall.clock.now_ms() + HOUR_MS)
    first, other = sorted(lot.id for lot in both)

    def broken(ctx: Context, locked: Any, silences: Any) -> bool:
        if locked[0].id == first:
            raise IntegrityError("one")
        return give_back(ctx, locked, silences)

    with monkeypatch.context() as patched:
        patched.setattr(bidding, "give_back", broken)
        silence.beat(hall.system)
        assert market.recover_outage(hall.system) == 1
    hall.move(hall.clock.now_ms() + 3_000)
    market.advance_offering(hall.system, first)
    left = [(get_offering(each).due_ms or 0) - hall.clock.now_ms() for each in (first, other)]
    assert left == [FIVE_MINUTES - 3_000] * 2, "the one that failed gets it when it is locked next"


def test_an_old_silence_costs_a_lot_nothing_that_is_written_afterwards(hall: Hall) -> None:
    later = Context(clock=SimulatedClock(hall.clock.now_ms() + 365 * DAY_MS))
    beat_at(later.now_ms() - 10 * DAY_MS)
    silence.beat(later)
    offering, _ = in_rounds(hall)  # simulated: its instants are before the silence, its entries after
    hall.move(offering.due_ms or 0)
    deadline.run_due(hall.system)
    assert get_offering(offering.id).state == "ended"


@pytest.mark.parametrize(
    ("before_s", "left_s"), [(-30, 30), (0, 60), (30, 60), (59, 60), (61, 61), (3600, 3600)]
)
def test_an_announced_close_has_as_much_left_as_was_lost_or_as_it_had(
    hall: Hall, before_s: int, left_s: int
) -> None:
    """The silence is a minute long and ends so many seconds before the close."""
    offering = hall.offer()
    hall.bid(hall.admit(offering, "north", "south")["north"], START_FEN)
    hall.move(offering.listing_end - before_s * 1_000)
    assert recover(hall, hall.clock.now_ms() - 60_000) == (before_s < 60)
    assert get_offering(offering.id).listing_end - hall.clock.now_ms() == left_s * 1_000


# --- races: threads on PostgreSQL, one after the other on SQLite, which has one writer


def run_together(jobs: list[Callable[[], object]]) -> list[object]:
    """Run jobs at the same moment; return what each gave or raised."""
    results: list[object] = [None] * len(jobs)
    together = connection.vendor == "postgresql"
    barrier = threading.Barrier(len(jobs) if together else 1)

    def run(place: int, job: Callable[[], object]) -> None:
        barrier.wait(10)
        try:
            results[place] = job()
        except Fault as fault:
            results[place] = fault
        finally:
            if together:
                connection.close()

    if not together:
        for place, job in enumerate(jobs):
            run(place, job)
        return results
    threads = [threading.Thread(target=run, args=each) for each in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def open_hall(transactional_db: None) -> Hall:
    """Give an office whose changes other connections see."""
    return Hall(SimulatedClock(MONDAY_MS))


def test_two_runners_close_a_lot_once(open_hall: Hall) -> None:
    offering, _ = in_rounds(open_hall)
    open_hall.move(offering.due_ms or 0)
    ran = run_together([lambda: deadline.run_due(open_hall.system)] * 4)
    assert all(isinstance(each, int) for each in ran)
    assert get_offering(offering.id).state == "ended"
    assert count("BiddingClosed") == 1
    assert not Deadline.objects.exists()
    assert failed_checks(offering) == {}


def test_a_double_click_on_two_servers_is_one_bid(open_hall: Hall) -> None:
    offering = open_hall.offer()
    row = open_hall.admit(offering, "north")["north"]
    answers = run_together([lambda: open_hall.bid(row, START_FEN, "k")] * 4)
    assert isinstance(answers[0], Answer)
    assert answers == [answers[0]] * 4
    assert answers[0].accepted
    assert get_offering(offering.id).quotes == CommandRecord.objects.count() == 1


def test_equal_bids_at_one_moment_make_one_leader(open_hall: Hall) -> None:
    offering = open_hall.offer()
    rows = open_hall.admit(offering, "north", "south", "east", "west")

    def bid(name: str) -> Callable[[], object]:
        return lambda: open_hall.bid(rows[name], START_FEN, name)

    answers = run_together([bid(name) for name in rows])
    accepted = [each for each in answers if isinstance(each, Answer) and each.accepted]
    assert len(accepted) == 1
    assert get_offering(offering.id).quotes == 1
    assert failed_checks(offering) == {}


def test_many_bidders_take_turns(open_hall: Hall) -> None:
    offering = open_hall.offer(terms={"free_quotes": "any"})
    rows = open_hall.admit(offering, "north", "south", "east", "west")

    def bid_often(alias: str, place: int) -> Callable[[], object]:
        bids = [Command(Bid(alias, START_FEN + (4 * n + place) * STEP_FEN)) for n in range(8)]
        return lambda: [market.submit(open_hall.system, offering.id, [each])[0] for each in bids]

    answers = run_together([bid_often(row.alias, place) for place, row in enumerate(rows.values())])
    taken = [each.seq for part in answers for each in part if each.accepted]  # type: ignore[attr-defined]
    stored = get_offering(offering.id)
    assert len(set(taken)) == len(taken) == stored.quotes
    seqs = [entry.seq for entry in read_stream(offering.stream)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert stored.price_fen == max(rung["price_fen"] for rung in list_ladder(offering.id))
    assert failed_checks(stored) == {}


def test_two_notices_of_one_parcel_at_one_moment(open_hall: Hall) -> None:
    first = open_hall.draft("T-1")
    second = open_hall.draft("T-2", entry_id=first.entry_id)
    done = run_together([lambda: open_hall.publish(first), lambda: open_hall.publish(second)])
    faults = [each for each in done if isinstance(each, Fault)]
    assert [fault.code for fault in faults] == ["market.entry.offered"]
    assert sorted(Offering.objects.values_list("state", flat=True)) == ["draft", "noticed"]


def test_one_party_applies_once_on_two_servers(open_hall: Hall) -> None:
    offering = open_hall.offer()
    done = run_together([lambda: open_hall.file(offering, "north")] * 3)
    codes = sorted(each.code for each in done if isinstance(each, Fault))
    assert codes == ["market.registration.twice"] * 2
    assert Registration.objects.count() == 1


def test_a_bid_and_the_end_of_its_round_race(open_hall: Hall) -> None:
    offering, rows = in_rounds(open_hall)
    open_hall.move(offering.due_ms or 0)
    done = run_together(
        [
            lambda: open_hall.bid(rows["south"], START_FEN + STEP_FEN, "k"),
            lambda: deadline.run_due(open_hall.system),
        ]
    )
    assert isinstance(done[0], Answer)
    assert done[0].code == "market.offering.closed"
    assert (get_offering(offering.id).price_fen, count("BiddingClosed")) == (START_FEN, 1)
