"""How much is bid or offered at each price, and who gets it: the parts every clearing is made of.

Orders stand as columns, a row an order, earliest first. A tick is a place on a price ladder counted
from 0. Refuses columns that do not fit together, ticks off the ladder, negative quantities, and
quantities whose sum a JSON reader would not keep exact. Everything is whole-number arithmetic.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import MAX_INTEGER

Column = NDArray[np.integer[Any]]
Whole = NDArray[np.int64]

HIGH_FIRST: Final = True
LOW_FIRST: Final = False
MARGINS: Final = ("time", "pro_rata")
_ONE: Final = np.ones(1, np.int64)
_HALF: Final = 26


class Orders(NamedTuple):
    """One side of a market: ticks and quantities, int32 or int64, one row an order.

    Rows stand earliest first unless `sequence` says otherwise (smaller is earlier, no two equal).
    """

    ticks: Column
    quantities: Column
    sequence: Column | None = None


def sum_by_tick(orders: Orders, span: int) -> Whole:
    """Return the quantity at each of `span` ticks; raise `clearing.*` faults on unfit columns.

    >>> sum_by_tick(Orders(np.array([2, 0, 2]), np.array([5, 1, 4])), 3).tolist()
    [1, 0, 9]
    """
    _check(orders, span)
    ticks, quantities = orders.ticks, orders.quantities
    # A sparse matrix of one column times [1] is an exact sum by row: nothing is copied or widened.
    # np.bincount sums in floats, converts int32 first and takes twice as long.
    rows = np.array([0, len(ticks)], ticks.dtype)
    summed: Whole = csc_array((quantities, ticks, rows), shape=(span, 1), copy=False) @ _ONE
    return summed


def fill(orders: Orders, ladder: Whole, volume: int, *, high_first: bool, margin: str = "time") -> Column:
    """Return what each row gets of a volume: better prices first, at the last price by `margin`.

    `ladder` is what `sum_by_tick` returned for these orders; the volume is at most its sum. "time"
    serves the earlier row first; "pro_rata" shares in proportion, as `share` does.
    """
    if volume <= 0:
        return np.zeros_like(orders.quantities)
    ranked = ladder[::-1] if high_first else ladder
    reached = np.cumsum(ranked)
    place = int(np.searchsorted(reached, volume))
    tick = len(ladder) - 1 - place if high_first else place
    better = orders.ticks > tick if high_first else orders.ticks < tick
    filled: Column = np.multiply(orders.quantities, better)
    rows = _in_time(orders, np.flatnonzero(orders.ticks == tick))
    wanted = orders.quantities[rows].astype(np.int64)
    room = volume - (int(reached[place - 1]) if place else 0)
    filled[rows] = serve(wanted, room) if margin == "time" else share(wanted, room)
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


def _in_time(orders: Orders, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    if orders.sequence is None:
        return rows
    earliest: NDArray[np.intp] = rows[np.argsort(orders.sequence[rows], kind="stable")]
    return earliest


def _check(orders: Orders, span: int) -> None:
    ticks, quantities = orders.ticks, orders.quantities
    kinds = {ticks.dtype.name, quantities.dtype.name}
    if not kinds <= {"int32", "int64"} or ticks.shape != quantities.shape or ticks.ndim != 1:
        given = ", ".join(f"{column.dtype.name}{list(column.shape)}" for column in (ticks, quantities))
        raise Fault("clearing.columns", given=given)
    if len(ticks) == 0:
        return
    # Read as unsigned, a negative number is larger than any positive one: one pass checks both ends.
    if int(ticks.view(f"u{ticks.itemsize}").max()) >= span:
        raise Fault("clearing.tick", least=int(ticks.min()), most=int(ticks.max()), span=span)
    largest = int(quantities.view(f"u{quantities.itemsize}").max())
    if largest > np.iinfo(quantities.dtype).max:
        raise Fault("clearing.quantity", least=int(quantities.min()))
    if largest * len(quantities) > MAX_INTEGER and (total := _total(quantities)) > MAX_INTEGER:
        raise Fault("clearing.too_large", total=str(total), most=MAX_INTEGER)


def _total(quantities: Column) -> int:
    high, low = quantities >> _HALF, quantities & ((1 << _HALF) - 1)
    return (int(high.sum(dtype=np.int64)) << _HALF) + int(low.sum(dtype=np.int64))
