"""An act in a case: what was done, when, by whom. The fold reads nothing else."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

from jishi.kernel.fault import Fault

ActKind = Literal[
    "filed", "decided", "expired", "supplement_asked", "supplemented", "suspended", "resumed", "extended",
    "objected", "answered", "withdrawn", "reopened", "recused",
]  # fmt: skip


@dataclass(frozen=True)
class Act:
    """One act on a day; `by` is the person, empty for the system; `role` is what the person acted as.

    `step` is where the case stood, `choice` the decision or kind of suspension, `reason` one of the
    listed reasons, `reasoned` whether words of a person's own stand with it.
    """

    kind: ActKind
    day: date
    by: str = ""
    role: str = ""
    step: str = ""
    choice: str = ""
    reason: str = ""
    reasoned: bool = False
    interested: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the act as JSON values."""
        return asdict(self) | {"day": self.day.isoformat(), "interested": list(self.interested)}


def read_act(raw: dict[str, Any]) -> Act:
    """Read an act from its JSON values; Fault `procedure.act.unreadable`."""
    try:
        act = Act(**{**raw, "day": date.fromisoformat(raw["day"]), "interested": tuple(raw["interested"])})
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("procedure.act.unreadable", detail=str(error)) from error
    if act.kind not in get_args(ActKind):
        raise Fault("procedure.act.unreadable", detail=str(act.kind))
    return act
