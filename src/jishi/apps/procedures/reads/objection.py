"""Objections as those who filed them may read them: their own words, where each stands, and the answer to it.

Another person's objection is unknown here, whatever their role; those who handle the case read it there.
"""

from dataclasses import dataclass

from jishi.apps.procedures.info import NoticeRow, ObjectionRow
from jishi.apps.procedures.models import ENDED, CaseObjection
from jishi.apps.procedures.reads.case import objection_row
from jishi.apps.procedures.reads.public import notice_row
from jishi.kernel.fault import Fault
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.platform.search import Page, page_recent


@dataclass(frozen=True, slots=True)
class OwnObjection:
    """An objection of the actor's with the publication it is to; `lapsed` where the case ended without an answer."""

    objection: ObjectionRow
    notice: NoticeRow
    lapsed: bool


def list_own_objections(ctx: Context, cursor: str | None = None, size: int = 30) -> Page:
    """Give a page of the actor's objections as OwnObjection, the newest first."""
    rows = CaseObjection.objects.filter(by_id=ctx.actor.user_id or 0).select_related("case", "notice")
    page = page_recent(rows, cursor, size, field="at_ms")
    return Page([_own(each) for each in page.rows], page.next, page.total)


def open_own_objection(ctx: Context, objection_id: str) -> OwnObjection:
    """Give an objection of the actor's; Fault `procedures.objection.unknown` for anybody else's."""
    require(ctx, "case.object")
    rows = CaseObjection.objects.filter(pk=objection_id, by_id=ctx.actor.user_id or 0)
    found = rows.select_related("case", "notice").first()
    if found is None:
        raise Fault("procedures.objection.unknown", objection=objection_id)
    return _own(found)


def find_own_objection(ctx: Context, notice_id: str) -> OwnObjection | None:
    """Give the actor's objection to a publication, or None."""
    if ctx.actor.user_id is None:
        return None
    rows = CaseObjection.objects.filter(notice_id=notice_id, by_id=ctx.actor.user_id)
    found = rows.select_related("case", "notice").first()
    return _own(found) if found else None


def _own(row: CaseObjection) -> OwnObjection:
    lapsed = row.state == "open" and row.case.phase == ENDED
    return OwnObjection(objection_row(row.case, row), notice_row(row.notice), lapsed)
