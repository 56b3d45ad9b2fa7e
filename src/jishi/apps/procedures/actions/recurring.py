"""Begin cases by the calendar (例行职责): one for each division of a level, each period, on the day it is due."""

from collections.abc import Iterator
from datetime import date

from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.hearing import Happening, begin
from jishi.apps.procedures.models import Case
from jishi.kernel.calendar.zone import day_of, start_of_day_ms
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline
from jishi.platform.models import Deadline

DUTY = "procedure_duty"
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
TYPES = {"province": ("province",), "prefecture": ("prefecture_city", "autonomous_prefecture", "prefecture"),
         "county": ("district", "county", "county_city", "autonomous_county")}  # fmt: skip


def plan_duties(ctx: Context) -> int:
    """Set the next due day of procedures the calendar begins that have none yet; give how many were set.

    A duty that is due but has not run keeps its day, so it may be called as often as one likes.
    """
    kinds = [kind for kind in packs.current_pack().procedures.values() if kind.start.by == "calendar"]
    planned = set(Deadline.objects.filter(kind=DUTY).values_list("ref", flat=True)) if kinds else set()
    fresh = [kind for kind in kinds if kind.id not in planned]
    for kind in fresh:
        set_deadline(DUTY, kind.id, _instant(next_day(kind, _today(ctx))))
    return len(fresh)


def run_duty(ctx: Context, procedure: str) -> None:
    """Begin the cases of a duty whose day has come and set its next day."""
    kind = packs.current_pack().procedures.get(procedure)
    if kind is None or kind.start.by != "calendar":
        set_deadline(DUTY, procedure, None)
        return
    today = _today(ctx)
    day = last_day(kind, today)
    if day is not None:
        begin_duty(ctx, kind, day)
    set_deadline(DUTY, procedure, _instant(next_day(kind, today)))


def begin_duty(ctx: Context, kind: packs.ProcedureKind, day: date) -> list[Case]:
    """Begin the cases of one period, those that are not there yet."""
    pack = packs.current_pack()
    wanted = TYPES[kind.start.level or "province"]
    made = []
    for division in pack.divisions.values():
        if division.type in wanted and division.in_force(day):
            title = f"{kind.title.zh} {division.name_zh} {day.isoformat()}"
            happening = Happening("calendar", f"{division.code}:{day.isoformat()}", division.code, title)
            if case := begin(ctx.as_system(), kind, happening, "calendar"):
                made.append(case)
    return made


def last_day(kind: packs.ProcedureKind, today: date) -> date | None:
    """Give the latest due day up to today, None where the first is still to come in this year or the last."""
    return max((day for day in _days(kind, today.year) if day <= today), default=None)


def next_day(kind: packs.ProcedureKind, today: date) -> date:
    """Give the first due day after today."""
    return min(day for day in _days(kind, today.year) if day > today)


def _days(kind: packs.ProcedureKind, year: int) -> Iterator[date]:
    every = MONTHS[kind.start.every or "year"]
    for start in (year - 1, year, year + 1):
        for step in range(0, 12, every):
            at = kind.start.month - 1 + step
            yield date(start + at // 12, at % 12 + 1, kind.start.day)


def _today(ctx: Context) -> date:
    return day_of(ctx.now_ms(), packs.current_pack().manifest.utc_offset_minutes)


def _instant(day: date) -> int:
    return start_of_day_ms(day, packs.current_pack().manifest.utc_offset_minutes)
