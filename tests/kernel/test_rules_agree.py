"""One case, columns and SQL give the same answers as a plain reading, on random law and random cases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.kernel.rules.columns import decide_columns
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.evaluate import months_between, years_between
from jishi.kernel.rules.spans import months_apart, years_apart
from jishi.kernel.rules.sql_text import span
from tests.kernel.rule_forms import CLASH, Cases, by_columns, by_sql, frame_of, own_postgres, single
from tests.kernel.rule_worlds import World, columns_of, dated_cases, say, worlds

KINDS = ("table", "formula", "score", "schedule")
thorough = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_single_and_columns_read_the_law_plainly(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law = Law(world.book)
    plain = [say(world.book, "top", case, day) for case, day in cases]
    assert [single(law, "top", case, day) for case, day in cases] == plain
    assert by_columns(law, "top", columns_of(cases), cases) == plain


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_columns_tell_all_a_decision_tells(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law = Law(world.book)
    found = decide_columns(
        law,
        "top",
        frame_of(columns_of(cases), cases),
        np.array([day for _, day in cases]),
        on_conflict="report",
    )
    (numbers, rulings), (open_, needs) = found.rulings, found.needs
    for at, (case, day) in enumerate(cases):
        ruling, need = rulings[numbers[at]], needs[open_[at]]
        if ruling is None:
            assert single(law, "top", case, day) == CLASH
            continue
        alone = law.decide("top", case, day)
        assert (ruling.row, ruling.reason) == (alone.row, alone.reason)
        assert (ruling.clauses, ruling.confidence) == (alone.clauses, alone.confidence)
        assert (need.missing if need else None) == alone.missing


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_one_day_for_all_is_the_same_as_a_day_each(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law, day = Law(world.book), cases[0][1]
    same = [(case, day) for case, _ in cases]
    found = decide_columns(
        law, "top", frame_of(columns_of(same), same), date.fromordinal(day), on_conflict="report"
    )
    told = found.to_polars(("answer", "row", "status")).rows()
    assert [row if row[2] != "conflict" else CLASH for row in told] == by_columns(
        law, "top", columns_of(same), same
    )


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_sql_on_duckdb_reads_the_law_plainly(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    plain = [say(world.book, "top", case, day) for case, day in cases]
    with duckdb.connect() as connection:
        assert by_sql(connection, (Law(world.book), "top"), columns_of(cases), cases) == plain


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_sql_of_one_day_is_that_of_a_column_of_it(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    same = [(case, cases[0][1]) for case, _ in cases]
    asked = (Law(world.book), "top")
    with duckdb.connect() as connection:
        told = by_sql(connection, asked, columns_of(same), same)
        assert by_sql(connection, asked, columns_of(same), same, one_day=True) == told


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    """Give a connection to a PostgreSQL of the test's own."""
    with own_postgres() as connection:
        yield connection


@pytest.mark.postgres
@pytest.mark.parametrize("kind", KINDS)
def test_sql_on_postgres_reads_the_law_plainly(kind: str, postgres: Any) -> None:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(worlds(kind), dated_cases)
    def agree(world: World, cases: Cases) -> None:
        plain = [say(world.book, "top", case, day) for case, day in cases]
        assert by_sql(postgres, (Law(world.book), "top"), columns_of(cases), cases) == plain

    agree()


ENDS = [date(2020, 1, 30), date(2020, 1, 31), date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 30),
        date(2020, 4, 30), date(2021, 2, 27), date(2021, 2, 28), date(2021, 3, 31), date(2024, 2, 29),
        date(1, 1, 1)]  # fmt: skip


def test_months_between_any_two_days_of_four_years() -> None:
    first = date(2019, 1, 1)
    every = [(first + timedelta(days=n)).toordinal() for n in range(0, 1500, 7)] + [
        d.toordinal() for d in ENDS
    ]
    pairs = [(a, b) for a in every for b in every]
    start, end = (np.array(side) for side in zip(*pairs, strict=True))
    assert months_apart(start, end).tolist() == [months_between(a, b) for a, b in pairs]
    assert years_apart(start, end).tolist() == [years_between(a, b) for a, b in pairs]


def months_in_sql(connection: Any) -> None:
    """Hold the months and years of SQL against those of the plain reading."""
    pairs = [(a, b) for a in ENDS for b in ENDS]
    rows = ", ".join(f"(DATE '{a.isoformat()}', DATE '{b.isoformat()}')" for a, b in pairs)
    told = ", ".join(span(unit, "a", "b") for unit in ("months", "years", "days"))
    found = connection.execute(f"SELECT a, b, {told} FROM (VALUES {rows}) AS pairs(a, b)").fetchall()
    assert len(found) == len(pairs)
    for a, b, months, years, days in found:
        first, last = a.toordinal(), b.toordinal()
        assert (months, years, days) == (
            months_between(first, last),
            years_between(first, last),
            last - first,
        )


def test_months_in_duckdb() -> None:
    with duckdb.connect() as connection:
        months_in_sql(connection)


@pytest.mark.postgres
def test_months_in_postgres(postgres: Any) -> None:
    months_in_sql(postgres)
