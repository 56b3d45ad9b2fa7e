"""Put one synthetic case to every rule on two tracks, and the dated cases of those rules besides."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jishi.apps.packs.kinds.parity import ParityFile
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError
from jishi.apps.packs.rules.cases import read_cases, read_fact
from jishi.apps.packs.rules.report import Report
from jishi.apps.packs.source import Source
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.parity import Comparison, rules_asking
from jishi.kernel.rules.parity import compare_tracks as compare
from jishi.kernel.rules.rule import Table

Facts = Mapping[str, Value | None]


@dataclass(frozen=True)
class Parity:
    """A case and the fact whose values are its tracks, as stored."""

    id: str
    title: tuple[str, str]
    fact: str
    values: tuple[Value, ...]
    facts: Facts
    day: date


def compare_tracks(
    pack: Pack, fact: str, values: Sequence[Value], case: tuple[Facts, date]
) -> list[Comparison]:
    """Say for every rule that asks for the fact what it answers under each of its values (stored)."""
    facts, day = case
    return list(compare(pack.law, fact, values, (facts, day.toordinal())))


def read_parities(pack: Pack) -> list[Parity]:
    """Read `parity/*.toml` of the pack, else PackError with every problem in them."""
    source = Source(pack.root)
    return _read(pack, source, source.names("parity/*.toml"))


def read_parity(pack: Pack, path: Path) -> Parity:
    """Read one parity case from a file, else PackError with every problem in it."""
    return _read(pack, Source(path.parent), [path.name])[0]


def also_in_cases(pack: Pack, parity: Parity) -> Iterator[Comparison]:
    """Yield, from the dated cases of the rules that ask for the fact, each further way the tracks differ."""
    rules = set(rules_asking(pack.book, parity.fact))
    seen = {
        _way(pack, each)
        for each in compare_tracks(pack, parity.fact, parity.values, (parity.facts, parity.day))
    }
    for case in read_cases(pack)[0]:
        if case.rule not in rules or parity.fact not in case.facts:
            continue
        found = compare(pack.law, parity.fact, parity.values, (case.facts, case.day.toordinal()))
        for each in found:
            if each.rule == case.rule and each.differs and _way(pack, each) not in seen:
                seen.add(_way(pack, each))
                yield each


def _way(pack: Pack, comparison: Comparison) -> tuple[str | bool | None, ...]:
    """Name how the tracks differ: by answer in a table, by having a number at all elsewhere."""
    named = isinstance(pack.rule(comparison.rule), Table)
    answers = [
        str(each.answer) if named and each.answer is not None else each.answer is None
        for each in comparison.tracks
    ]
    return comparison.rule, *answers


def _read(pack: Pack, source: Source, names: Iterable[str]) -> list[Parity]:
    found = [_parity(pack, Report(name, source.problems), row)
             for name in names if (row := source.one(name, ParityFile)) is not None]  # fmt: skip
    if source.problems:
        raise PackError(pack.id, source.problems)
    return found


def _parity(pack: Pack, report: Report, row: ParityFile) -> Parity:
    values = [read_fact(pack, row.fact, raw, (report, "values")) for raw in row.values]
    facts = {name: read_fact(pack, name, raw, (report, f"facts.{name}")) for name, raw in row.facts.items()}
    known = tuple(value for value in values if value is not None)
    return Parity(row.id, (row.title.zh, row.title.en), row.fact, known, facts, row.day)
