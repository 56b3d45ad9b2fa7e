"""A decision (决定): the answer, the row that decided it, the clauses, and what is still needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from jishi.kernel.law.clause import Confidence
from jishi.kernel.rules.fact import Value

Status = Literal["determined", "undetermined"]
Reason = Literal["", "missing", "gap", "not_in_force", "no_value", "inexact"]


@dataclass(frozen=True)
class Ruling:
    """What holds for every case of one cell: rows, clauses (the deciding row's first) and confidence."""

    status: Status
    answer: str | None
    row: str | None
    also: tuple[str, ...]
    possible: tuple[str, ...]
    clauses: tuple[str, ...]
    confidence: Confidence
    reason: Reason


class Decision(NamedTuple):
    """Answer one case at one date; `answer` is an answer id, a stored number, or None while undetermined.

    `facts` are the stored values the rule could use, `missing` the shortest list of facts that
    would settle it, `via` the decisions that computed derived facts, `asks` the facts the rule asks about.
    """

    rule: str
    as_of: int
    answer: str | int | None
    ruling: Ruling
    facts: Mapping[str, Value | None]
    missing: tuple[str, ...]
    via: "tuple[Decision, ...]"
    pack: str
    asks: tuple[str, ...]

    @property
    def status(self) -> Status:
        """Tell whether the answer is definite."""
        return self.ruling.status

    @property
    def determined(self) -> bool:
        """Tell whether the answer is definite."""
        return self.ruling.status == "determined"

    @property
    def row(self) -> str | None:
        """Give the id of the deciding row."""
        return self.ruling.row

    @property
    def reason(self) -> Reason:
        """Say why it is undetermined."""
        return self.ruling.reason

    @property
    def clauses(self) -> tuple[str, ...]:
        """List the clauses it rests on, those of derived facts last."""
        return tuple(
            dict.fromkeys([*self.ruling.clauses, *(each for sub in self.via for each in sub.clauses)])
        )

    @property
    def confidence(self) -> Confidence:
        """Give the confidence of its weakest part (unconfirmed: 待核)."""
        weak = any(
            each != "confirmed" for each in (self.ruling.confidence, *(sub.confidence for sub in self.via))
        )
        return "unconfirmed" if weak else "confirmed"

    @property
    def used(self) -> dict[str, Value]:
        """Give the facts the rule asks about and the case knows, as stored."""
        held = ((name, self.facts.get(name)) for name in self.asks)
        return {name: value for name, value in held if value is not None}

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: what evidence keeps and the API answers; days as `YYYY-MM-DD`."""
        return {
            "rule": self.rule,
            "as_of": date.fromordinal(self.as_of).isoformat(),
            "status": self.status,
            "answer": self.answer,
            "row": self.row,
            "also": list(self.ruling.also),
            "reason": self.reason,
            "clauses": list(self.clauses),
            "confidence": self.confidence,
            "used": dict(self.used),
            "missing": list(self.missing),
            "via": [each.to_json() for each in self.via],
            "pack": self.pack,
        }
