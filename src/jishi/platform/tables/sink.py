"""Tables written as they come: CSV and Arrow as bytes to send, Parquet and XLSX into a file."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import polars as pl
from openpyxl import Workbook
from polars.io.plugins import register_io_source

from jishi.kernel.fault import Fault
from jishi.kernel.spelling import visible

END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""What ends an Arrow stream."""
BOM = b"\xef\xbb\xbf"
MOST_SHEET_ROWS = 1_048_575
_PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Time, pl.Decimal, pl.Categorical, pl.Enum, pl.Null)


def must_be_plain(schema: Mapping[str, pl.DataType]) -> None:
    """Check that a table fits into text, cell by cell; Fault `table.nested` names a column that does not."""
    for name, kind in schema.items():
        if not (kind.is_numeric() or isinstance(kind, _PLAIN)):
            raise Fault("table.nested", column=name, kind=str(kind))


def csv_bytes(frames: Iterator[pl.DataFrame], *, mark: bool = False) -> Iterator[bytes]:
    """Yield frames as one CSV in UTF-8; `mark` begins it with the byte order mark that spreadsheets look for."""
    for number, frame in enumerate(frames):
        blank = frame.with_columns(pl.col(pl.String).replace("", None))  # written as nothing, not as ""
        told = blank.write_csv(include_header=number == 0, datetime_format="%Y-%m-%dT%H:%M:%S%.f")
        yield (BOM if mark and number == 0 else b"") + told.encode()


def arrow_bytes(frames: Iterator[pl.DataFrame]) -> Iterator[bytes]:
    """Yield frames of one schema as one Arrow stream, without dictionaries."""
    for number, frame in enumerate(frames):
        held = BytesIO()
        plain = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        plain.write_ipc_stream(held, compat_level=pl.CompatLevel.oldest())
        raw = held.getvalue().removesuffix(END)
        yield raw if number == 0 else raw[8 + int.from_bytes(raw[4:8], "little") :]
    yield END


def write_parquet(frames: Iterator[pl.DataFrame], path: Path) -> None:
    """Write frames of one schema into a Parquet file, a row group at a time."""
    first = next(frames)

    def read(*_asked: object) -> Iterator[pl.DataFrame]:
        yield first
        yield from frames

    register_io_source(read, schema=first.schema).sink_parquet(path)


def write_xlsx(frames: Iterator[pl.DataFrame], path: Path) -> None:
    """Write frames into the one sheet of a workbook; Fault `table.sheet` where there are too many rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    written = 0
    for number, frame in enumerate(frames):
        if number == 0:
            sheet.append(frame.columns)
        written += len(frame)
        if written > MOST_SHEET_ROWS:
            raise Fault("table.sheet", most=MOST_SHEET_ROWS)
        for row in frame.iter_rows():
            sheet.append([_cell(value) for value in row])
    book.save(path)


def _cell(value: object) -> object:
    """Keep a text from being run as a formula, and out of it what no sheet can hold."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if not isinstance(value, str):
        return value
    text = visible(value)[:32_767]
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text
