"""Run a clock of a case that has run out: take the decision the law or the file gives it, or mark the step overdue."""

from copy import deepcopy

from django.db import transaction

from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.deciding import follow
from jishi.apps.procedures.actions.hearing import announce
from jishi.apps.procedures.actions.moving import CASE, Move, apply, moving, set_clock
from jishi.apps.procedures.actions.telling import tell_awake
from jishi.apps.procedures.models import OPEN, Case
from jishi.apps.procedures.projection import WAKE, project, set_wake
from jishi.apps.procedures.resting import asks_from, rests_until
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.fold import due
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline

__all__ = ["CASE", "WAKE", "run_clock", "wake_case"]


def run_clock(ctx: Context, case_id: str) -> None:
    """Let the clock of a case act if it has run out; running it twice does nothing twice."""
    if not Case.objects.filter(pk=case_id, phase=OPEN).exists():
        set_deadline(CASE, case_id, None)
        return
    with moving(ctx.as_system(), case_id) as move:
        view, state = move.view, move.view.state
        ends = due(view.plan, state, view.limit_on)
        if state.overdue or ends is None or view.today <= ends.last_day:
            # What was due is no longer, or no longer yet: a suspension, an extension, a calendar now known.
            set_clock(view, state)
            move.row.save(update_fields=["due_day", "due_ms", "provisional", "overdue_ms"])
            return
        step = view.kind.step(state.step)
        clock = step.clock if state.paused is None else step.supplement
        name = clock.overdue if clock is not None else None
        decision = next((each for each in step.decisions if each.id == name), None)
        taken = (
            decision if decision is not None and not ends.provisional and _followed(move, decision) else None
        )
        apply(move, Act("expired", view.today, "", "", step.id, taken.id if taken else ""))
        place = f"{view.row.procedure}.{taken.id}" if taken else f"clock.{view.row.procedure}.{step.id}"
        announce(ctx, place, view)


def wake_case(ctx: Context, case_id: str) -> None:
    """Show a resting case to its applicant once it asks something of them, and tell them; nothing before."""
    with moving(ctx.as_system(), case_id) as move:
        view, state = move.view, move.view.state
        set_wake(view, state)
        from_day = asks_from(view, state)
        if move.ctx.projected and from_day is not None and from_day <= view.today:
            project(view, state)
            tell_awake(move.ctx, view, rests_until(view, state))


def _followed(move: Move, decision: packs.DecisionKind) -> bool:
    """Do what a decision entails, whole or not at all; what cannot be done leaves the step overdue for a person."""
    before = deepcopy(move.view.said)
    try:
        with transaction.atomic():
            follow(move, move.view.kind.step(move.view.state.step), decision)
    except Fault as fault:
        move.view.said = before
        move.view.entries.clear()
        move.told = {"failed": fault.code, "decision": decision.id}
        return False
    return True
