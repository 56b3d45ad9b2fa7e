"""Decide a step: the right person, the rules it needs, what the decider fills in, what is written and issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures import facts
from jishi.apps.procedures.actions.effecting import run_effects
from jishi.apps.procedures.actions.hearing import announce
from jishi.apps.procedures.actions.issuing import issue_papers, reserve_numbers, revoke_papers
from jishi.apps.procedures.actions.moving import Move, apply, moving
from jishi.apps.procedures.actions.writing import write_entries
from jishi.apps.procedures.form import check_documents, clean_answers, first_of
from jishi.apps.procedures.info import Choice
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.people import refuse_own, role_of, target_of
from jishi.apps.rulings import api as rulings
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.fold import check_decision, current
from jishi.kernel.procedure.plan import PANEL
from jishi.kernel.spelling import visible
from jishi.platform.access import require
from jishi.platform.context import Context

LONGEST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What became of one case of a bulk decision: done, or the code and parameters of the refusal."""

    case: str
    number: str
    refusal: tuple[str, dict[str, Any]] | None = None


def decide(ctx: Context, case_id: str, choice: Choice) -> Case:
    """Take a decision of the step a case stands at.

    Faults: `procedures.case.moved` where somebody acted since `choice.seq`; `procedure.*` of the kernel;
    `procedures.when`, those of the fields and documents asked of the decider; `rulings.refused` and
    `rulings.undetermined`, after which a task waits for the facts.
    """
    row = get_case(case_id)
    require(ctx, "case.decide", target_of(row, _party_for(ctx, row)))
    with rulings.recording(ctx), moving(ctx, case_id, seq=choice.seq) as move:
        return take(move, choice, person=True)


def decide_many(ctx: Context, choices: Mapping[str, Choice]) -> list[BulkAnswer]:
    """Take decisions of many cases, each for itself; a refusal of one stops no other."""
    answers = []
    for case_id, choice in choices.items():
        try:
            answers.append(BulkAnswer(case_id, decide(ctx, case_id, choice).number))
        except Fault as fault:
            answers.append(BulkAnswer(case_id, "", (fault.code, fault.params)))
    return answers


def decide_by_panel(ctx: Context, case_id: str, counts: Mapping[str, int], *, passed: bool) -> Case:
    """Take the decision a panel's ballot leads to; call it in the transaction that closes the ballot."""
    with rulings.recording(ctx), moving(ctx, case_id) as move:
        step = move.view.kind.step(current(move.view.plan, move.view.state).id)
        if step.panel is None:
            raise Fault("procedures.panel.none", step=step.id)
        move.view.said.setdefault("step", {})[step.id] = {
            **move.view.said.get("step", {}).get(step.id, {}), **counts, "passed": passed,
        }  # fmt: skip
        name = step.panel.passed if passed else step.panel.failed
        return take(move, Choice(name, move.row.seq), person=False)


def take(move: Move, choice: Choice, *, person: bool) -> Case:
    """Take a decision in a locked case; what the clock takes goes through `expire` instead."""
    view, row, ctx = move.view, move.row, move.ctx
    step = view.kind.step(current(view.plan, view.state).id)
    words = visible(choice.words).strip()
    if len(words) > LONGEST_WORDS:
        raise Fault("procedures.words.long", most=LONGEST_WORDS)
    decision = next((each for each in step.decisions if each.id == choice.decision), None)
    wanted = (decision.role if decision else None) or step.role
    role = role_of(ctx, row, wanted) if person else PANEL
    if person and role != "applicant":
        refuse_own(ctx, row, step.id)
    by = move.by if person else ""
    act = Act("decided", view.today, by, role, step.id, choice.decision, choice.because, bool(words))
    check_decision(view.plan, view.state, act, view.limit_on)
    assert decision is not None, "the kernel knows the decision, so the file does"
    private = _answer(move, step, decision, choice.answers)
    follow(move, step, decision)
    apply(move, act, words=words, private=private)
    announce(ctx, f"{row.procedure}.{decision.id}", move.view)
    return row


def follow(move: Move, step: packs.StepKind, decision: packs.DecisionKind) -> None:
    """Do what a decision entails: rulings, numbers, register entries, documents, effects."""
    view, ctx = move.view, move.ctx
    if decision.when and not view.holds(decision.when):
        raise Fault("procedures.when", decision=decision.id, when=decision.when)
    if decision.needs:
        permits = rulings.require_permits(ctx, facts.questions_of(view, decision.needs))
        move.told |= {"rulings": [each.summary() for each in permits]}
    numbers = reserve_numbers(move, decision.issues)
    written = write_entries(move, decision)
    issued = issue_papers(move, numbers)
    revoked = revoke_papers(move, decision.revokes)
    effects = run_effects(move, decision)
    news = {
        "written": written,
        "issued": issued,
        "revoked": revoked,
        "effects": effects,
        "next": decision.next,
    }
    move.told |= {name: value for name, value in news.items() if value}


def get_case(case_id: str) -> Case:
    """Give a filed case; Fault `procedures.case.unknown`."""
    row = Case.objects.filter(pk=case_id).exclude(phase="draft").first()
    if row is None:
        raise Fault("procedures.case.unknown", case=case_id)
    return row


def _answer(
    move: Move, step: packs.StepKind, decision: packs.DecisionKind, raw: Mapping[str, Any]
) -> dict[str, Any]:
    clean, faults = clean_answers(move.view, decision.questions, raw)
    faults += check_documents(move.view, decision.documents)
    first_of(faults)
    if clean:
        steps = move.view.said.setdefault("step", {})
        steps[step.id] = {**steps.get(step.id, {}), **clean}
    return {"answers": clean} if clean else {}


def _party_for(ctx: Context, row: Case) -> str:
    """Give the party of the case the actor acts for, for the permission that looks at parties."""
    own: Sequence[str] = [each for each in (row.party, row.behalf) if each in ctx.actor.parties]
    return own[0] if own else row.party
