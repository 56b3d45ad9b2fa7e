"""Figures mappings ask for: days between, terms in months, marks that ignore spelling."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.apps.procedures.figures import days_since, digest, months_after, workdays_since

DAYS = st.dates(date(2019, 1, 1), date(2026, 6, 30))


@given(start=DAYS, apart=st.integers(0, 90))
def test_working_days_are_some_of_the_days_between(start: date, apart: int) -> None:
    today = start + timedelta(days=apart)
    whole, working = days_since(start, today), workdays_since(start, today)
    assert whole == max(apart - 1, 0)
    assert working is not None and 0 <= working <= whole
    later = workdays_since(start, today + timedelta(days=1))
    assert later is not None and later - working in (0, 1)


@pytest.mark.parametrize(
    ("start", "today", "working"),
    [
        (date(2020, 9, 28), date(2020, 10, 9), 2),  # the eight days of the autumn holiday
        (date(2020, 9, 28), date(2020, 10, 12), 4),  # 10 October was made up for
        (date(2020, 12, 1), date(2020, 12, 2), 0),
    ],
)
def test_holidays_are_left_out(start: date, today: date, working: int) -> None:
    assert workdays_since(start, today) == working


def test_a_year_without_a_calendar_leaves_the_working_days_unknown() -> None:
    assert workdays_since(date(2030, 1, 1), date(2030, 2, 1)) is None


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        ("2021-01-31", "1", "2021-02-28"),
        ("2020-02-29", "12", "2021-02-28"),
        ("2021-06-15", 360, "2051-06-15"),
        ("2021-06-15", "1.5", None),
        (None, "1", None),
    ],
)
def test_a_term_of_whole_months(day: str | None, months: str | int, last: str | None) -> None:
    assert months_after(day, months) == last


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30))
def test_one_thing_has_one_mark_however_it_is_spelled(text: str) -> None:
    full = "".join(chr(ord(each) + 0xFEE0) for each in text)
    assert digest("invoice", text) == digest("invoice", f" {full.lower()} ")
    assert digest("invoice", text) != digest("warrant", text)
