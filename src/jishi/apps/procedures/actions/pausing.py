"""Stop and start the clock: ask for what is missing (补正), supplement it, suspend on a lawful ground, extend."""

from collections.abc import Mapping
from typing import Any

from jishi.apps.procedures.actions.deciding import get_case
from jishi.apps.procedures.actions.moving import Move, apply, moving
from jishi.apps.procedures.form import check_documents, clean_answers, first_of
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.people import refuse_own, role_of, target_of
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act, ActKind
from jishi.kernel.procedure.fold import current
from jishi.kernel.spelling import visible
from jishi.platform.access import require
from jishi.platform.context import Context


def request_supplement(
    ctx: Context, case_id: str, words: str, *, seq: int, items: tuple[str, ...] = ()
) -> Case:
    """Tell the applicant, once and whole, what is missing; `items` are documents or questions.

    Faults `procedure.supplement.none`, `procedure.suspended`, `procedure.reason.missing`.
    """
    with _staff(ctx, case_id, seq) as move:
        _require_words(words, "supplement")
        known = {each.id for each in move.view.kind.documents} | {
            each.name for each in move.view.kind.questions
        }
        if strange := sorted(set(items) - known):
            raise Fault("procedures.supplement.item", items=strange, valid=sorted(known))
        move.told |= {"items": list(items)}
        return _act(move, "supplement_asked", words=words)


def supplement(ctx: Context, case_id: str, form: Mapping[str, Any] | None = None) -> Case:
    """Hand in what was asked for: changed answers; documents were attached before.

    Faults `procedure.supplement.not_asked`, those of the fields, `procedures.document.missing`.
    """
    row = get_case(case_id)
    own = next((each for each in (row.party, row.behalf) if each in ctx.actor.parties), row.party)
    require(ctx, "case.supplement", target_of(row, own))
    with moving(ctx, case_id) as move:
        view = move.view
        before = view.said.get("form", {})
        clean, faults = clean_answers(view, view.kind.questions, {**before, **(form or {})})
        faults += check_documents(view, view.kind.documents)
        items = _asked(move)
        faults += [
            Fault("procedures.document.missing", document=each, field=f"documents.{each}")
            for each in items
            if each in {need.id for need in view.kind.documents} and each not in view.files
        ]
        first_of(faults)
        view.said["form"] = clean
        changed = {name: value for name, value in clean.items() if before.get(name) != value}
        move.told |= {"changed": sorted(changed)}
        return _act(move, "supplemented", private={"form": changed})


def suspend(ctx: Context, case_id: str, ground: str, words: str, *, seq: int) -> Case:
    """Stop the clock on a ground the step knows; Faults `procedure.pause.unknown`, `procedure.suspended`."""
    with _staff(ctx, case_id, seq) as move:
        _require_words(words, "suspend")
        return _act(move, "suspended", choice=ground, words=words)


def resume(ctx: Context, case_id: str, words: str, *, seq: int) -> Case:
    """Let the clock run again; Fault `procedure.not_suspended`."""
    with _staff(ctx, case_id, seq) as move:
        return _act(move, "resumed", words=words)


def extend(ctx: Context, case_id: str, words: str, *, seq: int) -> Case:
    """Give a step the longer limit its file names, once; the applicant is told why."""
    with _staff(ctx, case_id, seq) as move:
        return _act(move, "extended", words=words)


def recuse(ctx: Context, case_id: str, words: str, *, seq: int) -> Case:
    """Step back from a case (回避): from now on the actor can decide nothing in it."""
    with _staff(ctx, case_id, seq) as move:
        _require_words(words, "recuse")
        move.row.assignee = None
        return _act(move, "recused", choice=move.by, words=words)


def _staff(ctx: Context, case_id: str, seq: int) -> Any:
    row = get_case(case_id)
    require(ctx, "case.handle", target_of(row))
    return moving(ctx, case_id, seq=seq)


def _act(
    move: Move, kind: ActKind, *, choice: str = "", words: str = "", private: dict[str, Any] | None = None
) -> Case:
    view, row = move.view, move.row
    step = current(view.plan, view.state)
    words = visible(words).strip()
    wanted = "applicant" if kind == "supplemented" else step.role
    role = role_of(move.ctx, row, wanted)
    if kind not in ("supplemented", "recused"):
        if role != wanted:
            raise Fault("procedure.role", role=role, step=step.id, valid=wanted)
        refuse_own(move.ctx, row, step.id)
    act = Act(kind, view.today, move.by, role, step.id, choice, "", bool(words))
    apply(move, act, words=words, private=private)
    return row


def _asked(move: Move) -> list[str]:
    last = move.row.acts.filter(kind="supplement_asked").order_by("-seq").first()
    return list(last.told.get("items", [])) if last else []


def _require_words(words: str, decision: str) -> None:
    if not visible(words).strip():
        raise Fault("procedure.reason.missing", decision=decision)
