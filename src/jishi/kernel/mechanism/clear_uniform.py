"""Single-sided clearing of a supply: one price for all (统一价), or each winner its own.

Bids stand as columns, a row a bid, earliest first; prices in fen a unit. The best prices are
served until the supply is gone. Refuses what `clear_ladder` does, and prices below 1.
"""

from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.clear_ladder import (
    HIGH_FIRST,
    Column,
    Margin,
    Orders,
    Whole,
    fill,
    find_margin,
    sum_by_tick,
)
from jishi.kernel.quantity.rounding import rounded

UNDERSUBSCRIBED: Final = ("floor", "lowest_bid", "cancel")


class Bids(NamedTuple):
    """Prices (fen a unit), quantities and bidders (any whole numbers), one row a bid, earliest first."""

    prices: Column
    quantities: Column
    bidders: Column


class Valid(NamedTuple):
    """What of each row counts, and the rows that count for nothing because they are below the floor."""

    quantities: Column
    below_floor: Whole
    over_cap: Whole


class Cleared(NamedTuple):
    """What each row gets; `rule` says how the price (fen) came about, None where each pays its own."""

    filled: Column
    sold: int
    price_fen: int | None
    rule: str
    margin: Margin | None


def count_valid(bids: Bids, floor_fen: int, cap: int | None = None) -> Valid:
    """Drop bids below the floor, then cut what a bidder's later bids ask beyond the cap.

    >>> bids = Bids(np.array([9, 4, 8]), np.array([6, 6, 6]), np.array([1, 1, 1]))
    >>> count_valid(bids, 5, 10).quantities.tolist()
    [6, 0, 4]
    """
    if len(bids.prices) and int(bids.prices.min()) < 1:
        raise Fault("clearing.price", least=int(bids.prices.min()))
    above = bids.prices >= floor_fen
    quantities = np.where(above, bids.quantities, 0)
    below = np.flatnonzero(~above)
    if cap is None:
        return Valid(quantities, below, np.zeros(0, np.int64))
    kept = cut_to_cap(quantities, bids.bidders, cap)
    return Valid(kept, below, np.flatnonzero(kept < quantities))


def cut_to_cap(quantities: Column, bidders: Column, cap: int) -> Column:
    """Return the quantities with what each bidder's later rows ask beyond its cap left out.

    >>> cut_to_cap(np.array([6, 5, 6]), np.array([1, 2, 1]), 8).tolist()
    [6, 5, 2]
    """
    order = np.argsort(bidders, kind="stable")
    asked = quantities[order].astype(np.int64)
    ahead = np.cumsum(asked) - asked
    _, start, length = np.unique(bidders[order], return_index=True, return_counts=True)
    ahead -= np.repeat(ahead[start], length)
    kept = np.empty_like(quantities)
    kept[order] = np.clip(cap - ahead, 0, asked)
    return kept


def clear_uniform(
    bids: Bids, supply: int, floor_fen: int, *, undersubscribed: str = "floor", rationing: str = "time"
) -> Cleared:
    """Serve the best prices; everybody pays the lowest price accepted.

    Where less than the supply is asked for, all is accepted at the floor, or with "lowest_bid" at the
    lowest bid, or with "cancel" nothing is sold. Rows count with the quantity they have: see
    `count_valid`.

    >>> bids = Bids(np.array([9, 7, 8]), np.array([5, 5, 5]), np.array([1, 2, 3]))
    >>> cleared = clear_uniform(bids, 12, 5)
    >>> cleared.price_fen, cleared.filled.tolist(), cleared.rule
    (7, [5, 2, 5], 'lowest_accepted')
    >>> clear_uniform(bids, 16, 5).price_fen
    5
    """
    cleared = clear_pay_as_bid(bids, supply, rationing=rationing)
    if cleared.sold == 0:
        return cleared
    if cleared.sold < supply and undersubscribed == "cancel":
        return Cleared(np.zeros_like(cleared.filled), 0, None, "undersubscribed_cancel", None)
    if cleared.sold < supply and undersubscribed == "floor":
        return cleared._replace(price_fen=floor_fen, rule="undersubscribed_floor")
    rule = "lowest_accepted" if cleared.sold == supply else "undersubscribed_lowest_bid"
    return cleared._replace(price_fen=int(bids.prices[cleared.filled > 0].min()), rule=rule)


def clear_pay_as_bid(bids: Bids, supply: int, *, rationing: str = "time") -> Cleared:
    """Serve the best prices, each at its own, until the supply is gone."""
    levels, ticks = np.unique(bids.prices, return_inverse=True)
    orders = Orders(ticks, bids.quantities)
    ladder = sum_by_tick(orders, len(levels))
    asked = int(ladder.sum())
    sold = min(asked, supply)
    filled = fill(orders, ladder, sold, high_first=HIGH_FIRST, rationing=rationing)
    if sold == 0:
        return Cleared(filled, 0, None, "no_valid_bid", None)
    rule = "exhausted" if sold == supply else "undersubscribed"
    return Cleared(
        filled, sold, None, rule, find_margin(bids.prices, bids.quantities, filled, high_first=HIGH_FIRST)
    )


def keep_top_bidders(bids: Bids, share: Fraction, rounding: str) -> Whole:
    """Return the quantities with only the top share of bidders left in; the others' are 0.

    Bidders rank by their best price, the earlier first among equals; rows of quantity 0 do not
    rank. The number of winners is rounded by name, at least one.
    """
    counting = np.flatnonzero(bids.quantities > 0)
    ranked = counting[np.argsort(-bids.prices[counting].astype(np.int64), kind="stable")]
    _, first = np.unique(bids.bidders[ranked], return_index=True)
    in_order = bids.bidders[ranked[np.sort(first)]]
    winners = max(1, rounded(share * len(in_order), rounding))
    return np.where(np.isin(bids.bidders, in_order[:winners]), bids.quantities, 0)
