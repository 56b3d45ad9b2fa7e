"""Tables as XLSX: the first sheet, written out as text, so that numbers read as people wrote them."""

import csv
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook

from jishi.kernel.fault import Fault
from jishi.platform.tables.delimited import open_csv
from jishi.platform.tables.source import Block, Limits, Source

MOST_UNPACKED = 1 << 29


def open_xlsx(path: Path, limits: Limits) -> Source:
    """Open a workbook; Faults `table.unreadable`, `table.block`, `table.empty`."""
    copy = tempfile.NamedTemporaryFile("w", newline="", encoding="utf-8", suffix=".csv")  # noqa: SIM115
    write_text(path, copy, limits)
    copy.flush()
    text = open_csv(Path(copy.name), limits)

    def blocks() -> Iterator[Block]:
        assert not copy.closed  # named here, the copy lives as long as there is somebody to read it
        return text.blocks()

    return Source("xlsx", text.columns, text.count, blocks, text.schema)


def write_text(path: Path, out: IO[str], limits: Limits) -> int:
    """Write the first sheet of a workbook as CSV and count its lines."""
    _must_unpack(path, limits.block_bytes or MOST_UNPACKED)
    writer, width, lines = csv.writer(out), 0, 0
    try:
        for row in _rows(path):
            width, lines = width or len(row), lines + 1
            writer.writerow([cell_text(value) for value in row] + [""] * (width - len(row)))
    except Exception as error:  # the reader raises whatever its parts do
        raise Fault("table.unreadable", form="XLSX") from error
    if not lines:
        raise Fault("table.empty")
    return lines


def cell_text(value: Any) -> str:
    """Write a cell as a person would.

    >>> [cell_text(value) for value in (None, 1780.0, 0.35, True, "0012")]
    ['', '1780', '0.35', 'true', '0012']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0") if value == value else ""
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return value.isoformat() if isinstance(value, date) else str(value)


def _rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the first sheet that hold anything, without the blank cells at their ends."""
    with path.open("rb") as file:  # by its path, a name without .xlsx would be refused
        book = load_workbook(file, read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            held = [place for place, value in enumerate(row, start=1) if value is not None]
            if held:
                yield row[: held[-1]]


def _must_unpack(path: Path, most: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Fault("table.unreadable", form="XLSX") from error
    if size > most:
        raise Fault("table.block", mib=size >> 20, most=most >> 20)
