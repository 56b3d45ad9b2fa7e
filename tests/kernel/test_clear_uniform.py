"""One supply cleared at one price or at each winner's own: by hand, and by what must always hold."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.clear_ladder import Margin
from jishi.kernel.mechanism.clear_uniform import (
    Bids,
    clear_pay_as_bid,
    clear_uniform,
    count_valid,
    keep_top_bidders,
)

Row = tuple[int, int, int]


def columns(rows: list[Row]) -> Bids:
    prices, quantities, bidders = zip(*rows, strict=True) if rows else ((), (), ())
    return Bids(*(np.array(each, np.int64) for each in (prices, quantities, bidders)))


# 26 clears the supply of 20: 10 above it, and 15 asked for at it by three.
BOOK = [(26, 5, 1), (30, 6, 2), (26, 7, 3), (28, 4, 4), (26, 3, 5), (25, 9, 6)]


@pytest.mark.parametrize(
    ("supply", "rationing", "expected", "price"),
    [
        (20, "time", [5, 6, 5, 4, 0, 0], 26),
        (20, "pro_rata", [3, 6, 5, 4, 2, 0], 26),
        (25, "time", [5, 6, 7, 4, 3, 0], 26),
        (10, "time", [0, 6, 0, 4, 0, 0], 28),
        (7, "pro_rata", [0, 6, 0, 1, 0, 0], 28),
        (26, "pro_rata", [5, 6, 7, 4, 3, 1], 25),
        (34, "time", [5, 6, 7, 4, 3, 9], 25),
    ],
)
def test_the_price_is_the_lowest_accepted(
    supply: int, rationing: str, expected: list[int], price: int
) -> None:
    cleared = clear_uniform(columns(BOOK), supply, 20, rationing=rationing)
    assert (cleared.filled.tolist(), cleared.price_fen, cleared.sold) == (expected, price, supply)
    assert cleared.rule == "lowest_accepted"


def test_the_margin_says_who_was_cut_short() -> None:
    margin = clear_uniform(columns(BOOK), 20, 20).margin
    assert margin is not None and margin.rows.tolist() == [0, 2, 4]
    assert margin[:3] == (26, 15, 10)
    assert clear_uniform(columns(BOOK), 25, 20).margin is None
    assert isinstance(clear_pay_as_bid(columns(BOOK), 1).margin, Margin)


@pytest.mark.parametrize(
    ("undersubscribed", "expected"),
    [
        ("floor", (20, 34, "undersubscribed_floor")),
        ("lowest_bid", (25, 34, "undersubscribed_lowest_bid")),
        ("cancel", (None, 0, "undersubscribed_cancel")),
    ],
)
def test_less_asked_for_than_supplied(undersubscribed: str, expected: Any) -> None:
    cleared = clear_uniform(columns(BOOK), 35, 20, undersubscribed=undersubscribed)
    assert (cleared.price_fen, cleared.sold, cleared.rule) == expected
    assert cleared.sold == cleared.filled.sum()


def test_nothing_valid_sells_nothing() -> None:
    for rows in ([], [(9, 0, 1)]):
        cleared = clear_uniform(columns(rows), 5, 1)
        assert (cleared.price_fen, cleared.sold, cleared.rule) == (None, 0, "no_valid_bid")


def test_the_floor_comes_before_the_cap_and_later_bids_are_cut_first() -> None:
    rows = [(9, 6, 1), (4, 6, 1), (7, 6, 2), (8, 3, 1), (8, 3, 1)]
    valid = count_valid(columns(rows), 5, 10)
    assert valid.quantities.tolist() == [6, 0, 6, 3, 1]
    assert (valid.below_floor.tolist(), valid.over_cap.tolist()) == ([1], [4])
    assert count_valid(columns(rows), 5).quantities.tolist() == [6, 0, 6, 3, 3]
    with pytest.raises(Fault, match=r"clearing\.price"):
        count_valid(columns([(0, 1, 1)]), 0)


def test_each_pays_its_own_until_the_supply_is_gone() -> None:
    cleared = clear_pay_as_bid(columns(BOOK), 12)
    assert (cleared.filled.tolist(), cleared.rule) == ([2, 6, 0, 4, 0, 0], "exhausted")
    assert clear_pay_as_bid(columns(BOOK), 99).rule == "undersubscribed"


def test_the_top_seven_of_ten_bidders_win() -> None:
    rows = [(100 - place, 2, place) for place in range(10)]
    assert keep_top_bidders(columns(rows), Fraction(7, 10), "down").tolist() == [2] * 7 + [0] * 3
    assert keep_top_bidders(columns(rows[:9]), Fraction(7, 10), "down").tolist() == [2] * 6 + [0] * 3
    assert keep_top_bidders(columns(rows[:9]), Fraction(7, 10), "up").tolist() == [2] * 7 + [0] * 2
    assert keep_top_bidders(columns(rows[:1]), Fraction(7, 10), "down").tolist() == [2]


def test_bidders_rank_by_their_best_price_the_earlier_first() -> None:
    rows = [(8, 1, 1), (9, 2, 2), (9, 3, 3), (9, 4, 1), (7, 5, 3), (99, 0, 4)]
    kept = keep_top_bidders(columns(rows), Fraction(2, 3), "down")
    assert kept.tolist() == [0, 2, 3, 0, 5, 0]


ROWS = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 6), st.integers(1, 4)), max_size=9)


@given(rows=ROWS, supply=st.integers(1, 40), floor=st.integers(1, 6), data=st.data())
def test_what_holds_of_every_uniform_price(rows: list[Row], supply: int, floor: int, data: Any) -> None:
    cap = data.draw(st.none() | st.integers(1, 10))
    rationing = data.draw(st.sampled_from(["time", "pro_rata"]))
    undersubscribed = data.draw(st.sampled_from(["floor", "lowest_bid"]))
    bids = columns(rows)
    quantities = count_valid(bids, floor, cap).quantities
    bids = bids._replace(quantities=quantities)
    cleared = clear_uniform(bids, supply, floor, undersubscribed=undersubscribed, rationing=rationing)
    filled, asked = cleared.filled, int(quantities.sum())
    assert cleared.sold == filled.sum() == min(supply, asked)
    assert (filled >= 0).all() and (filled <= quantities).all()
    for bidder in range(1, 5):
        assert cap is None or filled[bids.bidders == bidder].sum() <= cap
    if not cleared.sold:
        assert cleared.price_fen is None
        return
    assert cleared.price_fen is not None and cleared.price_fen >= floor
    accepted = bids.prices[filled > 0]
    at_floor = asked < supply and undersubscribed == "floor"
    assert cleared.price_fen == (floor if at_floor else accepted.min())
    above = (bids.prices > accepted.min()) & (quantities > 0)
    assert (filled[above] == quantities[above]).all()
    at_price = bids.prices == accepted.min()
    assert (cleared.margin is None) == bool(filled[at_price].sum() == quantities[at_price].sum())


@given(rows=ROWS, cap=st.integers(0, 10))
def test_only_a_bidders_own_later_rows_are_cut(rows: list[Row], cap: int) -> None:
    kept = count_valid(columns(rows), 1, cap).quantities
    for bidder in range(1, 5):
        own = [(row[1], got) for row, got in zip(rows, kept.tolist(), strict=True) if row[2] == bidder]
        assert sum(got for _, got in own) == min(cap, sum(want for want, _ in own))
        for (want, got), (_, later) in pairwise(own):
            assert later == 0 or got == want


@given(rows=ROWS, share_bp=st.integers(1, 10_000), rounding=st.sampled_from(["down", "half_up", "up"]))
def test_the_bidders_kept_are_the_best(rows: list[Row], share_bp: int, rounding: str) -> None:
    bids = columns(rows)
    kept = keep_top_bidders(bids, Fraction(share_bp, 10_000), rounding)
    best = {row[2]: max(each[0] for each in rows if each[2] == row[2] and each[1]) for row in rows if row[1]}
    winners = set(bids.bidders[kept > 0].tolist())
    assert bool(winners) == bool(best)
    losers = best.keys() - winners
    assert not losers or min(best[each] for each in winners) >= max(best[each] for each in losers)
    chosen = bids.quantities[np.isin(bids.bidders, list(winners))]
    assert kept.sum() == chosen.sum()
