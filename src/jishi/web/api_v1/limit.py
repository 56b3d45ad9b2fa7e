"""Token buckets: a caller may do so much at once, then so much a second. Each process counts for itself."""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

MOST_CALLERS = 50_000


class Buckets:
    """Hold one bucket a caller, refilled at `rate` a second up to `burst`."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self._clock = rate, burst, clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, caller: str) -> float:
        """Take one from the bucket of `caller` and return 0; if it is empty, return the seconds to wait.

        >>> seconds = iter([0, 0, 0, 1.5])
        >>> buckets = Buckets(rate=1, burst=2, clock=lambda: next(seconds))
        >>> [buckets.wait_s("a") for _ in range(4)]
        [0.0, 0.0, 1.0, 0.0]
        """
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(caller, (float(self.burst), now))
            left = min(float(self.burst), left + (now - at) * self.rate)
            taken = left >= 1
            self._left[caller] = (left - 1 if taken else left, now)
            if len(self._left) > MOST_CALLERS:
                del self._left[next(iter(self._left))]  # who came least recently
        return 0.0 if taken else (1 - left) / self.rate


class Limit(BaseThrottle):
    """Limit an endpoint by caller: a person wherever they are, a stranger by address."""

    def __init__(self, buckets: Buckets, *, strangers_only: bool = False) -> None:
        self.buckets, self.strangers_only = buckets, strangers_only
        self._answer = threading.local()

    def allow_request(self, request: HttpRequest) -> bool:
        """Tell whether the caller may go on now."""
        known = request.user.is_authenticated
        if not settings.JISHI_RATE_LIMITS or (known and self.strangers_only):
            return True
        caller = f"user {request.user.pk}" if known else f"address {request.META.get('REMOTE_ADDR')}"
        self._answer.wait_s = self.buckets.wait_s(caller)
        return not self._answer.wait_s

    def wait(self) -> float | None:
        """Return the seconds after which the refused request may succeed."""
        return getattr(self._answer, "wait_s", None)


READING = Limit(Buckets(rate=20, burst=200), strangers_only=True)
BIDDING = Limit(Buckets(rate=5, burst=30))
