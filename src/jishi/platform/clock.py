"""Clocks that are passed as arguments. The simulated one is refused in production."""

import time
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from jishi.kernel.fault import Fault


class Clock(Protocol):
    """Tell the instant in milliseconds since the epoch, UTC."""

    def now_ms(self) -> int:
        """Return the instant in milliseconds."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """Read the operating system's clock."""

    def now_ms(self) -> int:
        """Return the instant in milliseconds."""
        return time.time_ns() // 1_000_000


@dataclass(slots=True)
class SimulatedClock:
    """Hold an instant that its owner moves; it never moves back."""

    instant_ms: int

    def __post_init__(self) -> None:
        """Refuse to run a real market: Fault `clock.simulated`."""
        if settings.JISHI_LIVE:
            raise Fault("clock.simulated")

    def now_ms(self) -> int:
        """Return the held instant in milliseconds."""
        return self.instant_ms

    def move_to(self, instant_ms: int) -> None:
        """Move forward to `instant_ms`; an earlier instant is ignored."""
        self.instant_ms = max(self.instant_ms, instant_ms)
