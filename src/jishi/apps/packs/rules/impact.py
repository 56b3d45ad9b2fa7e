"""Say what another version of a pack would change: its parts, and whose answer with them (measure 72)."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError
from jishi.apps.packs.rules.build import near
from jishi.apps.packs.rules.cases import DatedCase, read_case_file, read_cases
from jishi.apps.packs.rules.report import Report
from jishi.apps.packs.rules.writing import written, written_answer
from jishi.apps.packs.source import Source
from jishi.kernel.fault import Fault
from jishi.kernel.rules.difference import Asked, Comparison, Outcome, Part, carried, compare_books
from jishi.kernel.rules.fact import Value, read_value

RULE, AS_OF, TEXT = "rule", "as_of", "text"
EXAMPLES = 5
COLUMNS = (
    "label", "rule", "as_of", "facts", "before", "after", "before_row", "after_row", "before_clauses", "after_clauses",
)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """One case whose answer changes; an outcome is None where that version has no such rule."""

    case: Asked
    before: Outcome | None
    after: Outcome | None


@dataclass
class Tally:
    """Count for one rule the cases asked and changed, by answer before and after; keep the first examples."""

    asked: int = 0
    reasons: int = 0
    ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Changed] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """Count the cases whose answer changes."""
        return sum(self.ways.values())


@dataclass
class Impact:
    """Hold what a new version changes; `reasons` in a tally counts equal answers on another row or clause."""

    parts: list[Part]
    tallies: dict[str, Tally] = field(default_factory=dict)
    changes: list[Changed] = field(default_factory=list)


@dataclass(frozen=True)
class CaseTable:
    """A file of cases, with the rule and the day for those that do not state them."""

    path: Path | None = None
    rule: str | None = None
    day: date | None = None


def compare_packs(before: Pack, after: Pack, cases: Iterable[Asked]) -> Impact:
    """Compare two packs by their parts and by what they answer to the cases."""
    impact = Impact(compare_books(before.book, after.book))
    for case, was, is_ in Comparison(before.law, after.law).answers(cases):
        if was is None and is_ is None:
            continue
        tally = impact.tallies.setdefault(case.rule, Tally())
        tally.asked += 1
        if was is None or is_ is None or was.said != is_.said:
            changed = Changed(case, was, is_)
            tally.ways[(say_outcome(before, case.rule, was), say_outcome(after, case.rule, is_))] += 1
            impact.changes.append(changed)
            tally.examples += [changed] if len(tally.examples) < EXAMPLES else []
        elif (was.row, was.clauses) != (is_.row, is_.clauses):
            tally.reasons += 1
    return impact


def say_outcome(pack: Pack, rule_id: str, outcome: Outcome | None) -> str:
    """Write an outcome as a case does; `—` where the version has no such rule."""
    if outcome is None or rule_id not in pack.rules:
        return "—"
    if outcome.fault:
        return outcome.fault
    rule = pack.rules[rule_id]
    return ", ".join(outcome.finds) if outcome.finds else written_answer(rule, outcome.answer)


def ask_cases(before: Pack, after: Pack, table: CaseTable) -> list[Asked]:
    """Read the cases to ask: a CSV, a TOML of dated cases, or the dated cases of both packs.

    PackError lists every line that cannot be read.
    """
    if table.path is None:
        return _own_cases(before, after, table)
    source = Source(table.path.parent)
    if table.path.suffix == ".toml":
        rule = table.rule or table.path.stem
        known = before if rule in before.rules else after
        found = [
            _asked(case, known, (before, after))
            for case in read_case_file(known, source, table.path.name, rule)
        ]
    else:
        found = list(_lines((before, after), source, table))
    if source.problems:
        raise PackError(before.id, source.problems)
    return found


def write_changes(path: Path, packs: tuple[Pack, Pack], changes: Iterable[Changed]) -> None:
    """Write the changed cases to a CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for each in changes:
            writer.writerow(_line(packs, each))


def _line(packs: tuple[Pack, Pack], changed: Changed) -> list[str]:
    case, outcomes = changed.case, (changed.before, changed.after)
    held = {**case.before, **case.after}
    known = {**packs[0].facts, **packs[1].facts}
    facts = {name: written(known[name], value) for name, value in held.items() if value is not None}
    said = [say_outcome(pack, case.rule, each) for pack, each in zip(packs, outcomes, strict=True)]
    rows = ["" if each is None else each.row or "" for each in outcomes]
    clauses = ["" if each is None else "; ".join(each.clauses) for each in outcomes]
    day = date.fromordinal(case.day).isoformat()
    return [case.label, case.rule, day, json.dumps(facts, ensure_ascii=False), *said, *rows, *clauses]


def _own_cases(before: Pack, after: Pack, table: CaseTable) -> list[Asked]:
    """Give the dated cases of both versions, each once; a day asked for takes the place of their own."""
    only = None if table.rule is None else (table.rule,)
    return own_cases((before, after), [read_cases(pack, only=only)[0] for pack in (before, after)], table.day)


def own_cases(
    packs: tuple[Pack, Pack], cases: Sequence[Iterable[DatedCase]], day: date | None = None
) -> list[Asked]:
    """Give the dated cases read of both versions, each once; a day asked for takes the place of their own."""
    found: dict[tuple[Any, ...], Asked] = {}
    for pack, own in zip(packs, cases, strict=True):
        for case in own:
            asked = _asked(case, pack, packs, day)
            facts = tuple(
                sorted((name, str(value)) for name, value in {**asked.before, **asked.after}.items())
            )
            found.setdefault((asked.rule, asked.day, facts, asked.text), asked)
    return list(found.values())


def _asked(case: DatedCase, own: Pack, packs: tuple[Pack, Pack], day: date | None = None) -> Asked:
    was, is_ = (carried(case.facts, own.book, pack.book) for pack in packs)
    when = (day or case.day).toordinal()
    return Asked(case.rule, when, was, is_, case.expected.text, f"{case.file} {case.key}")


def _lines(packs: tuple[Pack, Pack], source: Source, table: CaseTable) -> Iterator[Asked]:
    assert table.path is not None
    report = Report(table.path.name, source.problems)
    header, lines = source.lines(table.path.name)
    known = packs[0].facts.keys() | packs[1].facts.keys()
    labels = [name for name in header if name not in known and name not in (RULE, AS_OF, TEXT)]
    for number, cells in lines:
        place = f"line {number}"
        before = len(source.problems)
        rule, day = cells.get(RULE) or table.rule or "", _day(cells, table, (report, place))
        if rule not in packs[0].rules and rule not in packs[1].rules:
            report.add(f"{place}.{RULE}", rule, "pack.unknown_rule", near(rule, packs[1].rules))
        was = _facts(packs[0], cells, (report, place))
        new = {name: cell for name, cell in cells.items() if name not in packs[0].facts}
        is_ = carried(was, packs[0].book, packs[1].book) | _facts(packs[1], new, (report, place))
        if len(source.problems) == before and day is not None:
            label = " ".join(cells[name] for name in labels if name in cells) or place
            yield Asked(rule, day.toordinal(), was, is_, cells.get(TEXT), label)


def _day(cells: Mapping[str, str], table: CaseTable, place: tuple[Report, str]) -> date | None:
    report, line = place
    raw = cells.get(AS_OF)
    try:
        day = table.day if raw is None else date.fromisoformat(raw)
    except ValueError:
        day = None
    if day is None:
        report.add(f"{line}.{AS_OF}", raw or "", "pack.bad_value", "2026-01-31")
    return day


def _facts(pack: Pack, cells: Mapping[str, str], place: tuple[Report, str]) -> dict[str, Value | None]:
    report, line = place
    found: dict[str, Value | None] = {}
    for name, raw in cells.items():
        fact = pack.facts.get(name)
        if fact is None:
            continue
        try:
            found[name] = read_value(fact, raw)
        except Fault as fault:
            report.fault(f"{line}.{name}", fault)
    return found
