"""Compare two rule books: which parts changed, and whose answer changes with them.

What is compared is meaning, not writing: a condition that reads the same is the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from jishi.kernel.fault import Fault
from jishi.kernel.law.parameter import ParameterStep
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact, Value, Vocabulary
from jishi.kernel.rules.footing import dated_rows
from jishi.kernel.rules.node import Node
from jishi.kernel.rules.rule import Answer, Item, RuleBook, Wording
from jishi.kernel.rules.text import node_text
from jishi.kernel.rules.wording import Scanner

How = Literal["added", "removed", "changed"]
Fields = tuple[tuple[str, str, str], ...]
"""What changed in a part: its name, how it was, how it is."""
LEFT_OUT = {"id", "rows", "entries", "items", "patterns", "when_text", "then_text"}
DAYS = {"since", "until"}


@dataclass(frozen=True)
class Part:
    """A fact, number, clause, rule or row that is in one book only or differs between the two."""

    kind: Literal["fact", "parameter", "clause", "rule", "row"]
    rule: str
    id: str
    how: How
    fields: Fields = ()


@dataclass(frozen=True)
class Asked:
    """A case put to both books: its facts as each book stores them, and the text for a wording."""

    rule: str
    day: int
    before: Mapping[str, Value | None]
    after: Mapping[str, Value | None]
    text: str | None = None
    label: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a book says to a case: an answer with row and clauses, patterns found, or a fault's code."""

    answer: int | str | None
    row: str | None
    clauses: tuple[str, ...]
    needs: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    fault: str = ""

    @property
    def said(self) -> tuple[int | str | None, tuple[str, ...], str]:
        """Give what a person would call the answer, without row and clauses."""
        return self.answer, self.finds, self.fault


def compare_books(before: RuleBook, after: RuleBook) -> list[Part]:
    """List what was added, removed or changed, clauses and numbers first."""
    found = [*_compared("clause", "", before.clauses, after.clauses)]
    found += _compared("parameter", "", before.parameters, after.parameters)
    found += _compared("fact", "", before.facts, after.facts)
    for part in _compared("rule", "", before.rules, after.rules):
        found.append(part)
    for rule_id in before.rules.keys() & after.rules.keys():
        rows = [{row.id: row for row in dated_rows(book.rules[rule_id])} for book in (before, after)]
        found += _compared("row", rule_id, *rows)
    order = ["clause", "parameter", "fact", "rule", "row"]
    return sorted(found, key=lambda part: (order.index(part.kind), part.rule, part.id))


def _compared(kind: Any, rule: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Part]:
    for identity in before.keys() | after.keys():
        if identity not in after:
            yield Part(kind, rule, identity, "removed")
        elif identity not in before:
            yield Part(kind, rule, identity, "added")
        else:
            changed = tuple(_changes(before[identity], after[identity]))
            if changed:
                yield Part(kind, rule, identity, "changed", changed)


def _changes(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    if type(before) is not type(after):
        yield "kind", type(before).__name__.lower(), type(after).__name__.lower()
        return
    for each in fields(before):
        was, is_ = getattr(before, each.name), getattr(after, each.name)
        if each.name not in LEFT_OUT and was != is_:
            yield each.name, write(was, each.name), write(is_, each.name)


def write(value: Any, name: str = "") -> str:
    """Write a field of a part for people: days as ISO text, trees as the grammar, lists with commas."""
    if value is None:
        return ""
    if name in DAYS and isinstance(value, int):
        return date.fromordinal(value).isoformat()
    if isinstance(value, ParameterStep):
        until = "" if value.until is None else value.until.isoformat()
        return f"{value.since.isoformat()}…{until} {value.value} ({', '.join(value.clauses)}; {value.confidence})"
    if isinstance(value, Answer):
        return f"{value.id} ({value.words[0]}, {value.words[1]}{', permits' if value.permits else ''})"
    if isinstance(value, Fact):
        return " ".join(filter(None, (value.kind, value.unit)))
    if isinstance(value, Vocabulary):
        return ", ".join(value.words)
    if isinstance(value, Item):
        return f"{value.id} ≤ {value.cap}"
    if isinstance(value, tuple):
        return ", ".join(write(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {write(each)}" for key, each in value.items())
    return node_text(value) if isinstance(value, Node) else str(value)


class Comparison:
    """Put cases to two books."""

    def __init__(self, before: Law, after: Law) -> None:
        self.before, self.after = before, after
        self._scanners: dict[tuple[int, str], Scanner] = {}

    def answers(self, cases: Iterable[Asked]) -> Iterator[tuple[Asked, Outcome | None, Outcome | None]]:
        """Give each case with what both books say; None where a book has no such rule."""
        for case in cases:
            yield case, self._ask(self.before, case, case.before), self._ask(self.after, case, case.after)

    def _ask(self, law: Law, case: Asked, facts: Mapping[str, Value | None]) -> Outcome | None:
        rule = law.book.rules.get(case.rule)
        if rule is None:
            return None
        try:
            if isinstance(rule, Wording):
                return self._scan(law, rule, case, facts)
            found = law.decide(case.rule, facts, case.day)
        except Fault as fault:
            return Outcome(None, None, (), fault=fault.code)
        return Outcome(found.answer, found.row, found.clauses, found.missing)

    def _scan(self, law: Law, rule: Wording, case: Asked, facts: Mapping[str, Value | None]) -> Outcome:
        place = (id(law), rule.id)
        if place not in self._scanners:
            self._scanners[place] = Scanner(rule, law.book)
        found = self._scanners[place].scan(case.text or "", facts, case.day)
        clauses = tuple(dict.fromkeys(clause for each in found for clause in each.clauses))
        return Outcome(None, None, clauses, finds=tuple(each.pattern for each in found))


def carried(facts: Mapping[str, Value | None], before: RuleBook, after: RuleBook) -> dict[str, Value | None]:
    """Carry stored facts over to another book; what it stores otherwise or does not list becomes unknown."""
    return {name: value for name, value in facts.items() if _holds(name, value, before, after)}


def _holds(name: str, value: Value | None, before: RuleBook, after: RuleBook) -> bool:
    was, is_ = before.facts.get(name), after.facts.get(name)
    if was is None or is_ is None or was.kind != is_.kind:
        return False
    words = is_.vocabulary.words if is_.vocabulary else {}
    return value is None or is_.kind != "choice" or value in words
