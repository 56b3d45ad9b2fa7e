"""What waits for me, with dates: one list; below it my applications and my parties."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.api import Offering, Registration
from jishi.apps.market.reads import list_own_objections, list_own_registrations
from jishi.apps.panels import api as panels
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.sealing import api as sealing
from jishi.platform.context import Actor
from jishi.platform.search import find_mine
from jishi.web.participant.objection import titled
from jishi.web.participant.outcome import find_outcomes
from jishi.web.participant.page import acting_parties, all_parties, page
from jishi.web.shell.panel_word import duty_word
from jishi.web.shell.posting import ctx_of

NEWEST = 5
# kind of a row of the search projection -> (what to do, the page to do it on)
TASKS = {
    "deposit": (gettext_lazy("Pay the deposit"), "participant:registration"),
    "contract": (gettext_lazy("Sign the contract"), "participant:contract"),
    "instalment": (gettext_lazy("Pay an instalment of the price"), "participant:instalment"),
    "case": (gettext_lazy("Act on a case of yours"), "participant:case"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for a party: what to do, where, for what, by when (ms)."""

    task: str
    url: str
    title: str
    party: str
    state: str = ""
    due_ms: int | None = None


@page("GET")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show one's own list."""
    ctx = ctx_of(request)
    own, actor = all_parties(ctx.actor), ctx.actor
    # An agent for one lot sees nothing of what else the party bids for.
    registrations = [
        each for each in list_own_registrations(own) if each.party in acting_parties(actor, each.offering_id)
    ]
    joints = parties.joints_of(actor.parties)
    names = parties.find_parties([*own, *(joint.lead for joint in joints)])
    items = [*_to_bid(registrations), *_to_do(actor, registrations), *_to_consent(own, joints, names)]
    items += [*_to_sit(actor), *_to_judge(actor)]
    items.sort(key=lambda item: (item.due_ms is None, item.due_ms or 0))
    outcomes = find_outcomes(registrations)
    shown = {
        "items": [(item, names.get(item.party)) for item in items],
        "now_ms": ctx.now_ms(),
        "unread": procedures.count_unread(ctx),
        "late": sum(item.due_ms is not None and item.due_ms <= ctx.now_ms() for item in items),
        "registrations": [(each, names.get(each.party), outcomes.get(each.id)) for each in registrations],
        "objections": list_own_objections(ctx.actor.user_id or 0),
        "case_objections": titled(procedures.list_own_objections(ctx, size=NEWEST).rows),
        "parties": [names[each] for each in own if each in names],
        "joints": [(joint, names.get(joint.lead)) for joint in joints],
    }
    return render(request, "participant/home.html", shown)


@page("GET")
def show_security(request: HttpRequest) -> HttpResponse:
    """Show the ways to protect one's account."""
    return render(request, "participant/security.html")


def _to_bid(registrations: list[Registration]) -> Iterator[Item]:
    for registration in registrations:
        lot = registration.offering
        if registration.state == Registration.ADMITTED and _takes_quotes(lot):
            url = reverse("participant:registration", args=[registration.id])
            title = f"{lot.number} {lot.title}"
            yield Item(_("Bid while the lot is open"), url, title, registration.party, lot.phase, lot.due_ms)


def _to_do(actor: Actor, registrations: list[Registration]) -> Iterator[Item]:
    shown = {each.id for each in registrations}
    for row in find_mine(all_parties(actor)):
        if row.kind in TASKS and (row.party in actor.parties or row.object_id in shown):
            task, address = TASKS[row.kind]
            url = reverse(address, args=[row.object_id])
            state = "" if row.kind == "case" else row.state  # a case's states are its procedure's own steps
            yield Item(str(task), url, row.title, row.party, state, row.due_ms)


def _to_consent(
    own: tuple[str, ...], joints: list[parties.JointInfo], names: Mapping[str, Any]
) -> Iterator[Item]:
    for joint in joints:
        for member in joint.members:
            if member.party in own and member.consented_ms is None:
                url = reverse("participant:joint", args=[joint.id])
                yield Item(_("Consent to the joint bid"), url, names[joint.lead].name, member.party)


def _to_sit(actor: Actor) -> Iterator[Item]:
    """Yield what waits for a member of opening committees, who acts for no party there."""
    said = {
        sealing.REGISTER: _("Register a key for sealed bids"),
        sealing.HAND_OVER: _("Publish my key to open the bids"),
    }
    for duty in sealing.list_duties(actor.user_id):
        lot, url = duty.offering, reverse("participant:seat", args=[duty.offering.id])
        yield Item(said[duty.step], url, f"{lot.number} {lot.title}", "", lot.phase, duty.due_ms)


def _to_judge(actor: Actor) -> Iterator[Item]:
    """Yield what waits for a member of panels, who acts for no party there."""
    for duty in panels.list_duties(actor.user_id):
        url = reverse("participant:panel", args=[duty.panel.id])
        yield Item(duty_word(duty.step), url, f"{duty.panel.number} {duty.panel.title}", "")


def _takes_quotes(lot: Offering) -> bool:
    return lot.state == "noticed" and bool(lot.accepts) and not lot.suspended
