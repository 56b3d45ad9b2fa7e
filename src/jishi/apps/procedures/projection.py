"""The rows of a case in mixed lists: one by which its office finds it, one for the party it waits for."""

from collections.abc import Iterable

from jishi.apps.procedures.models import NEVER, Case
from jishi.apps.procedures.view import CaseView, view_of
from jishi.kernel.procedure.plan import APPLICANT
from jishi.kernel.procedure.state import SUPPLEMENT, CaseState
from jishi.platform.models import SearchRow
from jishi.platform.search import drop_row, put_rows

CASE, RESTING = "case", "case_resting"
"""Kinds of rows: a case that waits for the desk, and one that does not, which is found all the same."""


def project(view: CaseView, state: CaseState) -> None:
    """Write the rows of a case as it now stands; an ended case leaves the lists."""
    row = view.row
    for kind in (CASE, RESTING):
        drop_row(kind, row.id)
    put_rows(list(rows_of(row, waits_for_applicant=_waits(view, state))))


def rebuild(at_ms: int) -> int:
    """Write the rows of every filed case anew; give how many cases there were."""
    count = 0
    for row in Case.objects.exclude(phase="draft").order_by("pk").iterator(500):
        view = view_of(row, at_ms, files=frozenset())
        project(view, view.state)
        count += 1
    return count


def rows_of(row: Case, *, waits_for_applicant: bool) -> Iterable[SearchRow]:
    """Yield the rows of a case."""
    waits = row.phase == "open" and row.role not in (APPLICANT, "system") and not row.paused
    yield _row(row, CASE if waits else RESTING, "")
    if waits_for_applicant and row.party:
        yield _row(row, CASE, row.party)


def _waits(view: CaseView, state: CaseState) -> bool:
    if state.ended:
        return False
    return view.kind.step(state.step).role == APPLICANT or (
        state.paused is not None and state.paused.reason == SUPPLEMENT
    )


def _row(row: Case, kind: str, party: str) -> SearchRow:
    return SearchRow(
        kind=kind, object_id=row.id, party=party, division=row.division, state=row.step,
        due_ms=None if row.due_ms == NEVER else row.due_ms, title=row.title, text=row.number,
        public=False, updated_ms=row.updated_ms,
    )  # fmt: skip
