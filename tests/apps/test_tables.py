"""Tables in files: every form reads alike, what is broken is given up alone, nothing unsound gets past a Fault."""

import csv
import io
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from jishi.kernel.fault import Fault
from jishi.platform.tables import delimited, sink
from jishi.platform.tables.source import STRANGERS, Block, Limits, Source, open_table, unique

ROWS = 70_000
FRAME = pl.DataFrame(
    {
        "id": [f"{n:06d}" for n in range(ROWS)],
        "months": range(ROWS),
        "kind": pl.Series(["甲", None] * (ROWS // 2), dtype=pl.Categorical),
    }
)
WRITERS: dict[str, Callable[[Path], Any]] = {
    "parquet": FRAME.write_parquet,
    "parquet, small groups": lambda path: FRAME.write_parquet(path, row_group_size=999),
    "parquet, plain": lambda path: FRAME.write_parquet(path, compression="uncompressed"),
    "stream": FRAME.write_ipc_stream,
    "stream, packed": lambda path: FRAME.write_ipc_stream(path, compression="zstd"),
    "file": FRAME.write_ipc,
    "file, packed": lambda path: FRAME.write_ipc(path, compression="lz4"),
}


def write(form: str, frame: pl.DataFrame, path: Path) -> None:
    match form:
        case "parquet":
            frame.write_parquet(path)
        case "stream":
            frame.write_ipc_stream(path)
        case "file":
            frame.write_ipc(path)
        case "xlsx":
            sink.write_xlsx(iter([frame]), path)
        case _:
            frame.write_csv(path)


BOUNDED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(path: Path, limits: Limits = STRANGERS) -> tuple[Source, list[Block]]:
    source = open_table(path, limits)
    blocks = list(source.blocks())
    assert source.count() == sum(len(block.frame) for block in blocks)
    assert [block.start for block in blocks] == [
        sum(len(block.frame) for block in blocks[:at]) for at in range(len(blocks))
    ]
    return source, blocks


def text(tmp_path: Path, raw: str | bytes) -> tuple[list[tuple[Any, ...]], dict[int, str]]:
    path = tmp_path / "table.csv"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    _, blocks = read(path)
    broken = {block.start + at: fault.code for block in blocks for at, fault in block.broken.items()}
    return [row for block in blocks for row in block.frame.rows()], broken


@pytest.mark.parametrize("form", WRITERS)
def test_every_form_reads_alike_in_blocks(tmp_path: Path, form: str) -> None:
    WRITERS[form](tmp_path / "table")
    source, blocks = read(tmp_path / "table")
    assert source.columns == tuple(FRAME.columns) and len(blocks) > 1
    whole = pl.concat([block.frame.with_columns(pl.col("kind").cast(pl.String)) for block in blocks])
    assert whole.equals(FRAME.with_columns(pl.col("kind").cast(pl.String)))


@pytest.mark.parametrize("form", ["parquet", "stream", "file"])
def test_a_table_without_rows_is_one_empty_block(tmp_path: Path, form: str) -> None:
    none = FRAME.head(0)
    write(form, none, tmp_path / "table")
    _, (block,) = read(tmp_path / "table")
    assert block.frame.columns == FRAME.columns and not len(block.frame)


TEXTS = {
    "a,b\n1,2\n": [("1", "2")],
    "a,b\r\n1,2\r\n\r\n3,4": [("1", "2"), ("3", "4")],
    "\ufeffa;b\n1;\n": [("1", None)],
    "a\tb\n1\t 2 \n": [("1", " 2 ")],
    'a,b\n"1,\n2","3""4"\n': [("1,\n2", '3"4')],
    "a\n1\n\n2\n": [("1",), ("2",)],
    "a,b\r1,2\r": [("1", "2")],
    'a,b\n1,"\r\n2"\n': [("1", "\r\n2")],
    "a,b\n1,2,,\n": [("1", "2")],
    "a,b\n": [],
}


@pytest.mark.parametrize("raw", TEXTS)
def test_text_stays_as_it_was_written(tmp_path: Path, raw: str) -> None:
    assert text(tmp_path, raw) == (TEXTS[raw], {})


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_chinese_spreadsheets_are_read(tmp_path: Path, encoding: str) -> None:
    assert text(tmp_path, "编号,类别\n001,经营性\n".encode(encoding)) == ([("001", "经营性")], {})


def test_a_broken_record_is_given_up_alone(tmp_path: Path) -> None:
    rows, broken = text(tmp_path, 'a,b\n1,"2\n3,4\n5\n6,7,8\n9,10\n')
    assert rows == [(None, None), ("3", "4"), ("5", None), ("6", "7"), ("9", "10")]
    assert broken == {0: "table.row_quotes", 2: "table.row_width", 3: "table.row_width"}


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)


@BOUNDED
@given(
    st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width))),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(8, 64),
)
def test_what_was_written_is_read_back(
    tmp_path: Path, rows: list[list[str]], end: str, quoting: Any, piece: int
) -> None:
    width = len(rows[0]) if rows else 2
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator=end, quoting=quoting).writerows([["h"] * width, *rows])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "PIECE", piece)
        found, broken = text(tmp_path, held.getvalue())
    assert [[cell or "" for cell in row] for row in found] == rows and not broken


def test_a_workbook_reads_as_people_wrote_it(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "table"
    for row in (["id", "wage", "share", "ok", None], ["001", 1780, 0.35, True], [None] * 3, ["002", 25.5]):
        book.worksheets[0].append(row)
    book.save(path)
    source, (block,) = read(path)
    assert source.form == "xlsx"
    assert block.frame.rows() == [("001", "1780", "0.35", "true"), ("002", "25.5", None, None)]


def test_columns_get_names_of_their_own() -> None:
    assert unique(["a", "", "a", "a (2)"]) == ("a", "column 2", "a (2)", "a (2) (2)")


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(rows=10), "table.rows"), (Limits(columns=2), "table.columns")],
)
@pytest.mark.parametrize("form", ["parquet", "stream, packed", "file, packed"])
def test_what_would_be_too_large_is_refused(tmp_path: Path, form: str, limits: Limits, code: str) -> None:
    WRITERS[form](tmp_path / "table")
    with pytest.raises(Fault) as refused:
        open_table(tmp_path / "table", limits)
    assert refused.value.code == code


def test_a_file_that_would_take_the_memory_ends_only_its_reader(tmp_path: Path) -> None:
    bomb = pl.DataFrame({"text": [str(n) * 40_000_000 for n in range(6)]})
    bomb.write_parquet(tmp_path / "table", compression="zstd")
    assert (tmp_path / "table").stat().st_size < 1 << 20
    with pytest.raises(Fault) as refused:
        open_table(tmp_path / "table", replace(STRANGERS, memory=900 << 20, seconds=5))
    assert refused.value.code == "table.unreadable"


@cache
def sound(form: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        write(form, FRAME.head(40), path)
        return path.read_bytes()


# Each example starts a process; what a damaged file may do to it is the same in ten as in a thousand.
@settings(BOUNDED, max_examples=10)
@given(st.data())
@pytest.mark.parametrize("form", ["parquet", "stream", "file", "xlsx", "csv"])
def test_a_damaged_file_is_refused_or_read(tmp_path: Path, form: str, data: st.DataObject) -> None:
    path, raw = tmp_path / "table", bytearray(sound(form))
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[at] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)
    try:
        source = open_table(path, STRANGERS)
        for _ in source.blocks():
            pass
    except Fault as fault:
        assert fault.code.startswith("table.")


def test_csv_is_written_without_marks_for_what_is_blank() -> None:
    frames = [FRAME.head(1).with_columns(note=pl.lit("")), FRAME[1:2].with_columns(note=pl.lit("x,y"))]
    assert b"".join(sink.csv_bytes(iter(frames))).decode() == (
        'id,months,kind,note\n000000,0,甲,\n000001,1,,"x,y"\n'
    )


def test_arrow_is_one_stream(tmp_path: Path) -> None:
    held = b"".join(sink.arrow_bytes(part for part in FRAME.iter_slices(30_000)))
    assert pl.read_ipc_stream(io.BytesIO(held)).equals(FRAME.with_columns(pl.col("kind").cast(pl.String)))


def test_parquet_is_written_part_by_part(tmp_path: Path) -> None:
    sink.write_parquet(FRAME.iter_slices(30_000), tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet")["id"].equals(FRAME["id"])


def test_a_formula_does_not_run_in_a_workbook(tmp_path: Path) -> None:
    sink.write_xlsx(iter([pl.DataFrame({"a": ["=1+1", "ok\x0b"]})]), tmp_path / "out.xlsx")
    _, (block,) = read(tmp_path / "out.xlsx")
    assert block.frame["a"].to_list() == ["'=1+1", "ok"]


def test_what_text_cannot_hold_is_named() -> None:
    with pytest.raises(Fault) as refused:
        sink.must_be_plain({"shape": pl.List(pl.Int64())})
    assert refused.value.params["column"] == "shape"
