"""Tenders that wait for their panel (评标委员会): to be convened while bids come in, to be drawn once they are open."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from jishi.apps.market.office import Duty, list_tenders
from jishi.apps.panels import api as panels
from jishi.platform.access import PERMISSIONS, Target, divisions_of, may
from jishi.platform.context import Context

CONVENE, DRAW = "panel.convene", "panel.draw"
STEPS = {CONVENE: gettext_lazy("Convene the panel"), DRAW: gettext_lazy("Draw the panel")}


def list_panel_duties(ctx: Context) -> Iterator[tuple[Duty, Any, str]]:
    """Yield each tender whose panel waits for the actor: the duty, the step in words, its page; two queries."""
    roles = {*PERMISSIONS[CONVENE], *PERMISSIONS[DRAW]}
    if not any(permit.role in roles for permit in ctx.actor.permits):
        return
    duties = [
        each for each in list_tenders(divisions_of(ctx.actor, roles)) if panels.asks_for_panel(each.offering)
    ]
    running = panels.map_running(panels.OFFERING, [each.offering.id for each in duties])
    for duty in duties:
        lot, panel = duty.offering, running.get(duty.offering.id)
        action = _action(ctx, duty, panel)
        if action and may(ctx.actor, action, Target(lot.id, lot.division)):
            yield duty, STEPS[action], reverse("desk:panel_new", args=[panels.OFFERING, lot.id])


def _action(ctx: Context, duty: Duty, panel: panels.Panel | None) -> str:
    """Name what the panel waits for; whoever convened it does not draw it."""
    if panel is None:
        return CONVENE
    ready = duty.step == "seat" and not duty.offering.suspended
    own = panel.convened_by == ctx.actor.user_id
    return DRAW if panel.state == "convened" and ready and not own else ""
