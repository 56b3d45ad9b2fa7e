"""A lot whose lock somebody else keeps, as a process does that is cut off, stops neither other lots nor the clock."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import Error, OperationalError, connection, transaction

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Answer, Claim, Command, Sent, batch
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform import deadline, evidence, metric, patience
from jishi.platform.clock import SimulatedClock
from jishi.platform.models import Deadline
from tests.apps.market.hall import MONDAY_MS, START_FEN, STEP_FEN, Hall, failed_checks
from tests.apps.market.test_advancing import due_lots

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Holding = Callable[[Offering], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def locks(db: None) -> None:
    """Leave these out where nobody can hold one lot alone."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give an office whose changes other connections see, and whose batches have waited for nobody."""
    batch._held.clear()
    yield Hall(SimulatedClock(MONDAY_MS))
    batch._held.clear()
    connection.close()  # with how long it waits for a lock


@contextmanager
def holding(offering: Offering, idle_ms: int = 0) -> Iterator[None]:
    """Keep a lot's lock in another connection, which ends on its own if it is silent for so long."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {idle_ms:d}")
                evidence.lock(offering.stream)
                held.set()
                release.wait(20)
        except Error:
            assert idle_ms
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    try:
        yield
    finally:
        release.set()
        holder.join(10)


def sent(row: Registration, up: int, key: str) -> Sent:
    given = Command(Bid(row.alias, START_FEN + up * STEP_FEN), key, read=True)
    return Sent(row.offering_id, given, Claim(row.id, row.alias, 0))


def codes(outcomes: list[market.Outcome]) -> list[str]:
    return [each.code for each in outcomes]


def refused(code: str) -> float:
    samples = [each for family in metric.read_families() for each in family.samples]
    named = [each for each in samples if each.name == "jishi_refused_total" and each.labels["reason"] == code]
    return sum(each.value for each in named)


def two_lots(hall: Hall) -> tuple[list[Offering], list[dict[str, Registration]]]:
    lots = list(hall.offer_two())
    return lots, [hall.admit(lot, "north", "south") for lot in lots]


def test_a_held_lot_is_answered_later_and_the_others_of_its_batch_at_once(hall: Hall) -> None:
    lots, rows = two_lots(hall)
    before, began_s = refused("live.held"), time.monotonic()
    order = [sent(rows[place]["north"], 0, f"k-{place}") for place in (0, 1)]
    with holding(lots[0]):
        outcomes = market.settle_each(hall.system, order)
        first_s = time.monotonic() - began_s
        assert codes(outcomes) == ["live.held", ""]
        assert isinstance(outcomes[1], Answer)
        assert outcomes[1].accepted
        began_s = time.monotonic()
        more = [sent(rows[place]["south"], 1, f"l-{place}") for place in (0, 1)]
        assert codes(market.settle_each(hall.system, more)) == ["live.held", ""]
        second_s = time.monotonic() - began_s
    assert first_s < batch.WAIT_MS / 1000 + 2
    assert second_s < batch.WAIT_MS / 1000  # a lot known to be held is not waited for as long again
    assert refused("live.held") == before + 2
    again = market.settle_each(hall.system, order)
    assert codes(again) == ["", ""]
    assert again[1] == outcomes[1]
    assert [get_offering(lot.id).quotes for lot in lots] == [1, 2]
    assert [failed_checks(get_offering(lot.id)) for lot in lots] == [{}, {}]
    assert not batch._held


def test_a_batch_of_held_lots_alone_takes_nothing(hall: Hall) -> None:
    lots, rows = two_lots(hall)
    order = [sent(rows[place]["north"], 0, f"k-{place}") for place in (0, 1)]
    with holding(lots[0]), holding(lots[1]):
        assert codes(market.settle_each(hall.system, order)) == ["live.held"] * 2
        assert codes(market.settle_each(hall.system, order)) == ["live.held"] * 2
    assert codes(market.settle_each(hall.system, order)) == ["", ""]


def test_after_a_lost_line_nobody_is_told_that_nothing_was_taken(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    lots, rows = two_lots(hall)
    settle_once, tries = batch._settle_once, iter([True])

    def lose_first(*given: object) -> object:
        if next(tries, False):
            raise OperationalError("the line is lost")
        return settle_once(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_settle_once", lose_first)
    order = [sent(rows[place]["north"], 0, f"k-{place}") for place in (0, 1)]
    with holding(lots[0]):
        assert codes(market.settle_each(hall.system, order)) == ["live.failed", ""]


def test_who_is_cut_off_loses_the_lock_and_the_bid_is_taken(hall: Hall) -> None:
    lots, rows = two_lots(hall)
    with holding(lots[0], idle_ms=300):
        assert codes(market.settle_each(hall.system, [sent(rows[0]["north"], 0, "k-0")])) == [""]


def test_who_hung_too_long_begins_anew(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    lots, rows = two_lots(hall)
    lock_offerings, tries = batch.lock_offerings, iter([True])

    def hang_first(*given: object) -> object:
        locked = lock_offerings(*given)  # type: ignore[arg-type]
        if next(tries, False):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 50")
            time.sleep(0.5)
        return locked

    monkeypatch.setattr(batch, "lock_offerings", hang_first)
    assert codes(market.settle_each(hall.system, [sent(rows[0]["north"], 0, "k-0")])) == [""]
    assert get_offering(lots[0].id).quotes == 1


def test_the_clock_goes_on_with_other_lots_and_comes_back(hall: Hall) -> None:
    made = due_lots(hall, 20)
    with holding(made[3]):
        began_s = time.monotonic()
        assert deadline.run_due(hall.system) == 19
        assert time.monotonic() - began_s < 5
        row = Deadline.objects.get(kind="offering", ref=made[3].id)
        assert row.run_ms == hall.clock.now_ms() + deadline.AGAIN_MS
        assert deadline.run_due(hall.system) == 0
    hall.move(hall.clock.now_ms() + deadline.AGAIN_MS)
    assert deadline.run_due(hall.system) == 1
    assert {get_offering(lot.id).state for lot in made} == {"unsold"}


def test_a_deadline_held_with_its_lot_does_not_stop_the_clock(hall: Hall) -> None:
    made = due_lots(hall, 2)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            evidence.lock(made[0].stream)
            Deadline.objects.select_for_update().get(kind="offering", ref=made[0].id)
            held.set()
            release.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    began_s = time.monotonic()
    ran = deadline.run_due(hall.system)
    took_s = time.monotonic() - began_s
    release.set()
    holder.join()
    assert (ran, took_s < 2) == (1, True)
    assert deadline.run_due(hall.system) == 1


def test_a_long_computation_may_be_silent_and_what_follows_may_not(hall: Hall) -> None:
    def idle_ms() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            return str(cursor.fetchone()[0])

    with transaction.atomic():
        usual = idle_ms()
        with patience.taking_time():
            assert idle_ms() == "0"
        assert idle_ms() == usual == "10s"
