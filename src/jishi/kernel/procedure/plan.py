"""The plan of a procedure as the fold walks it: steps, who acts, what may be decided, which clocks run.

Holds identities only; titles, forms and what is written where stay with the pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

By = Literal["person", "clock", "panel"]
APPLICANT, SYSTEM, PANEL = "applicant", "system", "panel"
FILING = "filing"
"""What `not_by` calls the filing, which is no step."""


@dataclass(frozen=True)
class Decision:
    """A way out of a step: to the step or end `next`, taken by a person, the clock or a panel.

    `window` names a limit: a person may take it only so long before the clock of the step runs out.
    `role` is who may take it where that is not the step's own role.
    """

    id: str
    next: str
    role: str = ""
    by: By = "person"
    needs_reason: bool = False
    reasons: frozenset[str] = frozenset()
    window: str = ""


@dataclass(frozen=True)
class Clock:
    """A limit that runs in a step: since the step was entered, or since `since` was last entered.

    `overdue` is the decision taken when it has run out; without one the step is marked overdue.
    """

    limit: str
    since: str = ""
    overdue: str = ""
    extend: str = ""


@dataclass(frozen=True)
class Step:
    """A step: the role that acts, decisions, and at whose steps the person must not have acted (四眼)."""

    id: str
    role: str
    decisions: tuple[Decision, ...]
    not_by: frozenset[str] = frozenset()
    clock: Clock | None = None
    supplement: Clock | None = None
    pauses: frozenset[str] = frozenset()
    objections: bool = False

    def decision(self, name: str) -> Decision | None:
        """Give a decision of the step, or None."""
        return next((each for each in self.decisions if each.id == name), None)


@dataclass(frozen=True)
class Plan:
    """A procedure: its steps, its ends, and the ways out that are no decision.

    `withdraw` names for each step the end an applicant's withdrawal leads to; `reopen` for each end the
    step at which the case is taken up again.
    """

    id: str
    first: str
    steps: Mapping[str, Step]
    ends: frozenset[str]
    withdraw: Mapping[str, str] = field(default_factory=dict)
    reopen: Mapping[str, str] = field(default_factory=dict)
