"""Broken files: encodings, headers, open quotes and cells that do not fit."""

import pytest

from jishi.apps.simulation.listings import read_listings
from jishi.apps.simulation.listings.table import COLUMNS
from tests.apps.simulation.listing_rows import HOMES, INDUSTRIAL, UNDATED, options, table

OTHER = UNDATED | {"notice_no": "另一公告"}


def rows_of(file_bytes: bytes) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the rows that open and (row, code) of the problems."""
    lots, problems = read_listings(file_bytes, options())
    return [lot.row for lot in lots], [(problem.row, problem.code) for problem in problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_common_encodings_are_read(encoding):
    assert rows_of(table(INDUSTRIAL, HOMES, encoding=encoding)) == ([2, 3], [])


def test_an_unknown_encoding_is_one_problem_of_the_file():
    assert rows_of(b"\xff\xff\xff\x00\x81") == ([], [(1, "listings.file.encoding")])


def test_missing_columns_are_named_once():
    columns = tuple(column for column in COLUMNS if column not in ("area_m2", "conditions"))
    _, problems = read_listings(table(INDUSTRIAL, HOMES, columns=columns), options())
    assert [(problem.row, problem.params["missing"]) for problem in problems] == [(1, "area_m2, conditions")]
    assert rows_of(b"") == ([], [(1, "listings.file.columns")])
    assert rows_of(table(INDUSTRIAL, columns=(*COLUMNS, "area_m2"))) == (
        [],
        [(1, "listings.file.columns_twice")],
    )


def test_columns_may_stand_in_any_order_with_others_between():
    assert rows_of(table(INDUSTRIAL, columns=(*reversed(COLUMNS), "remark"))) == ([2], [])


def test_blank_lines_count_as_rows_and_say_nothing():
    header, row = table(INDUSTRIAL).splitlines(keepends=True)
    assert rows_of(header + b"\r\n" + b"," * (len(COLUMNS) - 1) + b"\r\n" + row) == ([4], [])


def test_a_short_or_long_row_is_refused_and_the_next_stands():
    header, row, other = table(INDUSTRIAL, OTHER).splitlines(keepends=True)
    long = row.rstrip() + b",more\r\n"
    assert rows_of(header + b"a,b\r\n" + long + other) == (
        [4],
        [(2, "listings.row.width"), (3, "listings.row.width")],
    )
    assert rows_of(header + row.rstrip() + b",,\r\n") == ([2], [])


def test_an_open_quote_spoils_only_its_own_row():
    header, row, other = table(INDUSTRIAL, OTHER).splitlines(keepends=True)
    opened = row.replace("土地级别三级".encode(), '"土地级别三级'.encode())
    assert rows_of(header + opened + other) == ([3], [(2, "listings.row.quotes")])
    quoted = other.replace("土地级别三级".encode(), '"土地级别三级,甲"'.encode())
    assert rows_of(header + opened + quoted) == ([3], [(2, "listings.row.quotes")])


def test_a_cell_of_two_lines_is_one_record():
    assert rows_of(table(INDUSTRIAL | {"conditions": "第一行\n第二行"}, OTHER)) == ([2, 3], [])
