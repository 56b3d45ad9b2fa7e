"""Planning conditions: every spelling met in public notices reads right or is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.bounds import Bounds, format_bounds, parse_bounds, parse_span


def bounds(low=None, high=None, low_open=False, high_open=False) -> Bounds:
    exact = [None if limit is None else Fraction(limit) for limit in (low, high)]
    return Bounds(exact[0], low_open, exact[1], high_open)


AS_PUBLISHED = {
    "≥40%": bounds(low=40),
    "≥30": bounds(low=30),
    "≥22.9": bounds(low="22.9"),
    ">35": bounds(low=35, low_open=True),
    "≤36.7": bounds(high="36.7"),
    "<27": bounds(high=27, high_open=True),
    "<30%": bounds(high=30, high_open=True),
    "25": bounds(low=25, high=25),
    "40%≤且≤60%": bounds(low=40, high=60),
    "10%≤且≤15%": bounds(low=10, high=15),
    "10%≤绿地率≤20%": bounds(low=10, high=20),
    "10%≤λg≤15%": bounds(low=10, high=15),
    "建筑系数≥30%": bounds(low=30),
    "40%≤": bounds(low=40),
    "60 % ≥ 建筑密度 ＞ 40 %": bounds(low=40, high=60, low_open=True),
    "≥40%且≤60%": bounds(low=40, high=60),
    "10%-15%": bounds(low=10, high=15),
    "10～15": bounds(low=10, high=15),
    "不低于30%": bounds(low=30),
    "绿地率不大于15%": bounds(high=15),
    ">=40%": bounds(low=40),
}


@pytest.mark.parametrize("text", AS_PUBLISHED)
def test_reads_the_published_spellings(text):
    assert parse_bounds(text) == AS_PUBLISHED[text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("80", bounds(high=80)), ("≤19.5", bounds(high="19.5")), ("<100米", bounds(high=100, high_open=True))],
)
def test_a_bare_height_limit_is_the_most(text, expected):
    assert parse_bounds(text, unit="m", bare="most") == expected


def test_only_the_unit_asked_for_may_stand_by_the_number():
    assert parse_bounds("不超过18层", unit="层") == parse_bounds("≤18", unit="层") == bounds(high=18)
    for unit in ("", "m", "%"):
        with pytest.raises(Fault, match=r"bounds\.unreadable"):
            parse_bounds("≤18层", unit=unit)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ("1.0", "", bounds(low=1)),
        ("", "5.58", bounds(high="5.58")),
        (">1.1", "<1.8", bounds(low="1.1", high="1.8", low_open=True, high_open=True)),
        ("1", "1.0", bounds(low=1, high=1)),
        ("", "", bounds()),
    ],
)
def test_reads_the_plot_ratio_columns_as_a_pair(low, high, expected):
    assert parse_span(low, high) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("生产性≤40;非生产性≤50", "bounds.several"),
        ("生产性≤40；非生产性≤50", "bounds.several"),
        ("", "bounds.unreadable"),
        ("70(50)", "bounds.unreadable"),
        ("绿地率", "bounds.unreadable"),
        ("≥", "bounds.unreadable"),
        ("25米", "bounds.unreadable"),
        ("≥-3", "bounds.unreadable"),
        ("≥40%且≥60%", "bounds.one_sided"),
        ("40%≤x≥60%", "bounds.one_sided"),
        ("60%≤且≤40%", "bounds.empty"),
        (">1且<1", "bounds.empty"),
    ],
)
def test_refuses_what_is_not_one_condition(text, code):
    with pytest.raises(Fault) as caught:
        parse_bounds(text)
    assert caught.value.code == code


def test_a_percentage_is_refused_where_none_belongs():
    with pytest.raises(Fault, match=r"bounds\.unreadable"):
        parse_span("40%", "")


@pytest.mark.parametrize(("low", "high"), [("≤1", ""), ("", ">2"), ("1~2", "")])
def test_a_pair_refuses_a_bound_on_the_wrong_side(low, high):
    with pytest.raises(Fault, match=r"bounds\.wrong_side"):
        parse_span(low, high)


numbers = st.decimals(min_value=0, max_value=10_000, places=2).map(Fraction)


@given(st.one_of(st.none(), numbers), st.booleans(), st.one_of(st.none(), numbers), st.booleans())
def test_what_is_written_reads_back_and_contains_what_it_says(low, low_open, high, high_open):
    try:
        made = Bounds(low, low_open and low is not None, high, high_open and high is not None)
    except Fault:
        assert low >= high
        return
    text = format_bounds(made, "%")
    assert text == "" if low is None and high is None else parse_bounds(text) == made
    assert low is None or made.contains(low) is (not made.low_open)
    assert high is None or made.contains(high) is (not made.high_open)
    assert low is None or not made.contains(low - 1)
    assert high is None or not made.contains(high + 1)
