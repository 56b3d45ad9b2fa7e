"""Read the dated cases of a pack into stored values. They are no part of loading, only of checking."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from jishi.apps.packs.kinds.case import UNDETERMINED, CaseRow
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.rules.build import near
from jishi.apps.packs.rules.report import Report
from jishi.apps.packs.source import Source
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Value, read_value
from jishi.kernel.rules.rule import Formula, Rule, Schedule, Score, Table, Wording


@dataclass(frozen=True)
class Expectation:
    """What must come out: a stored answer (None: undetermined), its row and clauses, or what is missing.

    For a wording, `finds` are the patterns found in `text`, in order of place.
    """

    answer: int | str | None
    row: str | None
    cites: tuple[str, ...]
    needs: tuple[str, ...] | None
    text: str | None = None
    finds: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatedCase:
    """One case of a rule: the day, the facts as stored, and what must come out."""

    rule: str
    day: date
    facts: Mapping[str, Value | None]
    expected: Expectation
    file: str
    key: str


def read_cases(
    pack: Pack, folder: str = "cases", only: Container[str] | None = None
) -> tuple[list[DatedCase], list[Problem]]:
    """Read the dated cases of the pack, `only` those of some rules, with the problems of what cannot be read."""
    source = Source(pack.root)
    names = [
        name for name in source.names(f"{folder}/*.toml") if only is None or PurePosixPath(name).stem in only
    ]
    return [case for name in names for case in _file(pack, source, name)], source.problems


def read_case_file(pack: Pack, source: Source, name: str, rule_id: str) -> list[DatedCase]:
    """Read one file of cases for a rule; problems go to the source."""
    report, rule = Report(name, source.problems), pack.rule(rule_id)
    rows = source.rows(name, "case", CaseRow)
    cases = (_case(pack, rule, row, (report, f"case[{at}]")) for at, row in enumerate(rows, start=1))
    return [case for case in cases if case is not None]


def _file(pack: Pack, source: Source, name: str) -> list[DatedCase]:
    rule_id = PurePosixPath(name).stem
    if rule_id not in pack.rules:
        if not (source.root / f"rules/{rule_id}.toml").is_file():
            source.report(name, "", rule_id, "pack.unknown_rule", valid=near(rule_id, pack.rules))
        return []
    return read_case_file(pack, source, name, rule_id)


def _case(pack: Pack, rule: Rule, row: CaseRow, place: tuple[Report, str]) -> DatedCase | None:
    report, key = place
    before = len(report.problems)
    facts = {
        name: read_fact(pack, name, raw, (report, f"{key}.facts.{name}")) for name, raw in row.facts.items()
    }
    _names(pack, rule, row, place)
    expected = Expectation(
        answer=_answer(rule, row, place),
        row=row.row,
        cites=row.cites,
        needs=row.needs,
        text=row.text,
        finds=row.finds or (),
    )
    if len(report.problems) > before:
        return None
    return DatedCase(rule.id, row.day, facts, expected, report.file, key)


def read_fact(pack: Pack, name: str, raw: Any, place: tuple[Report, str]) -> Value | None:
    """Read the value of a named fact; what is wrong goes to the report at `place`, and None comes back."""
    report, key = place
    fact = pack.facts.get(name)
    if fact is None:
        report.add(key, name, "pack.unknown_fact", near(name, pack.facts))
        return None
    return _read(fact, raw, place)


def _read(fact: Fact, raw: Any, place: tuple[Report, str]) -> Value | None:
    report, key = place
    try:
        return read_value(fact, raw)
    except Fault as fault:
        report.fault(key, fault)
        return None


def _names(pack: Pack, rule: Rule, row: CaseRow, place: tuple[Report, str]) -> None:
    """Hold the clauses, needs, row and patterns a case names against the pack."""
    report, key = place
    for clause in row.cites:
        if clause not in pack.clauses:
            report.add(f"{key}.cites", clause, "pack.unknown_clause", near(clause, pack.clauses))
    for name in row.needs or ():
        if name not in pack.facts:
            report.add(f"{key}.needs", name, "pack.unknown_fact", near(name, pack.facts))
    ids = row_ids(rule)
    for name in ((row.row,) if row.row is not None else ()) + (row.finds or ()):
        if name not in ids:
            report.add(f"{key}.row", name, "pack.unknown_row", near(name, ids), rule=rule.id)


def row_ids(rule: Rule) -> tuple[str, ...]:
    """List the ids of a rule's rows, entries or patterns."""
    if isinstance(rule, Table | Formula):
        return tuple(row.id for row in rule.rows)
    if isinstance(rule, Schedule):
        return tuple(entry.id for entry in rule.entries)
    if isinstance(rule, Score):
        return tuple(row.id for item in rule.items for row in item.rows)
    return tuple(pattern.id for pattern in rule.patterns) if isinstance(rule, Wording) else ()


def _answer(rule: Rule, row: CaseRow, place: tuple[Report, str]) -> int | str | None:
    report, key = place
    if isinstance(rule, Wording):
        for name in ("text", "finds"):
            if getattr(row, name) is None:
                report.add(f"{key}.{name}", "", "pack.missing_key", name)
        return None
    if row.answer is None:
        report.add(f"{key}.answer", "", "pack.missing_key", "answer")
        return None
    if row.answer == UNDETERMINED:
        return None
    if isinstance(rule, Table):
        known = [answer.id for answer in rule.answers]
        if row.answer not in known:
            report.add(f"{key}.answer", row.answer, "pack.unknown_answer", near(str(row.answer), known))
        return str(row.answer)
    assert isinstance(rule, Schedule | Formula | Score)
    return _read(rule.value, row.answer, (report, f"{key}.answer"))
