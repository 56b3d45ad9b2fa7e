"""Where a case stands: a value that serialises, O(steps + suspensions), never O(acts)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from jishi.kernel.procedure.clock import Pause, read_pause

SUPPLEMENT = "supplement"


@dataclass(frozen=True)
class CaseState:
    """The step or end a case is at and what the next act is held against.

    `entered` is the day each step was last entered, `actors` who decided at each step, `interested` the
    persons of the case's own parties, `extended` whether the clock of this step was lengthened.
    """

    step: str = ""
    ended: bool = False
    seq: int = 0
    entered: Mapping[str, date] = field(default_factory=dict)
    actors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    interested: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    overdue: bool = False
    objections: int = 0

    @property
    def paused(self) -> Pause | None:
        """Give the suspension that lasts, or None."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].end is None else None

    def enter(self, step: str, day: date, *, ended: bool) -> "CaseState":
        """Move to a step or an end."""
        return replace(
            self, step=step, ended=ended, entered={**self.entered, step: day}, extended=False, overdue=False,
            objections=0,
        )  # fmt: skip

    def pause(self, day: date, reason: str) -> "CaseState":
        """Stop the clocks."""
        return replace(self, pauses=(*self.pauses, Pause(day, None, reason)))

    def resume(self, day: date) -> "CaseState":
        """Let the clocks run again; nothing happens where they run."""
        if self.paused is None:
            return self
        return replace(self, pauses=(*self.pauses[:-1], replace(self.pauses[-1], end=day)))

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "step": self.step,
            "ended": self.ended,
            "seq": self.seq,
            "entered": {step: day.isoformat() for step, day in self.entered.items()},
            "actors": {step: list(people) for step, people in self.actors.items()},
            "interested": list(self.interested),
            "recused": list(self.recused),
            "pauses": [pause.to_json() for pause in self.pauses],
            "extended": self.extended,
            "overdue": self.overdue,
            "objections": self.objections,
        }


def read_state(raw: Mapping[str, Any]) -> CaseState:
    """Read a state from its JSON values."""
    return CaseState(
        **{
            **raw,
            "entered": {step: date.fromisoformat(day) for step, day in raw["entered"].items()},
            "actors": {step: tuple(people) for step, people in raw["actors"].items()},
            "interested": tuple(raw["interested"]),
            "recused": tuple(raw["recused"]),
            "pauses": tuple(map(read_pause, raw["pauses"])),
        }
    )
