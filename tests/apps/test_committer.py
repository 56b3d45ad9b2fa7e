"""The committer: many at a time, in the order they came, never more than there is room for, nobody left waiting."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from jishi.platform.committer import Bounds, Committer, Full


class Work:
    """Work that can be held up; it remembers its batches and what was delivered."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()
        self.batches: list[list[int]] = []
        self.told: dict[Any, Any] = {}
        self.all_told = threading.Condition()

    def work(self, batch: list[int]) -> Sequence[int]:
        self.begun.set()
        assert self.free.wait(10)
        self.batches.append(batch)
        if -1 in batch:
            raise ValueError("made to fail")
        return [each * 10 for each in batch]

    def deliver(self, done: list[tuple[Any, Any]]) -> None:
        with self.all_told:
            self.told |= done
            self.all_told.notify_all()

    def await_told(self, count: int) -> dict[Any, Any]:
        with self.all_told:
            assert self.all_told.wait_for(lambda: len(self.told) >= count, 10), self.told
        return self.told


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def committer(work: Work) -> Iterator[Committer[int]]:
    made: Committer[int] = Committer(
        work.work, work.deliver, Bounds(most=6, share=3, largest=4, linger_s=0.0)
    )
    made.start()
    yield made
    work.free.set()
    made.stop()


def hold_up(committer: Committer[int], work: Work) -> None:
    """Let one item be worked on and not end, so that what comes next waits."""
    work.free.clear()
    committer.offer(0, "first", "someone")
    assert work.begun.wait(10)


def test_what_came_meanwhile_is_one_batch_in_its_order(committer: Committer[int], work: Work) -> None:
    hold_up(committer, work)
    for item in range(1, 6):
        committer.offer(item, item, f"party {item}")
    work.free.set()
    assert work.await_told(6) == {"first": 0, **{item: item * 10 for item in range(1, 6)}}
    assert work.batches == [[0], [1, 2, 3, 4], [5]]


def test_a_batch_that_hangs_has_an_age(committer: Committer[int], work: Work) -> None:
    hold_up(committer, work)
    assert committer.waiting() == 0
    time.sleep(0.05)
    committer.offer(1, "second", "other")
    assert committer.oldest_s() >= 0.05, "who is being worked on waits as well"
    work.free.set()
    work.await_told(2)
    committer.stop()
    assert committer.oldest_s() == 0.0


def test_how_long_a_batch_waited_is_known_while_it_is_worked_on(work: Work) -> None:
    seen: list[float] = []
    made: Committer[int] = Committer(
        lambda batch: seen.append(made.count.last_wait_s) or work.work(batch), work.deliver
    )
    made.offer(1, "one", "someone")
    time.sleep(0.05)
    made.start()
    work.await_told(1)
    made.stop()
    assert seen[0] >= 0.05


def test_no_room_is_said_before_anything_is_taken(committer: Committer[int], work: Work) -> None:
    hold_up(committer, work)
    for item in range(1, 7):
        committer.offer(item, item, f"party {item}")
    with pytest.raises(Full) as full:
        committer.offer(7, 7, "late")
    assert not full.value.shared
    work.free.set()
    assert 7 not in work.await_told(7)
    assert (committer.count.taken, committer.count.full) == (7, 1)


def test_a_party_has_its_share_and_no_more(committer: Committer[int], work: Work) -> None:
    hold_up(committer, work)
    for item in range(3):
        committer.offer(item, item, "greedy")
    with pytest.raises(Full) as full:
        committer.offer(3, 3, "greedy")
    assert full.value.shared
    committer.offer(4, 4, "modest")
    work.free.set()
    work.await_told(5)
    committer.offer(5, 5, "greedy")
    assert work.await_told(6)[5] == 50


def test_what_fails_is_told_and_the_next_batch_goes_on(committer: Committer[int], work: Work) -> None:
    committer.offer(-1, "bad", "a")
    assert isinstance(work.await_told(1)["bad"], ValueError)
    committer.offer(2, "good", "a")
    assert work.await_told(2)["good"] == 20


def test_stopping_works_off_what_waits_and_takes_no_more(work: Work) -> None:
    committer: Committer[int] = Committer(work.work, work.deliver, Bounds(linger_s=0.0))
    committer.start()
    hold_up(committer, work)
    for item in range(1, 4):
        committer.offer(item, item, "a")
    ending = threading.Thread(target=committer.stop)
    ending.start()
    while not committer._stopping:
        time.sleep(0.001)
    with pytest.raises(Full):
        committer.offer(9, 9, "b")
    work.free.set()
    ending.join(10)
    assert work.told == {"first": 0, 1: 10, 2: 20, 3: 30}


def test_a_listener_that_breaks_does_not_stop_the_committer(work: Work) -> None:
    def deliver(done: list[tuple[Any, Any]]) -> None:
        work.deliver(done)
        raise RuntimeError("made to fail")

    committer: Committer[int] = Committer(work.work, deliver, Bounds(linger_s=0.0))
    committer.start()
    committer.offer(1, 1, "a")
    work.await_told(1)
    committer.offer(2, 2, "a")
    assert work.await_told(2) == {1: 10, 2: 20}
    committer.stop()


# --- what comes while the work waits for its locks


class Drawing(Work):
    """Work that, once it is free, takes along what waits and is even."""

    def __init__(self) -> None:
        super().__init__()
        self.committer: Committer[int] = Committer(
            self.work, self.deliver, Bounds(most=9, share=9, largest=4, linger_s=0.0)
        )

    def work(self, batch: list[int]) -> Sequence[int]:
        self.begun.set()
        assert self.free.wait(10)
        batch += self.committer.draw(lambda item: item % 2 == 0)
        return super().work(batch)


@pytest.fixture
def drawing() -> Iterator[Drawing]:
    made = Drawing()
    made.committer.start()
    yield made
    made.free.set()
    made.committer.stop()


def test_what_fits_comes_along_in_its_order_and_the_rest_keeps_its_place(drawing: Drawing) -> None:
    hold_up(drawing.committer, drawing)
    for item in (1, 2, 3, 4, 6, 8, 5):
        drawing.committer.offer(item, item, "a")
    drawing.free.set()
    told = drawing.await_told(8)
    assert [told[item] for item in (1, 2, 3, 4, 6, 8, 5)] == [10, 20, 30, 40, 60, 80, 50]
    assert drawing.batches == [[0, 2, 4, 6], [1, 3, 8, 5]]


def test_what_was_drawn_frees_its_share_once_it_is_done(drawing: Drawing) -> None:
    hold_up(drawing.committer, drawing)
    for item in range(2, 11):
        drawing.committer.offer(item, item, "a")
    with pytest.raises(Full):
        drawing.committer.offer(12, 12, "a")
    drawing.free.set()
    drawing.await_told(10)
    for item in range(20, 28):
        drawing.committer.offer(item, item, "a")
    drawing.await_told(18)
    assert drawing.committer.count.done == drawing.committer.count.taken == 18


def test_what_was_drawn_into_work_that_fails_is_told_too(drawing: Drawing) -> None:
    hold_up(drawing.committer, drawing)
    drawing.committer.offer(-2, "even", "a")
    drawing.committer.offer(-1, "odd", "a")
    drawing.free.set()
    told = drawing.await_told(3)
    assert told["even"] == -20
    assert isinstance(told["odd"], ValueError)
    drawing.free.clear()
    drawing.begun.clear()
    drawing.committer.offer(-1, "again", "a")
    assert drawing.begun.wait(10)
    drawing.committer.offer(30, "with it", "a")
    drawing.free.set()
    assert isinstance(drawing.await_told(5)["with it"], ValueError)
