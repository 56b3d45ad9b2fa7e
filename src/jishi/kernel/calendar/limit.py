"""Statutory time limits (期限) and the checks made against them.

Two senses: *at least* so many days must pass (a notice period), or an act is due
*within* so many days (a refund). Two ways to count: from the next day on (民法典 201),
or with both ends counted, which is how some read a listing span (待核). A `within`
limit whose last day is no working day runs to the next one (民法典 203); an
`at least` limit never moves: a holiday gives nobody more time to lose there.
"""

from calendar import monthrange
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

from jishi.kernel.calendar.workday import add_working_days, working_day_on_or_after
from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Confidence

Unit = Literal["calendar_day", "working_day", "month"]
Counting = Literal["next_day", "both_ends"]
Sense = Literal["at_least", "within"]
Verdict = Literal["met", "broken", "undetermined"]

MOST, LATEST_YEAR = 36_500, 2999
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LimitCheck:
    """A limit held against two days; everything needed to check it again."""

    limit: str
    amount: int
    unit: Unit
    counting: Counting
    sense: Sense
    start: date
    end: date
    verdict: Verdict
    clauses: tuple[str, ...]
    confidence: Confidence

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON values, days as `YYYY-MM-DD`."""
        days = {"start": self.start.isoformat(), "end": self.end.isoformat()}
        return asdict(self) | days | {"clauses": list(self.clauses)}


@dataclass(frozen=True)
class Limit:
    """A time limit of `amount` units; clauses are ids. Raise `limit.invalid` for anything undefined."""

    id: str
    amount: int
    unit: Unit
    counting: Counting = "next_day"
    clauses: tuple[str, ...] = ()
    confidence: Confidence = "confirmed"

    def __post_init__(self) -> None:
        if type(self.amount) is not int or not 1 <= self.amount <= MOST:
            raise Fault("limit.invalid", limit=self.id, field="amount", value=self.amount, known=[1, MOST])
        for field, known in (("unit", Unit), ("counting", Counting), ("confidence", Confidence)):
            _must_be_known(self.id, field, getattr(self, field), known)

    def last_day(self, start: date, sense: Sense = "at_least") -> date | None:
        """Return the first day that satisfies `at_least`, or the last day of `within`.

        None where the calendar of working days is not known.

        >>> Limit("notice", 20, "calendar_day").last_day(date(2020, 11, 24))
        datetime.date(2020, 12, 14)
        >>> Limit("refund", 5, "calendar_day").last_day(date(2020, 9, 28), "within")
        datetime.date(2020, 10, 9)
        """
        _must_be_known(self.id, "sense", sense, Sense)
        if start.year > LATEST_YEAR:
            raise Fault("limit.too_late", limit=self.id, start=start.isoformat(), latest_year=LATEST_YEAR)
        if self.unit == "working_day":
            return add_working_days(start - _DAY if self.counting == "both_ends" else start, self.amount)
        last = self._calendar_last(start)
        return working_day_on_or_after(last) if sense == "within" else last

    def check(self, start: date, end: date, sense: Sense = "at_least") -> LimitCheck:
        """Hold the limit against the days of two events, e.g. notice published and listing opened.

        An end before its start breaks the limit in either sense.
        """
        return LimitCheck(
            limit=self.id,
            amount=self.amount,
            unit=self.unit,
            counting=self.counting,
            sense=sense,
            start=start,
            end=end,
            verdict=self._verdict(start, end, sense),
            clauses=self.clauses,
            confidence=self.confidence,
        )

    def _calendar_last(self, start: date) -> date:
        if self.unit == "month":
            return _corresponding_day(start, self.amount, self.counting)
        return start + timedelta(days=self.amount - (self.counting == "both_ends"))

    def _verdict(self, start: date, end: date, sense: Sense) -> Verdict:
        last = self.last_day(start, sense)
        if end < start:
            return "broken"
        if last is not None:
            return "met" if (end >= last if sense == "at_least" else end <= last) else "broken"
        # Holidays only ever push the last day back: before the plain count the answer is known.
        if sense == "at_least":
            return "broken" if end < self._calendar_last(start) else "undetermined"
        return "met" if end <= self._calendar_last(start) else "undetermined"


def recheck(check: dict[str, Any]) -> bool | None:
    """Tell whether the verdict of a check read from JSON is the one its own days give.

    None if stated and found `undetermined`. A check without `sense` is `at_least`.
    Raise `limit.unreadable`, or `limit.invalid` as `Limit` does.
    """
    try:
        start, end = date.fromisoformat(check["start"]), date.fromisoformat(check["end"])
        fields = {key: check[key] for key in ("amount", "unit", "counting", "confidence")}
        limit = Limit(id=check["limit"], clauses=tuple(check["clauses"]), **fields)
        stated = check["verdict"]
    except (KeyError, TypeError, ValueError) as error:
        raise Fault("limit.unreadable", detail=str(error)) from error
    found = limit.check(start, end, check.get("sense", "at_least")).verdict
    if found == stated == "undetermined":
        return None
    return bool(found == stated)


def _corresponding_day(start: date, months: int, counting: Counting) -> date:
    """Return the last day of a period of months: the corresponding day, or the month's end (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month_end = date(year, month + 1, monthrange(year, month + 1)[1])
    if start.day > month_end.day:
        return month_end
    corresponding = month_end.replace(day=start.day)
    return corresponding - _DAY if counting == "both_ends" else corresponding


def _must_be_known(limit: str, field: str, value: object, known: Any) -> None:
    if value not in get_args(known):
        raise Fault("limit.invalid", limit=limit, field=field, value=value, known=list(get_args(known)))
