"""Tables as text: CSV in UTF-8, UTF-16 or GB 18030, cut at commas, semicolons or tabs.

Every cell stays text as it was written; a blank one is null. A record that does not fit the header
is given up alone: the records after it are read all the same. Clean blocks are read by polars.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jishi.kernel.fault import Fault
from jishi.platform.tables.source import Block, Limits, Source, unique

PIECE = 1 << 20
LONGEST_RECORD = 8 * PIECE
FEED, RETURN, QUOTE = 10, 13, 34
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
SEPARATORS = ",\t;"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TRIED = ("utf-8", "gb18030")
KNOWN = "UTF-8, UTF-16, GB 18030"


def open_csv(path: Path, limits: Limits) -> Source:
    """Open a table of text; Faults `table.encoding`, `table.empty`."""
    encoding = _encoding(path)
    sample = next(_whole_records(_pieces(path, encoding)), b"").decode("utf-8").lstrip("\r\n")
    first = sample.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    lines = io.StringIO(sample, newline="")
    reader = csv.reader(lines, delimiter=separator)
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise Fault("table.header", read=first[:80]) from error
    names = unique([cell.strip() for cell in header])
    text = _Text(path, encoding, separator, names, reader.line_num)
    return Source("csv", names, text.count, text.blocks, dict.fromkeys(names, pl.String()))


@dataclass(frozen=True)
class _Text:
    """A file whose records can be read; `skip` lines of it are the header's."""

    path: Path
    encoding: str
    separator: str
    names: tuple[str, ...]
    skip: int

    def count(self) -> int:
        """Count the records."""
        return sum(
            _records_of(piece) if self._is_clean(piece) else sum(1 for _ in self._records(piece))
            for piece in self._bodies()
        )

    def blocks(self) -> Iterator[Block]:
        """Yield the records block by block."""
        start = 0
        for piece in self._bodies():
            block = self._block(start, piece)
            start += len(block.frame)
            yield block
        if start == 0:
            yield Block(0, self._frame([]), {})

    def _block(self, start: int, piece: bytes) -> Block:
        if self._is_clean(piece):
            frame = pl.read_csv(
                piece,
                has_header=False,
                infer_schema=False,
                new_columns=list(self.names),
                separator=self.separator,
                quote_char='"' if b'"' in piece else None,
            )
            return Block(start, frame, {})
        rows: list[list[str | None]] = []
        broken: dict[int, Fault] = {}
        for place, (cells, fault) in enumerate(self._records(piece)):
            rows.append([cell or None for cell in cells])
            if fault is not None:
                broken[place] = fault
        return Block(start, self._frame(rows), broken)

    def _frame(self, rows: list[list[str | None]]) -> pl.DataFrame:
        columns = list(zip(*rows, strict=True)) or [()] * len(self.names)
        return pl.DataFrame(
            [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(self.names, columns, strict=True)]
        )

    def _bodies(self) -> Iterator[bytes]:
        """Yield pieces that end with a record, the header left out."""
        pieces = _whole_records(_pieces(self.path, self.encoding))
        for number, piece in enumerate(pieces):
            body = _without_lines(piece.lstrip(b"\r\n"), self.skip) if number == 0 else piece
            if body:
                yield body.replace(b"\r\n", b"\n") if b'"' not in body else body

    def _is_clean(self, piece: bytes) -> bool:
        """Tell whether every record has the header's width and every quote stands where it may."""
        if len(self.names) < 2 or b"\0" in piece or piece.count(b"\r") != piece.count(b"\r\n"):
            return False
        held = np.frombuffer(piece, dtype=np.uint8)
        ends, cuts = np.flatnonzero(held == FEED), np.flatnonzero(held == ord(self.separator))
        if b'"' in piece:
            quotes = np.flatnonzero(held == QUOTE)
            if not _is_quoted_well(held, quotes, ord(self.separator)):
                return False
            ends, cuts = (found[np.searchsorted(quotes, found) % 2 == 0] for found in (ends, cuts))
        each = np.diff(np.searchsorted(cuts, ends), prepend=0)
        return bool((each == len(self.names) - 1).all())

    def _records(self, piece: bytes) -> Iterator[tuple[list[str], Fault | None]]:
        """Yield cells that fit the header, with what is wrong where they do not; blank lines are no records."""
        for cells, error, line in _read_records(piece.decode("utf-8"), self.separator, len(self.names)):
            width = len(self.names)
            if error:
                yield [""] * width, Fault("table.row_quotes", error=error, read=line[:200])
            elif len(cells) == width or (len(cells) > width and not any(cells[width:])):
                yield cells[:width], None
            elif len(cells) > 1 or any(cell.strip() for cell in cells):
                kept = (cells + [""] * width)[:width]
                read = self.separator.join(cells)[:200]
                yield kept, Fault("table.row_width", cells=len(cells), columns=width, read=read)


def _encoding(path: Path) -> str:
    """Find the encoding that reads the whole file."""
    with path.open("rb") as file:
        head = file.read(4)
    marked = [name for mark, name in _MARKS if head.startswith(mark)]
    for encoding in marked or _TRIED:
        try:
            for _ in _pieces(path, encoding):
                pass
        except UnicodeError:
            continue
        return encoding
    raise Fault("table.encoding", known=KNOWN)


def _pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield the file in UTF-8, piece by piece; the last one ends a line."""
    decoder, last = codecs.getincrementaldecoder(encoding)(), b"\n"
    with path.open("rb") as file:
        while raw := file.read(PIECE):
            text = decoder.decode(raw)
            if piece := text.encode("utf-8"):
                last = piece[-1:]
                yield piece
        text = decoder.decode(b"", True)
    if text or last != b"\n":
        yield (text + "\n").encode("utf-8")


def _whole_records(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut pieces where a record ends: at the last line end that no quote holds open."""
    rest = b""
    for piece in pieces:
        rest += piece
        cut = _last_end(rest)
        if not cut and len(rest) > LONGEST_RECORD:  # a stray quote: what it swallows is given up line by line
            cut = rest.rfind(b"\n") + 1 or len(rest)
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
    if rest:
        yield rest


def _last_end(piece: bytes) -> int:
    if b'"' not in piece:
        return piece.rfind(b"\n") + 1
    free = _free_ends(np.frombuffer(piece, dtype=np.uint8))
    return int(free[-1]) + 1 if len(free) else 0


def _is_quoted_well(held: Bytes, quotes: Ints, separator: int) -> bool:
    """Tell whether quotes open only where a cell begins, and close where it ends or before another one."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = held[np.maximum(opening - 1, 0)]
    after = held[np.minimum(closing + 1, len(held) - 1)]
    opens = np.isin(before, (separator, FEED, QUOTE)) | (opening == 0)
    return bool(opens.all() and np.isin(after, (separator, FEED, RETURN, QUOTE)).all())


def _records_of(piece: bytes) -> int:
    """Count the records of a clean piece."""
    if b'"' not in piece:
        return piece.count(b"\n")
    held = np.frombuffer(piece, dtype=np.uint8)
    return len(_free_ends(held))


def _free_ends(held: Bytes) -> Ints:
    """Give the line ends that no quote holds open."""
    quotes, ends = np.flatnonzero(held == QUOTE), np.flatnonzero(held == FEED)
    return ends[np.searchsorted(quotes, ends) % 2 == 0]


def _without_lines(piece: bytes, lines: int) -> bytes:
    for _ in range(lines):
        piece = piece[_line_end(piece) :]
    return piece


def _line_end(piece: bytes) -> int:
    """Give where the next line begins, as a text file in universal lines has it."""
    feed, back = piece.find(b"\n"), piece.find(b"\r")
    if back < 0 or 0 <= feed < back:
        return feed + 1 if feed >= 0 else len(piece)
    return back + 2 if feed == back + 1 else back + 1


def _read_records(text: str, separator: str, width: int) -> Iterator[tuple[list[str], str, str]]:
    """Yield cells, what broke them, and their first line.

    After a record that spans lines and does not fit, go on with its second line.
    """
    lines = list(io.StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        rest = (lines[number] for number in range(at, len(lines)))
        reader, before = csv.reader(rest, delimiter=separator, strict=True), 0
        for cells, error in _each(reader):
            used, before = reader.line_num - before, reader.line_num
            spoilt = bool(error) or (used > 1 and len(cells) != width)
            yield cells, error, lines[at].rstrip("\r\n")
            at += 1 if spoilt else used
            if spoilt:
                break


def _each(reader: Any) -> Iterator[tuple[list[str], str]]:
    while True:
        try:
            yield next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield [], str(error)
            return
