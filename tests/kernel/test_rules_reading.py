"""A table of cases is read as its cells would be one by one; what cannot be read is told and becomes unknown."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Vocabulary, read_value
from jishi.kernel.rules.reading import MOST_TOLD, read_frame, read_series

WORDS = ("词", "word")
USES = Vocabulary({"06": ("工矿", "Industry"), "0601": ("工业", "Factories")})
KINDS = ("boolean", "integer", "money", "area", "ratio", "decimal", "date", "choice")
FACTS = {kind: Fact(kind, kind, WORDS, vocabulary=USES if kind == "choice" else None) for kind in KINDS}  # type: ignore[arg-type]
FACTS["few"] = Fact("few", "integer", WORDS, minimum=0, maximum=120)
TEXTS = [
    "", "6", "-6", "007", "0.5", "1780", "1780.55", "1780.555", "1,780", "25.6万元", "45.3亩", "35%", "12.5%",
    "0.1234567", "true", "否", "2020-02-29", "2021-02-29", "2020-2-9", "0601", "工业", "Factories", "0699", "?", "未知",
    " 6 ", "６", "nonsense", "999999999999999999999", "121", "1e3", "+6", "- 6", ".",
]  # fmt: skip


def alone(fact: Fact, raw: Any) -> tuple[Any, Fault | None]:
    """Read one cell."""
    try:
        return read_value(fact, raw), None
    except Fault as fault:
        return None, fault


def stored(series: pl.Series) -> list[Any]:
    """Give a column as stored values."""
    return [each.toordinal() if isinstance(each, date) else each for each in series.to_list()]


@pytest.mark.parametrize("name", FACTS)
@given(
    st.lists(
        st.one_of(
            st.none(), st.sampled_from(TEXTS), st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{1,7})?%?", fullmatch=True)
        )
    )
)
def test_texts_are_read_as_cells_are(name: str, texts: list[str | None]) -> None:
    fact = FACTS[name]
    values, problems = read_series(fact, pl.Series(name, texts, dtype=pl.String))
    each = [alone(fact, text) for text in texts]
    assert stored(values) == [value for value, _ in each]
    told = [
        (row, text, fault) for row, (text, (_, fault)) in enumerate(zip(texts, each, strict=True), 1) if fault
    ]
    assert [(problem.row, problem.value, problem.fault) for problem in problems] == told


@pytest.mark.parametrize(
    "name", ["integer", "money", "area", "ratio", "decimal", "few", "boolean", "choice", "date"]
)
@given(st.lists(st.one_of(st.none(), st.integers(-3, 200), st.integers(-(2**63), 2**63 - 1))))
def test_whole_numbers_are_read_as_cells_are(name: str, numbers: list[int | None]) -> None:
    fact = FACTS[name]
    values, problems = read_series(fact, pl.Series(name, numbers, dtype=pl.Int64))
    each = [alone(fact, number) for number in numbers]
    assert stored(values) == [value for value, _ in each]
    assert [problem.row for problem in problems] == [row for row, (_, fault) in enumerate(each, 1) if fault]


def test_typed_columns_are_taken_as_they_are() -> None:
    day = date(2020, 11, 24)
    frame = pl.DataFrame({"id": [1, 2], "boolean": [True, None], "date": [day, None], "money": [178_000, 0]})
    columns, problems = read_frame(FACTS, frame)
    assert not problems
    assert {name: series.to_list() for name, series in columns.items()} == {
        "boolean": [True, None], "date": [day, None], "money": [178_000, 0],
    }  # fmt: skip


def test_a_strange_column_is_named_and_the_rest_is_read() -> None:
    frame = pl.DataFrame({"months": ["6"], "integer": ["6"], "as_of": ["2020-11-24"]})
    columns, problems = read_frame(FACTS, frame)
    assert [(each.row, each.column, each.fault.code) for each in problems] == [
        (0, "months", "rules.column_fact")
    ]
    assert columns["integer"].to_list() == [6] and columns["as_of"].to_list() == [date(2020, 11, 24)]


def test_floats_are_refused_for_they_do_not_say_their_unit() -> None:
    values, problems = read_series(FACTS["money"], pl.Series("money", [1780.5, None]))
    assert values.to_list() == [None, None]
    assert [(each.row, each.fault.code) for each in problems] == [(0, "rules.column_kind")]


def test_a_column_of_rubbish_is_told_in_part() -> None:
    values, problems = read_series(FACTS["integer"], pl.Series("integer", ["x"] * (MOST_TOLD + 7)))
    assert values.null_count() == len(values) and len(problems) == MOST_TOLD + 1
    assert problems[-1].fault == Fault("rules.more_cells", column="integer", count=7)
