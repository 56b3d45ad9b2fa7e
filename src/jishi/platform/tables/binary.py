"""Tables as Parquet or Arrow, read by polars: a damaged file can end the process, so a stranger's is read `apart`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl
from polars.exceptions import PanicException, PolarsError

from jishi.kernel.fault import Fault
from jishi.platform.tables.source import BLOCK_ROWS, NAMES, Block, Form, Limits, Source, sliced

Found = TypeVar("Found")
BROKEN = (PolarsError, PanicException, OSError, ValueError, OverflowError, MemoryError)
"""What the reader raises for a file that is not sound."""


def open_binary(path: Path, form: Form, limits: Limits) -> Source:
    """Open a Parquet file, an Arrow file or an Arrow stream; Fault `table.unreadable`."""
    table = _Binary(path, form)
    schema = table.attempt(lambda: dict(table.scan().collect_schema()))
    return Source(form, tuple(schema), table.count, table.blocks, schema)


@dataclass(frozen=True)
class _Binary:
    path: Path
    form: Form

    def scan(self) -> pl.LazyFrame:
        """Give the table unread; a stream is read whole, having no list of its parts."""
        if self.form == "parquet":
            return pl.scan_parquet(self.path)
        with self.path.open("rb") as file:
            is_file = file.read(6) == b"ARROW1"
        return pl.scan_ipc(self.path) if is_file else pl.read_ipc_stream(self.path).lazy()

    def count(self) -> int:
        """Count the rows."""
        return self.attempt(lambda: int(self.scan().select(pl.len()).collect().item()))

    def blocks(self) -> Iterator[Block]:
        """Yield the rows block by block."""
        scan = self.attempt(self.scan)
        frames = scan.collect_batches(chunk_size=BLOCK_ROWS, maintain_order=True)
        blocks = sliced(iter(frames), scan.collect_schema())
        while (block := self.attempt(lambda: next(blocks, None))) is not None:
            yield block

    def attempt(self, read: Callable[[], Found]) -> Found:
        """Read; Fault `table.unreadable` where the file is not sound."""
        try:
            return read()
        except BROKEN as error:
            raise Fault("table.unreadable", form=NAMES[self.form]) from error
