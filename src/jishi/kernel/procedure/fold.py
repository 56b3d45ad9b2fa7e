"""Fold the acts of a case: each is held against the step the case stands at, and moves it or is refused.

A refusal raises and changes nothing. The only ways on are a decision of the step at hand, its clock, and
a withdrawal or reopening that the plan allows: no act names the step it leads to, so none can skip one.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from jishi.kernel.calendar.limit import Limit, Sense
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.clock import Due, run_out
from jishi.kernel.procedure.plan import APPLICANT, FILING, PANEL, Clock, Decision, Plan, Step
from jishi.kernel.procedure.state import SUPPLEMENT, CaseState

LimitOn = Callable[[str, date], tuple[Limit, Sense]]
"""Give a limit and its sense as the law stands on a day."""


def fold(plan: Plan, acts: Iterable[Act], limit_on: LimitOn) -> CaseState:
    """Return where the acts lead, from the filing on; raise what `advance` raises."""
    state = CaseState()
    for act in acts:
        state = advance(plan, state, act, limit_on)
    return state


def advance(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    """Return the state after one act, else raise a `procedure.*` fault saying what would be right."""
    moved = _FOLDS[act.kind](plan, state, act, limit_on)
    return replace(moved, seq=state.seq + 1)


def due(plan: Plan, state: CaseState, limit_on: LimitOn) -> Due | None:
    """Return when the clock that runs now runs out: the step's, or the one papers are awaited under."""
    if state.ended or state.step not in plan.steps:
        return None
    step, pause = plan.steps[state.step], state.paused
    if pause is not None:
        if pause.reason != SUPPLEMENT or step.supplement is None:
            return None
        return run_out(*limit_on(step.supplement.limit, pause.start), pause.start)
    if step.clock is None or (step.objections and state.objections):
        return None
    return _clock_due(step.clock, state, limit_on)


def current(plan: Plan, state: CaseState) -> Step:
    """Return the step a case is at; Faults `procedure.not_filed`, `procedure.ended`."""
    if not state.step:
        raise Fault("procedure.not_filed", procedure=plan.id)
    if state.ended:
        raise Fault("procedure.ended", end=state.step)
    return plan.steps[state.step]


def check_person(state: CaseState, step: Step, by: str) -> None:
    """Refuse a person who may not act at this step.

    Faults `procedure.own_case`, `procedure.recused`, `procedure.same_person`.
    """
    if by in state.interested:
        raise Fault("procedure.own_case", step=step.id)
    if by in state.recused:
        raise Fault("procedure.recused", step=step.id)
    for other in sorted(step.not_by):
        if by in state.actors.get(other, ()):
            raise Fault("procedure.same_person", step=step.id, earlier=other)


def check_decision(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> Decision:
    """Return the decision an act takes if it may be taken now by this person, else raise a fault."""
    step = _at(plan, state, act)
    decision = step.decision(act.choice)
    open_now = [each.id for each in step.decisions if each.by != "clock"]
    if decision is None or decision.by == "clock":
        raise Fault("procedure.decision.unknown", decision=act.choice, step=step.id, valid=open_now)
    role = decision.role or step.role
    if (decision.by == "panel" and act.role != PANEL) or (decision.by == "person" and act.role != role):
        raise Fault("procedure.role", role=act.role, step=step.id, valid=role)
    if role != APPLICANT and decision.by == "person":
        check_person(state, step, act.by)
    if state.paused is not None:
        raise Fault("procedure.suspended", reason=state.paused.reason, step=step.id)
    if state.objections and step.objections:
        raise Fault("procedure.objections.open", count=state.objections)
    _check_reason(decision, act)
    _check_window(step, decision, act, (state, limit_on))
    return decision


def _check_reason(decision: Decision, act: Act) -> None:
    if decision.reasons and act.reason not in decision.reasons:
        raise Fault(
            "procedure.reason.unknown",
            reason=act.reason,
            decision=decision.id,
            valid=sorted(decision.reasons),
        )
    if decision.needs_reason and not act.reasoned:
        raise Fault("procedure.reason.missing", decision=decision.id)


def _check_window(step: Step, decision: Decision, act: Act, setting: tuple[CaseState, LimitOn]) -> None:
    state, limit_on = setting
    if not decision.window or step.clock is None:
        return
    ends = _clock_due(step.clock, state, limit_on)
    if ends is None:
        return
    opens = opening_day(limit_on(decision.window, act.day)[0], ends.last_day)
    if act.day < opens:
        raise Fault("procedure.window", decision=decision.id, opens=opens.isoformat())


def opening_day(limit: Limit, last_day: date) -> date:
    """Return the first day that lies within a limit before a last day.

    >>> opening_day(Limit("window", 1, "month"), date(2021, 3, 31))
    datetime.date(2021, 2, 28)
    """
    day = last_day
    while True:
        ends = limit.last_day(day, "at_least")
        if ends is None or ends <= last_day:
            return day
        day = date.fromordinal(day.toordinal() - 1)


def _filed(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    if state.step:
        raise Fault("procedure.filed", step=state.step)
    actors = {FILING: (act.by,)} if act.by else {}
    return replace(state, interested=act.interested, actors=actors).enter(plan.first, act.day, ended=False)


def _decided(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    decision = check_decision(plan, state, act, limit_on)
    people = state.actors.get(state.step, ())
    if act.by and act.by not in people:
        state = replace(state, actors={**state.actors, state.step: (*people, act.by)})
    return _leave(plan, state, decision, act.day)


def _expired(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _at(plan, state, act)
    ends = due(plan, state, limit_on)
    if ends is None or act.day <= ends.last_day:
        raise Fault(
            "procedure.clock.running", step=step.id, last=None if ends is None else str(ends.last_day)
        )
    clock = step.clock if state.paused is None else step.supplement
    assert clock is not None, "what is due has a clock"
    if act.choice not in ("", clock.overdue):
        raise Fault("procedure.decision.unknown", decision=act.choice, step=step.id, valid=[clock.overdue])
    decision = step.decision(act.choice)
    if decision is None or ends.provisional:
        return replace(state, overdue=True)
    return _leave(plan, state.resume(act.day), decision, act.day)


def _supplement_asked(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _staff_at(plan, state, act)
    if step.supplement is None:
        raise Fault("procedure.supplement.none", step=step.id)
    _require_running(state, step)
    return state.pause(act.day, SUPPLEMENT)


def _supplemented(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _at(plan, state, act)
    if state.paused is None or state.paused.reason != SUPPLEMENT:
        raise Fault("procedure.supplement.not_asked", step=step.id)
    return replace(state.resume(act.day), overdue=False)


def _suspended(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _staff_at(plan, state, act)
    if act.choice not in step.pauses:
        raise Fault("procedure.pause.unknown", reason=act.choice, step=step.id, valid=sorted(step.pauses))
    _require_running(state, step)
    return state.pause(act.day, act.choice)


def _resumed(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _staff_at(plan, state, act)
    if state.paused is None:
        raise Fault("procedure.not_suspended", step=step.id)
    return state.resume(act.day)


def _extended(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _staff_at(plan, state, act)
    if step.clock is None or not step.clock.extend or state.extended:
        raise Fault("procedure.extension.none", step=step.id)
    if not act.reasoned:
        raise Fault("procedure.reason.missing", decision="extended")
    return replace(state, extended=True)


def _objected(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _at(plan, state, act)
    if not step.objections:
        raise Fault("procedure.objections.none", step=step.id)
    return replace(state, objections=state.objections + 1)


def _answered(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _staff_at(plan, state, act)
    if not state.objections:
        raise Fault("procedure.objections.none", step=step.id)
    return replace(state, objections=state.objections - 1)


def _withdrawn(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    step = _at(plan, state, act)
    if step.id not in plan.withdraw:
        raise Fault("procedure.withdraw.late", step=step.id, valid=sorted(plan.withdraw))
    return state.resume(act.day).enter(plan.withdraw[step.id], act.day, ended=True)


def _reopened(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    if not state.ended or state.step not in plan.reopen:
        raise Fault("procedure.reopen.none", step=state.step, valid=sorted(plan.reopen))
    if not act.reasoned:
        raise Fault("procedure.reason.missing", decision="reopened")
    if act.by in state.interested:
        raise Fault("procedure.own_case", step=state.step)
    return state.enter(plan.reopen[state.step], act.day, ended=False)


def _recused(plan: Plan, state: CaseState, act: Act, limit_on: LimitOn) -> CaseState:
    _at(plan, state, act)
    return replace(state, recused=tuple(dict.fromkeys((*state.recused, act.choice))))


def _at(plan: Plan, state: CaseState, act: Act) -> Step:
    step = current(plan, state)
    if act.step and act.step != step.id:
        raise Fault("procedure.step.passed", step=act.step, now=step.id)
    return step


def _staff_at(plan: Plan, state: CaseState, act: Act) -> Step:
    step = _at(plan, state, act)
    check_person(state, step, act.by)
    return step


def _require_running(state: CaseState, step: Step) -> None:
    if state.paused is not None:
        raise Fault("procedure.suspended", reason=state.paused.reason, step=step.id)


def _leave(plan: Plan, state: CaseState, decision: Decision, day: date) -> CaseState:
    return state.enter(decision.next, day, ended=decision.next in plan.ends)


def _clock_due(clock: Clock, state: CaseState, limit_on: LimitOn) -> Due | None:
    start = state.entered.get(clock.since or state.step, state.entered[state.step])
    name = clock.extend if state.extended else clock.limit
    return run_out(*limit_on(name, start), start, state.pauses)


_FOLDS: dict[str, Callable[[Plan, CaseState, Act, LimitOn], CaseState]] = {
    "filed": _filed, "decided": _decided, "expired": _expired, "supplement_asked": _supplement_asked,
    "supplemented": _supplemented, "suspended": _suspended, "resumed": _resumed, "extended": _extended,
    "objected": _objected, "answered": _answered, "withdrawn": _withdrawn, "reopened": _reopened,
    "recused": _recused,
}  # fmt: skip
