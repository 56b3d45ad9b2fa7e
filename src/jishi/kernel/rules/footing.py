"""Look at what rows rest on: clauses and numbers out of force while a row is in, clauses nobody cites."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Protocol

from jishi.kernel.law.clause import Clause, Confidence
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.node import Node, parameters_of
from jishi.kernel.rules.rule import Formula, Pattern, Row, Rule, RuleBook, Schedule, Score, Table, Wording

FOREVER = date.max.toordinal()
Span = tuple[int, int]
"""First and last day in force."""


class Dated(Protocol):
    """A row, an entry or a pattern."""

    @property
    def id(self) -> str: ...
    @property
    def cites(self) -> tuple[str, ...]: ...
    @property
    def since(self) -> int: ...
    @property
    def until(self) -> int | None: ...
    @property
    def confidence(self) -> Confidence: ...


@dataclass(frozen=True)
class Footing:
    """What is to be cited: by whom besides the rules, and on which day."""

    cited: Collection[str]
    day: date


def dated_rows(rule: Rule) -> Sequence[Dated]:
    """List everything of a rule that cites."""
    if isinstance(rule, Table | Formula):
        return rule.rows
    if isinstance(rule, Schedule):
        return rule.entries
    if isinstance(rule, Score):
        return [row for item in rule.items for row in item.rows]
    return rule.patterns if isinstance(rule, Wording) else ()


def lint_footing(rule: Rule, book: RuleBook) -> Iterator[Finding]:
    """Yield rows in force while a cited clause or a number of theirs is not, entries of one key that overlap."""
    for row in dated_rows(rule):
        yield from _clauses(rule, row, book)
        for identity in numbers_of(row):
            steps = [(each.since.toordinal(), _last(each.until)) for each in book.parameters[identity].steps]
            day = uncovered(row, steps)
            if day is not None:
                params = {"parameter": identity, "since": date.fromordinal(day).isoformat()}
                yield Finding("error", "rules.lint.number_out_of_force", rule.id, row.id, params)
    if isinstance(rule, Schedule):
        for first, second in combinations(rule.entries, 2):
            if first.keys == second.keys and _span(first)[0] <= _span(second)[1] and (
                _span(second)[0] <= _span(first)[1]
            ):  # fmt: skip
                yield Finding("error", "rules.lint.overlap", rule.id, second.id, {"other": first.id})


def numbers_of(row: Dated) -> tuple[str, ...]:
    """List the parameters a row names."""
    nodes = [row.when] if isinstance(row, Row | Pattern) else []
    nodes += [row.then] if isinstance(row, Row) and isinstance(row.then, Node) else []
    return tuple(dict.fromkeys(each for node in nodes for each in parameters_of(node)))


def _clauses(rule: Rule, row: Dated, book: RuleBook) -> Iterator[Finding]:
    cited = {each: _clause_span(book.clauses[each]) for each in row.cites if each in book.clauses}
    bare = uncovered(row, list(cited.values()))
    if cited and bare is not None:
        params = {"clauses": ", ".join(cited), "since": date.fromordinal(bare).isoformat()}
        yield Finding("error", "rules.lint.clause_out_of_force", rule.id, row.id, params)
        return
    for clause, span in cited.items():
        day = uncovered(row, [span])
        if day is not None:
            params = {"clause": clause, "since": date.fromordinal(day).isoformat()}
            yield Finding("warning", "rules.lint.clause_partly_in_force", rule.id, row.id, params)


def uncovered(row: Dated, spans: Iterable[Span]) -> int | None:
    """Give the first day a row is in force and none of the spans is."""
    day, last = _span(row)
    for first, end in sorted(spans):
        if first <= day <= end:
            day = end + 1
    return day if day <= min(last, FOREVER) else None


def dead_clauses(book: RuleBook, footing: Footing) -> Iterator[Finding]:
    """Yield clauses in force that no rule, number or other part of the pack cites."""
    cited = set(footing.cited)
    cited |= {clause for rule in book.rules.values() for row in dated_rows(rule) for clause in row.cites}
    cited |= {clause for each in book.parameters.values() for step in each.steps for clause in step.clauses}
    for clause in book.clauses.values():
        if clause.id not in cited and clause.in_force(footing.day):
            yield Finding("warning", "rules.lint.dead_clause", "", clause.id, {"clause": clause.id})


def unconfirmed(book: RuleBook) -> Iterator[Finding]:
    """List what no public source confirms (待核): rows by rule, numbers, clauses."""
    for rule in book.rules.values():
        rows = [row.id for row in dated_rows(rule) if row.confidence == "unconfirmed"]
        if rows:
            params = {"count": len(rows), "rows": ", ".join(rows)}
            yield Finding("note", "rules.lint.unconfirmed_rows", rule.id, "", params)
    for each in book.parameters.values():
        if any(step.confidence == "unconfirmed" for step in each.steps):
            yield Finding("note", "rules.lint.unconfirmed_number", "", each.id, {"parameter": each.id})
    for clause in book.clauses.values():
        if clause.confidence == "unconfirmed":
            yield Finding("note", "rules.lint.unconfirmed_clause", "", clause.id, {"clause": clause.id})


def _span(row: Dated) -> Span:
    return row.since, FOREVER if row.until is None else row.until


def _clause_span(clause: Clause) -> Span:
    return clause.since.toordinal(), _last(clause.until)


def _last(until: date | None) -> int:
    return FOREVER if until is None else until.toordinal()
