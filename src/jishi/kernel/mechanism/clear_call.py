"""The price of a double-sided call auction (集合竞价): where the most can change hands.

The rules stand in one order and each narrows the run of ticks the one before it left: greatest
volume; least imbalance; nearest to the reference price; towards the side with the surplus; the
middle. The result says what each left and which one decided. Refuses what `clear_ladder` does.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from jishi.kernel.mechanism.clear_ladder import (
    HIGH_FIRST,
    LOW_FIRST,
    Column,
    Orders,
    Whole,
    fill,
    sum_by_tick,
)

PREFERENCES: Final = ("reference", "pressure")


class Narrowed(NamedTuple):
    """The rule applied, and the lowest and highest tick it left."""

    rule: str
    low: int
    high: int


class Price(NamedTuple):
    """A clearing price as a tick (None: nothing can trade), and how it was found.

    `demand` and `supply` are what is bid at or above and offered at or below it; `volume` is the
    lesser. `rule` is the last of `steps`: volume, imbalance, reference, reference_above,
    reference_below, pressure_buy, pressure_sell or middle; without a price no_buy, no_sell or no_cross.
    """

    tick: int | None
    rule: str
    volume: int = 0
    demand: int = 0
    supply: int = 0
    steps: tuple[Narrowed, ...] = ()


class Called(NamedTuple):
    """The price and what each row of either side gets."""

    price: Price
    bought: Column
    sold: Column


class Preference(NamedTuple):
    """What decides between prices of equal volume and imbalance, in `order`.

    `reference` is in ticks and need not be one; None where there is no earlier price.
    """

    reference: Fraction | None = None
    order: tuple[str, ...] = PREFERENCES


NO_REFERENCE: Final = Preference()


class _Book(NamedTuple):
    """Demand at or above and supply at or below each level (a tick), lowest first."""

    levels: Whole
    demand: Whole
    supply: Whole

    def surplus(self, tick: int) -> int:
        """Return demand less supply at a tick, also between two levels."""
        return self.demanded(tick) - self.supplied(tick)

    def demanded(self, tick: int) -> int:
        return int(self.demand[np.searchsorted(self.levels, tick)])

    def supplied(self, tick: int) -> int:
        return int(self.supply[np.searchsorted(self.levels, tick, side="right") - 1])


def clear_call(buys: Orders, sells: Orders, span: int, preference: Preference = NO_REFERENCE) -> Called:
    """Find the price on a ladder of `span` ticks and fill both sides by price, then time.

    >>> called = clear_call(
    ...     Orders(np.array([3, 2, 1]), np.array([10, 5, 5])), Orders(np.array([1, 2]), np.array([8, 9])), 4
    ... )
    >>> called.price.tick, called.price.rule, called.price.volume
    (2, 'volume', 15)
    >>> called.bought.tolist(), called.sold.tolist()
    ([10, 5, 0], [8, 7])
    """
    bids, offers = sum_by_tick(buys, span), sum_by_tick(sells, span)
    price = price_call(bids, offers, preference)
    bought = fill(buys, bids, price.volume, high_first=HIGH_FIRST)
    return Called(price, bought, fill(sells, offers, price.volume, high_first=LOW_FIRST))


def price_call(
    bids: Whole, offers: Whole, preference: Preference = NO_REFERENCE, levels: Whole | None = None
) -> Price:
    """Find the clearing price from the quantity bid and offered at each tick.

    With `levels` the two columns stand at those ticks only (see `turning_points`), lowest first.
    """
    if levels is None:
        levels = np.arange(len(bids))
    book = _Book(levels, np.cumsum(bids[::-1])[::-1], np.cumsum(offers))
    if not bids.any() or not offers.any():
        return Price(None, "no_sell" if bids.any() else "no_buy")
    volume = np.minimum(book.demand, book.supply)
    if not volume.any():
        return Price(None, "no_cross")
    steps = tuple(_narrow(book, volume, preference))
    tick = steps[-1].low
    demand, supply = book.demanded(tick), book.supplied(tick)
    return Price(tick, steps[-1].rule, min(demand, supply), demand, supply, steps)


def turning_points(ticks: Column) -> Whole:
    """Return the levels that stand for a whole ladder: each tick ordered at, and its neighbours.

    Demand and supply are the same at every tick between two neighbours, so nothing is lost however
    wide the ladder is.
    """
    at: Whole = np.unique(ticks.astype(np.int64))
    return np.unique(np.concatenate([at - 1, at, at + 1]))


def _narrow(book: _Book, volume: Whole, preference: Preference) -> Iterator[Narrowed]:
    best = np.flatnonzero(volume == volume.max())
    yield (left := Narrowed("volume", int(book.levels[best[0]]), int(book.levels[best[-1]])))
    if left.low == left.high:
        return
    surplus = np.abs(book.demand[best] - book.supply[best])
    best = best[surplus == surplus.min()]
    yield (left := Narrowed("imbalance", int(book.levels[best[0]]), int(book.levels[best[-1]])))
    for name in preference.order:
        if left.low == left.high:
            return
        found = _nearest(left, preference.reference) if name == "reference" else _press(book, left)
        if found is not None:
            yield (left := found)
    if left.low != left.high:
        middle = (left.low + left.high) // 2
        yield Narrowed("middle", middle, middle)


def _nearest(left: Narrowed, reference: Fraction | None) -> Narrowed | None:
    """Move to the tick nearest to the reference: two when it lies half-way."""
    if reference is None:
        return None
    if reference > left.high:
        return Narrowed("reference_above", left.high, left.high)
    if reference < left.low:
        return Narrowed("reference_below", left.low, left.low)
    return Narrowed("reference", -((1 - 2 * reference) // 2), (2 * reference + 1) // 2)


def _press(book: _Book, left: Narrowed) -> Narrowed | None:
    """Move to the top where every tick left has a surplus of bids, to the bottom where of offers."""
    if book.surplus(left.high) > 0:  # the surplus only falls as the price rises
        return Narrowed("pressure_buy", left.high, left.high)
    if book.surplus(left.low) < 0:
        return Narrowed("pressure_sell", left.low, left.low)
    return None
