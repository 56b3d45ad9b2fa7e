"""What members do: mark each subject, or vote in secret on all of them; the head closes and the owner gets the result.

Marks are the member's own until the panel is closed and may be changed till then; the log holds commitments to them. A
vote cannot be taken back: it is added to a count, and no row and no entry says who gave it. Refuses a second vote,
marks beyond the full ones, and a closing while marks are missing.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from jishi.apps.panels.actions.drawing import DUE
from jishi.apps.panels.actions.locking import lock_panel, own_seat, sitting_of
from jishi.apps.panels.models import CLOSED, SITTING, Count, Member, Panel, Sheet
from jishi.apps.panels.owner import BALLOT, MARKS, Task, owner_of, read_task
from jishi.apps.panels.stream import write
from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Tally, decide
from jishi.kernel.sealing.commitment import commit
from jishi.platform import deadline
from jishi.platform.context import Context
from jishi.platform.entropy import new_salt

DOMAIN = "jishi.marks/1"
CHOICES = ("yes", "no", "abstain")


def give_marks(ctx: Context, panel_id: str, subject: str, marks: Mapping[str, int]) -> Sheet:
    """Mark one subject by every criterion, whole numbers from 0 to the full marks; given again, the later one counts.

    Faults `panels.task`, `panels.subject`, `panels.marks`, `access.denied`.
    """
    with transaction.atomic():
        panel = lock_panel(panel_id, SITTING)
        seat, task = own_seat(ctx, panel), _task_of(panel, MARKS)
        _require_subject(task, subject)
        _check_marks(task, marks)
        salt, given = new_salt(ctx.entropy), {each.id: marks[each.id] for each in task.criteria}
        sheet, _ = Sheet.objects.update_or_create(
            member=seat, subject=subject, defaults={"marks": given, "salt": salt, "at_ms": ctx.now_ms()}
        )
        stated = {"panel": panel.id, "alias": seat.alias, "subject": subject, "marks": given}
        told = {"alias": seat.alias, "subject": subject, "commitment": commit(DOMAIN, salt, stated)}
        write(ctx, panel.stream, [("MarksGiven", told)])
    return sheet


def cast_ballot(ctx: Context, panel_id: str, votes: Mapping[str, str]) -> Panel:
    """Vote once on every subject: "yes", "no" or "abstain".

    Faults `panels.task`, `panels.votes`, `panels.voted_once`, `access.denied`.
    """
    with transaction.atomic():
        panel = lock_panel(panel_id, SITTING)
        seat, task = own_seat(ctx, panel), _task_of(panel, BALLOT)
        if seat.voted:
            raise Fault("panels.voted_once")
        ids = [each.id for each in task.subjects]
        if set(votes) != set(ids) or not all(each in CHOICES for each in votes.values()):
            raise Fault("panels.votes", subjects=len(ids), known=", ".join(CHOICES))
        counts = {each.subject: each for each in panel.counts.all()}
        for id in ids:
            count = counts.get(id) or Count(panel=panel, subject=id)
            setattr(count, votes[id], getattr(count, votes[id]) + 1)
            count.save()
        seat.voted = True
        seat.save(update_fields=["voted"])
        write(ctx, panel.stream, [("BallotCast", {"alias": seat.alias})])
    return panel


def close_panel(ctx: Context, panel_id: str) -> Panel:
    """Close the panel as its head and give the result to the owner in the same transaction.

    Faults `panels.head`, `panels.missing` while marks are, and whatever the owner refuses with.
    """
    with transaction.atomic():
        panel = lock_panel(panel_id, SITTING)
        seat, members = own_seat(ctx, panel), sitting_of(panel)
        if seat.pk != head_of(members).pk:
            raise Fault("panels.head", alias=head_of(members).alias)
        task = read_task(panel.task or {})
        panel.result = count_ballots(panel, members, task) if task.kind == BALLOT else collect(members, task)
        panel.state, panel.closed_ms = CLOSED, ctx.now_ms()
        panel.save(update_fields=["result", "state", "closed_ms"])
        told = panel.result if task.kind == BALLOT else {**panel.result, "salts": _salts(members)}
        write(ctx, panel.stream, [("PanelClosed", told)])
        owner_of(panel.owner_kind).closed(ctx, panel.owner_id, panel.result)
        deadline.set_deadline(DUE, panel.id, ctx.now_ms())
    return panel


def head_of(members: list[Member]) -> Member:
    """Return the head (组长): who holds the first seat that was drawn, not named by the owner."""
    return next((each for each in members if each.speciality), members[0])


def collect(members: list[Member], task: Task) -> dict[str, Any]:
    """Return {"marks": {alias: {subject: {criterion: marks}}}}; Fault `panels.missing`."""
    sheets = {(each.member_id, each.subject): each.marks for each in Sheet.objects.filter(member__in=members)}
    wanted = [(member, subject.id) for member in members for subject in task.subjects]
    missing = sum((member.pk, subject) not in sheets for member, subject in wanted)
    if missing:
        raise Fault("panels.missing", missing=missing, sheets=len(wanted))
    return {
        "marks": {
            member.alias: {each.id: sheets[member.pk, each.id] for each in task.subjects}
            for member in members
        }
    }


def count_ballots(panel: Panel, members: list[Member], task: Task) -> dict[str, Any]:
    """Return {"ballots": {subject: totals and verdict}}: totals alone, no voter."""
    if task.rule is None:
        raise Fault("panels.task", kind=task.kind)
    present = sum(each.voted for each in members)
    counts = {each.subject: each for each in panel.counts.all()}
    found: dict[str, Any] = {}
    for subject in task.subjects:
        count = counts.get(subject.id) or Count(panel=panel, subject=subject.id)
        tally = Tally(len(members), present, count.yes, count.no, count.abstain)
        found[subject.id] = {**tally._asdict(), **decide(task.rule, tally)._asdict()}
    return {"ballots": found}


def _salts(members: list[Member]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {each.alias: {} for each in members}
    for sheet in Sheet.objects.filter(member__in=members).select_related("member"):
        found[sheet.member.alias][sheet.subject] = sheet.salt
    return found


def _task_of(panel: Panel, kind: str) -> Task:
    task = read_task(panel.task or {})
    if task.kind != kind:
        raise Fault("panels.task", kind=task.kind)
    return task


def _require_subject(task: Task, subject: str) -> None:
    if subject not in {each.id for each in task.subjects}:
        raise Fault("panels.subject", subject=subject)


def _check_marks(task: Task, marks: Mapping[str, int]) -> None:
    full = {each.id: each.full_marks for each in task.criteria}
    if set(marks) != set(full):
        raise Fault("panels.marks", criteria=", ".join(full), full=", ".join(map(str, full.values())))
    for id, value in marks.items():
        if type(value) is not int or not 0 <= value <= full[id]:
            raise Fault("panels.mark", criterion=id, value=str(value), full=full[id])
