"""Time limits: known answers, a day-by-day oracle, and checks that can be made again."""

import json
from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.calendar.limit import Limit, recheck
from jishi.kernel.calendar.workday import is_working_day
from jishi.kernel.fault import Fault

DAY = timedelta(days=1)
starts = st.dates(date(2004, 2, 1), date(2025, 6, 30))
amounts = st.integers(1, 60)
countings = st.sampled_from(["next_day", "both_ends"])
senses = st.sampled_from(["at_least", "within"])


@pytest.mark.parametrize(
    ("amount", "unit", "counting", "sense", "start", "last"),
    [
        # 39号令 8: a notice of 24 November opens a listing on 14 December at the earliest.
        (20, "calendar_day", "next_day", "at_least", "2020-11-24", "2020-12-14"),
        # 39号令 18: ten days of listing, both ends counted.
        (10, "calendar_day", "both_ends", "at_least", "2020-12-14", "2020-12-23"),
        # At least never rolls, even onto the National Day holiday.
        (20, "calendar_day", "next_day", "at_least", "2020-09-13", "2020-10-03"),
        # 民法典 203: the last day of `within` does.
        (20, "calendar_day", "next_day", "within", "2020-09-13", "2020-10-09"),
        # 39号令 21: five working days across National Day; 27 September was made up.
        (5, "working_day", "next_day", "within", "2020-09-25", "2020-10-09"),
        (5, "working_day", "both_ends", "within", "2020-09-25", "2020-09-30"),
        (10, "working_day", "next_day", "within", "2020-12-23", "2021-01-07"),
        # 民法典 202: the corresponding day, else the month's last.
        (1, "month", "next_day", "at_least", "2021-01-31", "2021-02-28"),
        (1, "month", "next_day", "at_least", "2020-01-31", "2020-02-29"),
        (1, "month", "both_ends", "at_least", "2021-03-01", "2021-03-31"),
        (12, "month", "next_day", "within", "2020-12-31", "2021-12-31"),
    ],
)
def test_known_last_days(amount, unit, counting, sense, start, last):
    limit = Limit("t", amount, unit, counting)
    assert limit.last_day(date.fromisoformat(start), sense) == date.fromisoformat(last)


@given(starts, amounts, countings, senses, st.sampled_from(["calendar_day", "working_day"]))
def test_days_agree_with_counting_one_by_one(start, amount, counting, sense, unit):
    day, counted = (start, 0) if counting == "both_ends" else (start + DAY, 0)
    while True:
        counted += 1 if unit == "calendar_day" else bool(is_working_day(day))
        if counted == amount:
            break
        day += DAY
    while sense == "within" and not is_working_day(day):
        day += DAY
    assert Limit("t", amount, unit, counting).last_day(start, sense) == day


@given(starts, st.integers(1, 24), countings)
def test_months_agree_with_turning_the_pages(start, amount, counting):
    year, month = start.year, start.month
    for _ in range(amount):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    page = monthrange(year, month)[1]
    last = date(year, month, min(start.day, page))
    if counting == "both_ends" and start.day <= page:
        last -= DAY
    assert Limit("t", amount, "month", counting).last_day(start) == last


@given(starts, amounts, countings, senses, st.sampled_from(["calendar_day", "working_day", "month"]))
def test_verdicts_turn_exactly_at_the_last_day(start, amount, counting, sense, unit):
    limit = Limit("t", min(amount, 12) if unit == "month" else amount, unit, counting)
    last = limit.last_day(start, sense)
    verdicts = [limit.check(start, last + DAY * n, sense).verdict for n in (-1, 0, 1)]
    if sense == "at_least":
        assert verdicts == ["broken", "met", "met"]
    else:
        assert verdicts == ["broken" if last == start else "met", "met", "broken"]


def test_an_end_before_its_start_breaks_either_sense():
    limit = Limit("t", 5, "calendar_day")
    for sense in ("at_least", "within"):
        assert limit.check(date(2020, 11, 24), date(2020, 11, 23), sense).verdict == "broken"


@pytest.mark.parametrize(
    ("unit", "sense", "days", "verdict"),
    [
        ("working_day", "at_least", 9, "broken"),
        ("working_day", "at_least", 10, "undetermined"),
        ("working_day", "within", 10, "met"),
        ("working_day", "within", 11, "undetermined"),
        ("calendar_day", "within", 10, "met"),
        ("calendar_day", "within", 11, "undetermined"),
        ("calendar_day", "at_least", 10, "met"),
    ],
)
def test_what_holidays_cannot_change_is_known_in_unknown_years(unit, sense, days, verdict):
    start = date(2027, 3, 1)
    assert Limit("t", 10, unit).check(start, start + DAY * days, sense).verdict == verdict


CHECK = Limit("land.notice", 20, "calendar_day", clauses=("39号令 8",)).check(
    date(2020, 11, 24), date(2020, 12, 14)
)


def test_a_check_says_everything_needed_to_make_it_again():
    assert CHECK.to_json() == {
        "limit": "land.notice",
        "amount": 20,
        "unit": "calendar_day",
        "counting": "next_day",
        "sense": "at_least",
        "start": "2020-11-24",
        "end": "2020-12-14",
        "verdict": "met",
        "clauses": ["39号令 8"],
        "confidence": "confirmed",
    }


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 90), amounts, senses, countings)
def test_a_check_from_json_holds_and_a_changed_verdict_does_not(start, days, amount, sense, counting):
    check = Limit("t", amount, "working_day", counting).check(start, start + DAY * days, sense)
    stored = json.loads(json.dumps(check.to_json()))
    assert recheck(stored) is (None if check.verdict == "undetermined" else True)
    for other in {"met", "broken", "undetermined"} - {check.verdict}:
        assert recheck(stored | {"verdict": other}) is False


def test_a_check_that_says_no_sense_is_at_least():
    stored = CHECK.to_json()
    del stored["sense"]
    assert recheck(stored) is True
    assert recheck(stored | {"end": "2020-12-13"}) is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": "24/11/2020"}, "limit.unreadable"),
        ({"start": 20201124}, "limit.unreadable"),
        ({"clauses": None}, "limit.unreadable"),
        ({"unit": "week"}, "limit.invalid"),
        ({"unit": []}, "limit.invalid"),
        ({"counting": "none"}, "limit.invalid"),
        ({"sense": "about"}, "limit.invalid"),
        ({"confidence": "sure"}, "limit.invalid"),
        ({"amount": 0}, "limit.invalid"),
        ({"amount": True}, "limit.invalid"),
        ({"amount": 10**9}, "limit.invalid"),
        ({"start": "9999-12-31"}, "limit.too_late"),
    ],
)
def test_a_stored_check_that_means_nothing_is_refused(change, code):
    with pytest.raises(Fault) as caught:
        recheck(CHECK.to_json() | change)
    assert caught.value.code == code


def test_a_stored_check_without_its_verdict_is_refused():
    stored = CHECK.to_json()
    del stored["verdict"]
    with pytest.raises(Fault, match=r"limit\.unreadable"):
        recheck(stored)
