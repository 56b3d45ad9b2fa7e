"""Clocks of procedures against a reading day by day, across holidays, suspensions and make-up working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.calendar.limit import Limit
from jishi.kernel.calendar.workday import is_working_day
from jishi.kernel.procedure.clock import Due, Pause, read_pause, run_out

DAY = timedelta(days=1)
days = st.dates(date(2019, 1, 1), date(2023, 6, 30))


class Calendar:
    """Live through the days one by one, as an office does: every morning it asks whether the day counts."""

    def __init__(self, stops: list[tuple[date, date]]) -> None:
        self.stopped_on = [start for start, _ in stops]
        self.resumed_on = [end for _, end in stops]
        self.running = True

    def counts(self, day: date) -> bool:
        """Tell whether a day counts; a stop takes effect when its day is over, and so does a resumption."""
        counted = self.running
        for start, end in zip(self.stopped_on, self.resumed_on, strict=True):
            if day == start and start != end:
                self.running = False
            if day == end:
                self.running = True
        return counted


def oracle(amount: int, unit: str, start: date, stops: list[tuple[date, date]]) -> tuple[date, date]:
    """Give the day the count is full, and the first working day on or after it that counts."""
    calendar, day, counted = Calendar(stops), start - 400 * DAY, 0
    while day <= start:
        calendar.counts(day)
        day += DAY
    full = None
    while True:
        lives = calendar.counts(day)
        works = bool(is_working_day(day))
        if full is None and lives and (works or unit == "calendar_day"):
            counted += 1
            full = day if counted == amount else None
        if full is not None and works and lives:
            return full, day
        day += DAY


@st.composite
def stops(draw: st.DrawFn, start: date) -> list[tuple[date, date]]:
    """Draw suspensions one after the other, before, in and after the limit."""
    found, day = [], start + draw(st.integers(-10, 20)) * DAY
    for _ in range(draw(st.integers(0, 3))):
        end = day + draw(st.integers(0, 30)) * DAY
        found.append((day, end))
        day = end + draw(st.integers(1, 20)) * DAY
    return found


@given(st.data(), st.integers(1, 40), st.sampled_from(["calendar_day", "working_day"]), days)
def test_a_clock_ends_where_living_through_the_days_ends(
    data: st.DataObject, amount: int, unit: str, start: date
) -> None:
    spans = data.draw(stops(start))
    pauses = [Pause(begin, end, "x") for begin, end in spans]
    full, working = oracle(amount, unit, start, spans)
    limit = Limit("x", amount, unit)  # type: ignore[arg-type]
    assert run_out(limit, "at_least", start, pauses) == Due(full)
    assert run_out(limit, "within", start, pauses) == Due(working)


@given(st.integers(1, 40), st.sampled_from(["calendar_day", "working_day", "month"]), days)
def test_without_suspension_a_clock_is_the_statutory_limit(amount: int, unit: str, start: date) -> None:
    limit = Limit("x", amount, unit)  # type: ignore[arg-type]
    for sense in ("at_least", "within"):
        last = limit.last_day(start, sense)
        if last is not None and last.year <= 2026:
            assert run_out(limit, sense, start) == Due(last)


@given(st.integers(1, 40), st.sampled_from(["calendar_day", "working_day", "month"]), days, st.data())
def test_a_suspension_never_brings_the_end_forward(
    amount: int, unit: str, start: date, data: st.DataObject
) -> None:
    limit = Limit("x", amount, unit)  # type: ignore[arg-type]
    pauses = [Pause(begin, end, "x") for begin, end in data.draw(stops(start))]
    plain, paused = run_out(limit, "within", start), run_out(limit, "within", start, pauses)
    assert plain is not None and paused is not None and paused.last_day >= plain.last_day


@pytest.mark.parametrize(
    ("limit", "start", "pauses", "last"),
    [
        # five working days over the National Day of 2020 with its make-up Saturday, the tenth of October
        (Limit("a", 5, "working_day"), date(2020, 9, 30), [], date(2020, 10, 14)),
        (Limit("a", 2, "working_day"), date(2020, 9, 30), [], date(2020, 10, 10)),
        # twenty days from the eighth of September end within the holiday of 2020 and so after it
        (Limit("b", 25, "calendar_day"), date(2020, 9, 8), [], date(2020, 10, 9)),
        # the day of the request still counts, the days until the papers came do not
        (
            Limit("c", 5, "working_day"),
            date(2020, 11, 23),
            [Pause(date(2020, 11, 24), date(2020, 12, 1), "supplement")],
            date(2020, 12, 7),
        ),
        (Limit("d", 1, "month"), date(2021, 1, 31), [], date(2021, 3, 1)),
    ],
)
def test_known_answers(limit: Limit, start: date, pauses: list[Pause], last: date) -> None:
    assert run_out(limit, "within", start, pauses) == Due(last)


def test_a_standing_suspension_has_no_end_and_an_unknown_calendar_is_provisional() -> None:
    limit = Limit("x", 5, "working_day")
    assert run_out(limit, "within", date(2020, 9, 30), [Pause(date(2020, 10, 1), None, "x")]) is None
    assert run_out(limit, "within", date(2029, 1, 1)) == Due(date(2029, 1, 8), provisional=True)
    pause = Pause(date(2020, 1, 1), None, "x")
    assert read_pause(pause.to_json()) == pause
