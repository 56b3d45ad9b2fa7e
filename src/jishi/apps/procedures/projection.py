"""The rows of a case in mixed lists: one for the desk that has it, one for the party it waits for."""

from collections.abc import Iterable

from jishi.apps.procedures.models import NEVER, Case
from jishi.apps.procedures.view import CaseView, view_of
from jishi.kernel.procedure.plan import APPLICANT
from jishi.kernel.procedure.state import SUPPLEMENT, CaseState
from jishi.platform.models import SearchRow
from jishi.platform.search import drop_row, put_rows

CASE = "case"


def project(view: CaseView, state: CaseState) -> None:
    """Write the rows of a case as it now stands; an ended case leaves the lists."""
    row = view.row
    drop_row(CASE, row.id)
    put_rows(list(rows_of(row, waits_for_applicant=_waits(view, state))))


def rebuild(at_ms: int) -> int:
    """Write the rows of every running case anew; give how many cases there were."""
    SearchRow.objects.filter(kind=CASE).delete()
    count = 0
    for row in Case.objects.filter(phase="open").order_by("pk").iterator(500):
        view = view_of(row, at_ms, files=frozenset())
        put_rows(list(rows_of(row, waits_for_applicant=_waits(view, view.state))))
        count += 1
    return count


def rows_of(row: Case, *, waits_for_applicant: bool) -> Iterable[SearchRow]:
    """Yield the rows of a case: none once it has ended."""
    if row.phase != "open":
        return
    if row.role not in (APPLICANT, "system") and not row.paused:
        yield _row(row, "")
    if waits_for_applicant and row.party:
        yield _row(row, row.party)


def _waits(view: CaseView, state: CaseState) -> bool:
    if state.ended:
        return False
    return view.kind.step(state.step).role == APPLICANT or (
        state.paused is not None and state.paused.reason == SUPPLEMENT
    )


def _row(row: Case, party: str) -> SearchRow:
    return SearchRow(
        kind=CASE, object_id=row.id, party=party, division=row.division, state=row.step,
        due_ms=None if row.due_ms == NEVER else row.due_ms, title=row.title, text=row.number,
        public=False, updated_ms=row.updated_ms,
    )  # fmt: skip
