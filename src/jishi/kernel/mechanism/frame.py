"""The frame every mechanism but the first stands in: phase, clocks, admissions, pauses and the end.

scheduled -> open -> (the mechanism's own phases) -> sold, unsold, converted, halted or terminated.
A moment is valid strictly before its end; only a tick ends a phase, at the very instant it was due.
`framed` drives a mechanism in this frame; `frame_act` holds what officers do to any of them.
"""

from typing import Any, Final, NamedTuple, Protocol, Self

from jishi.kernel.mechanism.contract import Event, Step

SCHEDULED: Final = "scheduled"
OPEN: Final = "open"
AWAITING_OPENING: Final = "awaiting_opening"
SOLD: Final = "sold"
UNSOLD: Final = "unsold"
CONVERTED: Final = "converted"
HALTED: Final = "halted"
TERMINATED: Final = "terminated"
OVER: Final = frozenset({SOLD, UNSOLD, CONVERTED, HALTED, TERMINATED})
"""The phases that nothing leaves."""
JOINING: Final = frozenset({SCHEDULED, OPEN})
"""The phases in which bidders are admitted and may leave."""


class Frame(NamedTuple):
    """What every running mechanism has. Instants in ms; `clock_ms` is kept while suspended."""

    phase: str = SCHEDULED
    clock_ms: int | None = None
    last_ms: int = 0
    paused_ms: int | None = None
    closed_ms: int | None = None
    reason: str | None = None
    admitted: frozenset[str] = frozenset()

    @property
    def due_ms(self) -> int | None:
        """Return the instant of the next tick, None while suspended or over."""
        return None if self.paused_ms is not None else self.clock_ms


class Framed(Protocol):
    """A state in a frame: a NamedTuple with the terms as read, the frame, and fields of its own."""

    @property
    def terms(self) -> dict[str, Any]:
        """Return the terms by name, defaults filled in; never changed in place."""

    @property
    def frame(self) -> Frame:
        """Return the frame."""

    def _replace(self, **changed: Any) -> Self:
        """Return the state with some fields changed."""


def move(state: Any, phase: str, clock_ms: int | None, **changed: Any) -> Any:
    """Return the state in another phase whose clock ends at an instant (ms), None for no clock."""
    return state._replace(frame=state.frame._replace(phase=phase, clock_ms=clock_ms), **changed)


def end(state: Any, phase: str, at_ms: int, reason: str | None = None, **said: Any) -> Step[Any]:
    """End the mechanism in a phase of `OVER`; `said` goes into the event."""
    frame = state.frame._replace(phase=phase, clock_ms=None, paused_ms=None, closed_ms=at_ms, reason=reason)
    event: Event = {"type": "BiddingClosed", "phase": phase, "reason": reason, "closed_ms": at_ms, **said}
    return Step(state._replace(frame=frame), (event,))
