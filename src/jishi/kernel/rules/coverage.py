"""Hold a rule against its dated cases: rows no case reaches, limits seen from one side only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.rules.cells import Leaf, axis_name, leaves, threshold
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import RowsDecider, ScoreDecider
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import SCALE, Fact, Value, format_value
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.rule import Rule, Schedule, Table, Wording
from jishi.kernel.rules.select import Key, Selector
from jishi.kernel.rules.text import node_text
from jishi.kernel.rules.wording import Scanner

Limit = tuple[str, Fraction | int | None]
"""A comparison as text, and the number it compares with in an epoch."""


@dataclass(frozen=True)
class Sample:
    """A dated case: day ordinal, stored facts, and for a wording the text."""

    rule: str
    day: int
    facts: Mapping[str, Value | None]
    text: str | None = None


def lint_cases(rule: Rule, law: Law, samples: Sequence[Sample]) -> Iterator[Finding]:
    """Yield what the cases of a rule leave untried."""
    if not samples:
        empty = isinstance(rule, Schedule) and not rule.entries
        yield Finding("warning" if empty else "error", "rules.lint.no_case", rule.id)
        return
    if isinstance(rule, Wording):
        yield from _patterns(rule, law, samples)
        return
    decided = list(_decided(law, samples))
    if isinstance(rule, Schedule):
        if rule.entries and not any(decision.determined for decision in decided):
            yield Finding("warning", "rules.lint.no_case", rule.id)
        return
    if isinstance(rule, Table) and all(decision.determined for decision in decided):
        yield Finding("warning", "rules.lint.no_open_case", rule.id)
    reached = {(decision.ruling.row, *decision.ruling.also) for decision in decided}
    ids = {each for rows in reached for each in rows}
    for selector in _selectors(law, rule):
        for row in selector.rows:
            if row.id not in ids:
                yield Finding("error", "rules.lint.row_without_case", rule.id, row.id)
        yield from _sides(rule, selector, decided)


def _decided(law: Law, samples: Iterable[Sample]) -> Iterator[Decision]:
    for sample in samples:
        try:
            yield law.decide(sample.rule, sample.facts, sample.day)
        except Fault:
            continue  # a conflict is a finding of its own


def _selectors(law: Law, rule: Rule) -> list[Selector]:
    decider = law.decider(rule.id)
    if isinstance(decider, RowsDecider):
        return [decider.selector]
    return [each.selector for _, each in decider.items] if isinstance(decider, ScoreDecider) else []


def _sides(rule: Rule, selector: Selector, decided: Sequence[Decision]) -> Iterator[Finding]:
    """Yield limits that the cases see from one side only, for every number a limit had while a row asked it."""
    keys = [selector.key(decision.facts, decision.as_of) for decision in decided]
    seen: dict[Limit, set[bool]] = {}
    asked: dict[Limit, tuple[str, Leaf]] = {}
    for epoch in range(len(selector.epochs) + 1):
        here = [key for key in keys if key[0] == epoch]
        for at in selector.in_force(epoch):
            for leaf in leaves(selector.rows[at].when):
                limit = _limit(selector, leaf, epoch)
                if limit is not None:
                    asked.setdefault(limit, (selector.rows[at].id, leaf))
                    seen.setdefault(limit, set()).update(_truths(selector, leaf, here))
    for limit, sides in seen.items():
        if len(sides) < 2:
            row, leaf = asked[limit]
            params = {"limit": _said(leaf, limit[1], selector.facts), "side": _side(sides)}
            yield Finding("warning", "rules.lint.one_side", rule.id, row, params)


def _limit(selector: Selector, leaf: Leaf, epoch: int) -> Limit | None:
    """Name a comparison of numbers in an epoch; None for yes-or-no facts, choices and lapsed numbers."""
    if axis_name(leaf).startswith("?"):
        return repr(leaf), None
    found = threshold(leaf)
    if found is None:
        return None
    number = selector.constant(found[2], epoch)
    return None if number is None else (f"{found[0].name} {found[1]}", number)


def _truths(selector: Selector, leaf: Leaf, keys: Iterable[Key]) -> set[bool]:
    return {truth for key in keys if (truth := selector.node_truth(leaf, key)) is not None}


def _side(sides: set[bool]) -> str:
    return "both" if not sides else "false" if sides == {True} else "true"


def _said(leaf: Leaf, number: Fraction | int | None, facts: Mapping[str, Fact]) -> str:
    found = threshold(leaf)
    if found is None or number is None:
        return node_text(leaf)
    fact, plain = facts.get(found[0].name), Fraction(number)
    if fact is None:  # the day the law is asked at
        return f"{found[0].name} {found[1]} {date.fromordinal(int(plain)).isoformat()}"
    stored = plain * SCALE[fact.kind]
    shown = format_value(fact, int(stored)) if stored.denominator == 1 else str(plain)
    return f"{found[0].name} {found[1]} {shown}"


def _patterns(rule: Wording, law: Law, samples: Sequence[Sample]) -> Iterator[Finding]:
    scanner = Scanner(rule, law.book)
    found = {
        each.pattern
        for sample in samples
        for each in scanner.scan(sample.text or "", sample.facts, sample.day)
    }
    for pattern in rule.patterns:
        if pattern.id not in found:
            yield Finding("error", "rules.lint.row_without_case", rule.id, pattern.id)
