"""A table to be read: its columns, how many rows, and the rows block by block."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import polars as pl

from jishi.kernel.fault import Fault

Form = Literal["csv", "parquet", "arrow", "xlsx"]
NAMES: dict[Form, str] = {"csv": "CSV", "parquet": "Parquet", "arrow": "Arrow", "xlsx": "XLSX"}
BLOCK_ROWS = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Bound what a table may hold: rows, columns, bytes of a workbook once unpacked (None: any).

    `memory` and `seconds` bound the process that reads a stranger's.
    """

    rows: int | None = None
    columns: int | None = None
    block_bytes: int | None = None
    memory: int = 2 << 30
    seconds: int = 30


STRANGERS = Limits(5_000_000, 500, 1 << 29)
"""For files of people whom nobody knows: what they unpack to must not take the memory of the market."""


class Block(NamedTuple):
    """Some rows in order; `start` rows stand before them; `broken` says by place what cannot be read."""

    start: int
    frame: pl.DataFrame
    broken: Mapping[int, Fault]


@dataclass(frozen=True)
class Source:
    """A table that can be read again and again; a table without rows has one empty block."""

    form: Form
    columns: tuple[str, ...]
    count: Callable[[], int]
    blocks: Callable[[], Iterator[Block]]
    schema: Mapping[str, pl.DataType] = field(default_factory=dict)


def form_of(path: Path) -> Form:
    """Tell the form of a file by its first bytes; what is none of the others may be text. Fault `table.empty`."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head.strip(b"\xef\xbb\xbf\r\n\t "):
        raise Fault("table.empty")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    return "arrow" if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")) else "csv"


def open_table(path: Path, limits: Limits | None = None) -> Source:
    """Open a file of any form; Faults `table.*` say what is wrong with it and what would be right.

    With `limits` it is a stranger's: what is not plain text is read by a process of its own.
    """
    from jishi.platform.tables.apart import open_apart
    from jishi.platform.tables.binary import open_binary
    from jishi.platform.tables.delimited import open_csv
    from jishi.platform.tables.workbook import open_xlsx

    form, bounds = form_of(path), limits or Limits()
    if form == "csv":
        source = open_csv(path, bounds)
    elif limits is not None:
        source = open_apart(path, form, limits)
    else:
        source = open_xlsx(path, bounds) if form == "xlsx" else open_binary(path, form, bounds)
    must_keep(source, bounds)
    return source


def must_keep(source: Source, limits: Limits) -> None:
    """Check that a table keeps the limits; Faults `table.columns`, `table.rows`."""
    if limits.columns is not None and len(source.columns) > limits.columns:
        raise Fault("table.columns", columns=len(source.columns), most=limits.columns)
    if limits.rows is not None and (rows := source.count()) > limits.rows:
        raise Fault("table.rows", rows=rows, most=limits.rows)


def unique(names: list[str]) -> tuple[str, ...]:
    """Give every column a name of its own: a second one of the same name is numbered.

    >>> unique(["id", "", "id", ""])
    ('id', 'column 2', 'id (2)', 'column 4')
    """
    found: dict[str, None] = {}
    for place, name in enumerate(names, start=1):
        plain = name or f"column {place}"
        number, chosen = 2, plain
        while chosen in found:
            chosen, number = f"{plain} ({number})", number + 1
        found[chosen] = None
    return tuple(found)


def sliced(frames: Iterator[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> Iterator[Block]:
    """Cut frames into blocks of at most BLOCK_ROWS; without any rows, give one empty block."""
    start = 0
    for frame in frames:
        for part in frame.iter_slices(BLOCK_ROWS):
            yield Block(start, part, {})
            start += len(part)
    if start == 0:
        yield Block(0, pl.DataFrame(schema=schema), {})
