"""The hub: one frame a change for all watchers of a room, encoded once, the latest one wins.

Whoever commits calls `publish` from any thread; news from other processes comes the same way; a look at the rows once
a second finds what no message told. Frames follow each other by at least `FRAME_EVERY_S`, in a very full house by more,
so that sending takes no more than half of the loop's time and bidders keep the rest. Watchers never touch the
database. A send that could be done at once costs no task; a watcher whose line is full skips frames until it is free
again, delays nobody, and is dropped when it stays so, however busy its room is. A watcher is sent only what is newer
than what it has seen, here or at another process; where a look finds that the rows stand before that, they are another
history, and it is told so.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from django.db import connection

from jishi.apps.market import reads
from jishi.apps.market.api import Offering
from jishi.platform import evidence, metric
from jishi.platform.clock import SystemClock
from jishi.platform.snapshot import one_snapshot
from jishi.web.live.frame import build_frame

Send = Callable[[dict[str, Any]], Awaitable[None]]
FRAME_EVERY_S = 0.08
LOOK_EVERY_S = 1.0
BEAT_EVERY_S = 15.0
STALLED_S = 60.0
SENDS_A_TURN = 50
"""After so many sends the loop turns to others, such as bidders, before it goes on."""
BEAT = b"event: beat\ndata: {}\n\n"
ANEW = b"event: anew\ndata: {}\n\n"
"""Before a frame whose number may be smaller than what the watcher has seen: the database was put back."""
OTHER_HISTORY = -2
"""Stands for the last frame of a watcher whose number these rows never had."""
log = logging.getLogger("jishi.live")


class Watcher:
    """One open stream: how to send to it, the last frame it was given, and a send that is still under way."""

    __slots__ = ("busy", "busy_since", "send", "shown", "task")

    def __init__(self, send: Send, shown: int) -> None:
        self.send, self.shown = send, shown
        self.busy: asyncio.Task[None] | None = None
        self.busy_since = 0.0
        self.task = asyncio.current_task()


class Room:
    """One watched offering: its latest frame, the newest sequence number heard of, and who watches.

    `ahead` holds who has seen more than stood here when they came, until a look says why.
    """

    __slots__ = ("ahead", "frame", "heard", "seq", "told_at", "watchers")

    def __init__(self) -> None:
        self.seq, self.heard, self.frame = -1, 0, b""
        self.told_at = time.monotonic()
        self.watchers: set[Watcher] = set()
        self.ahead: set[Watcher] = set()

    def put(self, seq: int, frame: bytes) -> None:
        """Take what was read; a smaller number than before is another history, for everybody who watches."""
        if seq < self.seq:
            for watcher in self.watchers:
                watcher.shown = OTHER_HISTORY
            self.heard = seq
        self.seq, self.heard, self.frame = seq, max(seq, self.heard), frame


class Hub:
    """Hold the watched rooms and bring frames to their watchers while there are any."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.count = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._told = False
        self._looked_at = 0.0
        self._reader = ThreadPoolExecutor(1, "jishi-frames")

    def publish(self, offering_id: str, seq: int) -> None:
        """Say that an offering stands at `seq`; from any thread, costs microseconds, never blocks."""
        room = self.rooms.get(offering_id)
        if room is None or seq <= room.heard:
            return
        room.heard = seq
        if not self._told and self._loop is not None:
            self._told = True
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._news.set)

    @contextlib.contextmanager
    def watch(self, offering_id: str, send: Send, shown: int = -1) -> Iterator[Watcher]:
        """Keep one watcher in a room; `shown` is the frame it has seen, a newer one is sent at once."""
        room = self.rooms.setdefault(offering_id, Room())
        watcher = Watcher(send, shown)
        room.watchers.add(watcher)
        if shown > room.seq:
            room.ahead.add(watcher)
        self._counted(1)
        self._start()
        if room.frame:
            self._push(watcher, room)
        try:
            yield watcher
        finally:
            room.watchers.discard(watcher)
            room.ahead.discard(watcher)
            if watcher.busy:
                watcher.busy.cancel()
            if not room.watchers and self.rooms.get(offering_id) is room:
                del self.rooms[offering_id]
            self._counted(-1)

    def close(self) -> None:
        """End every watcher's stream."""
        for room in tuple(self.rooms.values()):
            for watcher in tuple(room.watchers):
                if watcher.task is not None:
                    watcher.task.cancel("closed")

    async def read_in_thread(self, read: Callable[[str], bool], offering_id: str) -> bool:
        """Ask the database in the hub's own thread, whose connection stays open."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, _kept_open, read, offering_id)

    def _counted(self, change: int) -> None:
        self.count += change
        metric.watchers(self.count)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._run())
        self._news.set()

    async def _run(self) -> None:
        while self.rooms:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_EVERY_S)
            began = time.monotonic()
            self._news.clear()
            self._told = False
            looks = began - self._looked_at >= LOOK_EVERY_S
            if looks:
                self._looked_at = began
                self._drop_stalled(began)
            sending_s = await self._bring_frames(looks=looks)
            await self._beat(began)
            await asyncio.sleep(max(sending_s, began + FRAME_EVERY_S - time.monotonic()))

    async def _bring_frames(self, *, looks: bool) -> float:
        """Read and send what is new, of every room if it `looks`; return how long (s) the sending took."""
        moved = [offering_id for offering_id, room in self.rooms.items() if room.heard > room.seq]
        seen = {offering_id: room.seq for offering_id, room in self.rooms.items()} if looks else {}
        if not moved and not seen:
            return 0.0
        ahead = [(room, watcher) for room in self.rooms.values() for watcher in room.ahead] if looks else []
        try:
            read = asyncio.get_running_loop().run_in_executor(
                self._reader, _kept_open, _frames, (moved, seen)
            )
            fresh = await read
        except Exception:
            log.exception("the live hub could not read; it tries again")
            return 0.0
        began = time.monotonic()
        for offering_id, (seq, frame) in fresh.items():
            room = self.rooms.get(offering_id)
            if room is not None and seq != room.seq:
                room.put(seq, frame)
                await self._show(room)
        self._explain(ahead)
        return time.monotonic() - began

    def _explain(self, ahead: list[tuple[Room, Watcher]]) -> None:
        """Begin anew for who came before a look, and had seen more than the look then found in the rows."""
        for room, watcher in ahead:
            if watcher in room.ahead and room.seq >= 0:
                room.ahead.discard(watcher)
                if watcher.shown > room.seq:
                    watcher.shown = OTHER_HISTORY
                    self._push(watcher, room)

    async def _show(self, room: Room) -> None:
        room.told_at = time.monotonic()
        for place, watcher in enumerate(tuple(room.watchers), 1):
            self._push(watcher, room)
            if not place % SENDS_A_TURN:
                await asyncio.sleep(0)

    async def _beat(self, now_s: float) -> None:
        for room in tuple(self.rooms.values()):
            if now_s - room.told_at < BEAT_EVERY_S:
                continue
            room.told_at = now_s
            for place, watcher in enumerate(tuple(room.watchers), 1):
                if watcher.busy is None:
                    self._write(watcher, BEAT, room)
                if not place % SENDS_A_TURN:
                    await asyncio.sleep(0)

    def _drop_stalled(self, now_s: float) -> None:
        """End the streams that have not taken what they were sent for too long, in busy rooms and in quiet ones."""
        for room in self.rooms.values():
            for watcher in room.watchers:
                stalls = watcher.busy is not None and now_s - watcher.busy_since > STALLED_S
                if stalls and watcher.task is not None:
                    watcher.task.cancel("stalled")

    def _push(self, watcher: Watcher, room: Room) -> None:
        if watcher.busy is None and watcher.shown < room.seq:
            body = ANEW + room.frame if watcher.shown == OTHER_HISTORY else room.frame
            watcher.shown = room.seq
            if self._write(watcher, body, room):
                metric.frames(1)

    def _write(self, watcher: Watcher, body: bytes, room: Room) -> bool:
        """Send as far as it goes at once, the rest in a task of its own; tell whether the line was still there."""
        step = watcher.send({"type": "http.response.body", "body": body, "more_body": True}).__await__()
        try:
            waiting = next(step)
        except StopIteration:
            return True
        except OSError:
            return False  # it has gone; its own coroutine hears of it
        watcher.busy_since = time.monotonic()
        watcher.busy = asyncio.get_running_loop().create_task(
            self._finish(watcher, _Rest(waiting, step), room)
        )
        return True

    async def _finish(self, watcher: Watcher, rest: "_Rest", room: Room) -> None:
        with contextlib.suppress(OSError):
            await rest
        watcher.busy = None
        if watcher in room.watchers:
            self._push(watcher, room)


class _Rest:
    """The rest of a send that was begun by hand and has to wait."""

    def __init__(self, waiting: Any, step: Generator[Any, Any, None]) -> None:
        self.waiting, self.step = waiting, step

    def __await__(self) -> Generator[Any, Any, None]:
        yield self.waiting
        yield from self.step


def _kept_open(read: Callable[[Any], Any], given: Any) -> Any:
    """Read on this thread's lasting connection; after a failure the next read opens a new one."""
    try:
        return read(given)
    except Exception:
        connection.close()
        raise


def _frames(given: tuple[list[str], dict[str, int]]) -> dict[str, tuple[int, bytes]]:
    """Return sequence number and frame of the rooms said to have moved and of those found to have."""
    moved, seen = given
    with one_snapshot():
        heads = evidence.find_seqs([f"offering/{each}" for each in {*moved, *seen}])
        seqs = {stream.removeprefix("offering/"): seq for stream, seq in heads.items()}
        changed = [each for each, seq in seqs.items() if each in moved or seq != seen.get(each)]
        rows = reads.get_offerings(changed) if changed else []
        return {row.id: (seqs[row.id], _encode(row, seqs[row.id])) for row in rows}


def _encode(offering: Offering, seq: int) -> bytes:
    frame = {**build_frame(offering), "server_ms": SystemClock().now_ms()}
    return b"id: %d\ndata: %b\n\n" % (seq, msgspec.json.encode(frame))
