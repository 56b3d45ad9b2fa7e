"""Which day an instant falls on: statutory days (日) are kept in the pack's zone.

A zone is a fixed offset from UTC in minutes (China: 480); no daylight saving.
"""

from datetime import date, timedelta

MS_PER_MINUTE = 60_000
MS_PER_DAY = 24 * 60 * MS_PER_MINUTE
_EPOCH = date(1970, 1, 1)


def day_of(at_ms: int, utc_offset_minutes: int) -> date:
    """Return the zone's day of an instant in ms since the epoch, UTC.

    >>> day_of(1606147199999, 480), day_of(1606147200000, 480)
    (datetime.date(2020, 11, 23), datetime.date(2020, 11, 24))
    """
    return _EPOCH + timedelta(days=(at_ms + utc_offset_minutes * MS_PER_MINUTE) // MS_PER_DAY)


def start_of_day_ms(day: date, utc_offset_minutes: int) -> int:
    """Return the instant (ms, UTC) at which the zone's day begins.

    >>> start_of_day_ms(date(2020, 11, 24), 480)
    1606147200000
    """
    return (day - _EPOCH).days * MS_PER_DAY - utc_offset_minutes * MS_PER_MINUTE
