"""Check a draft as a whole: what does not fit, which dated cases fail, what the lint finds, whose answer changes.

What stood in the version in force as well is marked so: a draft answers for what it brings.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from jishi.apps.packs.archive import Files, files_hash, write_files
from jishi.apps.packs.loader import read_draft
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.rules.cases import DatedCase, read_cases
from jishi.apps.packs.rules.check import run_cases
from jishi.apps.packs.rules.impact import CaseTable, ask_cases, compare_packs, own_cases
from jishi.apps.packs.rules.lint import finding_params, sample
from jishi.apps.packs.told import Both, tell_impact, tell_part, tell_problem
from jishi.kernel.fault import Fault
from jishi.kernel.rules.difference import Part, compare_books
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.footing import dated_rows, numbers_of, unconfirmed
from jishi.kernel.rules.lint import lint_rule

Cases = Sequence[DatedCase]
Told = dict[str, Any]
"""A finding as it is kept: its code and what its sentence asks for."""


@dataclass(frozen=True)
class Review:
    """What a check found; `stood` findings are those the version it replaces has as well."""

    hash: str
    problems: tuple[Problem, ...]
    failed: tuple[tuple[Problem, bool], ...]
    findings: tuple[tuple[Told, bool], ...]
    parts: tuple[Part, ...]
    impact: Told | None
    cases: int

    @property
    def errors(self) -> list[Told]:
        """Give the errors a draft brings."""
        return [told for told, stood in self.findings if told["level"] == "error" and not stood]

    @property
    def stops(self) -> bool:
        """Tell whether what was found keeps it from being released."""
        return bool(self.problems or self.broken or self.errors)

    @property
    def broken(self) -> list[Problem]:
        """Give the dated cases that a draft breaks."""
        return [problem for problem, stood in self.failed if not stood]

    def to_json(self) -> dict[str, Any]:
        """Give the report as it is kept with the draft: codes and parameters, to be said in either language."""
        return {
            "hash": self.hash,
            "cases": self.cases,
            "stops": self.stops,
            "problems": [tell_problem(each) for each in self.problems],
            "failed": [{**tell_problem(each), "stood": stood} for each, stood in self.failed],
            "findings": [{**told, "stood": stood} for told, stood in self.findings],
            "parts": [tell_part(each) for each in self.parts],
            "impact": self.impact,
        }


def review_files(before: Pack, files: Files, *, whole: bool = True) -> Review:
    """Check the files of a pack against the version they would replace.

    Unless `whole`, the dated cases of rules that nothing changed are taken to hold as they did.
    """
    with tempfile.TemporaryDirectory(prefix="jishi-draft-") as folder:
        root = Path(folder)
        write_files(files, root)
        after, problems = read_draft(root)
        if after is None:
            return Review(files_hash(files), tuple(problems), (), (), (), None, 0)
        parts = () if problems else tuple(compare_books(before.book, after.book))
        touched = _touched(before, parts) | _touched(after, parts) | _cases_changed(before, files)
        cases, unread = read_cases(after, only=None if whole or problems else touched)
        failed = _marked(before, [*unread, *run_cases(after, cases)])
        base = Review(files_hash(files), tuple(problems), failed, (), parts, None, len(cases))
        if problems:
            return base
        mine = [case for case in cases if case.rule in touched]
        old, _ = read_cases(before, only=touched)
        impact = compare_packs(before, after, own_cases((before, after), (old, mine)))
        findings = tuple(_findings((before, after), touched, (old, mine)))
        return replace(base, findings=findings, impact=tell_impact((before, after), impact))


def _marked(before: Pack, failed: Sequence[Problem]) -> tuple[tuple[Problem, bool], ...]:
    """Mark the failed cases that fail in the version in force as well."""
    rules = {PurePosixPath(each.file).stem for each in failed}
    old, unread = read_cases(before, only=rules)
    stood = set(map(str, (*unread, *run_cases(before, old))))
    return tuple((each, str(each) in stood) for each in failed)


def try_table(before: Pack, files: Files, table: tuple[bytes, str, str]) -> Told:
    """Tell whose answer changes in a CSV of cases; `table` is its bytes, and rule and day where no column says them.

    Faults `pack.draft.unread`, `pack.refused` with every line that cannot be read.
    """
    content, rule, day = table
    with tempfile.TemporaryDirectory(prefix="jishi-draft-") as folder:
        root, brought = Path(folder) / "pack", Path(folder) / "cases.csv"
        write_files(files, root)
        brought.write_bytes(content)
        after, problems = read_draft(root)
        if after is None or problems:
            raise Fault("pack.draft.unread", problems=len(problems))
        asked = ask_cases(before, after, CaseTable(brought, rule or None, _day(day)))
        return tell_impact((before, after), compare_packs(before, after, asked))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Fault("pack.draft.day", value=text[:20]) from None


def _cases_changed(before: Pack, files: Files) -> set[str]:
    """List the rules whose file of cases is not what it was."""
    now = {name: content for name, content in files.items() if name.startswith("cases/")}
    was = {f"cases/{path.name}": path.read_bytes() for path in before.root.glob("cases/*.toml")}
    return {PurePosixPath(name).stem for name in now.keys() | was.keys() if now.get(name) != was.get(name)}


def _findings(packs: Both, touched: set[str], cases: tuple[Cases, Cases]) -> Iterator[tuple[Told, bool]]:
    """Yield what the lint says of the rules a draft touches, and what it newly leaves unconfirmed."""
    before, after = packs
    stood = {_key(_told(before, each)) for each in _lint(before, touched, cases[0])}
    for each in _lint(after, touched, cases[1]):
        told = _told(after, each)
        if each.level != "note" or _key(told) not in stood:
            yield told, _key(told) in stood


def _lint(pack: Pack, touched: set[str], cases: Cases) -> Iterator[Finding]:
    for rule in pack.rules.values():
        if rule.id in touched:
            yield from lint_rule(rule, pack.law, [sample(case) for case in cases if case.rule == rule.id])
    yield from unconfirmed(pack.book)


def _touched(pack: Pack, parts: Iterable[Part]) -> set[str]:
    """List the rules that a change of facts, numbers, clauses or rows touches, also through derived facts."""
    changed = {(part.kind, part.id) for part in parts}
    found = {part.rule or part.id for part in parts if part.kind in ("rule", "row")}
    for rule in pack.rules.values():
        rows = dated_rows(rule)
        rests = {("clause", each) for row in rows for each in row.cites}
        rests |= {("parameter", each) for row in rows for each in numbers_of(row)}
        if changed & (rests | {("fact", each) for each in rule.facts}):
            found.add(rule.id)
    while True:
        wider = {
            rule.id
            for rule in pack.rules.values()
            if any(pack.facts[name].rule in found for name in rule.facts if name in pack.facts)
        }
        if wider <= found:
            return found
        found |= wider


def _told(pack: Pack, finding: Finding) -> Told:
    params = finding_params(pack, finding)
    return {
        "level": finding.level,
        "code": finding.code,
        "rule": finding.rule,
        "row": finding.row,
        "params": params,
    }


def _key(told: Told) -> tuple[str, ...]:
    """Give what makes two findings the same one, whatever case shows it."""
    return told["level"], told["code"], told["rule"], told["row"], told["params"].get("other", "")
