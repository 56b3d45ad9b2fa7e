"""Load a pack directory: read every file, then hold the rows against each other."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jishi.apps.packs.content import pack_hash
from jishi.apps.packs.kinds.law import ClauseRow, LimitRow, ParameterRow
from jishi.apps.packs.kinds.manifest import Manifest
from jishi.apps.packs.kinds.place import Division, LandUse, LandUseAlias, NamedSystem
from jishi.apps.packs.kinds.procedure import ProcedureKind
from jishi.apps.packs.kinds.product import Product
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.scenario import DemoLot, Scenario
from jishi.apps.packs.measure import read_reform
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.procedures.soundness import check_procedures
from jishi.apps.packs.reference import check_references
from jishi.apps.packs.rules.book import read_rules
from jishi.apps.packs.rules.facts import vocabularies
from jishi.apps.packs.source import Source
from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.rule import RuleBook

Kind = TypeVar("Kind")
Built = TypeVar("Built")
Placed = list[tuple[str, Kind]]
"""Rows with the file each was read from."""

SCENARIO = "scenario/scenario.toml"
LOTS = "scenario/lots.csv"
SHOWN = ("scenario/sales.toml", "scenario/cases.toml")


def read_pack(root: Path) -> tuple[Pack | None, list[Problem]]:
    """Read a pack directory; the pack is None exactly when there are problems."""
    pack, problems = read_draft(root)
    return (None if problems else pack), problems


def read_draft(root: Path) -> tuple[Pack | None, list[Problem]]:
    """Read what is sound in a pack directory, for checking only: rules with a problem are left out.

    Registers, products and places are held against each other only once each file reads
    well, so that one typing error does not show as a hundred unknown references.
    """
    source = Source(root)
    manifest = source.one("pack.toml", Manifest)
    if manifest is None:
        return None, source.problems
    pack = _with_rules(source, _assemble(source, manifest))
    return pack, source.problems or [*check_references(pack), *check_procedures(pack)]


def _with_rules(source: Source, pack: Pack) -> Pack:
    known = vocabularies(pack.divisions.values(), pack.land_uses.values())
    facts, rules = read_rules(source, (pack.clauses, pack.parameters, known))
    return replace(pack, book=replace(pack.book, facts=facts, rules=rules))


def _assemble(source: Source, manifest: Manifest) -> Pack:
    clauses, parameters = _clauses(source), _parameters(source)
    aliases = source.table("land_use_alias.csv", LandUseAlias)
    digest = pack_hash(source.root)
    return Pack(
        root=source.root,
        manifest=manifest,
        hash=digest,
        clauses=clauses,
        parameters=parameters,
        book=RuleBook(digest, {}, parameters, clauses, {}),
        limits=_index(source, _toml_rows(source, "limits/*.toml", "limit", LimitRow), "id"),
        divisions=_index(source, _named(source, "divisions.csv", Division), "code"),
        land_uses=_index(source, _named(source, "land_use.csv", LandUse), "code"),
        land_use_aliases={alias.wording: alias.code for alias in aliases},
        registers=_index(source, _whole(source, "registers/*.toml", RegisterKind), "id"),
        products=_index(source, _whole(source, "products/*.toml", Product), "id"),
        procedures=_index(source, _whole(source, "procedures/*.toml", ProcedureKind), "id"),
        named=tuple(source.table("named.csv", NamedSystem)),
        reform=read_reform(source),
        words=_words(source),
        scenario=_scenario(source),
    )


def _toml_rows(source: Source, pattern: str, key: str, model: type[Any]) -> Placed[Any]:
    return [(name, row) for name in source.names(pattern) for row in source.rows(name, key, model)]


def _table_rows(source: Source, pattern: str, model: type[Any]) -> Placed[Any]:
    return [(name, row) for name in source.names(pattern) for row in source.table(name, model)]


def _named(source: Source, name: str, model: type[Any]) -> Placed[Any]:
    return [(name, row) for row in source.table(name, model)]


def _whole(source: Source, pattern: str, model: type[Any]) -> Placed[Any]:
    found = ((name, source.one(name, model)) for name in source.names(pattern))
    return [(name, row) for name, row in found if row is not None]


def _unique(source: Source, placed: Placed[Any], key: str) -> Iterable[Any]:
    first: dict[str, str] = {}
    for name, row in placed:
        identity = getattr(row, key)
        if identity in first:
            source.report(name, key, identity, "pack.twice", params={"first": first[identity]})
        else:
            first[identity] = name
            yield row


def _index(source: Source, placed: Placed[Any], key: str) -> dict[str, Any]:
    return {getattr(row, key): row for row in _unique(source, placed, key)}


def _clauses(source: Source) -> dict[str, Clause]:
    rows = _index(source, _toml_rows(source, "clauses/*.toml", "clause", ClauseRow), "id")
    built = {key: _built(source, "clauses/*.toml", key, partial(_clause, row)) for key, row in rows.items()}
    return {key: clause for key, clause in built.items() if clause is not None}


def _clause(row: ClauseRow) -> Clause:
    return Clause(**{**dict(row), "since": row.since or date.min})


def _parameters(source: Source) -> dict[str, Parameter]:
    placed = _table_rows(source, "parameters/*.csv", ParameterRow)
    grouped: dict[str, Placed[ParameterRow]] = {}
    for name, row in placed:
        grouped.setdefault(row.param_id, []).append((name, row))
    built = {
        key: _built(source, rows[0][0], key, partial(_parameter, key, rows)) for key, rows in grouped.items()
    }
    return {key: parameter for key, parameter in built.items() if parameter is not None}


def _parameter(key: str, placed: Placed[ParameterRow]) -> Parameter:
    units = sorted({row.unit for _, row in placed})
    if len(units) > 1:
        raise Fault("pack.several_units", id=key, units=units)
    return Parameter(key, units[0], tuple(_step(row) for _, row in placed))


def _built(source: Source, name: str, key: str, build: Callable[[], Built]) -> Built | None:
    """Build a kernel value; what the kernel refuses becomes a problem of the file."""
    try:
        return build()
    except Fault as fault:
        source.report(name, key, "", fault.code, params=fault.params)
        return None


def _step(row: ParameterRow) -> ParameterStep:
    since = row.valid_from or date.min
    return ParameterStep(since, row.valid_to, row.value, (row.clause,), row.confidence)


def _words(source: Source) -> Mapping[str, Words]:
    raw = source.raw("words.toml") or {}
    rows = {key: source.row("words.toml", Words, value, key) for key, value in raw.items()}
    return {key: row for key, row in rows.items() if row is not None}


def _scenario(source: Source) -> Scenario | None:
    """Read the scenario where the pack has one; its lots stand in their own table."""
    if not source.names(SCENARIO):
        return None
    raw = source.raw(SCENARIO)
    lots = tuple(source.table(LOTS, DemoLot))
    present = [name for each in SHOWN for name in source.names(each)]
    shown = {key: rows for name in present for key, rows in (source.raw(name) or {}).items()}
    return None if raw is None else source.row(SCENARIO, Scenario, {**raw, **shown, "lot": lots})
