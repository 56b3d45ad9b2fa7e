"""The door of the live rooms: so many streams in all and so many for one address, so that bids and pages keep lines.

Anybody may watch without an account, and each stream keeps a line of the process for as long as it lasts. Who finds no
room is told before the stream begins. An address is forgotten with its last stream.
"""

import contextlib
import resource
from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from jishi.kernel.fault import Fault
from jishi.web.shell.peer import whose_address


class Door:
    """Count who is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self._of: Counter[str] = Counter()

    @contextlib.contextmanager
    def enter(self, address: str) -> Iterator[None]:
        """Let a stream in for as long as it lasts; Faults `live.watchers.full`, `live.watchers.address`."""
        whose = whose_address(address)
        if self.inside >= most_watchers():
            raise Fault("live.watchers.full")
        if settings.JISHI_RATE_LIMITS and self._of[whose] >= settings.JISHI_WATCHERS_EACH:
            raise Fault("live.watchers.address", most=settings.JISHI_WATCHERS_EACH)
        self.inside += 1
        self._of[whose] += 1
        try:
            yield
        finally:
            self.inside -= 1
            self._of[whose] -= 1
            if not self._of[whose]:
                del self._of[whose]


def most_watchers() -> int:
    """Return how many streams this process takes: what is set, and never more than three of four files it may open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    set_ones: int = settings.JISHI_WATCHERS
    return set_ones if files == resource.RLIM_INFINITY else min(set_ones, files * 3 // 4)
