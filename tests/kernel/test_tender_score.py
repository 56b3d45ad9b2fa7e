"""Deciding by score: price formulas, averages and roundings worked by hand; what keeps criteria and marks honest."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.tender_price import Bounds, Offer
from jishi.kernel.mechanism.tender_score import (
    FORMULAS,
    Criterion,
    PriceFormula,
    Rounding,
    check_marks,
    deduct,
    mean_mark,
    points_of,
    price_shares,
    read_criteria,
)

PRICE: dict[str, Any] = {"id": "price", "weight_bp": 3000, "full_marks": 100, "kind": "price"}
PLAN: dict[str, Any] = {"id": "plan", "weight_bp": 5000, "full_marks": 100, "kind": "expert"}
STANDING: dict[str, Any] = {"id": "standing", "weight_bp": 2000, "full_marks": 20, "kind": "attested"}


def shares(bounds: Bounds, formula: PriceFormula, *prices: int) -> list[Fraction]:
    offers = [Offer(str(place), price, place) for place, price in enumerate(prices)]
    return list(price_shares(bounds, formula, offers).values())


@pytest.mark.parametrize(
    ("bounds", "formula", "prices", "expected"),
    [
        (Bounds("low"), PriceFormula("ratio"), (80, 100, 120), ("1", "4/5", "2/3")),
        (Bounds("high"), PriceFormula("ratio"), (80, 100, 120), ("2/3", "5/6", "1")),
        # the average is 100; 10 % above loses 10 x 1 %, 10 % below 10 x 0.5 %
        (Bounds("low"), PriceFormula("average", 100, 50), (90, 100, 110), ("19/20", "1", "9/10")),
        # far off the average nothing is left, never less
        (Bounds("low"), PriceFormula("average", 200, 200), (40, 160), ("0", "0")),
        # from 80 (all) to the control price of 120 (nothing)
        (Bounds("low", 120), PriceFormula("linear"), (80, 100, 120), ("1", "1/2", "0")),
        (Bounds("high", None, 60), PriceFormula("linear"), (60, 70, 100), ("0", "1/4", "1")),
        (Bounds("low", 80), PriceFormula("linear"), (80, 80), ("1", "1")),
        (Bounds("low"), PriceFormula("ratio"), (), ()),
    ],
)
def test_a_price_becomes_its_share_of_the_marks(bounds, formula, prices, expected):
    assert shares(bounds, formula, *prices) == [Fraction(each) for each in expected]


def test_a_surcharge_counts_in_the_price_score():
    offers = [Offer("a", 100, 0, 1000), Offer("b", 100, 1)]
    assert price_shares(Bounds(), PriceFormula(), offers) == {"a": Fraction(10, 11), "b": 1}
    beyond = [Offer("a", 99, 0, 1000), Offer("b", 100, 1, 1000)]  # compared at 108.9 and 110, the foot is 100
    assert price_shares(Bounds("low", 100), PriceFormula("linear"), beyond) == {"a": 1, "b": 0}


def test_the_linear_formula_needs_a_price_that_earns_nothing():
    for bounds, field in ((Bounds("low"), "control_price_fen"), (Bounds("high", 9), "min_price_fen")):
        with pytest.raises(Fault) as caught:
            shares(bounds, PriceFormula("linear"), 5)
        assert (caught.value.code, caught.value.params["field"]) == ("tender.terms.linear", field)


@pytest.mark.parametrize(
    ("marks", "drop", "mean"),
    [
        ([80, 85, 90, 70, 95], False, "84"),
        ([80, 85, 90, 70, 95], True, "85"),
        ([100, 100, 60, 60, 80], True, "80"),  # one highest, one lowest, not all of them
        ([1, 2, 4], True, "2"),
        ([1, 2], False, "3/2"),
        ([70, 71, 71], False, "212/3"),
    ],
)
def test_the_average_is_exact(marks, drop, mean):
    assert mean_mark(marks, drop) == Fraction(mean)


@pytest.mark.parametrize(("marks", "drop", "least"), [([5, 6], True, 3), ([], False, 1)])
def test_dropping_extremes_needs_enough_experts(marks, drop, least):
    with pytest.raises(Fault) as caught:
        mean_mark(marks, drop)
    assert (caught.value.code, caught.value.params) == (
        "tender.marks.few",
        {"given": len(marks), "least": least},
    )


@pytest.mark.parametrize(
    ("share", "weight_bp", "rounding", "points"),
    [
        ("2/3", 3000, Rounding(2, "half_up"), 2000),
        ("212/300", 5000, Rounding(2, "half_up"), 3533),  # 35.333...
        ("212/300", 5000, Rounding(2, "up"), 3534),
        ("1/8", 1000, Rounding(1, "half_up"), 13),  # 1.25
        ("1/8", 1000, Rounding(1, "half_even"), 12),
        ("1/8", 1000, Rounding(1, "down"), 12),
        ("1/8", 1000, Rounding(0, "half_up"), 1),
    ],
)
def test_points_are_rounded_once_at_the_stated_digit(share, weight_bp, rounding, points):
    assert points_of(Fraction(share), weight_bp, rounding) == points


@pytest.mark.parametrize(("level_bp", "left"), [(500, 8313), (700, 8138), (1000, 7875)])
def test_poor_credit_takes_a_share_off_the_total(level_bp, left):
    """87.50 less 5, 7 and 10 per cent: 83.125, 81.375, 78.75."""
    assert deduct(8750, level_bp, Rounding()) == left


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ([PRICE, PLAN], "weights"),
        ([PRICE, PLAN, STANDING, PLAN], "twice"),
        ([PRICE, {**PRICE, "id": "again"}, {**PLAN, "weight_bp": 4000}], "prices"),
        ([{**PRICE, "kind": "guess"}], "kind"),
        ([{**PRICE, "weight_bp": 0}], "value"),
        ([{**PRICE, "full_marks": "100"}], "value"),
        ([{**PRICE, "more": 1}], "fields"),
        (["price"], "fields"),
    ],
)
def test_criteria_that_make_no_whole_are_named(changed, code):
    with pytest.raises(Fault) as caught:
        read_criteria(changed)
    assert caught.value.code == f"tender.criteria.{code}"


def test_criteria_are_read_in_order():
    assert read_criteria([PRICE, PLAN, STANDING])[2] == Criterion("standing", 2000, 20, "attested")


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({"plan": 0}, None),
        ({"plan": 100}, None),
        ({"plan": 101}, "value"),
        ({"plan": -1}, "value"),
        ({"plan": "90"}, "value"),
        ({"plan": True}, "value"),
        ({}, "criteria"),
        ({"plan": 1, "more": 1}, "criteria"),
    ],
)
def test_marks_stay_within_their_criterion(marks, code):
    criteria = {"plan": Criterion(**PLAN)}
    if code is None:
        check_marks(criteria, marks)
        return
    with pytest.raises(Fault) as caught:
        check_marks(criteria, marks)
    assert caught.value.code == f"tender.marks.{code}"


@given(st.lists(st.integers(0, 100), min_size=3, max_size=9), st.randoms(use_true_random=False))
def test_without_extremes_the_average_stays_inside_and_no_single_voice_moves_it_far(marks, random):
    mean = mean_mark(marks, True)
    inner = sorted(marks)[1:-1]
    assert inner[0] <= mean <= inner[-1]
    assert mean_mark(random.sample(marks, len(marks)), True) == mean
    extreme = [*sorted(marks)[:-1], 100]  # the highest mark raised as far as it goes
    assert mean_mark(extreme, True) == mean


@given(
    st.sampled_from(["low", "high"]),
    st.sampled_from(FORMULAS),
    st.lists(st.tuples(st.integers(50, 150), st.sampled_from([0, 500, 1000])), min_size=1, max_size=6),
)
def test_a_share_is_never_less_than_nothing_or_more_than_all(direction, formula, given_prices):
    offers = [Offer(str(place), price, place, bp) for place, (price, bp) in enumerate(given_prices)]
    found = price_shares(Bounds(direction, 150, 50), PriceFormula(formula), offers)
    assert all(0 <= share <= 1 for share in found.values()) and len(found) == len(offers)
    if formula != "average":
        assert max(found.values()) == 1
