"""Many lots due at one instant: run together, each once, shared by whoever is there, none held up by another."""

import threading

import pytest
from django.db import connection, transaction

from jishi.apps.market.actions.advancing import advance_offerings, find_free
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering
from jishi.platform import deadline, evidence
from jishi.platform.clock import SimulatedClock
from jishi.platform.models import Deadline
from tests.apps.market.hall import MONDAY_MS, Hall, failed_checks
from tests.apps.market.test_time import count, run_together

LOTS = 40


@pytest.fixture
def open_hall(transactional_db: None) -> Hall:
    """Give an office whose changes other connections see."""
    return Hall(SimulatedClock(MONDAY_MS))


def due_lots(hall: Hall, lots: int) -> list[Offering]:
    """Bring lots with no bidder to the instant at which all their listings end."""
    with transaction.atomic():
        made = [hall.offer(number=f"T-{place}") for place in range(lots)]
    hall.move(max(lot.listing_end for lot in made))
    return made


def test_lots_due_together_take_few_statements(hall: Hall, django_assert_max_num_queries) -> None:
    due_lots(hall, 16)
    # the apps told of an end look at one lot each; locks, entries, rows and deadlines are written for all at once
    with django_assert_max_num_queries(16 * 5 + 20):
        assert deadline.run_due(hall.system) == 16
    assert count("BiddingClosed") == 16


def test_several_runners_close_each_lot_once(open_hall: Hall) -> None:
    made = due_lots(open_hall, LOTS)
    ran = run_together([lambda: deadline.run_due(open_hall.system)] * 4)
    while Deadline.objects.filter(due_ms__lte=open_hall.clock.now_ms()).exists():
        deadline.run_due(open_hall.system)  # what one of them left to another that was not there any more
    assert all(isinstance(each, int) for each in ran), ran
    assert {get_offering(lot.id).state for lot in made} == {"unsold"}
    assert count("BiddingClosed") == LOTS
    assert failed_checks(made[0]) == {}


def test_one_lot_that_fails_holds_up_no_other(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    made = due_lots(hall, 5)
    Offering.objects.filter(pk=made[2].id).update(snapshot={"nonsense": 1}, mark=1)
    deadline.run_due(hall.system)
    assert {get_offering(lot.id).state for lot in made if lot.id != made[2].id} == {"unsold"}
    row = Deadline.objects.get(ref=made[2].id)
    assert row.run_ms > hall.clock.now_ms() >= row.due_ms


def test_advancing_what_is_not_due_changes_nothing(hall: Hall) -> None:
    lot = hall.offer()
    before = [entry.seq for entry in evidence.read_stream(lot.stream)]
    with transaction.atomic():
        assert list(advance_offerings(hall.system, [lot.id])) == [lot.id]
    assert [entry.seq for entry in evidence.read_stream(lot.stream)] == before


@pytest.mark.postgres
def test_a_lot_held_elsewhere_is_left_and_not_waited_for(
    open_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    monkeypatch.setattr(deadline, "HELD_MS", 1 << 60)  # the simulated clock jumped over days
    made = due_lots(open_hall, 3)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            evidence.lock(made[1].stream)
            held.set()
            release.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with transaction.atomic():
        assert set(find_free([lot.id for lot in made])) == {made[0].id, made[2].id}
    assert deadline.run_due(open_hall.system) == 2
    release.set()
    holder.join()
    assert deadline.run_due(open_hall.system) == 1
    assert count("BiddingClosed") == 3
