"""Build the facts of a pack with their closed lists."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jishi.apps.packs.kinds.place import Division, LandUse
from jishi.apps.packs.kinds.rule import FactRow, Option, ValueRow
from jishi.apps.packs.rules.report import Report
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Vocabulary, read_value

WITH_UNIT = ("integer", "decimal")
WITH_BOUNDS = ("integer", "decimal", "money", "area", "ratio", "date")
Answers = Mapping[str, tuple[Option, ...]]
"""The answers of each table: a derived choice without its own list takes them."""


def vocabularies(divisions: Iterable[Division], land_uses: Iterable[LandUse]) -> dict[str, Vocabulary]:
    """Give the pack-wide code lists; old division codes stay valid values."""
    places, uses = tuple(divisions), tuple(land_uses)
    return {
        "division": Vocabulary(
            {each.code: (each.name_zh, each.name_en) for each in places},
            {each.code: each.parent for each in places if each.parent is not None},
        ),
        "land_use": Vocabulary(
            {each.code: (each.name_zh, each.name_en) for each in uses},
            {each.code: each.code[:2] for each in uses if len(each.code) > 2},
        ),
    }


def build_fact(row: FactRow, known: Mapping[str, Vocabulary], answers: Answers, report: Report) -> Fact:
    """Build a fact; what does not fit its kind becomes a problem and is left out."""
    key = f"fact[{row.name}]"
    choices = row.choices or (() if row.vocabulary else answers.get(row.rule or "", ()))
    _check_detail(row, choices, key, report)
    words = known[row.vocabulary] if row.vocabulary else listed(choices)
    fact = Fact(
        name=row.name,
        kind=row.kind,
        label=(row.label.zh, row.label.en),
        unit=row.unit,
        vocabulary=words if row.kind == "choice" else None,
        rule=row.rule,
        help=None if row.help is None else (row.help.zh, row.help.en),
    )
    return replace(
        fact,
        minimum=_bound(fact, row.minimum, f"{key}.minimum", report),
        maximum=_bound(fact, row.maximum, f"{key}.maximum", report),
    )


def build_value(row: ValueRow, title: tuple[str, str], report: Report) -> Fact:
    """Build the fact a schedule, formula or score answers with."""
    if bool(row.choices) != (row.kind == "choice"):
        report.add("value.choices", len(row.choices), "pack.fact_detail", "choices", kind=row.kind)
    return Fact("value", row.kind, title, row.unit, listed(row.choices) if row.kind == "choice" else None)


def listed(choices: Iterable[Option]) -> Vocabulary:
    """Make the closed list of a choice."""
    return Vocabulary({each.id: (each.zh, each.en) for each in choices})


def _check_detail(row: FactRow, choices: tuple[Option, ...], key: str, report: Report) -> None:
    kind = row.kind
    if row.unit is not None and kind not in WITH_UNIT:
        report.add(f"{key}.unit", row.unit, "pack.fact_detail", ", ".join(WITH_UNIT), kind=kind)
    if bool(choices) + bool(row.vocabulary) != (kind == "choice"):
        report.add(f"{key}.choices", kind, "pack.fact_choices", "choices, vocabulary", kind=kind)
    ids = [each.id for each in choices]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        report.add(f"{key}.choices", twice, "pack.twice", first=report.file)
    for name in ("minimum", "maximum"):
        if getattr(row, name) is not None and kind not in WITH_BOUNDS:
            report.add(
                f"{key}.{name}", getattr(row, name), "pack.fact_detail", ", ".join(WITH_BOUNDS), kind=kind
            )


def _bound(fact: Fact, raw: Any, key: str, report: Report) -> int | None:
    if raw is None or fact.kind not in WITH_BOUNDS:
        return None
    try:
        value = read_value(fact, raw)
    except Fault as fault:
        report.fault(key, fault)
        return None
    return None if value is None else int(value)
