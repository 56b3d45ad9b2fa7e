"""Working days (工作日): weekends and statutory holidays out, make-up days in.

The State Council fixes holidays a year at a time. The span of known years is a
constant, not whatever the installed table covers, so that a check made today
gives the same answer when it is made again. Outside it the answer is None.
"""

from datetime import date, timedelta

import chinese_calendar

FIRST_YEAR, LAST_YEAR = 2004, 2026
_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool | None:
    """Tell whether the day is a working day; None outside the known years.

    >>> is_working_day(date(2020, 10, 10)), is_working_day(date(2027, 1, 4))
    (True, None)
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    return bool(chinese_calendar.is_workday(day))


def working_day_on_or_after(day: date) -> date | None:
    """Return the first working day from `day` on; None if that is not known.

    >>> working_day_on_or_after(date(2020, 10, 1))
    datetime.date(2020, 10, 9)
    """
    return add_working_days(day - _DAY, 1)


def add_working_days(start: date, amount: int) -> date | None:
    """Return the `amount`-th working day after `start`, which is not counted; None if not known.

    >>> add_working_days(date(2020, 9, 25), 2)
    datetime.date(2020, 9, 28)
    """
    day, left = start, amount
    while left > 0:
        day += _DAY
        working = is_working_day(day)
        if working is None:
            return None
        left -= working
    return day
