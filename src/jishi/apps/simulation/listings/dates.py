"""Dates and hours as announcements write them, in the zone of the announcement.

Refuses a date without a year, an impossible date, and years outside 1970–2100.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from jishi.kernel.fault import Fault

MS_PER_MINUTE = 60_000
_MINUTES_PER_DAY = 24 * 60
_EPOCH = date(1970, 1, 1)
_YEARS = range(1970, 2101)
_DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_HOUR = r"(\d{1,2})(?:[:时点](?:(\d{1,2})分?)?(?::00(?:\.0+)?)?)"
_MOMENT = re.compile(rf"{_DAY}(?:[T\s]*(上午|下午)?{_HOUR}\s*(Z|[+-]\d{{2}}:\d{{2}})?)?", re.ASCII)


@dataclass(frozen=True)
class Moment:
    """A stated day and, if stated, the minute of the day (1440 is 24:00 of that day)."""

    day: date
    minute: int | None = None

    def at_minute(self, minute: int) -> "Moment":
        """Return the same day with its own minute, or this one where none was stated."""
        return self if self.minute is not None else Moment(self.day, minute)

    def at_ms(self, utc_offset_minutes: int) -> int:
        """Return milliseconds since the epoch, UTC; a day alone is its midnight."""
        minutes = (self.day - _EPOCH).days * _MINUTES_PER_DAY + (self.minute or 0)
        return (minutes - utc_offset_minutes) * MS_PER_MINUTE


def read_moment(text: str, utc_offset_minutes: int) -> Moment:
    """Read `2025-04-01T09:00`, `2025/4/1 9:00`, `2025年4月1日下午3时` or a day alone.

    A stated zone is carried over to the announcement's. Raise `listings.date.unreadable`.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise Fault("listings.date.unreadable", text=text)
    year, month, day, half, hour, minute, zone = match.groups()
    try:
        stated = date(int(year), int(month), int(day))
    except ValueError:
        raise Fault("listings.date.unreadable", text=text) from None
    if stated.year not in _YEARS:
        raise Fault("listings.date.unreadable", text=text)
    if hour is None:
        return Moment(stated)
    minutes = _minute_of_day(int(hour), int(minute or 0), half, text)
    return _in_zone(stated, minutes, zone, utc_offset_minutes) if zone else Moment(stated, minutes)


def _minute_of_day(hour: int, minute: int, half: str | None, text: str) -> int:
    if half == "下午" and hour < 12:
        hour += 12
    minutes = hour * 60 + minute
    if minute > 59 or minutes > _MINUTES_PER_DAY:
        raise Fault("listings.date.unreadable", text=text)
    return minutes


def _in_zone(day: date, minutes: int, zone: str, utc_offset_minutes: int) -> Moment:
    stated = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:6]))
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
        minutes=minutes - stated + utc_offset_minutes
    )
    return Moment(instant.date(), instant.hour * 60 + instant.minute)
