"""Lock a panel and find the acting member's seat in it."""

from jishi.apps.panels.models import LEFT, Member, Panel
from jishi.kernel.fault import Fault
from jishi.platform.context import Context


def get_panel(panel_id: str) -> Panel:
    """Return a panel; Fault `panels.unknown`."""
    panel = Panel.objects.filter(pk=panel_id).first()
    if panel is None:
        raise Fault("panels.unknown", panel=panel_id)
    return panel


def lock_panel(panel_id: str, *states: str) -> Panel:
    """Lock and return a panel in one of `states`; Faults `panels.unknown`, `panels.state`."""
    panel = Panel.objects.select_for_update().filter(pk=panel_id).first()
    if panel is None:
        raise Fault("panels.unknown", panel=panel_id)
    if panel.state not in states:
        raise Fault("panels.state", number=panel.number, state=panel.state, needed=", ".join(states))
    return panel


def own_seat(ctx: Context, panel: Panel) -> Member:
    """Return the acting person's seat; Fault `access.denied` for everybody else, and for who left."""
    person = ctx.actor.user_id
    seat = None
    if person is not None:
        seat = panel.members.filter(person=person).exclude(state=LEFT).order_by("seat").first()
    if seat is None:
        raise Fault("access.denied", action="panel.sit")
    seat.panel = panel
    return seat


def sitting_of(panel: Panel) -> list[Member]:
    """Return who was asked and has not left, by seat."""
    return list(panel.members.exclude(state=LEFT).order_by("seat"))
