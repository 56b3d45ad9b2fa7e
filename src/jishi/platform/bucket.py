"""Token buckets: a caller may do so much at once, then so much a second. Each process counts for itself."""

import threading
import time
from collections.abc import Callable

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
