"""What may lawfully be done next in a case, by this person: the kernel tries each decision and says why not."""

from dataclasses import dataclass

from jishi.apps.packs.api import DecisionKind
from jishi.apps.procedures.info import Way
from jishi.apps.procedures.people import person_alias, role_of
from jishi.apps.procedures.view import CaseView
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.fold import check_decision, check_person, current
from jishi.kernel.procedure.plan import APPLICANT
from jishi.platform.context import Context


@dataclass(frozen=True, slots=True)
class Ways:
    """Decisions of the step with why this person may not take them, and the other acts that are open now.

    `acts` holds: supplement_asked, supplemented, suspended, resumed, extended, withdrawn, reopened, recused,
    answered.
    """

    decisions: tuple[Way, ...] = ()
    acts: frozenset[str] = frozenset()


def ways_of(ctx: Context, view: CaseView) -> Ways:
    """Give what the actor may do next in a case, tried by the kernel itself; nothing is stored."""
    row, state = view.row, view.state
    if row.phase == "draft" or not state.step:
        return Ways()
    if state.ended:
        reopens = bool(view.kind.end(state.step).reopens) and role_of(ctx, row, "reviewer") == "reviewer"
        return Ways(acts=frozenset({"reopened"} if reopens else ()))
    step = view.kind.step(state.step)
    ways = tuple(_way(ctx, view, one) for one in step.decisions if one.by == "person")
    return Ways(ways, frozenset(_acts(ctx, view)))


def _way(ctx: Context, view: CaseView, decision: DecisionKind) -> Way:
    row, step = view.row, view.kind.step(view.state.step)
    wanted = decision.role or step.role
    role, by = role_of(ctx, row, wanted), person_alias(row.id, ctx.actor.user_id)
    because = decision.reasons[0].id if decision.reasons else ""
    act = Act("decided", view.today, by, role, step.id, decision.id, because, True)
    try:
        if wanted != APPLICANT and ({row.party, row.behalf} - {""}) & set(ctx.actor.parties):
            raise Fault("procedure.own_case", step=step.id)
        check_decision(view.plan, view.state, act, view.limit_on)
    except Fault as fault:
        return Way(decision.id, decision.next, (fault.code, fault.params))
    return Way(decision.id, decision.next)


def _acts(ctx: Context, view: CaseView) -> set[str]:
    row, state = view.row, view.state
    step, found = current(view.plan, state), set[str]()
    applicant = role_of(ctx, row, APPLICANT) == APPLICANT
    if applicant and step.id in view.plan.withdraw:
        found.add("withdrawn")
    if applicant and state.paused is not None and state.paused.reason == "supplement":
        found.add("supplemented")
    if role_of(ctx, row, step.role) != step.role or step.role == APPLICANT or _barred(ctx, view):
        return found
    if state.paused is not None:
        found.add("resumed")
    else:
        found |= {"supplement_asked"} if step.supplement else set()
        found |= {"suspended"} if step.pauses else set()
    if step.clock is not None and step.clock.extend and not state.extended:
        found.add("extended")
    if state.objections:
        found.add("answered")
    return found | {"recused"}


def _barred(ctx: Context, view: CaseView) -> bool:
    row, state = view.row, view.state
    if ({row.party, row.behalf} - {""}) & set(ctx.actor.parties):
        return True
    try:
        check_person(state, view.plan.steps[state.step], person_alias(row.id, ctx.actor.user_id))
    except Fault:
        return True
    return False
