"""Columns of every make, blocks and tables of any size, and what is said of columns that do not fit."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.rules import answers, engines
from jishi.kernel.rules.column import Column
from jishi.kernel.rules.columns import decide_columns
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact, Vocabulary
from jishi.kernel.rules.grammar import Scope, read_condition, read_expression
from jishi.kernel.rules.rule import Formula, Row, RuleBook, Table
from tests.kernel.rule_forms import by_columns
from tests.kernel.rule_worlds import World, columns_of, dated_cases, say, worlds

WORDS = ("词", "word")
USES = Vocabulary({"06": WORDS, "0601": WORDS, "07": WORDS}, {"0601": "06"})
FACTS = {
    "months": Fact("months", "integer", WORDS, "month"), "job": Fact("job", "boolean", WORDS),
    "use": Fact("use", "choice", WORDS, vocabulary=USES), "born": Fact("born", "date", WORDS),
    "price": Fact("price", "money", WORDS), "area": Fact("area", "area", WORDS), "share": Fact("share", "ratio", WORDS),
}  # fmt: skip
DAY = date(2024, 6, 3)


def table(*whens: str | None) -> Law:
    """Give law of one table: row n answers `n`."""
    rows = tuple(
        Row(
            str(at),
            None if when is None else read_condition(when, Scope(FACTS, {})),
            str(at),
            0,
            ("c",),
            1,
            None,
        )
        for at, when in enumerate(whens)
    )
    return Law(RuleBook("h", FACTS, {}, {}, {"t": Table("t", WORDS, WORDS, tuple(FACTS), rows=rows)}))


def formula(then: str) -> Law:
    """Give law of one formula."""
    row = Row("r", None, read_expression(then, Scope(FACTS, {})), 0, ("c",), 1, None, rounding="half_up")
    made = Formula("f", WORDS, WORDS, tuple(FACTS), value=Fact("value", "money", WORDS), rows=(row,))
    return Law(RuleBook("h", FACTS, {}, {}, {"f": made}))


def told(law: Law, columns: Any, as_of: Any = DAY) -> list[Any]:
    """Give the answers."""
    return decide_columns(law, "t", columns, as_of).to_polars(("answer",))["answer"].to_list()


@pytest.mark.parametrize("values", [
    pl.Series(["0601", "07", None, "99"]),
    pl.Series(["0601", "07", None, "99"], dtype=pl.Categorical),
    pl.Series(["0601", "07", None, "99"], dtype=pl.Enum(["99", "07", "0601"])),
    np.array(["0601", "07", "", "99"]), np.array(["0601", "07", None, "99"], dtype=object), ["0601", "07", None, "99"],
    Column(np.array([1, 2, 0, -1]), np.array([True, True, False, True])),
])  # fmt: skip
def test_choices_come_as_texts_dictionaries_or_places(values: Any) -> None:
    assert told(table("under(use, '06')", "use == '07'"), {"use": values}) == ["0", "1", None, None]


@pytest.mark.parametrize("values", [
    [6, None, 5], pl.Series([6, None, 5], dtype=pl.Int16), np.ma.MaskedArray([6, 0, 5], [False, True, False]),
    Column(np.array([6, 99, 5], dtype=np.uint8), np.array([True, False, True])),
])  # fmt: skip
def test_numbers_come_with_what_is_unknown(values: Any) -> None:
    law = table("months >= 6", "months < 6")
    assert told(law, {"months": values}) == ["0", None, "1"]
    assert told(law, pl.DataFrame({"months": pl.Series([6, None, 5])})) == ["0", None, "1"]


@pytest.mark.parametrize("born", [
    pl.Series([date(2000, 6, 3), date(2006, 6, 4), None]), [date(2000, 6, 3), date(2006, 6, 4), None],
    np.array(["2000-06-03", "2006-06-04", "NaT"], dtype="M8[D]"), [730274, 732466, None],
])  # fmt: skip
def test_days_come_as_dates_or_ordinals(born: Any) -> None:
    law = table("years(born, as_of) >= 18", "years(born, as_of) < 18")
    assert told(law, {"born": born}) == ["0", "1", None]


def test_each_case_may_have_its_own_day_in_any_form() -> None:
    law, days = (
        table("as_of >= date('2024-01-01')", "as_of < date('2024-01-01')"),
        [date(2023, 12, 31), date(2024, 1, 1)],
    )
    ordinals = np.array([each.toordinal() for each in days])
    for each in (days, pl.Series(days), np.array(days, dtype="M8[D]"), ordinals, ordinals.tolist()):
        assert told(law, {"job": [True, None]}, each) == ["1", "0"]


def test_a_column_that_is_not_there_is_unknown() -> None:
    law = table("job or months >= 6", "not job and months < 6")
    assert told(law, {"job": [True, False, None]}) == ["0", None, None]
    assert told(law, {}) == [None]


def test_two_rows_that_disagree_are_an_error_that_names_a_case() -> None:
    law = table("job", "months >= 6")
    columns = {"job": [False, True, True], "months": [6, 5, 7]}
    with pytest.raises(Fault) as caught:
        decide_columns(law, "t", columns, DAY)
    assert (caught.value.code, caught.value.params["number"]) == ("rules.conflict_in", 3)
    assert caught.value.params["case"] == {"job": "yes", "months": "7"} and caught.value.params["rows"] == [
        "0",
        "1",
    ]
    found = decide_columns(law, "t", columns, DAY, on_conflict="report")
    assert found.to_polars(("answer", "status")).rows() == [
        ("1", "determined"),
        ("0", "determined"),
        (None, "conflict"),
    ]
    assert found.counts() == {"0": 1, "1": 1, "undetermined": 0, "conflict": 1}


@pytest.mark.parametrize(("columns", "as_of", "code"), [
    ({"month": [1]}, DAY, "rules.column_fact"), ({"months": [1], "job": [True, False]}, DAY, "rules.column_length"),
    ({"months": [1.5]}, DAY, "rules.column_kind"), ({"months": ["6"]}, DAY, "rules.column_kind"),
    ({"job": np.array([1, 0])}, DAY, "rules.column_kind"), ({"job": [True]}, [DAY, DAY], "rules.column_length"),
    ({"job": [True, False]}, [DAY, None], "rules.column_day"),
    ({"job": [True, False]}, np.array(["2024-01-01", "NaT"], dtype="M8[D]"), "rules.column_day"),
    ({"job": [True]}, ["2024-01-01"], "rules.column_kind"),
])  # fmt: skip
def test_columns_that_do_not_fit_are_refused(columns: Any, as_of: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        decide_columns(table("job"), "t", columns, as_of)
    assert caught.value.code == code


BIG = 2**61


@given(
    st.lists(st.tuples(*[st.one_of(st.none(), st.integers(-BIG, BIG), st.integers(-3, 3))] * 3), min_size=1)
)
def test_numbers_near_the_end_of_64_bits_are_exact(cases: list[tuple[int | None, ...]]) -> None:
    names = ("price", "share", "area")
    columns = {name: list(values) for name, values in zip(names, zip(*cases, strict=True), strict=True)}
    for law, rule in ((formula("price * share * 3 / 7"), "f"), (formula("price / share"), "f"),
                      (table("price * share >= price + yuan(1)", "price * share < price + yuan(1)"), "t")):  # fmt: skip
        found = decide_columns(law, rule, columns, DAY).to_polars(("answer", "status", "reason"))
        for case, row in zip(cases, found.rows(), strict=True):
            alone = law.decide(rule, dict(zip(names, case, strict=True)), DAY)
            assert row == (alone.answer, alone.status, alone.reason)


@pytest.fixture(params=["tables", "small blocks"])
def cramped(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work all codes out beforehand however few the cases, or leave only a few rows to a block."""
    if request.param == "tables":
        monkeypatch.setattr(engines, "min", lambda most, size: most, raising=False)
    else:
        monkeypatch.setattr(answers, "BLOCK", 3)
    yield


@pytest.mark.parametrize("kind", ["table", "score"])
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_size_of_blocks_and_tables_changes_no_answer(cramped: None, kind: str, data: st.DataObject) -> None:
    world: World = data.draw(worlds(kind))
    cases = data.draw(dated_cases)
    plain = [say(world.book, "top", case, day) for case, day in cases]
    assert by_columns(Law(world.book), "top", columns_of(cases), cases) == plain


def test_many_rows_are_told_as_each_is_alone() -> None:
    law, chance = table("months >= 6 and job", "months < 3 or not job", None), np.random.default_rng(1)
    count = 200_000
    months = Column(chance.integers(0, 9, count), chance.random(count) < 0.9)
    jobs = Column(chance.random(count) < 0.5, chance.random(count) < 0.9)
    found = decide_columns(law, "t", {"months": months, "job": jobs}, DAY, on_conflict="report")
    frame = found.to_polars()
    for row in chance.integers(0, count, 300).tolist():
        alone = found.decision(row)
        expected = (
            alone.answer,
            alone.row,
            alone.status,
            "; ".join(alone.clauses),
            alone.confidence,
            "; ".join(alone.missing),
        )
        assert frame.row(row) == expected
