"""A decision told to a reader: the answer, why, why not otherwise, what would change it, what is needed."""

from dataclasses import dataclass
from datetime import date

from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.explain import Change, Explanation, Mark, RowView
from jishi.kernel.rules.fact import Fact, format_value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Node, facts_of
from jishi.kernel.rules.rule import Formula, Rule, RuleBook, Schedule, Score, Table
from jishi.platform.words import say
from jishi.platform.words.condition import Sayer

MOST_OTHERS = 12


@dataclass(frozen=True)
class ToldMark:
    """One condition in words; `state` holds, fails or unknown; `actual` what the case says."""

    text: str
    state: str
    actual: str


@dataclass(frozen=True)
class ToldRow:
    """A row in words: its answer, whether it holds, and on what that rests."""

    id: str
    answer: str
    marks: tuple[ToldMark, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A decision in one language, ready for a page, a terminal or an API."""

    question: str
    answer: str
    permits: bool
    determined: bool
    unconfirmed: bool
    reason: str
    rows: tuple[ToldRow, ...]
    others: tuple[ToldRow, ...]
    change: str
    needs: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]
    items: tuple[tuple[str, str], ...]


def tell(explanation: Explanation, book: RuleBook, language: str = "zh") -> Told:
    """Tell an explanation in Chinese or English."""
    decision = explanation.decision
    teller = _Teller(book, decision, language)
    held = [view for view in (explanation.why, *explanation.also) if view is not None]
    rule = teller.rule
    found = rule.answer(str(decision.answer)) if isinstance(rule, Table) and decision.determined else None
    return Told(
        question=teller.words(rule.question),
        answer=answer_text(rule, decision, language),
        permits=bool(found and found.permits),
        determined=decision.determined,
        unconfirmed=decision.confidence == "unconfirmed",
        reason=teller.reason(),
        rows=tuple(teller.row(view) for view in held),
        others=tuple(teller.row(view) for view in explanation.others[:MOST_OTHERS]),
        change=teller.change(explanation.change),
        needs=tuple(teller.sayer.label(name) for name in decision.missing),
        clauses=tuple((each, teller.title(each)) for each in decision.clauses),
        items=tuple(teller.item(each.label, each.points, each.cap) for each in explanation.items),
    )


def answer_text(rule: Rule, decision: Decision, language: str = "zh") -> str:
    """Write a decision's answer for people."""
    if decision.answer is None:
        return say("rules.say.undetermined", {}, language)
    return value_text(rule, decision.answer, language)


def value_text(rule: Rule, answer: str | int, language: str = "zh") -> str:
    """Write one answer of a rule for people: an answer's words, or a value with its unit."""
    if isinstance(rule, Table):
        return rule.answer(str(answer)).words[1 if language.startswith("en") else 0]
    assert isinstance(rule, Schedule | Formula | Score)
    return measured(rule.value, answer, language)


def measured(fact: Fact, value: str | int, language: str) -> str:
    """Write a stored value with its unit; money and area carry theirs already."""
    shown = format_value(fact, value, "en" if language.startswith("en") else "zh")
    per = (fact.unit or "").partition("/")[2]
    if fact.kind in ("money", "area"):
        return f"{shown}/{say(f'rules.per.{per}', {}, language)}" if per in PERIODS else shown
    unit = Sayer(RuleBook("", {}, {}, {}, {}), 1, language).unit(fact.unit)
    return shown + unit


PERIODS = ("month", "hour", "m2", "mu", "year", "day", "tonne")
"""What a price may be for; each has a word `rules.per.…`."""


class _Teller:
    def __init__(self, book: RuleBook, decision: Decision, language: str) -> None:
        self.book, self.decision, self.language = book, decision, language
        self.rule = book.rules[decision.rule]
        self.sayer = Sayer(book, decision.as_of, language)

    def words(self, pair: tuple[str, str]) -> str:
        return pair[1 if self.language.startswith("en") else 0]

    def title(self, clause: str) -> str:
        found = self.book.clauses.get(clause)
        if found is None:
            return clause
        return f"{found.source} {found.article}".strip()

    def reason(self) -> str:
        code = self.decision.reason
        if not code:
            return ""
        needs = self.rule.needs if isinstance(self.rule, Schedule) else None
        if code == "no_value" and needs is not None:
            return self.words(needs)
        day = date.fromordinal(self.decision.as_of).isoformat()
        return say(f"rules.reason.{code}", {"day": day}, self.language)

    def row(self, view: RowView) -> ToldRow:
        then = view.row.then
        answer = (
            self.sayer.number(then) if isinstance(then, Node) else value_text(self.rule, then, self.language)
        )
        return ToldRow(view.row.id, answer, tuple(self.mark(each) for each in view.marks), view.row.cites)

    def mark(self, mark: Mark) -> ToldMark:
        state = "unknown" if mark.truth is None else "holds" if mark.truth == mark.wanted else "fails"
        names = [name for name in facts_of(mark.leaf) if name != AS_OF]
        held = self.decision.facts
        actual = [f"{self.sayer.label(name)} {self.sayer.value(name, held.get(name))}" for name in names]
        text = self.sayer.condition(mark.leaf)
        if not mark.wanted:
            text = say("rules.say.not", {"what": text}, self.language)
        return ToldMark(text, state, ("，" if self.language == "zh" else ", ").join(actual))

    def change(self, change: Change | None) -> str:
        if change is None:
            return ""
        moved = [
            f"{self.sayer.label(name)} = {self.sayer.value(name, value)}"
            for name, value in change.values.items()
        ]
        for leaf, wanted in change.tests:
            said = self.sayer.condition(leaf)
            moved.append(said if wanted else say("rules.say.not", {"what": said}, self.language))
        then = change.answer
        answer = (
            self.sayer.number(then) if isinstance(then, Node) else value_text(self.rule, then, self.language)
        )
        params = {"what": say("rules.say.and", {}, self.language).join(moved), "answer": answer}
        return say("rules.say.change", params | {"clauses": "；".join(change.clauses)}, self.language)

    def item(self, label: tuple[str, str], points: int | None, cap: int) -> tuple[str, str]:
        shown = say("rules.say.undetermined", {}, self.language) if points is None else str(points)
        return self.words(label), f"{shown} / {cap}"
