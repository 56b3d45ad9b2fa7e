"""The rows of a case in mixed lists: one by which its office finds it, one for the party it waits for."""

from collections.abc import Callable, Iterable

from django.db import transaction

from jishi.apps.procedures.models import DRAFT, NEVER, Case
from jishi.apps.procedures.resting import asks_from, may_rest, rests_until
from jishi.apps.procedures.view import CaseView, view_of
from jishi.kernel.procedure.plan import APPLICANT
from jishi.kernel.procedure.state import CaseState
from jishi.platform import evidence
from jishi.platform.batch import batched
from jishi.platform.deadline import set_deadline
from jishi.platform.models import SearchRow
from jishi.platform.search import drop_row, put_rows

TOGETHER = 50
"""So many cases share a transaction when the rows are written anew: who waits for it waits a moment."""
WAKE = "case_wake"
"""Kind of the deadline at which a resting case begins to ask something of its applicant."""
CASE, RESTING = "case", "case_resting"
"""Kinds of rows: a case that waits for the desk, and one that does not, which is found all the same."""


def project(view: CaseView, state: CaseState) -> None:
    """Write the rows of a case as it now stands; an ended case leaves the lists."""
    row = view.row
    for kind in (CASE, RESTING):
        drop_row(kind, row.id)
    from_day = asks_from(view, state)
    waits = from_day is not None and from_day <= view.today
    put_rows(list(rows_of(row, waits_for_applicant=waits, due_ms=_due_ms(view, state))))


def set_wake(view: CaseView, state: CaseState) -> None:
    """Let a resting case be shown to its applicant on the day it begins to ask something of them."""
    from_day = asks_from(view, state) if may_rest(view, state) else None
    later = from_day is not None and from_day > view.today
    set_deadline(WAKE, view.row.id, view.start_of(from_day) if from_day and later else None)


def rebuild(at_ms: int, told: Callable[[int, int], None] | None = None) -> int:
    """Write the rows of every filed case anew, while others work; give how many cases there were.

    `told` hears after each part how many are done and of how many.
    """
    ids = list(Case.objects.exclude(phase=DRAFT).order_by("pk").values_list("pk", flat=True))
    done = 0
    for part in batched(ids, TOGETHER):
        with transaction.atomic():
            heads = evidence.lock_all([f"case/{each}" for each in part])
            for row in Case.objects.filter(pk__in=part).order_by("pk"):
                view = view_of(row, max(at_ms, heads[row.stream].at_ms), files=frozenset())
                project(view, view.state)
                set_wake(view, view.state)
        done += len(part)
        if told is not None:
            told(done, len(ids))
    return done


def rows_of(row: Case, *, waits_for_applicant: bool, due_ms: int | None = None) -> Iterable[SearchRow]:
    """Yield the rows of a case; `due_ms` is by when its applicant should act where no clock of a step says so."""
    waits = row.phase == "open" and row.role not in (APPLICANT, "system") and not row.paused
    clock_ms = None if row.due_ms == NEVER else row.due_ms
    yield _row(row, CASE if waits else RESTING, "", clock_ms)
    if waits_for_applicant and row.party:
        yield _row(row, CASE, row.party, clock_ms if due_ms is None else due_ms)


def _due_ms(view: CaseView, state: CaseState) -> int | None:
    until = rests_until(view, state)
    return view.end_of(until) if until else None


def _row(row: Case, kind: str, party: str, due_ms: int | None) -> SearchRow:
    return SearchRow(
        kind=kind, object_id=row.id, party=party, division=row.division, state=row.step,
        due_ms=due_ms, title=row.title, text=row.number,
        public=False, updated_ms=row.updated_ms,
    )  # fmt: skip
