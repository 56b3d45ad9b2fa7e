"""What is kept for a line until the other end takes it or has sent it all: little in memory, the rest on the disk.

However slow the other end is, no thread waits for it. How long it may keep us waiting, and how much of the disk all of
them and one address may use, is bounded.
"""

import asyncio
import io
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable
from typing import IO, TypeVar

from django.conf import settings

from jishi.kernel.fault import Fault

NEAR_BYTES = 16 * 1024
"""Of a line, in memory: no more than the line itself may hold."""
PIECE_BYTES = 64 * 1024
"""Of a line that has a file, of which there are few: so much goes to the disk, and comes from there, at once."""
FILE_COSTS = 1024 * 1024
"""A file counts as so much, however little it holds: files that may be open are few, too."""
MOST_ON_DISK, MOST_EACH = 1024 * FILE_COSTS, 256 * FILE_COSTS
"""Bytes of all, and of one address."""
Got = TypeVar("Got")
log = logging.getLogger("jishi.server")


class Share:
    """Count what stands on the disk, in all and by address."""

    def __init__(self) -> None:
        self.used = 0
        self._of: Counter[str] = Counter()

    def take(self, whose: str, size: int) -> None:
        """Take `size` bytes; Faults `portal.full`, `portal.address`: nothing was taken."""
        if self.used + size > MOST_ON_DISK:
            raise Fault("portal.full")
        if settings.JISHI_RATE_LIMITS and self._of[whose] + size > MOST_EACH:
            raise Fault("portal.address", most=MOST_EACH >> 20)
        self.used += size
        self._of[whose] += size

    def give_back(self, whose: str, size: int) -> None:
        """Give back what was taken; an address is forgotten with its last byte."""
        self.used -= size
        self._of[whose] -= size
        if not self._of[whose]:
            del self._of[whose]


share = Share()


class Held:
    """Bytes in the order they came: what is not yet taken waits in memory while it is little, else on the disk."""

    def __init__(self, whose: str) -> None:
        self._whose = whose
        self._near = bytearray()
        self._far: IO[bytes] | None = None
        self._written = self._read = self._cost = 0

    async def add(self, piece: bytes, *, keep_near: bool = False) -> None:
        """Take a piece; Faults `portal.full`, `portal.address` where there is no room for it on the disk."""
        if self._read == self._written:
            self._read = self._written = 0  # all of the file was taken: it is written anew from its beginning
        self._near += piece
        most = NEAR_BYTES if self._far is None else PIECE_BYTES
        if len(self._near) > most and not keep_near:
            await self._put_away()

    def behind(self) -> int:
        """Return how large the file has grown of which not all was taken."""
        return self._written if self._read < self._written else 0

    async def next(self) -> bytes:
        """Give what follows, b"" where nothing is left for now."""
        if self._far is not None and self._read < self._written:
            size = min(PIECE_BYTES, self._written - self._read)  # beyond stands what is just being written
            piece = await asyncio.to_thread(os.pread, self._far.fileno(), size, self._read)
            self._read += len(piece)
            return piece
        piece = bytes(self._near)
        self._near.clear()
        return piece

    async def whole(self) -> IO[bytes]:
        """Give all that came, once nothing more comes."""
        if self._far is None:
            return io.BytesIO(self._near)
        await self._put_away()
        self._far.seek(0)
        return self._far

    def close(self) -> None:
        """Throw everything away."""
        if self._far is not None:
            self._far.close()
        share.give_back(self._whose, self._cost)
        self._cost = 0

    async def _put_away(self) -> None:
        cost = max(self._cost, self._written + len(self._near), FILE_COSTS)
        share.take(self._whose, cost - self._cost)
        self._cost = cost
        piece = bytes(self._near)
        self._near.clear()
        try:
            self._far = await asyncio.to_thread(_write, self._far, piece, self._written)
        except OSError as error:  # the disk is full, or no more files may be open
            log.warning("nothing more can be kept on the disk: %s", error)
            raise Fault("portal.full") from error
        self._written += len(piece)


class Pace:
    """How long the other end may keep us waiting: so many seconds, and one more for so many bytes that it moved."""

    def __init__(self, head_s: float, bytes_a_second: int) -> None:
        self._left_s, self._rate = head_s, bytes_a_second

    async def wait(self, step: Awaitable[Got]) -> Got:
        """Wait for the other end; TimeoutError once it is too slow."""
        began = time.monotonic()
        async with asyncio.timeout(max(self._left_s, 0)):
            got = await step
        self._left_s -= time.monotonic() - began
        return got

    def moved(self, size: int) -> None:
        """Give it the time that it has earned."""
        self._left_s += size / self._rate


def _write(file: IO[bytes] | None, piece: bytes, place: int) -> IO[bytes]:
    """Write past the file's own buffer: it may be read and written at once."""
    if file is None:
        file = tempfile.TemporaryFile(prefix="jishi-held-")  # noqa: SIM115 - whoever holds it closes it
    left = memoryview(piece)
    while left:
        place += (done := os.pwrite(file.fileno(), left, place))
        left = left[done:]
    return file
