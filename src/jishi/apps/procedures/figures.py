"""Figures that mappings of a procedure may ask for: days gone by, terms in months, marks of things, burdens on them.

A figure whose day or number is absent is None, so that a rule finds it unknown instead of zero.
"""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from jishi.apps.registers import api as registers
from jishi.kernel.calendar.limit import Limit
from jishi.kernel.calendar.workday import is_working_day
from jishi.kernel.spelling import narrow, visible

PROVINCE = "0000"


def days_since(entered: date | None, today: date) -> int | None:
    """Give the whole days between the day a step was entered and today; neither end counts.

    >>> days_since(date(2020, 12, 1), date(2020, 12, 17))
    15
    """
    return None if entered is None else max((today - entered).days - 1, 0)


def workdays_since(entered: date | None, today: date) -> int | None:
    """Give the working days among them; None where the calendar of a year is not fixed yet.

    >>> workdays_since(date(2020, 12, 1), date(2020, 12, 9))
    5
    """
    whole = days_since(entered, today)
    if entered is None or whole is None:
        return None
    found = [is_working_day(entered + timedelta(days=place)) for place in range(1, whole + 1)]
    return None if None in found else sum(map(bool, found))


def months_after(day: Any, months: Any) -> str | None:
    """Give the day a term of whole months from a day runs out (民法典 202); None unless they are whole.

    >>> months_after("2021-01-31", "1")
    '2021-02-28'
    """
    if not day or not str(months or "").isdecimal():
        return None
    last = Limit("term", int(months), "month").last_day(date.fromisoformat(str(day)))
    return None if last is None else last.isoformat()


def digest(*parts: Any) -> str | None:
    """Give the mark (SHA-256) of what parts say, spelling and spaces aside; None where one is absent.

    >>> digest("invoice", " ab 12") == digest("INVOICE", "AB12"), digest("invoice", None)
    (True, None)
    """
    if any(each in (None, "") for each in parts):
        return None
    plain = ["".join(narrow(visible(str(each))).upper().split()) for each in parts]
    return sha256("\n".join(plain).encode()).hexdigest()


def province_of(division: str) -> str:
    """Give the province a division lies in.

    >>> province_of("220102")
    '220000'
    """
    return division[:2] + PROVINCE


def burdens(kind: str, division: str, number: Any) -> int | None:
    """Count the burdens that stand on the province's entry of this number; 0 where there is none such."""
    if not number:
        return None
    entry = registers.find_entry(kind, province_of(division), str(number))
    return 0 if entry is None else sum(not each.lifted_ms for each in registers.list_encumbrances(entry.id))
