"""How long a step may or must take: a statutory limit, from a day on, without the days the case was suspended.

The day a suspension of a clock (中止计时) begins still counts; the days after it, up to and with the day the case is
taken up again, do not. That reading follows 民法典 201 (the day of the event does not count) and is an
assumption where a law that suspends a limit does not say how. A day whose calendar is not yet fixed is
read as a plain weekday and the answer is marked provisional.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jishi.kernel.calendar.limit import Limit, Sense
from jishi.kernel.calendar.workday import is_working_day

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pause:
    """A span in which no clock of the case runs; without `end` it lasts."""

    start: date
    end: date | None
    reason: str

    def covers(self, day: date) -> bool:
        """Tell whether the day does not count.

        >>> Pause(date(2020, 9, 1), date(2020, 9, 3), "").covers(date(2020, 9, 1))
        False
        """
        return self.start < day and (self.end is None or day <= self.end)

    def to_json(self) -> dict[str, Any]:
        """Return the pause as JSON values."""
        return {
            "start": self.start.isoformat(),
            "end": None if self.end is None else self.end.isoformat(),
            "reason": self.reason,
        }


def read_pause(raw: dict[str, Any]) -> Pause:
    """Read a pause from its JSON values."""
    end = None if raw["end"] is None else date.fromisoformat(raw["end"])
    return Pause(date.fromisoformat(raw["start"]), end, raw["reason"])


@dataclass(frozen=True)
class Due:
    """The last day of a running clock, and whether it rests on a calendar nobody has fixed yet."""

    last_day: date
    provisional: bool = False


def run_out(limit: Limit, sense: Sense, start: date, pauses: Sequence[Pause] = ()) -> Due | None:
    """Return the last day of a limit that runs from `start`; None while it is suspended.

    Months are turned into the days they have from `start` on. A `within` limit ends on a working day
    (民法典 203), an `at_least` limit on the day the count gives.

    >>> run_out(Limit("issue", 15, "calendar_day"), "within", date(2020, 9, 17))
    Due(last_day=datetime.date(2020, 10, 9), provisional=False)
    >>> run_out(Limit("x", 2, "working_day"), "within", date(2020, 9, 25),
    ...     [Pause(date(2020, 9, 25), date(2020, 9, 28), "supplement")])
    Due(last_day=datetime.date(2020, 9, 30), provisional=False)
    """
    if any(pause.end is None for pause in pauses):
        return None
    day = start - _DAY if limit.counting == "both_ends" else start
    left, provisional = _days(limit, start, day), False
    while left > 0:
        day += _DAY
        if any(pause.covers(day) for pause in pauses):
            continue
        if limit.unit == "working_day":
            working, unsure = _working(day)
            provisional |= unsure
            left -= working
        else:
            left -= 1
    while sense == "within":
        working, unsure = _working(day)
        if working and not any(pause.covers(day) for pause in pauses):
            return Due(day, provisional or unsure)
        provisional |= unsure
        day += _DAY
    return Due(day, provisional)


def _days(limit: Limit, start: date, origin: date) -> int:
    if limit.unit != "month":
        return limit.amount
    last = limit.last_day(start, "at_least")
    assert last is not None, "months need no calendar of working days"
    return (last - origin).days


def _working(day: date) -> tuple[bool, bool]:
    """Tell whether a day works, and whether that is only what its weekday says."""
    known = is_working_day(day)
    return (day.weekday() < 5, True) if known is None else (known, False)
