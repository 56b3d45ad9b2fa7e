"""The price of a call auction: every rule worked by hand, and held against a plain search of all ticks."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.clear_call import Preference, Price, clear_call, price_call, turning_points
from jishi.kernel.mechanism.clear_ladder import Orders, share, sum_by_tick
from tests.kernel.plain_clearing import SPAN, Row, searched, served


def side(rows: list[Row], dtype: Any = np.int64) -> Orders:
    ticks, quantities = zip(*rows, strict=True) if rows else ((), ())
    return Orders(np.array(ticks, np.int32), np.array(quantities, dtype))


def called(buys: list[Row], sells: list[Row], reference: Any = None, first: str = "reference") -> Price:
    order = ("reference", "pressure") if first == "reference" else ("pressure", "reference")
    wanted = None if reference is None else Fraction(reference)
    return clear_call(side(buys), side(sells), SPAN, Preference(wanted, order)).price


def said(price: Price) -> tuple[int | None, str, int]:
    return price.tick, price.rule, price.volume


# At 5: demand 10 + 5, supply 8 + 9: 15 trade. At 6 only 10, at 4 only 8.
ONE_PRICE = ([(7, 10), (5, 5), (3, 5)], [(4, 8), (5, 9)])
# From 4 to 8 ten trade; at 8 nobody is left over (10 to 10), below it six bids are (16 to 10).
LEAST_LEFT = ([(8, 10), (7, 6)], [(4, 10)])
# From 4 to 8 ten trade and none is left over.
EVEN = ([(8, 10)], [(4, 10)])
# From 4 to 8 ten of sixteen bids trade: the surplus is six bids everywhere.
MORE_BIDS = ([(8, 16)], [(4, 10)])
MORE_OFFERS = ([(8, 10)], [(4, 16)])
# 10 trade at 4 to 8. At 4 to 6 demand is 13 (three over); at 7 to 8 supply is 13 (three over).
TURNING = ([(8, 10), (6, 3)], [(4, 10), (7, 3)])


@pytest.mark.parametrize(
    ("market", "reference", "expected"),
    [
        (ONE_PRICE, 9, (5, "volume", 15)),
        (LEAST_LEFT, 4, (8, "imbalance", 10)),
        (EVEN, 6, (6, "reference", 10)),
        (EVEN, 4, (4, "reference", 10)),
        (EVEN, 11, (8, "reference_above", 10)),
        (EVEN, Fraction(17, 2), (8, "reference_above", 10)),
        (EVEN, 1, (4, "reference_below", 10)),
        (EVEN, Fraction(16, 3), (5, "reference", 10)),
        (EVEN, Fraction(17, 3), (6, "reference", 10)),
        (MORE_BIDS, 5, (5, "reference", 10)),
        (MORE_BIDS, Fraction(11, 2), (6, "pressure_buy", 10)),
        (MORE_OFFERS, Fraction(11, 2), (5, "pressure_sell", 10)),
        (EVEN, Fraction(11, 2), (5, "middle", 10)),
        (MORE_BIDS, None, (8, "pressure_buy", 10)),
        (MORE_OFFERS, None, (4, "pressure_sell", 10)),
        (EVEN, None, (6, "middle", 10)),
        (([(7, 10)], [(4, 10)]), None, (5, "middle", 10)),
        (TURNING, None, (6, "middle", 10)),
        (TURNING, Fraction(13, 2), (6, "middle", 10)),
        (([], [(4, 1)]), 4, (None, "no_buy", 0)),
        (([(4, 1)], []), 4, (None, "no_sell", 0)),
        (([], []), 4, (None, "no_buy", 0)),
        (([(3, 1)], [(4, 1)]), 4, (None, "no_cross", 0)),
        (([(4, 0)], [(4, 1)]), 4, (None, "no_buy", 0)),
    ],
)
def test_each_rule_by_hand(
    market: tuple[list[Row], list[Row]], reference: Any, expected: tuple[int | None, str, int]
) -> None:
    assert said(called(*market, reference)) == expected


def test_pressure_may_stand_before_the_reference() -> None:
    assert said(called(*MORE_BIDS, 5, "pressure")) == (8, "pressure_buy", 10)
    assert said(called(*EVEN, 5, "pressure")) == (5, "reference", 10)
    assert said(called(*TURNING, 5, "pressure")) == (5, "reference", 10)


def test_the_steps_say_what_each_rule_left() -> None:
    market = ([(8, 10), (6, 6)], [(4, 10)])
    assert called(*market, 8).steps == (("volume", 4, 8), ("imbalance", 7, 8), ("reference", 8, 8))
    price = called(*market, 5)
    assert price.steps[-1] == ("reference_below", 7, 7)
    assert (price.demand, price.supply) == (10, 10)
    assert called(*MORE_BIDS, 5).demand == 16


def test_price_then_time_by_hand() -> None:
    buys = side([(5, 4), (7, 10), (5, 4), (3, 9)])
    sells = side([(5, 6), (4, 8), (5, 9)])
    found = clear_call(buys, sells, SPAN)
    assert said(found.price) == (5, "volume", 18)
    assert found.bought.tolist() == [4, 10, 4, 0]
    assert found.sold.tolist() == [6, 8, 4]


def test_a_reference_inside_leaves_the_better_side_to_time() -> None:
    found = clear_call(side([(8, 9), (8, 7)]), side([(4, 10)]), SPAN, Preference(Fraction(5)))
    assert (found.price.tick, found.bought.tolist()) == (5, [9, 1])


def test_pro_rata_by_hand() -> None:
    assert share(np.array([5, 5, 5]), 7).tolist() == [3, 2, 2]
    assert share(np.array([1, 2, 4]), 5).tolist() == [1, 1, 3]
    assert share(np.array([2**53 - 1, 1]), 2**53 - 1).tolist() == [2**53 - 2, 1]
    assert share(np.array([3, 4]), 9).tolist() == [3, 4]


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        (side([(SPAN, 1)]), "clearing.tick"),
        (side([(-1, 1)]), "clearing.tick"),
        (side([(1, -1)]), "clearing.quantity"),
        (side([(1, 2**62), (2, 1)]), "clearing.too_large"),
        (side([(1, 2**62)] * 4), "clearing.too_large"),
        (Orders(np.array([1, 2]), np.array([1])), "clearing.columns"),
        (Orders(np.array([1.0]), np.array([1])), "clearing.columns"),
        (Orders(np.array([1], np.uint64), np.array([1])), "clearing.columns"),
    ],
)
def test_unfit_columns_are_named(orders: Orders, code: str) -> None:
    with pytest.raises(Fault) as caught:
        sum_by_tick(orders, SPAN)
    assert caught.value.code == code


def test_the_largest_sum_is_taken_exactly() -> None:
    assert sum_by_tick(side([(1, 2**62 - 1), (1, 1)]), SPAN)[1] == 2**62
    assert sum_by_tick(side([(1, 2**31 - 1)] * 3, np.int32), SPAN)[1] == 3 * (2**31 - 1)


ROWS = st.lists(st.tuples(st.integers(0, SPAN - 1), st.integers(0, 6)), max_size=9)
REFERENCES = st.none() | st.fractions(-2, SPAN + 2, max_denominator=4)
ORDERS = st.sampled_from([("reference", "pressure"), ("pressure", "reference")])


@given(buys=ROWS, sells=ROWS, reference=REFERENCES, order=ORDERS)
def test_the_price_is_what_a_plain_search_finds(
    buys: list[Row], sells: list[Row], reference: Fraction | None, order: tuple[str, ...]
) -> None:
    preference = Preference(reference, order)
    found = clear_call(side(buys), side(sells), SPAN, preference)
    assert (found.price.tick, found.price.volume) == searched(buys, sells, preference)
    assert found.bought.tolist() == served(buys, found.price.volume, -1)
    assert found.sold.tolist() == served(sells, found.price.volume, 1)
    assert found.bought.sum() == found.sold.sum() == found.price.volume
    if found.price.tick is not None:
        last = found.price.steps[-1]
        assert last.low == last.high == found.price.tick and last.rule == found.price.rule


@given(buys=ROWS, sells=ROWS, reference=REFERENCES, order=ORDERS)
def test_turning_points_stand_for_the_whole_ladder(
    buys: list[Row], sells: list[Row], reference: Fraction | None, order: tuple[str, ...]
) -> None:
    preference = Preference(reference, order)
    whole = clear_call(side(buys), side(sells), SPAN, preference).price
    levels = turning_points(np.array([tick for tick, _ in buys + sells], np.int64))
    bids, offers = (
        sum_by_tick(Orders(np.searchsorted(levels, each.ticks), each.quantities), len(levels))
        for each in (side(buys), side(sells))
    )
    assert price_call(bids, offers, preference, levels) == whole


@given(buys=ROWS, sells=ROWS, data=st.data())
def test_only_the_sequence_tells_rows_of_one_price_apart(
    buys: list[Row], sells: list[Row], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(range(len(buys))))
    plain = clear_call(side(buys), side(sells), SPAN)
    mixed = side([buys[row] for row in shuffled])._replace(sequence=np.array(shuffled, np.int64))
    again = clear_call(mixed, side(sells), SPAN)
    assert again.price == plain.price
    assert again.bought.tolist() == [plain.bought[row] for row in shuffled]


@given(wanted=st.lists(st.integers(0, 20), min_size=1, max_size=8), data=st.data())
def test_shares_are_whole_exact_and_nobody_is_a_unit_off(wanted: list[int], data: st.DataObject) -> None:
    total = sum(wanted)
    room = data.draw(st.integers(0, total))
    given_out = share(np.array(wanted), room).tolist()
    assert sum(given_out) == room
    for want, got in zip(wanted, given_out, strict=True):
        assert 0 <= got <= want
        assert total == 0 or abs(Fraction(want * room, total) - got) < 1
