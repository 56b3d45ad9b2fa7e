"""The door of the live rooms: so many streams in all and so many for one address, so that bids and pages keep lines.

Anybody may watch without an account, and each stream keeps a line of the process for as long as it lasts. Who finds no
room is told before the stream begins. An address is forgotten with its last stream.
"""

import contextlib
import ipaddress
import resource
from collections import Counter
from collections.abc import Iterator

from django.conf import settings

from jishi.kernel.fault import Fault

NETWORK_BITS = 64
"""An IPv6 subscriber has at least so much of a network: more addresses than anybody can count."""


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


def whose_address(address: str) -> str:
    """Return what stands for everybody at one address: of IPv6, the network.

    >>> [whose_address(each) for each in ("10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "2001:db8::ffff:2", "?")]
    ['10.0.0.7', '10.0.0.7', '2001:db8::/64', '2001:db8::/64', '?']
    """
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(read, ipaddress.IPv4Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return str(ipaddress.ip_network((int(read), NETWORK_BITS), strict=False))
