"""Working days: the published holiday tables, honest ignorance elsewhere, and days by zone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.calendar.workday import add_working_days, is_working_day, working_day_on_or_after
from jishi.kernel.calendar.zone import MS_PER_DAY, day_of, start_of_day_ms

DAY = timedelta(days=1)

# The State Council's tables: holidays (first, last) and make-up working days.
HOLIDAYS = {
    2020: [
        ((1, 1), (1, 1)), ((1, 24), (2, 2)), ((4, 4), (4, 6)), ((5, 1), (5, 5)),
        ((6, 25), (6, 27)), ((10, 1), (10, 8)),
    ],
    2021: [
        ((1, 1), (1, 3)), ((2, 11), (2, 17)), ((4, 3), (4, 5)), ((5, 1), (5, 5)),
        ((6, 12), (6, 14)), ((9, 19), (9, 21)), ((10, 1), (10, 7)),
    ],
}  # fmt: skip
MADE_UP = {
    2020: [(1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)],
    2021: [(2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)],
}


@pytest.mark.parametrize("year", sorted(HOLIDAYS))
def test_agrees_with_the_published_tables_every_day_of_the_year(year):
    off = {
        date(year, *first) + DAY * n
        for first, last in HOLIDAYS[year]
        for n in range((date(year, *last) - date(year, *first)).days + 1)
    }
    on = {date(year, *day) for day in MADE_UP[year]}
    for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days):
        day = date(year, 1, 1) + DAY * n
        assert is_working_day(day) is (day in on or (day.weekday() < 5 and day not in off)), day


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2003, 12, 31), False),
        (date(2004, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_is_undetermined_outside_the_known_years(day, known):
    assert (is_working_day(day) is not None) is known


def test_counting_stops_where_knowledge_stops():
    assert add_working_days(date(2026, 12, 30), 1) == date(2026, 12, 31)
    assert add_working_days(date(2026, 12, 30), 2) is None
    assert working_day_on_or_after(date(2027, 1, 4)) is None
    assert working_day_on_or_after(date(2004, 1, 1)) == date(2004, 1, 2)


@given(st.dates(date(2004, 1, 1), date(2026, 6, 30)), st.integers(1, 60))
def test_the_nth_working_day_has_n_working_days_behind_it(start, amount):
    last = add_working_days(start, amount)
    between = [start + DAY * n for n in range(1, (last - start).days + 1)]
    assert is_working_day(last)
    assert sum(map(is_working_day, between)) == amount


offsets = st.integers(-12 * 60, 14 * 60)


@given(st.dates(date(1970, 1, 2), date(2200, 1, 1)), offsets, st.integers(0, MS_PER_DAY - 1))
def test_every_instant_of_a_day_falls_on_it(day, offset, after_ms):
    assert day_of(start_of_day_ms(day, offset) + after_ms, offset) == day


@given(st.dates(date(1970, 1, 2), date(2200, 1, 1)), offsets)
def test_the_instant_before_a_day_falls_on_the_day_before(day, offset):
    assert day_of(start_of_day_ms(day, offset) - 1, offset) == day - DAY
