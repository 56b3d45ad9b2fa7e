"""A parameter (参数): a number the law fixes, as steps over time.

Days that no step covers have no value: a rule that lapsed is not zero. Two steps
for one day are refused, since then the law would say two things.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jishi.kernel.law.clause import Confidence, must_be_confidence
from jishi.kernel.law.interval import in_force, must_not_overlap, must_run_forward


@dataclass(frozen=True)
class ParameterStep:
    """A value from `since` to `until`, both counted; `clauses` are ids. Never a float."""

    since: date
    until: date | None
    value: Fraction | int
    clauses: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True)
class Parameter:
    """A dated number in a unit; steps may come in any order and are kept in time's.

    Raise `law.interval`, `law.confidence` or `law.overlap`.
    """

    id: str
    unit: str
    steps: tuple[ParameterStep, ...]

    def __post_init__(self) -> None:
        for step in self.steps:
            must_run_forward(self.id, step)
            must_be_confidence(self.id, step.confidence)
        ordered = tuple(sorted(self.steps, key=lambda step: step.since))
        must_not_overlap(self.id, ordered)
        object.__setattr__(self, "steps", ordered)

    def at(self, day: date) -> ParameterStep | None:
        """Return the step in force on the day, or None if there is none."""
        return next((step for step in self.steps if in_force(step, day)), None)
