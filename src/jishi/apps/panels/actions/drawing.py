"""Mix contributions into the seed and draw the panel; open the record of the draw once the owner is decided.

The operator's secret was committed to when the panel was convened. Refuses to draw from that secret alone: somebody who
does not run the draw must have added to the seed. A contribution comes from the owner's bidders (fixed while sealed) or
from an office of oversight; while bidders' are still sealed an office's must be there before they open.
"""

from django.db import transaction

from jishi.apps.panels.actions.drawn import drawn_of, make_member
from jishi.apps.panels.actions.locking import get_panel, lock_panel, sitting_of
from jishi.apps.panels.actions.seating import replace_conflicted
from jishi.apps.panels.models import CLOSED, CONVENED, DISSOLVED, DRAWN, RUNNING, Contribution, Panel
from jishi.apps.panels.owner import owner_of
from jishi.apps.panels.reach import target_of
from jishi.apps.panels.stream import read_secret, write
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import is_random_part
from jishi.kernel.panel.record import plain_member
from jishi.kernel.panel.seating import Panel as Drawn
from jishi.kernel.spelling import visible
from jishi.platform import deadline
from jishi.platform.access import require
from jishi.platform.context import Context

DUE = "panel_record"
LONGEST_REASON = 2000


def contribute(ctx: Context, panel_id: str, value: str) -> Contribution:
    """Add an office's contribution, 64 hexadecimal digits, public at once.

    Faults `panels.contribution.form`, `.twice`, `.own` for who convened the panel, `.late` once bids are open.
    """
    panel = get_panel(panel_id)
    require(ctx, "panel.contribute", target_of(panel))
    value = value.strip().lower()
    if not is_random_part(value):
        raise Fault("panels.contribution.form")
    with transaction.atomic():
        panel = lock_panel(panel_id, CONVENED)
        person = ctx.actor.user_id
        if person is not None and person == panel.convened_by:
            raise Fault("panels.contribution.own")
        if person is not None and panel.given.filter(person=person).exists():
            raise Fault("panels.contribution.twice")
        if panel.mixes_sealed and not owner_of(panel.owner_kind).is_sealed(panel.owner_id):
            raise Fault("panels.contribution.late", number=panel.number)
        source = f"office/{panel.given.count() + 1}"
        made = Contribution.objects.create(
            panel=panel, source=source, person=person, value=value, at_ms=ctx.now_ms()
        )
        write(ctx, panel.stream, [("PanelContributed", {"source": source, "value": value})])
    return made


def draw_members(ctx: Context, panel_id: str) -> Panel:
    """Draw the panel and ask its members; who came into conflict since the convening is replaced at once.

    Faults `panels.contribution.none`, `panels.drawer` for who convened it, `panels.secret.lost`, the owner's own.
    """
    panel = get_panel(panel_id)
    require(ctx, "panel.draw", target_of(panel))
    if ctx.actor.user_id is not None and ctx.actor.user_id == panel.convened_by:
        raise Fault("panels.drawer")
    owner = owner_of(panel.owner_kind)
    owner.require_ready(panel.owner_id)
    with transaction.atomic():
        panel = lock_panel(panel_id, CONVENED)
        parts = {each.source: each.value for each in panel.given.all()}
        if panel.mixes_sealed:
            sealed = owner.sealed_parts(panel.owner_id)
            parts |= {f"sealed/{name}": value for name, value in sealed.items() if is_random_part(value)}
        if not parts:
            raise Fault("panels.contribution.none", number=panel.number)
        panel.contributions = parts
        panel.secret, panel.secret_salt = read_secret(panel.secret_commitment, panel.number)
        panel.state, panel.drawn_ms = DRAWN, ctx.now_ms()
        drawn = drawn_of(panel)
        panel.save()
        _ask(ctx, panel, drawn)
        told = {"contributions": parts, "members": [plain_member(each) for each in drawn.members]}
        write(ctx, panel.stream, [("PanelDrawn", told)])
        replace_conflicted(ctx, panel)
    return panel


def dissolve_panel(ctx: Context, panel_id: str, reason: str) -> Panel:
    """End a panel without a result, for a public reason; Fault `panels.reason`."""
    panel = get_panel(panel_id)
    require(ctx, "panel.dissolve", target_of(panel))
    reason = visible(reason).strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Fault("panels.reason", most=LONGEST_REASON)
    with transaction.atomic():
        panel = lock_panel(panel_id, *RUNNING)
        panel.state, panel.reason, panel.closed_ms = DISSOLVED, reason, ctx.now_ms()
        if not panel.secret:  # a draw that was not made is shown too: nobody can say it was liked no better
            panel.secret, panel.secret_salt = read_secret(panel.secret_commitment, panel.number)
        panel.save()
        write(ctx, panel.stream, [("PanelDissolved", {"reason": reason})])
    return panel


def open_record(ctx: Context, panel_id: str) -> Panel:
    """Open the record of the draw once panel and owner are done; open already, or too early, it does nothing."""
    with transaction.atomic():
        panel = Panel.objects.select_for_update().filter(pk=panel_id).first()
        if panel is None:
            raise Fault("panels.unknown", panel=panel_id)
        done = panel.state == CLOSED and owner_of(panel.owner_kind).is_decided(panel.owner_id)
        if not done or panel.opened_ms is not None:
            return panel
        panel.opened_ms = ctx.now_ms()
        panel.save(update_fields=["opened_ms"])
        told = {
            "secret": panel.secret, "secret_salt": panel.secret_salt, "pool_salt": panel.pool_salt,
            "pool": [row[:3] for row in panel.pool], "recusal": panel.recusal, "changes": panel.changes,
            "members": [each.alias for each in sitting_of(panel)],
        }  # fmt: skip
        write(ctx, panel.stream, [("PanelOpened", told)])
    return panel


def open_due(ctx: Context, panel_id: str) -> None:
    """Open what has become due; what is not decided yet is opened when its owner says so."""
    open_record(ctx, panel_id)
    deadline.set_deadline(DUE, panel_id, None)


def _ask(ctx: Context, panel: Panel, drawn: Drawn) -> None:
    own = {each.alias for each in panel.members.all()}
    panel.members.update(asked_ms=ctx.now_ms())
    for seat, each in enumerate(drawn.members, start=1):
        if each.expert not in own:
            make_member(ctx, panel, each, seat)
