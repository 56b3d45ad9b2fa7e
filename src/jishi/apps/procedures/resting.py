"""When a step asks something of the applicant: at once, from a day on, or not by itself while the case rests there.

A permit that is held for a year waits for nobody until its endorsement may be asked for.
"""

from datetime import date

from jishi.apps.packs import api as packs
from jishi.apps.procedures.view import CaseView
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.fold import due, opening_day
from jishi.kernel.procedure.plan import APPLICANT
from jishi.kernel.procedure.state import SUPPLEMENT, CaseState


def asks_from(view: CaseView, state: CaseState) -> date | None:
    """Give the first day on which the case waits for its applicant, today or before where it does now; None: not so.

    A step that rests asks from so long before its day on; one whose decisions of theirs all have a window from the
    day the first of them opens.
    """
    if state.ended:
        return None
    if state.paused is not None and state.paused.reason == SUPPLEMENT:
        return view.today
    step = view.kind.step(state.step)
    if step.role != APPLICANT:
        return None
    if step.rest is not None:
        return _before(view, step.rest)
    return _window(view, state, step)


def rests_until(view: CaseView, state: CaseState) -> date | None:
    """Give the day a resting step is about, by which the applicant should have acted; None without one."""
    rest = None if state.ended else view.kind.step(state.step).rest
    return _day(view, rest) if rest else None


def may_rest(view: CaseView, state: CaseState) -> bool:
    """Tell whether the step at hand may ask something of the applicant only later."""
    if state.ended or not state.step:
        return False
    step = view.kind.step(state.step)
    return step.role == APPLICANT and (step.rest is not None or bool(_windowed(step)))


def _before(view: CaseView, rest: packs.Rest) -> date | None:
    until = _day(view, rest)
    if until is None or rest.window is None:
        return until
    try:
        return opening_day(view.limit_on(rest.window, until)[0], until)
    except Fault:  # no such limit in that year's law
        return until


def _day(view: CaseView, rest: packs.Rest) -> date | None:
    found = view.value(rest.until)
    try:
        return date.fromisoformat(str(found)) if found else None
    except ValueError:
        return None


def _window(view: CaseView, state: CaseState, step: packs.StepKind) -> date:
    windows = _windowed(step)
    ends = due(view.plan, state, view.limit_on) if windows else None
    if ends is None:
        return view.today
    return min(opening_day(view.limit_on(name, view.today)[0], ends.last_day) for name in windows)


def _windowed(step: packs.StepKind) -> list[str]:
    """Give the windows of the applicant's decisions; none where one of them may be taken at any time."""
    own = [each for each in step.decisions if each.by == "person" and (each.role or step.role) == APPLICANT]
    windows = [each.window for each in own if each.window]
    return windows if len(windows) == len(own) else []
