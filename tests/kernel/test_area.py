"""Area: exact square centimetres whatever the unit, and exact totals from unit prices."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import (
    exact_total,
    format_area,
    format_mu,
    mu_of,
    parse_area,
    total_from_unit,
)


@pytest.mark.parametrize(
    ("text", "area_cm2"),
    [
        ("12038", 12038_0000),
        ("4479.15", 4479_1500),
        ("163,887.86平方米", 163887_8600),
        ("１０㎡", 10_0000),
        ("10m²", 10_0000),
        ("1.2公顷", 12000_0000),
        ("1 HA", 10000_0000),
        ("1.5亩", 1000_0000),
        ("15 mu", 10000_0000),
        ("0.0001", 1),
    ],
)
def test_reads_areas_as_published(text, area_cm2):
    assert parse_area(text) == area_cm2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1亩", "area.sub_cm2"),
        ("0.00001", "area.sub_cm2"),
        ("10 km2", "area.unreadable"),
        ("-1", "area.unreadable"),
        ("", "area.unreadable"),
    ],
)
def test_refuses_inexact_and_unknown(text, code):
    with pytest.raises(Fault) as caught:
        parse_area(text)
    assert caught.value == Fault(code, text=text)


def test_an_inexact_mu_is_read_under_a_named_rounding():
    assert (parse_area("1亩", "down"), parse_area("1亩", "half_up")) == (6666666, 6666667)


@given(st.integers(min_value=0, max_value=10**14))
def test_written_areas_read_back(area_cm2):
    assert parse_area(format_area(area_cm2)) == area_cm2
    assert mu_of(area_cm2) * 10_000 / 15 == Fraction(area_cm2, 10_000)
    shown = Fraction(format_mu(area_cm2).replace(",", ""))
    assert abs(shown - mu_of(area_cm2)) <= Fraction(1, 200)


def test_the_same_land_costs_the_same_in_any_unit():
    area_cm2 = parse_area("45.3亩")
    per_mu = Fraction(21_0000_00)
    assert exact_total(per_mu, "mu", area_cm2) == Fraction(453, 10) * per_mu
    assert exact_total(per_mu, "mu", area_cm2) == exact_total(per_mu * 15 / 10_000, "m2", area_cm2)
    assert exact_total(per_mu, "mu", area_cm2) == exact_total(per_mu * 15, "ha", area_cm2)


def test_a_total_is_rounded_only_by_name():
    area_cm2 = parse_area("12038")
    assert exact_total(1_00, "mu", area_cm2) == Fraction(18057, 10)
    assert total_from_unit(1_00, "mu", area_cm2, "half_up") == 1806
    assert total_from_unit(1_00, "mu", area_cm2, "down") == 1805


def test_an_unknown_unit_of_price_is_refused():
    with pytest.raises(Fault, match=r"area\.unknown_unit unit='qing'"):
        exact_total(1, "qing", 1)
