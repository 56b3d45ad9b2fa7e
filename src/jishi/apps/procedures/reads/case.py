"""One case as the actor may see it: in full for its parties and those who handle it, unknown to others."""

from typing import Any

from django.conf import settings

from jishi.apps.packs import api as packs
from jishi.apps.procedures import facts
from jishi.apps.procedures.info import ActRow, CaseInfo, CaseRow, CheckRow, FileRow, ObjectionRow
from jishi.apps.procedures.models import DRAFT, NEVER, Case, CaseAct, CaseObjection
from jishi.apps.procedures.people import target_of
from jishi.apps.procedures.reads.public import notice_row, paper_row
from jishi.apps.procedures.view import CaseView, view_of
from jishi.apps.rulings import api as rulings
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.platform import secrets, storage
from jishi.platform.access import may, require
from jishi.platform.context import Context


def open_case(ctx: Context, case_id: str) -> CaseInfo:
    """Give a case in full; Fault `procedures.case.unknown` for a stranger."""
    return info_of(ctx, view_for(ctx, case_id))


def view_for(ctx: Context, case_id: str) -> CaseView:
    """Open a case the actor may read, else Fault `procedures.case.unknown`; reading by staff is logged."""
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise Fault("procedures.case.unknown", case=case_id)
    mine = row.made_by_id is not None and row.made_by_id == ctx.actor.user_id
    if not mine and not ctx.actor.system:
        own = next((each for each in (row.party, row.behalf) if each in ctx.actor.parties), row.party)
        target = target_of(row, own)
        if row.phase == DRAFT and own not in ctx.actor.parties:
            raise Fault("procedures.case.unknown", case=case_id)
        if not may(ctx.actor, "case.read", target):
            raise Fault("procedures.case.unknown", case=case_id)
        require(ctx, "case.read", target)
    return view_of(row, ctx.now_ms())


def info_of(ctx: Context, view: CaseView) -> CaseInfo:
    """Give everything a page shows of a case."""
    row, said = view.row, view.said
    return CaseInfo(
        row=row_of(row, view.today.toordinal()),
        party=row.party,
        behalf=row.behalf,
        behalf_how=row.behalf_how,
        subject=row.subject,
        pack=row.pack,
        seq=row.seq,
        form=said.get("form", {}),
        answers=said.get("step", {}),
        votes={vote.id: found for vote in view.kind.votes if (found := _vote(view, vote.id))},
        kept=said.get("kept", {}),
        files=tuple(
            FileRow(each.id, each.need, each.file, each.name, each.at_ms)
            for each in row.files.filter(removed_ms=None).order_by("need", "at_ms", "pk")
        ),
        acts=tuple(_act(row, each) for each in row.acts.select_related("by").order_by("seq")),
        papers=tuple(paper_row(each, view.today) for each in row.papers.order_by("issued_ms", "pk")),
        notices=tuple(notice_row(each) for each in row.notices.order_by("-from_ms")),
        objections=tuple(objection_row(row, each) for each in row.objections.order_by("at_ms", "pk")),
    )


def row_of(row: Case, today: int) -> CaseRow:
    """Give a row of a list; `today` is a day ordinal in the pack's zone."""
    left = None if row.due_day is None else row.due_day.toordinal() - today
    overdue = row.overdue_ms is not None or (left is not None and left < 0 and row.due_ms < NEVER)
    return CaseRow(
        row.id, row.number, row.procedure, row.title, row.division, row.phase, row.step, row.role, row.outcome,
        row.paused, row.due_day, left, overdue, row.assignee_id, row.started_ms, row.updated_ms, row.seq,
    )  # fmt: skip


def checks_now(ctx: Context, view: CaseView) -> list[CheckRow]:
    """Say what the rules of the step at hand answer now; at a draft, those of the filing."""
    row = view.row
    place = facts.FILING if row.phase == DRAFT else row.step
    rules = [each.rule for each in facts.rules_at(view, place)]
    if row.phase == "open":
        rules += [rule for one in view.kind.step(row.step).decisions for rule in one.needs]
    found = rulings.preview(facts.questions_of(view, rules))
    return [
        CheckRow(
            each.decision.rule, each.permits, each.decision.determined, str(each.decision.answer or ""),
            tuple(each.decision.missing), tuple(each.decision.clauses),
        )
        for each in found
    ]  # fmt: skip


def read_document(ctx: Context, case_id: str, file_id: str) -> tuple[str, str, bytes]:
    """Give name, media type and bytes of a document to those who may read its case; Fault `file.missing`."""
    view = view_for(ctx, case_id)
    found = view.row.files.filter(pk=file_id).first()
    stored = storage.find_file(found.file) if found else None
    if found is None or stored is None:
        raise Fault("file.missing", name=file_id)
    return found.name, stored.media_type, storage.read_file(stored)


def today_of(ctx: Context) -> int:
    """Give today as a day ordinal in the pack's zone."""
    return day_of(ctx.now_ms(), packs.current_pack().manifest.utc_offset_minutes).toordinal()


def verify_address(number: str) -> str:
    """Give the address at which a document is verified, as its QR code holds it."""
    return f"{settings.JISHI_PUBLIC_URL}/papers/{number}"


def _vote(view: CaseView, name: str) -> dict[str, Any]:
    try:
        return view.vote(name)
    except Fault:
        return {}


def _act(row: Case, act: CaseAct) -> ActRow:
    words = _open(row, act.sealed).get("words", "") if act.sealed else ""
    name = "" if act.by is None else (act.by.display_name or act.by.email)
    return ActRow(
        act.seq, act.kind, act.step, act.choice, act.reason, words, act.told, act.by_id, name, act.at_ms
    )


def objection_row(row: Case, each: CaseObjection) -> ObjectionRow:
    """Give an objection with its words and its answer; empty where the personal key is erased."""
    answer = _open(row, each.answer) if each.answer else ""
    text = _open(row, each.sealed)
    return ObjectionRow(
        each.id, each.notice_id, str(text or ""), str(answer or ""), each.state, each.at_ms, each.answered_ms
    )


def _open(row: Case, sealed: str) -> Any:
    try:
        return secrets.decrypt_personal(row.stream, sealed)
    except Fault as fault:
        if fault.code != "personal.erased":
            raise
        return {}
