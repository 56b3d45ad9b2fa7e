"""Read a table of cases: texts or typed columns into stored values, cell by cell as `fact.read_value` would.

A cell that cannot be read becomes unknown and is told, with its row and what would be valid; no
row is lost. Plain numbers, days and ids are read as whole columns, the rest once a distinct text.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import MOST, SCALE, Fact, Value, read_value
from jishi.kernel.rules.grammar import AS_OF

DAY = Fact(AS_OF, "date", ("依据日期", "Day of the law"))
MOST_TOLD = 1000
"""The most problems told one by one of a column."""
PLACES = {"integer": 0, "money": 2, "area": 4, "ratio": 6, "decimal": 6}
"""How many decimals fill a stored unit."""
STORED: dict[str, type[pl.DataType]] = {"boolean": pl.Boolean, "choice": pl.String, "date": pl.Date}
EPOCH_DAY = 719_163


@dataclass(frozen=True)
class CellProblem:
    """Name a cell that could not be read: its row (from 1; 0 for the whole column), text and fault."""

    row: int
    column: str
    value: str
    fault: Fault


def read_frame(
    facts: Mapping[str, Fact], frame: pl.DataFrame, aside: Collection[str] = ("id",)
) -> tuple[dict[str, pl.Series], list[CellProblem]]:
    """Read the columns of a frame that are facts, and `as_of`, into stored values; tell what could not be read.

    Columns in `aside` are let be; any other that is no fact is told and left out.
    """
    columns: dict[str, pl.Series] = {}
    problems: list[CellProblem] = []
    for series in frame.get_columns():
        name = series.name
        if name in aside:
            continue
        fact = DAY if name == AS_OF else facts.get(name)
        if fact is None:
            fault = Fault("rules.column_fact", column=name, valid=[*facts, AS_OF])
            problems.append(CellProblem(0, name, "", fault))
        else:
            columns[name], told = read_series(fact, series)
            problems += told
    return columns, problems


def read_series(fact: Fact, series: pl.Series) -> tuple[pl.Series, list[CellProblem]]:
    """Read one column of a fact."""
    if series.dtype.is_float():
        fault = Fault("rules.column_kind", column=fact.name, kind=fact.kind, found=str(series.dtype))
        return pl.Series(fact.name, [None] * len(series), dtype=_stored(fact)), [
            CellProblem(0, fact.name, "", fault)
        ]
    plain = _bounded(fact, _typed(fact, series))
    raw = series if series.dtype.is_integer() else series.cast(pl.String)
    left = raw.is_not_null() & plain.is_null()
    if not left.any():
        return plain.alias(fact.name), []
    read, faults = _read_each(fact, raw.filter(left).unique().to_list())
    slow = raw.replace_strict(list(read), list(read.values()), default=None, return_dtype=_inner(fact))
    slow = _outer(fact, slow)
    whole = pl.select(pl.when(left).then(slow).otherwise(plain).alias(fact.name)).to_series()
    return whole, _told(fact, raw, left, faults)


def _typed(fact: Fact, series: pl.Series) -> pl.Series:
    """Read what can be read as a column; the rest stays null."""
    none = pl.Series(fact.name, [None], dtype=_stored(fact)).new_from_index(0, len(series))
    if series.dtype == pl.Boolean or isinstance(series.dtype, pl.Date | pl.Datetime):
        right = {"boolean": pl.Boolean, "date": (pl.Date, pl.Datetime)}.get(fact.kind, ())
        fits = series.dtype == pl.Boolean if right is pl.Boolean else isinstance(series.dtype, right)  # type: ignore[arg-type]
        return series.cast(_stored(fact)) if fits else none
    if series.dtype.is_integer():
        return _of_whole(fact, series) if fact.kind in PLACES else none
    text = series.cast(pl.String)
    if fact.kind in PLACES:
        return _plain_number(fact, text)
    if fact.kind == "choice":
        assert fact.vocabulary is not None
        return text.cast(pl.Enum(list(fact.vocabulary.words)), strict=False).cast(pl.String)
    if fact.kind == "date":
        day = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        return _where(day, text).str.to_date("%Y-%m-%d", strict=False)
    return none


def _of_whole(fact: Fact, series: pl.Series) -> pl.Series:
    """Take whole numbers as stored units, or as ones where a fact has decimals of its own."""
    scale = SCALE[fact.kind] if fact.kind in ("ratio", "decimal") else 1
    fits = (series <= MOST // scale) & (series >= -(MOST // scale))
    return _where(fits, series).cast(pl.Int64) * scale


def _plain_number(fact: Fact, text: pl.Series) -> pl.Series:
    """Read plain decimals: no sign but `-`, no separators, no more places than are stored."""
    places = PLACES[fact.kind]
    sign = "" if fact.kind == "area" else "-?"
    tail = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    plain = _where(text.str.contains(rf"^{sign}[0-9]{{1,12}}{tail}$"), text)
    if not places:
        return plain.cast(pl.Int64)
    parts = pl.select(
        whole=plain.str.extract(r"([0-9]+)", 1).cast(pl.Int64),
        tail=plain.str.extract(r"\.([0-9]+)$", 1).fill_null("").str.pad_end(places, "0").cast(pl.Int64),
        minus=plain.str.starts_with("-"),
    )
    size = pl.col("whole") * 10**places + pl.col("tail")
    return parts.select(pl.when("minus").then(-size).otherwise(size)).to_series()


def _bounded(fact: Fact, values: pl.Series) -> pl.Series:
    """Let go of values beyond the fact's bounds, for `read_value` to say so."""
    if not values.dtype.is_integer() or (fact.minimum is None and fact.maximum is None):
        return values
    low = -MOST if fact.minimum is None else fact.minimum
    high = MOST if fact.maximum is None else fact.maximum
    return _where(values.is_between(low, high), values)


def _where(mask: pl.Series, values: pl.Series) -> pl.Series:
    return pl.select(pl.when(mask).then(values)).to_series()


def _read_each(
    fact: Fact, texts: list[str | int]
) -> tuple[dict[str | int, Value | None], dict[str | int, Fault]]:
    read: dict[str | int, Value | None] = {}
    faults: dict[str | int, Fault] = {}
    for each in texts:
        try:
            read[each] = read_value(fact, each)
        except Fault as fault:
            read[each], faults[each] = None, fault
    return read, faults


def _told(
    fact: Fact, raw: pl.Series, left: pl.Series, faults: Mapping[str | int, Fault]
) -> list[CellProblem]:
    if not faults:
        return []
    bad = (left & raw.is_in(list(faults))).arg_true()
    told = zip(bad.head(MOST_TOLD).to_list(), raw.gather(bad.head(MOST_TOLD)).to_list(), strict=True)
    found = [CellProblem(row + 1, fact.name, str(value), faults[value]) for row, value in told]
    if len(bad) > MOST_TOLD:
        more = Fault("rules.more_cells", column=fact.name, count=len(bad) - MOST_TOLD)
        found.append(CellProblem(0, fact.name, "", more))
    return found


def _stored(fact: Fact) -> type[pl.DataType]:
    return STORED.get(fact.kind, pl.Int64)


def _inner(fact: Fact) -> type[pl.DataType]:
    return pl.Int64 if fact.kind == "date" else _stored(fact)


def _outer(fact: Fact, values: pl.Series) -> pl.Series:
    return (values - EPOCH_DAY).cast(pl.Int32).cast(pl.Date) if fact.kind == "date" else values
