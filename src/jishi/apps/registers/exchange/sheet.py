"""Read the rows of a file, wherever one was left off: CSV and XLSX as tables, GeoJSON as its features."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jishi.apps.registers.exchange.column import GEOMETRY
from jishi.kernel.fault import Fault
from jishi.platform.tables.source import STRANGERS, Source, open_table

LARGEST_MAP = 64 << 20
MOST_ROWS = 2_000_000


class SheetRow(NamedTuple):
    """One row: its number from 1, what its cells say, its shape, what broke it."""

    number: int
    cells: Mapping[str, str]
    geometry: Mapping[str, Any] | None
    fault: Fault | None


@dataclass(frozen=True)
class Sheet:
    """A file of rows: its columns, how many rows, and the rows after any number of them."""

    form: str
    columns: tuple[str, ...]
    count: int
    source: Source | list[Any]

    def rows(self, after: int = 0) -> Iterator[SheetRow]:
        """Yield the rows that stand after the first `after`."""
        if isinstance(self.source, list):
            for number, feature in enumerate(self.source[after:], start=after + 1):
                yield _of_feature(number, feature)
            return
        for block in self.source.blocks():
            if block.start + len(block.frame) <= after:
                continue
            skipped = max(0, after - block.start)
            named = block.frame.slice(skipped).iter_rows(named=True)
            for place, cells in enumerate(named, start=skipped):
                said = {name: str(cell) for name, cell in cells.items() if cell is not None}
                yield SheetRow(block.start + place + 1, said, None, block.broken.get(place))


def open_sheet(path: Path) -> Sheet:
    """Open a file; Faults `table.*`, `registers.map.unreadable`, `registers.import.rows`."""
    with path.open("rb") as file:
        head = file.read(64).lstrip(b"\xef\xbb\xbf\r\n\t ")
    sheet = _open_map(path) if head.startswith(b"{") else _open_table(path)
    if sheet.count > MOST_ROWS:
        raise Fault("registers.import.rows", rows=sheet.count, most=MOST_ROWS)
    return sheet


def _open_table(path: Path) -> Sheet:
    source = open_table(path, STRANGERS)
    return Sheet(source.form, source.columns, source.count(), source)


def _open_map(path: Path) -> Sheet:
    if path.stat().st_size > LARGEST_MAP:
        raise Fault("registers.map.large", most=LARGEST_MAP >> 20)
    try:
        features = json.loads(path.read_text("utf-8-sig"))["features"]
        columns = dict.fromkeys(name for each in features for name in (each.get("properties") or {}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Fault("registers.map.unreadable") from None
    return Sheet("geojson", (*columns, GEOMETRY), len(features), list(features))


def _of_feature(number: int, feature: Any) -> SheetRow:
    said = feature.get("properties") or {}
    cells = {name: _cell(value) for name, value in said.items() if value is not None}
    return SheetRow(number, cells, feature.get("geometry"), None)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
