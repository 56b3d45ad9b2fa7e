"""What is asked of a rule about an object, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.fact import Value
from jishi.platform.words.ruling import ToldMark, tell

Basis = Literal["filing", "event", "decision"]
"""Which day the law is asked at: that of the filing, of the event, or of the decision."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The object a rule is asked about, or a part of it (one use of a lot), in the division that answers for it."""

    kind: str
    id: str
    division: str
    title: str = ""
    part: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Tell the object and its part from every other."""
        return self.kind, self.id, self.part


@dataclass(frozen=True, slots=True)
class Question:
    """A rule, an object, what is known of it, and the day whose law applies."""

    rule: str
    subject: Subject
    case: Mapping[str, Value | None]
    as_of: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class Permit:
    """A definite permitting answer, or a person's override of an undetermined one."""

    question: Question
    decision: Decision
    override: int | None = None

    def summary(self, *, with_facts: bool = False) -> dict[str, Any]:
        """Say in an evidence entry which row of which pack permitted the action.

        Facts are told only of what is public anyway: then anyone can decide again.
        """
        decision = self.decision
        told = {name: value for name, value in self.question.case.items() if value is not None}
        facts = {"facts": told} if with_facts else {}
        return {
            **facts,
            "rule": decision.rule,
            "as_of": self.question.as_of.isoformat(),
            "basis": self.question.basis,
            "answer": decision.answer,
            "row": decision.row,
            "clauses": list(decision.clauses),
            "confidence": decision.confidence,
            "pack": decision.pack,
            "override": self.override is not None,
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule would say if it were asked now, with the law it was asked of; nothing is stored."""

    question: Question
    decision: Decision
    law: Law
    permits: bool
    override: int | None = None


class NotPermitted(Fault):
    """Refuse a guarded action: the rule forbids it, or cannot tell yet; carries what was asked and decided."""

    def __init__(self, question: Question, decision: Decision, said: Mapping[str, str]) -> None:
        self.question, self.decision, self.said = question, decision, dict(said)
        code = "rulings.refused" if decision.determined else "rulings.undetermined"
        super().__init__(
            code,
            subject=question.subject.title or question.subject.id,
            rule=decision.rule,
            row=decision.row or "",
            clauses="；".join(decision.clauses),
            **self.said,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return NotPermitted, (self.question, self.decision, self.said)


def say_refusal(law: Law, question: Question, decision: Decision) -> dict[str, str]:
    """Say in both languages what the rule answered and on what ground, or what it still needs."""
    said: dict[str, str] = {}
    for language, comma in (("zh", "，"), ("en", ", ")):
        told = tell(explain(law, decision, decision.facts), law.book, language)
        marks = [_mark(mark) for row in told.rows[:1] for mark in row.marks]
        title = law.rule(question.rule).title[language == "en"]
        said |= {f"title_{language}": title, f"answer_{language}": told.answer}
        said[f"ground_{language}"] = comma.join(marks) or told.answer
        said[f"needs_{language}"] = comma.join(told.needs) or told.reason
    return said


def _mark(mark: ToldMark) -> str:
    """Say a condition, a comparison with the values it compared."""
    return f"{mark.text} ({mark.actual})" if set(mark.text) & set("<>≤≥=≠") else mark.text
