"""Objections (异议) to a publication and answers to them; a withdrawal; a case taken up again."""

from jishi.apps.procedures.actions.deciding import get_case
from jishi.apps.procedures.actions.moving import apply, moving
from jishi.apps.procedures.actions.telling import tell_objector
from jishi.apps.procedures.models import Case, CaseNotice, CaseObjection
from jishi.apps.procedures.people import refuse_own, role_of, target_of
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.fold import current
from jishi.kernel.spelling import visible
from jishi.platform import secrets
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

LONGEST = 4000
ANSWERS = ("upheld", "dismissed")


def object_to(ctx: Context, notice_id: str, text: str) -> CaseObjection:
    """Object to a publication while it is open; nobody signs twice under one notice.

    Faults `procedures.notice.unknown`, `procedures.notice.closed`, `procedures.objection.twice`, `.text`.
    """
    require(ctx, "case.object")
    notice = CaseNotice.objects.filter(pk=notice_id).first()
    if notice is None:
        raise Fault("procedures.notice.unknown", notice=notice_id)
    text = _text(text)
    with moving(ctx, notice.case_id) as move:
        view = move.view
        notice.refresh_from_db()
        late = notice.until is not None and view.today > notice.until
        if notice.closed_ms is not None or late or not notice.objections:
            raise Fault("procedures.notice.closed", notice=notice_id)
        if (
            ctx.actor.user_id
            and CaseObjection.objects.filter(notice=notice, by_id=ctx.actor.user_id).exists()
        ):
            raise Fault("procedures.objection.twice", notice=notice_id)
        made = CaseObjection.objects.create(
            id=new_id(ctx.entropy), case=move.row, notice=notice, by_id=ctx.actor.user_id, at_ms=view.at_ms,
            sealed=secrets.encrypt_personal(move.row.stream, text),
        )  # fmt: skip
        move.told |= {"objection": made.id}
        apply(move, Act("objected", view.today, move.by, "", notice.step), words=text)
    return made


def answer_objection(ctx: Context, objection_id: str, verdict: str, answer: str) -> CaseObjection:
    """Uphold or dismiss an objection, with reasons; upholding it decides nothing else by itself.

    Faults `procedures.objection.unknown`, `.answered`, `.verdict`, `.text`.
    """
    found = CaseObjection.objects.filter(pk=objection_id).first()
    if found is None:
        raise Fault("procedures.objection.unknown", objection=objection_id)
    if verdict not in ANSWERS:
        raise Fault("procedures.objection.verdict", verdict=verdict, valid=", ".join(ANSWERS))
    answer = _text(answer)
    row = get_case(found.case_id)
    require(ctx, "case.handle", target_of(row))
    with moving(ctx, row.id) as move:
        view = move.view
        found = CaseObjection.objects.select_for_update().get(pk=objection_id)
        if found.state != "open":
            raise Fault("procedures.objection.answered", state=found.state)
        step = current(view.plan, view.state)
        role = role_of(ctx, move.row, step.role)
        if role != step.role:
            raise Fault("procedure.role", role=role, step=step.id, valid=step.role)
        refuse_own(ctx, move.row, step.id)
        if found.by_id is not None and found.by_id == ctx.actor.user_id:
            raise Fault("procedure.own_case", step=step.id)
        found.state, found.answer = verdict, secrets.encrypt_personal(move.row.stream, answer)
        found.answered_by_id, found.answered_ms = ctx.actor.user_id, view.at_ms
        found.save()
        move.told |= {"objection": found.id, "verdict": verdict}
        apply(move, Act("answered", view.today, move.by, role, step.id, verdict, "", True), words=answer)
        tell_objector(ctx, view, found)
    return found


def withdraw(ctx: Context, case_id: str, words: str = "") -> Case:
    """Withdraw an application where its procedure lets one; Fault `procedure.withdraw.late`."""
    row = get_case(case_id)
    own = next((each for each in (row.party, row.behalf) if each in ctx.actor.parties), row.party)
    require(ctx, "case.withdraw", target_of(row, own))
    with moving(ctx, case_id) as move:
        act = Act("withdrawn", move.view.today, move.by, "applicant", move.row.step)
        apply(move, act, words=visible(words).strip())
        return move.row


def reopen(ctx: Context, case_id: str, words: str, *, seq: int) -> Case:
    """Take an ended case up again, with a reason; Faults `procedure.reopen.none`, `procedure.reason.missing`."""
    row = get_case(case_id)
    require(ctx, "case.reopen", target_of(row))
    with moving(ctx, case_id, seq=seq) as move:
        refuse_own(ctx, move.row, move.row.step)
        words = visible(words).strip()
        act = Act("reopened", move.view.today, move.by, "reviewer", "", "", "", bool(words))
        apply(move, act, words=words)
        return move.row


def _text(text: str) -> str:
    plain = visible(text).strip()
    if not plain or len(plain) > LONGEST:
        raise Fault("procedures.objection.text", most=LONGEST)
    return plain
