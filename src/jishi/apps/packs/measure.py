"""Read the measures of a pack and hold them against it: nothing may be carried by what is not there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from jishi.apps.packs.kinds.measure import CarrierKind, Department, Measure, MeasureState, Section
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.source import Source

if TYPE_CHECKING:
    from jishi.apps.packs.pack import Pack

FILE = "measures/measures.toml"
SECTIONS = "measures/sections.csv"
DEPARTMENTS = "measures/departments.csv"
NAMED = "named.csv"


@dataclass(frozen=True, slots=True)
class Reform:
    """Hold a policy's measures by number, its sections by number and the departments by id."""

    measures: Mapping[int, Measure] = field(default_factory=dict)
    sections: Mapping[int, Section] = field(default_factory=dict)
    departments: Mapping[str, Department] = field(default_factory=dict)


def read_reform(source: Source) -> Reform:
    """Read the measures of a pack that has them; a number that stands twice is a problem."""
    if not source.names(FILE):
        return Reform()
    measures: dict[int, Measure] = {}
    for row in source.rows(FILE, "measure", Measure):
        if measures.setdefault(row.number, row) is not row:
            source.report(FILE, "measure.number", row.number, "pack.twice", params={"first": FILE})
    sections = {row.number: row for row in source.table(SECTIONS, Section)}
    departments = {row.id: row for row in source.table(DEPARTMENTS, Department)}
    return Reform(measures, sections, departments)


def check_reform(pack: "Pack") -> Iterator[Problem]:
    """Yield a problem for each section, department or carrier of a measure that the pack does not have."""
    reform, known = pack.reform, _known_ids(pack)
    for measure in reform.measures.values():
        key = f"measure[{measure.number}]"
        yield from _known(
            FILE, f"{key}.section", str(measure.section), [str(each) for each in reform.sections]
        )
        for department in (measure.lead, *measure.support):
            yield from _known(FILE, f"{key}.lead", department, reform.departments)
        for kind, ids in measure.carriers:
            for each in ids if kind in known else ():
                yield from _known(FILE, f"{key}.carriers.{kind}", each, known[kind])
    numbers = {str(number) for number in reform.measures}
    for named in pack.named if numbers else ():
        for number in named.numbers:
            yield from _known(NAMED, f"{named.name_zh}.measures", str(number), numbers)
        for kind, each in named.carriers:
            if kind in known:
                yield from _known(NAMED, f"{named.name_zh}.carried_by", each, known[kind])


def carriers_of(pack: "Pack", measure: Measure) -> dict[CarrierKind, tuple[str, ...]]:
    """Give the ids of what carries a measure, by kind: what names it itself, then what it lists."""
    number = measure.number
    own: dict[CarrierKind, tuple[str, ...]] = {
        "rules": tuple(sorted(each.id for each in pack.rules.values() if number in each.measures)),
        "procedures": tuple(sorted(each.id for each in pack.procedures.values() if number in each.measures)),
    }
    listed = cast(Iterable[tuple[CarrierKind, tuple[str, ...]]], measure.carriers)
    return {kind: ids for kind, ids in (*own.items(), *listed) if ids}


def state_of(pack: "Pack", measure: Measure) -> MeasureState:
    """Tell how far a measure runs: "runs" needs a named test and nothing missing."""
    if not carriers_of(pack, measure):
        return "none"
    return "runs" if measure.tests and measure.missing is None else "partial"


def _known_ids(pack: "Pack") -> dict[str, Collection[str]]:
    """Give the ids a carrier may name, by kind; pages are held against the addresses by a test of the portal."""
    return {
        "rules": pack.rules,
        "registers": pack.registers,
        "procedures": pack.procedures,
        "products": pack.products,
        **dict.fromkeys(("series", "accounts", "matches", "plans"), ()),
    }


def _known(file: str, key: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name not in known:
        near = get_close_matches(name, list(known), n=3, cutoff=0.4)
        yield Problem(file, key, name, "pack.unknown_carrier", ", ".join(near), {})
