"""Take a seat, or leave it: members accept, decline or declare a ground of recusal (回避); the next one is asked.

Who takes a free seat follows from the draw alone. Refuses to let a member leave whose secret vote is counted already.
Where no substitute is left, the seat stays empty and the panel cannot sit: it is dissolved and another convened.
"""

from django.db import transaction

from jishi.apps.panels.actions.convening import detect
from jishi.apps.panels.actions.drawn import drawn_of, make_member
from jishi.apps.panels.actions.locking import get_panel, lock_panel, own_seat, sitting_of
from jishi.apps.panels.models import ACCEPTED, ASKED, DRAWN, LEFT, SITTING, Expert, Member, Panel
from jishi.apps.panels.owner import DECLINED, GROUNDS, owner_of
from jishi.apps.panels.reach import target_of
from jishi.apps.panels.stream import write
from jishi.kernel.fault import Fault
from jishi.kernel.panel.demand import Recusal
from jishi.kernel.panel.record import extend_recusal, leave, read_demand, read_recusal
from jishi.kernel.panel.seating import Panel as Drawn
from jishi.kernel.spelling import visible
from jishi.platform.access import require
from jishi.platform.context import Context

LONGEST_NOTE = 300


def accept_seat(ctx: Context, panel_id: str) -> Panel:
    """Accept one's seat, declaring that no ground of recusal applies; with the last one the panel sits.

    Faults `access.denied` without a seat, `panels.conflict` where the records show a ground.
    """
    with transaction.atomic():
        panel = lock_panel(panel_id, DRAWN, SITTING)
        seat = own_seat(ctx, panel)
        if seat.state == ACCEPTED:
            return panel
        if found := _ground_now(ctx, panel, seat):
            raise Fault("panels.conflict", grounds=found)
        seat.state, seat.answered_ms = ACCEPTED, ctx.now_ms()
        seat.save(update_fields=["state", "answered_ms"])
        write(ctx, panel.stream, [("MemberAccepted", {"alias": seat.alias})])
        _sit(ctx, panel)
    return panel


def declare_recusal(ctx: Context, panel_id: str, ground: str, note: str = "") -> Panel:
    """Leave one's seat on a ground of recusal; Faults `panels.ground`, `panels.voted`, `access.denied`."""
    if ground not in GROUNDS:
        raise Fault("panels.ground", ground=ground, known=", ".join(GROUNDS))
    return _leave_own(ctx, panel_id, ground, note)


def decline_seat(ctx: Context, panel_id: str, note: str) -> Panel:
    """Leave one's seat for another reason; Faults `panels.reason`, `panels.voted`, `access.denied`."""
    if not visible(note).strip():
        raise Fault("panels.reason", most=LONGEST_NOTE)
    return _leave_own(ctx, panel_id, DECLINED, note)


def replace_member(ctx: Context, panel_id: str, alias: str, ground: str, *, note: str = "") -> Panel:
    """Let a member leave whom the office knows in conflict, or who does not answer.

    Faults `panels.ground`, `panels.no_member`, `panels.voted`.
    """
    panel = get_panel(panel_id)
    require(ctx, "panel.replace", target_of(panel))
    if ground not in (*GROUNDS, DECLINED):
        raise Fault("panels.ground", ground=ground, known=", ".join((*GROUNDS, DECLINED)))
    with transaction.atomic():
        panel = lock_panel(panel_id, DRAWN, SITTING)
        seat = next((each for each in sitting_of(panel) if each.alias == alias), None)
        if seat is None:
            raise Fault("panels.no_member", alias=alias)
        refresh_known(ctx, panel)
        take_leave(ctx, panel, seat, ground, note=note)
    return panel


def refresh_known(ctx: Context, panel: Panel) -> None:
    """Note the grounds that records show now against anybody of the pool and did not when it was committed."""
    conflict = owner_of(panel.owner_kind).conflict(panel.owner_id, ctx.now_ms())
    committed = panel.recusal["experts"]
    aliases = {row[3]: row[0] for row in panel.pool}
    for expert in Expert.objects.filter(pk__in=aliases):
        alias, found = aliases[expert.pk], detect(expert, conflict)
        fresh = [each for each in found if each not in committed.get(alias, ())]
        if fresh:
            panel.known[alias] = sorted({*panel.known.get(alias, ()), *fresh})
    for member in panel.members.filter(expert=None, person__in=list(conflict.people)):
        panel.known[member.alias] = [conflict.people[member.person]]


def replace_conflicted(ctx: Context, panel: Panel) -> None:
    """Let everybody leave against whom records show a ground that the pool as committed did not know yet."""
    refresh_known(ctx, panel)
    while due := [each for each in sitting_of(panel) if panel.known.get(each.alias)]:
        if not take_leave(ctx, panel, due[0], panel.known[due[0].alias][0]):
            return


def take_leave(ctx: Context, panel: Panel, seat: Member, ground: str, *, note: str = "") -> bool:
    """Let a member of the locked panel leave and ask the next substitute; tell whether there was one."""
    if seat.voted:
        raise Fault("panels.voted", alias=seat.alias)
    drawn, recusal = now_drawn(panel)
    others = {alias: grounds for alias, grounds in panel.known.items() if alias != seat.alias}
    recusal = extend_recusal(extend_recusal(recusal, others), {seat.alias: [ground]})
    after, seated = leave(drawn, read_demand(panel.demand), seat.alias, recusal)
    seat.state, seat.ground, seat.note = LEFT, ground, visible(note).strip()[:LONGEST_NOTE]
    seat.answered_ms = ctx.now_ms()
    seat.save(update_fields=["state", "ground", "note", "answered_ms"])
    seat.sheets.all().delete()
    change = {"left": seat.alias, "grounds": [ground], "known": others, "seated": seated}
    panel.changes = [*panel.changes, change]
    panel.state = DRAWN
    panel.save(update_fields=["changes", "known", "state"])
    told = {"alias": seat.alias, "ground": ground, "seated": seated}
    write(ctx, panel.stream, [("MemberLeft", told)])
    if seated is not None:
        successor = next(each for each in after.members if each.expert == seated)
        make_member(ctx, panel, successor, seat.seat)
    return seated is not None


def now_drawn(panel: Panel) -> tuple[Drawn, Recusal]:
    """Return the draw with every change since, and all grounds known by the last of them."""
    drawn, recusal = drawn_of(panel), read_recusal(panel.recusal)
    for change in panel.changes:
        recusal = extend_recusal(recusal, change["known"])
        recusal = extend_recusal(recusal, {change["left"]: change["grounds"]})
        drawn, _ = leave(drawn, read_demand(panel.demand), change["left"], recusal)
    return drawn, recusal


def _leave_own(ctx: Context, panel_id: str, ground: str, note: str) -> Panel:
    with transaction.atomic():
        panel = lock_panel(panel_id, DRAWN, SITTING)
        seat = own_seat(ctx, panel)
        refresh_known(ctx, panel)
        take_leave(ctx, panel, seat, ground, note=note)
    return panel


def _ground_now(ctx: Context, panel: Panel, seat: Member) -> list[str]:
    conflict = owner_of(panel.owner_kind).conflict(panel.owner_id, ctx.now_ms())
    if seat.expert is not None:
        return detect(seat.expert, conflict)
    return [conflict.people[seat.person]] if seat.person in conflict.people else []


def _sit(ctx: Context, panel: Panel) -> None:
    """Let the panel sit once every seat is taken and accepted, and ask the owner what is to be done."""
    members, demand = sitting_of(panel), read_demand(panel.demand)
    if len(members) < demand.size or any(each.state == ASKED for each in members):
        return
    owner = owner_of(panel.owner_kind)
    if panel.task is None:
        panel.task = owner.task(panel.owner_id).to_json()
    panel.state, panel.sat_ms = SITTING, panel.sat_ms or ctx.now_ms()
    panel.save(update_fields=["task", "state", "sat_ms"])
    aliases = [each.alias for each in members]
    write(ctx, panel.stream, [("PanelSat", {"members": aliases})])
    owner.seated(ctx, panel.owner_id, aliases)
