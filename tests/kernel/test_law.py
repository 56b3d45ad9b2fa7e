"""Clauses and parameters: in force to the day, silent where the law is, never saying two things."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter, ParameterStep

DAY = timedelta(days=1)

LISTING = Clause(
    id="mlr-11.18",
    source="国土资源部令第11号",
    article="18",
    title="挂牌时间",
    since=date(2002, 7, 1),
    until=date(2007, 10, 31),
    confidence="confirmed",
    summary_zh="挂牌时间不得少于10个工作日",
    summary_en="A listing lasts at least 10 working days",
)


def test_a_clause_is_in_force_on_its_first_and_last_day():
    days = [LISTING.since - DAY, LISTING.since, LISTING.until, LISTING.until + DAY]
    assert [LISTING.in_force(day) for day in days] == [False, True, True, False]
    assert replace(LISTING, until=None).in_force(date(2100, 1, 1))


def test_a_clause_refuses_to_end_before_it_begins():
    with pytest.raises(Fault) as caught:
        replace(LISTING, until=date(2002, 6, 30))
    assert caught.value == Fault("law.interval", id="mlr-11.18", since="2002-07-01", until="2002-06-30")


def test_confidence_is_one_of_two_words():
    with pytest.raises(Fault, match=r"law\.confidence id='mlr-11.18' value='likely'"):
        replace(LISTING, confidence="likely")


def step(since: date, until: date | None, value: Fraction | int = 1) -> ParameterStep:
    return ParameterStep(since, until, value, ("clause",), "confirmed")


# The value-added levy: 2015 to 2017 by 财税〔2016〕41号, then lapsed, here made up to return in 2024.
LEVY = Parameter(
    "land.levy",
    "ratio",
    (
        step(date(2024, 1, 1), None, Fraction(3, 10)),
        step(date(2015, 1, 1), date(2017, 12, 31), Fraction(1, 5)),
    ),
)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2014, 12, 31), None),
        (date(2015, 1, 1), Fraction(1, 5)),
        (date(2017, 12, 31), Fraction(1, 5)),
        (date(2018, 1, 1), None),
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), Fraction(3, 10)),
    ],
)
def test_a_parameter_has_the_value_of_its_day_or_none(day, value):
    found = LEVY.at(day)
    assert (found and found.value) == value


@pytest.mark.parametrize("until", [date(2024, 1, 1), date(2024, 6, 1), None])
def test_two_values_for_one_day_are_refused(until):
    earlier, later = step(date(2020, 1, 1), until), step(date(2024, 1, 1), None)
    for steps in ((earlier, later), (later, earlier)):
        with pytest.raises(Fault) as caught:
            Parameter("p", "day", steps)
        assert (caught.value.code, caught.value.params["next_since"]) == ("law.overlap", "2024-01-01")


def test_every_step_is_checked():
    with pytest.raises(Fault, match=r"law\.interval id='p'"):
        Parameter("p", "day", (step(date(2024, 1, 1), date(2023, 1, 1)),))
    with pytest.raises(Fault, match=r"law\.confidence id='p'"):
        Parameter("p", "day", (replace(step(date(2024, 1, 1), None), confidence="perhaps"),))


days = st.dates(date(2000, 1, 1), date(2001, 1, 1))


@given(st.lists(st.tuples(days, st.integers(-2, 120)), max_size=6), days)
def test_loads_exactly_when_no_day_is_claimed_twice(spans, day):
    steps = tuple(step(since, since + DAY * length, value) for value, (since, length) in enumerate(spans))
    claims = [{since + DAY * n for n in range(length + 1)} for since, length in spans]
    sound = all(length >= 0 for _, length in spans) and sum(map(len, claims)) == len(set().union(*claims))
    try:
        parameter = Parameter("p", "day", steps)
    except Fault:
        assert not sound
        return
    assert sound
    found = parameter.at(day)
    assert [n for n, claim in enumerate(claims) if day in claim] == ([] if found is None else [found.value])
