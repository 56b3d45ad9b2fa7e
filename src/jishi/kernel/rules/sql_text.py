"""Pieces of SQL: literals, days and months, cases, the column type of a fact."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from jishi.kernel.rules.fact import Fact, Vocabulary

Dialect = Literal["duckdb", "postgres"]
WHOLE = "DECIMAL(38,0)"
DAY_ZERO = "DATE '0001-01-01'"


def text(value: str) -> str:
    """Write a text literal.

    >>> text("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Write an identifier."""
    return '"' + value.replace('"', '""') + '"'


def day(ordinal: int) -> str:
    """Write a day literal."""
    return f"DATE '{date.fromordinal(max(ordinal, 1)).isoformat()}'"


def whole(value: int) -> str:
    """Write a whole number that does not overflow beside others."""
    return f"CAST({value} AS {WHOLE})"


def span(unit: str, start: str, end: str) -> str:
    """Write whole days, months or years from one day to another, as `evaluate` counts them."""
    if unit == "days":
        return f"({end} - {start})"
    months = f"(CASE WHEN {end} < {start} THEN -{_months(end, start)} ELSE {_months(start, end)} END)"
    if unit == "months":
        return months
    return f"(SIGN({months}) * FLOOR(ABS({months}) / 12.0))"


def _months(start: str, end: str) -> str:
    """Write whole months to a day that is not earlier; a month's last day stands for days it lacks."""
    years = f"(EXTRACT(YEAR FROM {end}) - EXTRACT(YEAR FROM {start})) * 12"
    months = f"EXTRACT(MONTH FROM {end}) - EXTRACT(MONTH FROM {start})"
    short = f"EXTRACT(DAY FROM {end}) < EXTRACT(DAY FROM {start}) AND EXTRACT(DAY FROM CAST({end} + 1 AS DATE)) <> 1"
    return f"({years} + {months} - (CASE WHEN {short} THEN 1 ELSE 0 END))"


def either(parts: Iterable[str]) -> str:
    """Write that at least one holds."""
    held = list(dict.fromkeys(each for each in parts if each != "FALSE"))
    return f"({' OR '.join(held)})" if held else "FALSE"


def case(over: str, parts: Sequence[tuple[int, str]], other: str) -> str:
    """Write what to give by the number in a column."""
    told = " ".join(f"WHEN {at} THEN {sql}" for at, sql in parts if sql != other)
    return f"(CASE {over} {told} ELSE {other} END)" if told else other


def value_text(fact: Fact, value: int | str) -> str:
    """Write a stored value in the column type of its fact."""
    if isinstance(value, str):
        return text(value)
    if fact.kind == "boolean":
        return "TRUE" if value else "FALSE"
    return typed(fact, f"CAST({value} AS BIGINT)")


def typed(fact: Fact, sql: str) -> str:
    """Turn a stored whole number into the column type of its fact."""
    if fact.kind in ("ratio", "decimal"):
        return f"(CAST({sql} AS DECIMAL(38,0)) * 0.000001)"
    return f"({DAY_ZERO} + CAST({sql} - 1 AS INTEGER))" if fact.kind == "date" else sql


def in_vocabulary(sql: str, words: Vocabulary | None) -> str:
    """Write a choice that is unknown outside its vocabulary."""
    return (
        sql if words is None else f"CASE WHEN {sql} IN ({', '.join(map(text, words.words))}) THEN {sql} END"
    )
