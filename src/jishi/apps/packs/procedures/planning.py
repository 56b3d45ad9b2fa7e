"""Turn a procedure kind into the plan its cases are folded by, and give the limits of a pack by day."""

from collections.abc import Callable
from datetime import date

from jishi.apps.packs.kinds.procedure import DecisionKind, ProcedureKind, StepKind
from jishi.apps.packs.pack import Pack
from jishi.kernel.calendar.limit import Limit, Sense
from jishi.kernel.procedure.plan import Clock, Decision, Plan, Step


def plan_of(kind: ProcedureKind) -> Plan:
    """Give the plan of a procedure."""
    withdrawal = kind.withdrawal
    return Plan(
        id=kind.id,
        first=kind.steps[0].id,
        steps={step.id: _step(step) for step in kind.steps},
        ends=frozenset(end.id for end in kind.ends),
        withdraw=dict.fromkeys(withdrawal.at, withdrawal.next) if withdrawal else {},
        reopen={end.id: end.reopens for end in kind.ends if end.reopens},
    )


def limits_of(pack: Pack) -> Callable[[str, date], tuple[Limit, Sense]]:
    """Give the function by which the fold asks for a limit as it stands on a day."""
    return lambda name, day: (pack.limit(name, day), pack.limit_row(name).sense)


def _step(step: StepKind) -> Step:
    clock, supplement = step.clock, step.supplement
    return Step(
        id=step.id,
        role=step.role,
        decisions=tuple(map(_decision, step.decisions)),
        not_by=frozenset(step.not_by),
        clock=None
        if clock is None
        else Clock(clock.limit, clock.since or "", clock.overdue or "", clock.extend or ""),
        supplement=None if supplement is None else Clock(supplement.limit, "", supplement.overdue or ""),
        pauses=frozenset(pause.id for pause in step.pauses),
        objections=step.publicity is not None and step.publicity.objections,
    )


def _decision(decision: DecisionKind) -> Decision:
    return Decision(
        id=decision.id,
        next=decision.next,
        role=decision.role or "",
        by=decision.by,
        needs_reason=decision.reason,
        reasons=frozenset(reason.id for reason in decision.reasons),
        window=decision.window or "",
    )
