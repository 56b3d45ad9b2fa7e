"""The clocks of a case in words: how long a limit is, which one runs now, since when, how many days are left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.kernel.calendar.workday import is_working_day
from jishi.kernel.procedure.state import SUPPLEMENT
from jishi.web.shell.case_fault import titles_of
from jishi.web.shell.site import language

UNITS: Mapping[str, Any] = {
    "calendar_day": gettext_lazy("%(n)d days"),
    "working_day": gettext_lazy("%(n)d working days"),
    "month": gettext_lazy("%(n)d months"),
}


@dataclass(frozen=True, slots=True)
class Clocked:
    """A statutory clock in words: how long, what it is, by which clauses, what happens when it runs out."""

    amount: str
    title: str
    cites: tuple[str, ...]
    overdue: str
    deemed: bool
    sure: bool


@dataclass(frozen=True)
class ClockSaid:
    """A clock of the case: its limit, since when, its last day; `suspended` while it stands still."""

    title: str
    amount: str
    since: date | None
    last_day: date | None
    left: int | None
    cites: tuple[str, ...]
    overdue: bool
    suspended: bool
    then: str
    provisional: bool
    total: int
    used: int
    unit: str

    @property
    def over(self) -> int:
        """Give by how many days it is overdue."""
        return max(0, -(self.left or 0))

    @property
    def working(self) -> int | None:
        """Give the working days left or over of a limit that counts them; None for another, or an unknown calendar."""
        if self.unit != "working_day" or self.last_day is None or self.left is None:
            return None
        first, last = sorted((self.last_day - timedelta(days=self.left), self.last_day))
        return count_working_days(first, last)


def clock_of(pack: packs.Pack, step: packs.StepKind, day: Any) -> Clocked | None:
    """Return the clock of a step in words, None for a step without one."""
    if step.clock is None:
        return None
    return _clocked(pack, step, day, (step.clock.limit, step.clock.overdue), deemed=step.clock.deemed)


def supplement_clock_of(pack: packs.Pack, step: packs.StepKind, day: Any) -> Clocked | None:
    """Return the applicant's own clock while papers are asked for, None where the step has none."""
    asked = step.supplement
    return _clocked(pack, step, day, (asked.limit, asked.overdue), cites=asked.cites) if asked else None


def _clocked(
    pack: packs.Pack,
    step: packs.StepKind,
    day: Any,
    clock: tuple[str, str | None],
    *,
    cites: Any = (),
    deemed: bool = False,
) -> Clocked:
    """Say a clock given as its limit and the decision that follows when it runs out."""
    (limit_id, overdue), lang = clock, language()
    limit = pack.limit(limit_id, day)
    over = next((each for each in step.decisions if each.id == overdue), None)
    return Clocked(
        amount=str(UNITS[limit.unit]) % {"n": limit.amount},
        title=pack.limit_row(limit_id).title.say(lang),
        cites=tuple(dict.fromkeys((*limit.clauses, *cites))),
        overdue=over.title.say(lang) if over else "",
        deemed=deemed,
        sure=limit.confidence == "confirmed",
    )


def amount_of(pack: packs.Pack, limit_id: str, day: Any) -> str:
    """Say how long a limit is."""
    limit = pack.limit(limit_id, day)
    return str(UNITS[limit.unit]) % {"n": limit.amount}


def running_clock_of(view: procedures.CaseView, info: procedures.CaseInfo) -> ClockSaid | None:
    """Give the clock that runs or stands now; None at a step without one, and once the case has ended."""
    state, row = view.state, info.row
    if state.ended or not state.step:
        return None
    step, lang = view.kind.step(state.step), language()
    supplement = (
        state.paused is not None and state.paused.reason == SUPPLEMENT and step.supplement is not None
    )
    clock = step.supplement if supplement else step.clock
    if clock is None:
        return None
    name = (
        step.clock.extend
        if not supplement and state.extended and step.clock and step.clock.extend
        else clock.limit
    )
    limit_row = view.pack.limit_row(name)
    since = state.paused.start if supplement and state.paused else _since(view)
    titles = titles_of(view.kind)
    last, left = row.due_day, row.left
    total = max(1, (last - since).days) if last and since else 1
    used = min(total, max(0, (view.today - since).days)) if since else 0
    return ClockSaid(
        limit_row.title.say(lang), amount_of(view.pack, name, view.today), since, last, left,
        tuple(limit_row.cites), row.overdue,
        state.paused is not None and not supplement, titles.get(clock.overdue or "", ""), view.row.provisional,
        total, used, view.pack.parameter(name).unit,
    )  # fmt: skip


def pauses_of(view: procedures.CaseView) -> list[tuple[str, date, date | None]]:
    """Give the suspensions of the case's clocks: ground, from, until (None while it lasts)."""
    lang = language()
    grounds = {each.id: each.title.say(lang) for step in view.kind.steps for each in step.pauses}
    grounds[SUPPLEMENT] = _("Papers asked for")
    return [(grounds.get(each.reason, each.reason), each.start, each.end) for each in view.state.pauses]


def count_working_days(start: date, end: date) -> int | None:
    """Count the working days after `start` until `end`; None where the calendar is not known.

    >>> count_working_days(date(2020, 9, 28), date(2020, 10, 9))
    3
    """
    known = [is_working_day(start + timedelta(days=n)) for n in range(1, min(400, (end - start).days) + 1)]
    return None if None in known else sum(map(bool, known))


def _since(view: procedures.CaseView) -> date | None:
    step = view.kind.step(view.state.step)
    name = step.clock.since if step.clock and step.clock.since else step.id
    return view.state.entered.get(name)
