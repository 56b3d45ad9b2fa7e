"""The file itself: encoding, header and records of a CSV of announcements.

Refuses a file whose header lacks a column, and a record whose cells do not fit the
header; the records after a broken one are read all the same.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from jishi.apps.simulation.listings.draft import Problem
from jishi.apps.simulation.listings.row import Row
from jishi.kernel.spelling import narrow

COLUMNS = (
    "notice_no", "parcel_no", "place", "division", "area_m2", "use_zh", "term_years", "plot_ratio_min",
    "plot_ratio_max", "building_density", "green_ratio", "start_price_cny", "deposit_cny", "increment_cny",
    "reserve", "notice_date", "listing_start", "listing_end", "registration_deadline", "conditions",
    "source_url", "method", "tenure", "start_unit_price", "start_unit", "cap_price_cny", "height_limit_m",
    "provenance",
)  # fmt: skip
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class _Record(NamedTuple):
    """Cells of one record, or the csv error (`broken`) that made it unreadable."""

    cells: list[str]
    broken: str = ""


def read_table(file_bytes: bytes) -> tuple[list[Row], list[Problem]]:
    """Return the rows that fit the header, and the problems of the file and of broken records.

    Rows are numbered as a spreadsheet numbers them: header 1, then every record, blank ones too.
    """
    text = _decode(file_bytes)
    if text is None:
        return [], [_problem(1, "", "listings.file.encoding", known=", ".join(_ENCODINGS))]
    records = list(_records(text))
    header = [narrow(cell).lower() for cell in records[0].cells] if records else []
    fault = _header_problem(header)
    if fault is not None:
        return [], [fault]
    rows, problems = [], []
    for number, record in enumerate(records[1:], start=2):
        problem = _record_problem(number, record, len(header))
        if problem is not None:
            problems.append(problem)
        elif any(cell.strip() for cell in record.cells):
            rows.append(Row((number,), dict(zip(header, record.cells, strict=False))))
    return rows, problems


def _decode(file_bytes: bytes) -> str | None:
    encodings = ("utf-16",) if file_bytes.startswith(_UTF16_MARKS) else _ENCODINGS
    for encoding in encodings:
        try:
            return file_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _records(text: str) -> Iterator[_Record]:
    """Yield records; after one that cannot be read, go on with the next line.

    A quote left open swallows the lines after it, so a broken record of several
    lines gives up only its first.
    """
    lines = list(io.StringIO(text, newline=""))
    position, width = 0, None
    while position < len(lines):
        for record, used in _until_broken(lines[position:], width):
            width = width or len(record.cells)
            yield record
            position += used


def _until_broken(lines: list[str], width: int | None) -> Iterator[tuple[_Record, int]]:
    """Yield (record, lines used) up to and with the first that has to be read again from its second line."""
    reader, before = csv.reader(lines, strict=True), 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record([], str(error)), 1
            return
        used, before = reader.line_num - before, reader.line_num
        if used > 1 and width is not None and len(cells) != width:
            yield _Record(cells), 1
            return
        yield _Record(cells), used


def _header_problem(header: list[str]) -> Problem | None:
    missing = [column for column in COLUMNS if column not in header]
    twice = sorted({column for column in header if column in COLUMNS and header.count(column) > 1})
    read = ",".join(header)
    if missing:
        return _problem(1, read, "listings.file.columns", missing=", ".join(missing))
    if twice:
        return _problem(1, read, "listings.file.columns_twice", twice=", ".join(twice))
    return None


def _record_problem(number: int, record: _Record, width: int) -> Problem | None:
    read = ",".join(record.cells)[:200]
    if record.broken:
        return _problem(number, read, "listings.row.quotes", error=record.broken)
    extra = any(cell.strip() for cell in record.cells[width:])
    if record.cells and any(cell.strip() for cell in record.cells) and (len(record.cells) < width or extra):
        return _problem(number, read, "listings.row.width", cells=len(record.cells), columns=width)
    return None


def _problem(number: int, read: str, code: str, **params: object) -> Problem:
    return Problem(number, "", read, code, params)
