"""The dates of a lot: what was stated is kept, what is absent is scheduled by the operator.

An absent notice day (公告日) is the operator's day, or, where other dates are stated, the
latest that is lawful before the listing. The listing starts 09:00 and ends 15:00 where no
hour is stated, and registration (报名) ends on the eve of its end at 15:00. Refuses stated
dates that break the law in force on them, with its clause.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jishi.apps.simulation.listings.dates import Moment
from jishi.apps.simulation.listings.law import Law
from jishi.kernel.calendar.limit import Limit
from jishi.kernel.fault import Fault

NOTICE, START, END, REGISTRATION = "notice_date", "listing_start", "listing_end", "registration_deadline"
DATE_COLUMNS = (NOTICE, START, END, REGISTRATION)
OPENING, CLOSING = 9 * 60, 15 * 60
_HOUR = 60
_LONGEST_SEARCH = 90
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """The four dates, each with its minute, and the names of those the operator set."""

    notice: Moment
    start: Moment
    end: Moment
    registration: Moment
    operator_set: frozenset[str]


def make_schedule(stated: Mapping[str, Moment], day: date, law: Law) -> Schedule:
    """Complete the stated dates from the operator's day.

    Raise `listings.date.no_rule` where no limit is in force, `listings.date.undetermined`.
    """
    start = stated.get(START) or Moment(_start_day(stated, day, law))
    end = stated.get(END) or Moment(_end_day(stated, start.day, law))
    notice = stated.get(NOTICE) or Moment(_notice_day(stated, start.day, day, law))
    registration = stated.get(REGISTRATION) or Moment(end.day - _DAY)
    end, registration = _with_hours(end, registration)
    absent = {column for column in DATE_COLUMNS if column not in stated}
    hourless = {
        f"{column}_hour" for column in DATE_COLUMNS[1:] if column in stated and stated[column].minute is None
    }
    return Schedule(notice, start.at_minute(OPENING), end, registration, frozenset(absent | hourless))


def check_schedule(schedule: Schedule, law: Law) -> list[tuple[str, Fault]]:
    """Return what is wrong with the dates, each with the column to correct."""
    notice, start, end = schedule.notice.day, schedule.start.day, schedule.end.day
    registration = schedule.registration.day
    found = [
        (START, _too_short("listings.date.notice", law.notice_limit(notice), notice, start)),
        (END, _too_short("listings.date.listing", law.listing_limit(start), start, end)),
    ]
    if notice > start:
        found[0] = (NOTICE, _order("listings.date.notice_after_start", notice, start))
    if schedule.end.at_ms(0) <= schedule.start.at_ms(0):
        found[1] = (END, _order("listings.date.end_before_start", start, end))
    if schedule.registration.at_ms(0) > schedule.end.at_ms(0):
        found.append((REGISTRATION, _order("listings.date.registration_after_end", registration, end)))
    if REGISTRATION not in schedule.operator_set and registration < notice:
        found.append((REGISTRATION, _order("listings.date.registration_before_notice", notice, registration)))
    return [(column, fault) for column, fault in found if fault is not None]


def _start_day(stated: Mapping[str, Moment], day: date, law: Law) -> date:
    """Return the first lawful start after the notice, or the last before a stated end."""
    if NOTICE in stated:
        return _after_notice(stated[NOTICE].day, law)
    if END in stated or REGISTRATION in stated:
        end = stated[END].day if END in stated else stated[REGISTRATION].day + _DAY
        return _walk(end, -_DAY, lambda start: _meets(law.listing_limit(start), start, end))
    return _after_notice(day, law)


def _after_notice(notice: date, law: Law) -> date:
    return _walk(notice, _DAY, lambda start: _meets(law.notice_limit(notice), notice, start))


def _end_day(stated: Mapping[str, Moment], start: date, law: Law) -> date:
    end = _walk(start, _DAY, lambda end: _meets(law.listing_limit(start), start, end))
    return max(end, stated[REGISTRATION].day + _DAY) if REGISTRATION in stated else end


def _notice_day(stated: Mapping[str, Moment], start: date, day: date, law: Law) -> date:
    if not stated:
        return day
    return _walk(start, -_DAY, lambda notice: _meets(law.notice_limit(notice), notice, start))


def _walk(first: date, step: timedelta, is_lawful: Callable[[date], bool]) -> date:
    for count in range(_LONGEST_SEARCH):
        if is_lawful(first + step * count):
            return first + step * count
    raise Fault("listings.date.undetermined", day=first.isoformat())


def _meets(limit: Limit | None, start: date, end: date) -> bool:
    if limit is None:
        raise Fault("listings.date.no_rule", day=start.isoformat())
    return bool(end >= start and limit.check(start, end, "at_least").verdict == "met")


def _with_hours(end: Moment, registration: Moment) -> tuple[Moment, Moment]:
    """Give both an hour; on one day, registration ends an hour before the listing where it may."""
    if end.minute is None and registration.minute is not None and end.day == registration.day:
        return end.at_minute(max(CLOSING, registration.minute + _HOUR)), registration
    end = end.at_minute(CLOSING)
    eve = CLOSING if registration.day != end.day else max(0, (end.minute or CLOSING) - _HOUR)
    return end, registration.at_minute(eve)


def _too_short(code: str, limit: Limit | None, start: date, end: date) -> Fault | None:
    """Return the fault of a span that is not shown to meet its limit; no limit in force, no fault."""
    if limit is None or (verdict := limit.check(start, end, "at_least").verdict) == "met":
        return None
    if verdict == "undetermined":
        code = "listings.date.unproven"
    elif limit.unit == "working_day":
        code = "listings.date.working_days"
    days = {"start": start.isoformat(), "end": end.isoformat(), "amount": limit.amount}
    return Fault(code, **days, clauses=", ".join(limit.clauses))


def _order(code: str, first: date, second: date) -> Fault:
    return Fault(code, first=first.isoformat(), second=second.isoformat())
