"""One thread that works off what many send at once, many at a time: one transaction and one wait for the disk a batch.

The queue is bounded, and each party has a share of it: what finds no room is refused before it is taken, never
after. The order is that of arrival here. Refuses nothing that was taken: each gets a result or, where the work
itself failed, the exception.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
log = logging.getLogger("jishi.committer")


class Waiting(NamedTuple, Generic[Item]):
    """What waits: its work, who has to be told, whose share it takes, and since when (monotonic seconds)."""

    item: Item
    tag: Any
    party: str
    since_s: float


@dataclass(slots=True)
class Bounds:
    """How much may wait, for all and for one party, how large a batch gets, and how long a lone item waits (s)."""

    most: int = 4_000
    share: int = 8
    largest: int = 512
    linger_s: float = 0.001


@dataclass(slots=True)
class Count:
    """What the committer has done since it started, how long the last batch took, and how long the first of the one
    in work had waited (s)."""

    taken: int = 0
    done: int = 0
    batches: int = 0
    full: int = 0
    over_share: int = 0
    failed: int = 0
    largest: int = 0
    work_s: float = 0.0
    last_work_s: float = 0.0
    last_wait_s: float = 0.0


class Full(Exception):
    """Nothing more is taken now; `shared` tells that only this party's share is full."""

    def __init__(self, shared: bool) -> None:
        super().__init__(shared)
        self.shared = shared


@dataclass
class Committer(Generic[Item]):
    """Give batches to `work` in one thread and what came of them, with their tags, to `deliver`.

    `work` returns one result an item; what it raises is every item's result. Once it holds the locks its batch needs
    it may `draw` what came meanwhile and needs no others: waiting for a lock then makes batches larger, not more.
    """

    work: Callable[[list[Item]], Sequence[Any]]
    deliver: Callable[[list[tuple[Any, Any]]], None]
    bounds: Bounds = field(default_factory=Bounds)
    count: Count = field(default_factory=Count)
    _queue: deque[Waiting[Item]] = field(default_factory=deque)
    _held: dict[str, int] = field(default_factory=dict)
    _batch: list[Waiting[Item]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: bool = False
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        """Make the condition on which the thread sleeps while nothing waits."""
        self._arrived = threading.Condition(self._lock)

    def start(self) -> None:
        """Start the thread."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="jishi-committer", daemon=True)
        self._thread.start()

    def stop(self, longest_s: float = 10.0) -> None:
        """Take nothing more, work off what waits, and end."""
        with self._arrived:
            self._stopping = True
            self._arrived.notify()
        if self._thread is not None:
            self._thread.join(longest_s)

    def offer(self, item: Item, tag: Any, party: str) -> None:
        """Take an item for `party`, or raise `Full`."""
        with self._arrived:
            held = self._held.get(party, 0)
            if self._stopping or len(self._queue) >= self.bounds.most:
                self.count.full += 1
                raise Full(shared=False)
            if held >= self.bounds.share:
                self.count.over_share += 1
                raise Full(shared=True)
            self._held[party] = held + 1
            self._queue.append(Waiting(item, tag, party, time.monotonic()))
            self.count.taken += 1
            if len(self._queue) == 1:
                self._arrived.notify()

    def draw(self, fits: Callable[[Item], bool]) -> list[Item]:
        """Add to the batch in work what waits and fits, in its order; what does not fit keeps its place.

        Only `work` calls this, and its results are those of the items it was given and then of these.
        """
        drawn: list[Waiting[Item]] = []
        with self._lock:
            room = self.bounds.largest - len(self._batch)
            left: list[Waiting[Item]] = []
            while self._queue and len(drawn) < room and len(left) < self.bounds.largest:
                each = self._queue.popleft()
                (drawn if fits(each.item) else left).append(each)
            self._queue.extendleft(reversed(left))
        self._batch += drawn
        return [each.item for each in drawn]

    def waiting(self) -> int:
        """Return how many wait now."""
        return len(self._queue)

    def oldest_s(self) -> float:
        """Return how long (s) the oldest has waited for its answer, be it in the queue or in a batch that hangs."""
        batch = self._batch
        try:
            return time.monotonic() - (batch or self._queue)[0].since_s
        except IndexError:
            return 0.0

    def _run(self) -> None:
        while batch := self._next():
            self._work_off(batch)

    def _next(self) -> list[Waiting[Item]]:
        with self._arrived:
            while not self._queue and not self._stopping:
                self._arrived.wait()
            few = len(self._queue) < self.bounds.largest and not self._stopping
        if few and self.bounds.linger_s:
            time.sleep(self.bounds.linger_s)  # whoever pressed at the same moment comes along
        with self._lock:
            size = min(len(self._queue), self.bounds.largest)
            return [self._queue.popleft() for _ in range(size)]

    def _work_off(self, batch: list[Waiting[Item]]) -> None:
        begun_s, self._batch = time.monotonic(), batch
        self.count.last_wait_s = begun_s - batch[0].since_s
        try:
            results = self.work([each.item for each in batch])
        except Exception as error:
            log.exception("a batch of %d failed", len(batch))
            results = [error] * len(batch)
            self.count.failed += len(batch)
        self._tally(batch, begun_s)
        try:
            self.deliver([(each.tag, result) for each, result in zip(batch, results, strict=True)])
        except Exception:
            log.exception("the results of a batch of %d could not be delivered", len(batch))

    def _tally(self, batch: list[Waiting[Item]], begun_s: float) -> None:
        count, took_s = self.count, time.monotonic() - begun_s
        count.done, count.batches = count.done + len(batch), count.batches + 1
        count.largest = max(count.largest, len(batch))
        count.work_s, count.last_work_s = count.work_s + took_s, took_s
        self._batch = []
        with self._lock:
            for each in batch:
                left = self._held[each.party] - 1
                if left:
                    self._held[each.party] = left
                else:
                    del self._held[each.party]
