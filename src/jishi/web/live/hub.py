"""The hub: one look at the database for all watched rooms, one frame a change, the latest one wins.

Watchers never touch the database; a slow one skips frames and delays nobody. Looking at the rows, not at
messages, lets several server processes share one database without a protocol between them.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import close_old_connections

from jishi.apps.market import reads
from jishi.apps.market.api import Offering
from jishi.platform import evidence
from jishi.platform.clock import SystemClock
from jishi.web.live.frame import build_frame

LOOK_EVERY_S = 0.15
log = logging.getLogger("jishi.live")


@dataclass
class Room:
    """One watched offering: its latest frame and an event that wakes its watchers."""

    seq: int = -1
    frame: bytes = b""
    watchers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Hold the watched rooms and look for changes while there are any."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def watch(self, offering_id: str) -> Iterator[Room]:
        """Hold a room open while one watcher is in it."""
        room = self.rooms.setdefault(offering_id, Room())
        room.watchers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            yield room
        finally:
            room.watchers -= 1
            if not room.watchers:
                self.rooms.pop(offering_id, None)

    async def _look(self) -> None:
        while self.rooms:
            seen = {offering_id: room.seq for offering_id, room in self.rooms.items()}
            try:
                fresh = await asyncio.to_thread(_changed_frames, seen)
            except Exception:
                log.exception("the live hub could not read; it tries again")
                fresh = {}
            for offering_id, (seq, frame) in fresh.items():
                self._show(offering_id, seq, frame)
            await asyncio.sleep(LOOK_EVERY_S)

    def _show(self, offering_id: str, seq: int, frame: bytes) -> None:
        room = self.rooms.get(offering_id)
        if room is None:
            return
        room.seq, room.frame = seq, frame
        room.changed.set()
        room.changed = asyncio.Event()


def _changed_frames(seen: dict[str, int]) -> dict[str, tuple[int, bytes]]:
    close_old_connections()
    streams = {f"offering/{offering_id}": offering_id for offering_id in seen}
    heads = evidence.find_seqs(list(streams))
    moved = {streams[stream]: seq for stream, seq in heads.items() if seq != seen[streams[stream]]}
    rows = reads.get_offerings(moved) if moved else []
    return {row.id: (moved[row.id], _encode(row, moved[row.id])) for row in rows}


def _encode(offering: Offering, seq: int) -> bytes:
    frame = {**build_frame(offering), "server_ms": SystemClock().now_ms()}
    return f"id: {seq}\ndata: {json.dumps(frame, ensure_ascii=False)}\n\n".encode()
