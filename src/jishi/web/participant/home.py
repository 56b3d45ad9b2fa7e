"""What waits for me, with dates: one list; below it my applications and my parties."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.market.api import Registration
from jishi.apps.market.reads import list_own_registrations
from jishi.apps.parties import api as parties
from jishi.platform.context import Context
from jishi.platform.search import find_mine
from jishi.web.participant.page import all_parties, page
from jishi.web.shell.posting import ctx_of

ROOMS = ("free", "question", "rounds")
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for a party: what to do, for what, by when (ms)."""

    task: str
    title: str
    url: str
    party: str
    state: str
    due_ms: int | None
    late: bool
    near: bool


@page("GET")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show one's own list."""
    ctx = ctx_of(request)
    own = all_parties(ctx.actor)
    registrations = list_own_registrations(own)
    joints = parties.joints_of(own)
    names = parties.find_parties([*own, *(j.lead for j in joints)])
    items = list(_waiting(ctx, names, joints))
    items.sort(key=lambda item: (item.due_ms is None, item.due_ms or 0))
    return render(
        request,
        "participant/home.html",
        {
            "items": items,
            "registrations": [(each, names.get(each.party)) for each in registrations],
            "parties": [names[each] for each in own if each in names],
            "joints": [(joint, names.get(joint.lead)) for joint in joints],
            "shown_late": sum(item.late for item in items),
        },
    )


@page("GET")
def show_security(request: HttpRequest) -> HttpResponse:
    """Show the ways to protect one's account."""
    return render(request, "participant/security.html")


def _waiting(ctx: Context, names: dict[str, Any], joints: list[parties.JointInfo]) -> Iterator[Item]:
    now_ms = ctx.now_ms()
    for row in find_mine(names):
        task, url = _task(row.kind, row.state, row.object_id)
        if task:
            due = row.due_ms
            near = due is not None and 0 < due - now_ms < _DAY_MS
            late = due is not None and due <= now_ms
            yield Item(task, row.title, url, names[row.party].name, row.state, due, late, near)
    own = set(all_parties(ctx.actor))
    for joint in joints:
        for member in joint.members:
            if member.party in own and member.consented_ms is None:
                url = reverse("participant:joint", args=[joint.id])
                lead = names[joint.lead].name if joint.lead in names else ""
                yield Item(
                    _("Consent to the joint bid"), lead, url, names[member.party].name, "", None, False, False
                )


def _task(kind: str, state: str, object_id: str) -> tuple[str, str]:
    """Return what a row of the projection asks for and where it is done; "" when it asks for nothing."""
    if kind == "my_registration":
        tasks = {
            Registration.FILED: _("Wait for the check of qualification"),
            Registration.ADMITTED: _("Bid while the lot is open"),
        }
        return tasks.get(state, ""), reverse("participant:registration", args=[object_id])
    if kind == "deposit":
        return _("Pay the deposit"), reverse("participant:registration", args=[object_id])
    if kind == "contract":
        return _("Sign the contract"), reverse("participant:contract", args=[object_id])
    if kind == "instalment":
        return _("Pay an instalment of the price"), reverse("participant:instalment", args=[object_id])
    return "", ""
