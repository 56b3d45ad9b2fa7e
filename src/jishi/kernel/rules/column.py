"""Columns: one fact of many cases, in stored units, as a numpy array and where it is known.

Takes numpy arrays (with a mask beside them, or masked), polars series and whatever speaks Arrow.
Refuses floats and texts where a stored value is a whole number: reading is `reading.read_frame`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Value

Ints = NDArray[Any]
Known = NDArray[np.bool_] | None
"""Which rows are known; None where all are."""
Part = tuple[Ints, Known]
"""The values of some rows: truth values, stored numbers, or places in the fact's vocabulary."""
EPOCH_DAY = date(1970, 1, 1).toordinal()
_WHOLE = ("u", "i")


@dataclass(frozen=True)
class Column:
    """Give a fact for many cases: an array or series, with `known` beside a numpy array.

    A choice is texts, a polars categorical, or places in the fact's vocabulary (below 0: unknown).
    """

    values: Any
    known: NDArray[np.bool_] | None = None


class Source:
    """Hand out a column row range by row range, in the inner form."""

    def __init__(self, fact: Fact, column: Any) -> None:
        held = column if isinstance(column, Column) else Column(column)
        values, known = held.values, held.known
        if isinstance(values, np.ma.MaskedArray):
            values, known = values.data, ~np.ma.getmaskarray(values)
        if not isinstance(values, np.ndarray):
            values = _series(fact, values)
        elif values.dtype.kind in "OUT":
            values = pl.Series(fact.name, values.tolist(), dtype=pl.String)
        _must_be_whole(fact, values)
        if isinstance(values, np.ndarray) and values.dtype.kind == "M":
            there = ~np.isnat(values)
            values = _days(np.where(there, values, np.datetime64(0, "D")))
            known = there if known is None else known & there
        self.fact, self.values, self.known = fact, values, known
        self.words = tuple(fact.vocabulary.words) if fact.vocabulary is not None else ()
        self.places = _places(fact, values)
        self.size = len(values)
        self.nullable = self._may_be_unknown()

    def part(self, start: int, stop: int) -> Part:
        """Give the rows from `start` up to `stop`."""
        known = None if self.known is None or not self.nullable else self.known[start:stop]
        if isinstance(self.values, pl.Series):
            found, known = self._from_series(self.values.slice(start, stop - start))
        else:
            found = self.values[start:stop]
        if self.fact.kind != "choice":
            return found, known
        return self._placed(found, known)

    def value(self, row: int) -> Value | None:
        """Give the stored value of one row, as the single form takes it."""
        return self.stored(self.part(row, row + 1), 0)

    def stored(self, part: Part, at: int) -> Value | None:
        """Give a stored value out of some rows at hand."""
        values, known = part
        if known is not None and not known[at]:
            return None
        if self.words:
            return self.words[int(values[at])]
        return bool(values[at]) if self.fact.kind == "boolean" else int(values[at])

    def _may_be_unknown(self) -> bool:
        if self.fact.kind == "choice":
            return True
        if isinstance(self.values, pl.Series):
            return self.values.null_count() > 0
        return self.known is not None and not bool(self.known.all())

    def _from_series(self, part: pl.Series) -> Part:
        known = part.is_not_null().to_numpy() if self.nullable and part.null_count() else None
        if part.dtype == pl.Date:
            days: Ints = part.to_physical().fill_null(0).to_numpy() + np.int32(EPOCH_DAY)
            return days, known
        if part.dtype == pl.String:
            part = part.cast(_enum(self.fact), strict=False)
            known = part.is_not_null().to_numpy()
        plain = part.to_physical() if isinstance(part.dtype, pl.Categorical | pl.Enum) else part
        return plain.fill_null(False if plain.dtype == pl.Boolean else 0).to_numpy(), known

    def _placed(self, found: Ints, known: Known) -> Part:
        """Turn codes of a dictionary into places of the vocabulary; a word outside it is unknown."""
        if self.places is not None:
            found = self.places.take(found, mode="clip")
        assert self.fact.vocabulary is not None
        inside = (found >= 0) & (found < len(self.fact.vocabulary.words))
        if inside.all():
            return found, known
        return np.where(inside, found, 0), inside if known is None else inside & known


def sources_of(facts: Mapping[str, Fact], columns: Any) -> dict[str, Source]:
    """Read a frame or a mapping of columns; raise `rules.column_fact` or `rules.column_length`."""
    held = columns if isinstance(columns, Mapping) else _frame(columns)
    found: dict[str, Source] = {}
    for name, column in held.items():
        if name not in facts:
            raise Fault("rules.column_fact", column=name, valid=list(facts))
        found[name] = Source(facts[name], column)
    lengths = {name: source.size for name, source in found.items()}
    if len(set(lengths.values())) > 1:
        raise Fault("rules.column_length", lengths=lengths)
    return found


def read_days(as_of: Any) -> int | Ints:
    """Give one day ordinal, or one for each case; raise `rules.column_day` where a case has none."""
    if isinstance(as_of, date):
        return as_of.toordinal()
    if isinstance(as_of, int | np.integer):
        return int(as_of)
    if isinstance(as_of, np.ndarray):
        if as_of.dtype.kind == "M":
            return _all_known(~np.isnat(as_of), _days(as_of))
        return as_of if as_of.dtype.kind in _WHOLE else read_days(pl.Series(as_of))
    series = as_of if isinstance(as_of, pl.Series) else pl.Series("as_of", as_of)
    known = series.is_not_null().to_numpy()
    if series.dtype == pl.Date:
        return _all_known(known, series.to_physical().fill_null(0).to_numpy() + np.int32(EPOCH_DAY))
    if not series.dtype.is_integer():
        raise Fault("rules.column_kind", column="as_of", kind="date", found=str(series.dtype))
    return _all_known(known, series.fill_null(0).to_numpy())


def _all_known(known: NDArray[np.bool_], days: Ints) -> Ints:
    if not known.all():
        raise Fault("rules.column_day", row=int(np.flatnonzero(~known)[0]) + 1)
    return days


def _series(fact: Fact, values: Any) -> pl.Series:
    series = values if isinstance(values, pl.Series) else pl.Series(fact.name, values)
    if series.dtype != pl.Null:
        return series
    return series.cast({"boolean": pl.Boolean, "choice": pl.String}.get(fact.kind, pl.Int64))


def _frame(columns: Any) -> dict[str, Any]:
    frame = columns if isinstance(columns, pl.DataFrame) else pl.DataFrame(columns)
    return {series.name: series for series in frame.get_columns()}


def _days(values: Ints) -> Ints:
    days: Ints = values.astype("M8[D]").astype(np.int64) + EPOCH_DAY
    return days


def _enum(fact: Fact) -> pl.Enum:
    assert fact.vocabulary is not None
    return pl.Enum(list(fact.vocabulary.words))


def _places(fact: Fact, values: Any) -> Ints | None:
    """List, for each code of a dictionary, its place in the fact's vocabulary (-1: outside)."""
    if fact.kind != "choice" or not isinstance(values, pl.Series):
        return None
    assert fact.vocabulary is not None
    place = {word: at for at, word in enumerate(fact.vocabulary.words)}
    if isinstance(values.dtype, pl.Enum):
        return np.array([place.get(word, -1) for word in values.dtype.categories] or [-1], dtype=np.int32)
    if not isinstance(values.dtype, pl.Categorical):
        return None
    words = values.unique().drop_nulls()
    codes = words.to_physical().to_numpy()
    found = np.full(int(codes.max(initial=0)) + 1, -1, dtype=np.int32)
    found[codes] = [place.get(word, -1) for word in words.cast(pl.String).to_list()]
    return found


def _must_be_whole(fact: Fact, values: Any) -> None:
    if isinstance(values, pl.Series):
        kind = values.dtype
        whole = kind.is_integer()
        good = {"boolean": kind == pl.Boolean, "date": whole or kind == pl.Date,
                "choice": whole or kind == pl.String or isinstance(kind, pl.Categorical | pl.Enum)}  # fmt: skip
        fits = good.get(fact.kind, whole)
    else:
        fits = values.dtype.kind in {"boolean": ("b",), "date": ("u", "i", "M")}.get(fact.kind, _WHOLE)
    if not fits:
        raise Fault("rules.column_kind", column=fact.name, kind=fact.kind, found=str(values.dtype))
