"""How much is bid or offered at each price, and who gets it: the parts every clearing is made of.

Orders stand as columns, a row an order, earliest first. A tick is a place on a price ladder counted
from 0. Refuses columns that do not fit together, ticks off the ladder, negative quantities, and
quantities that come to more than 64 bits hold. Everything is whole-number arithmetic.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.fault import Fault

Column = NDArray[np.integer[Any]]
Whole = NDArray[np.int64]

HIGH_FIRST: Final = True
LOW_FIRST: Final = False
RATIONINGS: Final = ("time", "pro_rata")
MOST_TOTAL: Final = 2**62
"""The most that all quantities together may come to, so that 64 bits hold every sum."""
_HALF: Final = 26
_BLOCK: Final = 1 << 15


class Orders(NamedTuple):
    """One side of a market: ticks and quantities, int32 or int64, one row an order.

    Rows stand earliest first unless `sequence` says otherwise (smaller is earlier, no two equal).
    """

    ticks: Column
    quantities: Column
    sequence: Column | None = None


class Margin(NamedTuple):
    """The last price served when not every row at it got all: its rows, what they wanted and got together."""

    price: int
    wanted: int
    given: int
    rows: NDArray[np.intp]


def sum_by_tick(orders: Orders, span: int) -> Whole:
    """Return the quantity at each of `span` ticks; raise `clearing.*` faults on unfit columns.

    >>> sum_by_tick(Orders(np.array([2, 0, 2]), np.array([5, 1, 4])), 3).tolist()
    [1, 0, 9]
    """
    ticks, quantities = orders.ticks, orders.quantities
    _check_columns(ticks, quantities)
    size, summed, largest = min(len(ticks), _BLOCK), np.zeros(span, np.int64), 0
    places, amounts = np.empty(size, np.intp), np.empty(size, np.int64)
    # By blocks that stay in the cache: columns are read from memory once and widened there. np.bincount
    # would sum in floats.
    for start in range(0, len(ticks), _BLOCK):
        some, asked = ticks[start : start + _BLOCK], quantities[start : start + _BLOCK]
        largest = max(largest, _check_block(some, asked, span))
        places[: len(some)], amounts[: len(some)] = some, asked
        np.add.at(summed, places[: len(some)], amounts[: len(some)])
    if largest * len(ticks) > MOST_TOTAL and (total := _total(quantities)) > MOST_TOTAL:
        raise Fault("clearing.too_large", total=str(total), most=str(MOST_TOTAL))
    return summed


def fill(orders: Orders, ladder: Whole, volume: int, *, high_first: bool, rationing: str = "time") -> Column:
    """Return what each row gets of a volume: better prices first, at the last price by `rationing`.

    `ladder` is what `sum_by_tick` returned for these orders; the volume is at most its sum. "time"
    serves the earlier row first; "pro_rata" shares in proportion, as `share` does.
    """
    if volume <= 0:
        return np.zeros_like(orders.quantities)
    ranked = ladder[::-1] if high_first else ladder
    reached = np.cumsum(ranked)
    place = int(np.searchsorted(reached, volume))
    tick = len(ladder) - 1 - place if high_first else place
    filled, at_tick = np.empty_like(orders.quantities), []
    for start in range(0, len(filled), _BLOCK):
        some = slice(start, start + _BLOCK)
        ticks = orders.ticks[some]
        np.multiply(orders.quantities[some], ticks > tick if high_first else ticks < tick, out=filled[some])
        at_tick.append(np.flatnonzero(ticks == tick) + start)
    rows = _in_time(orders, np.concatenate(at_tick))
    wanted = orders.quantities[rows].astype(np.int64)
    room = volume - (int(reached[place - 1]) if place else 0)
    filled[rows] = serve(wanted, room) if rationing == "time" else share(wanted, room)
    return filled


def serve(wanted: Whole, room: int) -> Whole:
    """Return what each gets of `room` when the earlier is served first.

    >>> serve(np.array([5, 5, 5]), 7).tolist()
    [5, 2, 0]
    """
    ahead = np.cumsum(wanted) - wanted
    got: Whole = np.clip(room - ahead, 0, wanted)
    return got


def share(wanted: Whole, room: int) -> Whole:
    """Return what each gets of `room`, in proportion to what it wanted, in whole units.

    The units left over by rounding down go one each to the largest remainders, the earlier first.

    >>> share(np.array([5, 5, 10]), 7).tolist()
    [2, 2, 3]
    """
    total = int(wanted.sum())
    if room >= total:
        return wanted.copy()
    exact = wanted.astype(object) * room  # a product of two such numbers outgrows 64 bits
    given = (exact // total).astype(np.int64)
    left = room - int(given.sum())
    remainders = (exact % total).astype(np.int64)
    given[np.argsort(-remainders, kind="stable")[:left]] += 1
    return given


def find_margin(prices: Column, quantities: Column, filled: Column, *, high_first: bool) -> Margin | None:
    """Return where serving stopped, None when it stopped between two prices or nobody was served.

    >>> margin = find_margin(np.array([9, 7, 7]), np.array([5, 5, 5]), np.array([5, 2, 0]), high_first=True)
    >>> margin.price, margin.wanted, margin.given, margin.rows.tolist()
    (7, 10, 2, [1, 2])
    """
    served = prices[filled > 0]
    if not len(served):
        return None
    price = int(served.min() if high_first else served.max())
    rows = np.flatnonzero((prices == price) & (quantities > 0))
    wanted, given = int(quantities[rows].sum()), int(filled[rows].sum())
    return Margin(price, wanted, given, rows) if given < wanted else None


def _in_time(orders: Orders, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    if orders.sequence is None:
        return rows
    earliest: NDArray[np.intp] = rows[np.argsort(orders.sequence[rows], kind="stable")]
    return earliest


def _check_columns(ticks: Column, quantities: Column) -> None:
    kinds = {ticks.dtype.name, quantities.dtype.name}
    if not kinds <= {"int32", "int64"} or ticks.shape != quantities.shape or ticks.ndim != 1:
        given = ", ".join(f"{column.dtype.name}{list(column.shape)}" for column in (ticks, quantities))
        raise Fault("clearing.columns", given=given)


def _check_block(ticks: Column, quantities: Column, span: int) -> int:
    """Return the largest quantity, once nothing is off the ladder or negative."""
    # Read as unsigned, a negative number is larger than any positive one: one pass checks both ends.
    if int(ticks.view(f"u{ticks.itemsize}").max()) >= span:
        raise Fault("clearing.tick", least=int(ticks.min()), most=int(ticks.max()), span=span)
    largest = int(quantities.view(f"u{quantities.itemsize}").max())
    if largest > np.iinfo(quantities.dtype).max:
        raise Fault("clearing.quantity", least=int(quantities.min()))
    return largest


def _total(quantities: Column) -> int:
    high, low = quantities >> _HALF, quantities & ((1 << _HALF) - 1)
    return (int(high.sum(dtype=np.int64)) << _HALF) + int(low.sum(dtype=np.int64))
