"""Act in a case: one transaction in which the kernel folds the act, and its evidence, clock and lists follow.

Whoever acts holds the lock of the case's stream; a second clerk finds the case moved on and is told so.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F

from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.telling import tell_parties
from jishi.apps.procedures.models import ENDED, NEVER, OPEN, Case, CaseAct, CaseNotice
from jishi.apps.procedures.people import person_alias
from jishi.apps.procedures.projection import project, set_wake
from jishi.apps.procedures.resting import may_rest
from jishi.apps.procedures.saying import say_value
from jishi.apps.procedures.view import CaseView, close_said, mask, view_of
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.kernel.procedure.fold import advance, due
from jishi.kernel.procedure.state import CaseState
from jishi.kernel.sealing.commitment import commit
from jishi.platform import evidence, secrets
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.models import StreamHead

CASE = "case"
ACT_DOMAIN = "jishi.case/1"
EVENTS = {
    "filed": "CaseFiled", "decided": "CaseDecided", "expired": "CaseClockRanOut",
    "supplement_asked": "SupplementAsked", "supplemented": "CaseSupplemented", "suspended": "CaseSuspended",
    "resumed": "CaseResumed", "extended": "CaseExtended", "objected": "ObjectionMade", "answered": "ObjectionAnswered",
    "withdrawn": "CaseWithdrawn", "reopened": "CaseReopened", "recused": "PersonRecused",
}  # fmt: skip


@dataclass
class Move:
    """A locked case and who acts in it; what is put into `view.said` is stored with the act."""

    ctx: Context
    head: StreamHead
    view: CaseView
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> Case:
        """Give the row."""
        return self.view.row

    @property
    def by(self) -> str:
        """Give the alias of who acts in this case, empty for the system."""
        return person_alias(self.row.id, self.ctx.actor.user_id)


@contextmanager
def moving(ctx: Context, case_id: str, *, seq: int | None = None) -> Iterator[Move]:
    """Lock a case and open it; Faults `procedures.case.unknown`, `procedures.case.moved`."""
    with transaction.atomic():
        head = evidence.lock(f"case/{case_id}")
        row = Case.objects.select_for_update().filter(pk=case_id).first()
        if row is None:
            raise Fault("procedures.case.unknown", case=case_id)
        if seq is not None and row.seq != seq:
            raise Fault("procedures.case.moved", number=row.number, now=row.step, seq=row.seq)
        yield Move(ctx, head, view_of(row, max(ctx.now_ms(), head.at_ms)))


def apply(move: Move, act: Act, *, words: str = "", private: Mapping[str, Any] | None = None) -> CaseState:
    """Fold an act into a locked case and store all that follows from where it now stands."""
    view, row = move.view, move.row
    before = view.state
    state = advance(view.plan, before, act, view.limit_on)
    row.body, row.seq = state.to_json(), state.seq
    row.step, row.updated_ms = state.step, view.at_ms
    row.phase = ENDED if state.ended else OPEN
    row.role = "" if state.ended else view.kind.step(state.step).role
    row.outcome = view.kind.end(state.step).outcome if state.ended else ""
    row.paused = state.paused.reason if state.paused else ""
    if state.step != before.step:
        row.assignee = None
    set_clock(view, state)
    close_said(row, view.kind, view.said)
    row.save(force_insert=act.kind == "filed" and row._state.adding)
    _publish(move, before, state)
    _record(move, act, words=words, private=private or {})
    if move.ctx.projected:
        project(view, state)
    if may_rest(view, before) or may_rest(view, state):
        set_wake(view, state)
    if state.step != before.step or state.paused != before.paused:
        tell_parties(move.ctx, view, state)
    return state


def set_clock(view: CaseView, state: CaseState) -> None:
    """Write down when the running clock runs out, and let it be run then."""
    row = view.row
    found = due(view.plan, state, view.limit_on)
    row.due_day, row.provisional = (found.last_day, found.provisional) if found else (None, False)
    row.due_ms = NEVER if found is None else view.end_of(found.last_day)
    row.overdue_ms = None if not state.overdue else (row.overdue_ms or view.at_ms)
    set_deadline(CASE, row.id, None if found is None or state.overdue else row.due_ms)


def _publish(move: Move, before: CaseState, state: CaseState) -> None:
    """Open the publication of the step entered; close that of the step left."""
    view, row = move.view, move.row
    stays = state.step == before.step and state.entered.get(state.step) == before.entered.get(state.step)
    standing = CaseNotice.objects.filter(case=row, closed_ms=None)
    if stays and standing.exists():
        standing.update(until=row.due_day or F("until"))
        return
    standing.update(closed_ms=view.at_ms)
    step = None if state.ended else view.kind.step(state.step)
    if step is None or step.publicity is None:
        return
    lines = spoken_lines(view, step.publicity.lines, masked=True)
    notice = CaseNotice.objects.create(
        id=new_id(move.ctx.entropy), case=row, step=step.id, procedure=row.procedure, division=row.division,
        title=step.publicity.title.model_dump(), lines=lines, objections=step.publicity.objections,
        from_ms=view.at_ms, until=row.due_day,
    )  # fmt: skip
    move.told |= {"notice": notice.id, "until": None if row.due_day is None else row.due_day.isoformat()}
    move.told |= {"lines": lines}


def spoken_lines(view: CaseView, lines: tuple[packs.Line, ...], *, masked: bool) -> list[dict[str, Any]]:
    """Give lines with their values and how both languages say them; `masked` hides what strangers may not read."""
    found = []
    for line in lines:
        value = view.value(line.value)
        text = say_value(view.pack, view.kind, value, line.value)
        if masked and view.is_masked(line.value) and value is not None:
            # A name that the parties' room masked already stays as it is.
            value = value if "*" in str(value) else mask(value)
            text = dict.fromkeys(text, str(value))
        found.append({"name": line.name, "label": line.label.model_dump(), "value": value, "text": text})
    return found


def _record(move: Move, act: Act, *, words: str, private: Mapping[str, Any]) -> None:
    row, ctx, at_ms = move.row, move.ctx, move.view.at_ms
    salt, hidden = new_salt(ctx.entropy), {**private, **({"words": words} if words else {})}
    files = row.files.filter(removed_ms=None).order_by("need", "sha256").values_list("need", "sha256")
    hidden |= {"files": [list(each) for each in files]} if files else {}
    CaseAct.objects.create(
        case=row, seq=row.seq, kind=act.kind, step=act.step, choice=act.choice, reason=act.reason,
        body=act.to_json(), told=move.told, salt=salt, by_id=ctx.actor.user_id, at_ms=at_ms,
        sealed=secrets.encrypt_personal(row.stream, hidden) if hidden else "",
    )  # fmt: skip
    data = {
        "act": act.to_json(),
        "procedure": row.procedure,
        "pack": row.pack,
        "division": row.division,
        "now": {"step": row.step, "phase": row.phase, "due": str(row.due_day or "")},
        "told": move.told,
        "commitment": commit(ACT_DOMAIN, salt, hidden),
    }
    evidence.append(move.head, ctx.now_ms(), [(EVENTS[act.kind], data, at_ms)])
