"""Build a schedule (标准表): its keys and value from TOML, its entries from the CSV file beside it."""

from collections.abc import Mapping
from typing import Any

from jishi.apps.packs.kinds.rule import EntryRow, ScheduleFile
from jishi.apps.packs.rules.build import Builder, pair
from jishi.apps.packs.rules.facts import build_value
from jishi.apps.packs.source import Source
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Value, read_value
from jishi.kernel.rules.lookup import ANYTHING
from jishi.kernel.rules.rule import Entry, Rule, Schedule

COLUMNS = ("id", "value", "since", "until", "cites", "confidence", "note_zh", "note_en")
FOREVER = 10**7


def build_schedule(file: ScheduleFile, source: Source, builder: Builder) -> Rule:
    """Build a schedule with its entries; the builder's report is that of the CSV file here."""
    value = build_value(file.value, pair(file.title), builder.report)
    head = builder.head(file)
    toml, builder.report = (
        builder.report,
        type(builder.report)(f"rules/{file.id}.csv", builder.report.problems),
    )
    entries = tuple(_entries(file, source, builder, value))
    _apart(entries, builder)
    builder.once("entry", [entry.id for entry in entries])
    builder.report = toml
    return Schedule(
        **head, value=value, entries=entries, needs=None if file.needs is None else pair(file.needs)
    )


def _entries(file: ScheduleFile, source: Source, builder: Builder, value: Fact) -> list[Entry]:
    report = builder.report
    header, lines = source.lines(report.file)
    known = (*COLUMNS, *file.facts)
    for column in header:
        if column not in known:
            report.add(column, column, "pack.unknown_key", ", ".join(known))
    found = []
    for number, cells in lines:
        cells = {key: cell for key, cell in cells.items() if key in known}
        entry = _entry(file, (cells, f"line {number}"), (source, builder), value)
        found += [] if entry is None else [entry]
    return found


def _entry(
    file: ScheduleFile, line: tuple[dict[str, str], str], hands: tuple[Source, Builder], value: Fact
) -> Entry | None:
    (cells, place), (source, builder) = line, hands
    raw: dict[str, Any] = {key: cell for key, cell in cells.items() if key in COLUMNS}
    raw["cites"] = [each.strip() for each in raw.get("cites", "").split(";") if each.strip()]
    note = {"zh": raw.pop("note_zh", ""), "en": raw.pop("note_en", "")}
    if any(note.values()):
        raw["note"] = note
    row = source.row(builder.report.file, EntryRow, raw, place)
    if row is None:
        return None
    key = f"row[{row.id}]"
    keys = tuple(_key(builder, name, cells, f"{key}.{name}") for name in file.facts)
    stored = _value(builder, value, row.value, f"{key}.value")
    since, until = builder.dated(row, key)
    if stored is None or None in keys:
        return None
    return Entry(
        id=row.id,
        keys=keys,  # type: ignore[arg-type]
        value=stored,
        cites=row.cites,
        since=since,
        until=until,
        confidence=row.confidence,
        note=None if row.note is None else pair(row.note),
    )


def _key(builder: Builder, name: str, cells: Mapping[str, str], place: str) -> Value | None:
    fact, cell = builder.frame.facts.get(name), cells.get(name, "").strip()
    if not cell:
        builder.report.add(place, "", "pack.missing_key", f"{name}, {ANYTHING}")
        return None
    if fact is None or cell == ANYTHING:
        return cell
    return _value(builder, fact, cell, place)


def _value(builder: Builder, fact: Fact, cell: str, place: str) -> Value | None:
    try:
        return read_value(fact, cell)
    except Fault as fault:
        builder.fault(place, fault)
        return None


def _apart(entries: tuple[Entry, ...], builder: Builder) -> None:
    """Report two entries for the same keys on one day."""
    by_keys: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        for other in by_keys.setdefault(entry.keys, []):
            if entry.since <= (other.until or FOREVER) and other.since <= (entry.until or FOREVER):
                builder.report.add(
                    f"row[{entry.id}].since", entry.id, "pack.entries_overlap", "since, until", first=other.id
                )
        by_keys[entry.keys].append(entry)
