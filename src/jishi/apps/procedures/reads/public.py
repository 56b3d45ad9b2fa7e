"""What the public may know: publications with their lines, documents by number, the procedures themselves."""

from datetime import date

from django.db.models import Count

from jishi.apps.procedures.info import NoticeRow, PaperRow
from jishi.apps.procedures.models import CaseNotice, CaseObjection, IssuedPaper
from jishi.platform.search import Page, page_recent

VALID, LAPSED, REVOKED = "valid", "lapsed", "revoked"


def list_notices(procedure: str = "", division: str = "", cursor: str | None = None, size: int = 30) -> Page:
    """Give a page of publications, the newest first."""
    rows = CaseNotice.objects.all()
    rows = rows.filter(procedure=procedure) if procedure else rows
    rows = rows.filter(division=division) if division else rows
    page = page_recent(rows, cursor, size, field="from_ms")
    return Page([notice_row(each) for each in page.rows], page.next, page.total)


def find_notice(notice_id: str) -> NoticeRow | None:
    """Give a publication, or None."""
    row = CaseNotice.objects.filter(pk=notice_id).first()
    return notice_row(row) if row else None


def count_objections(notice_id: str) -> tuple[int, int]:
    """Count the objections to a publication: (filed, answered). Nothing of who filed them stands in it."""
    rows = CaseObjection.objects.filter(notice_id=notice_id)
    found = rows.aggregate(filed=Count("pk"), answered=Count("answered_ms"))
    return found["filed"], found["answered"]


def find_paper(number: str, today: date) -> PaperRow | None:
    """Give what anybody may know of a document by its number, or None: a number nobody issued."""
    row = IssuedPaper.objects.filter(number=number.strip()).first()
    return paper_row(row, today) if row else None


def notice_row(row: CaseNotice) -> NoticeRow:
    """Give a publication as anybody may read it."""
    return NoticeRow(
        row.id, row.case_id, row.procedure, row.division, row.title, tuple(row.lines), row.from_ms, row.until,
        row.closed_ms is None, row.objections,
    )  # fmt: skip


def paper_row(row: IssuedPaper, today: date) -> PaperRow:
    """Give a document as anybody may verify it."""
    lapsed = row.valid_until is not None and today > row.valid_until
    state = REVOKED if row.revoked_ms is not None else LAPSED if lapsed else VALID
    return PaperRow(
        row.paper,
        row.number,
        row.title,
        tuple(row.shown),
        row.issued_on,
        row.valid_until,
        state,
        row.division,
        row.simulated,
    )
