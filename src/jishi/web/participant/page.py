"""What the pages of the participant's room share: who acts for whom, and how those parties are named."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.context import Actor, Context
from jishi.web.shell.posting import ctx_of

View = Callable[..., HttpResponse]


def page(*methods: str) -> Callable[[View], View]:
    """Serve a view to signed-in people by the methods named."""

    def wrap(view: View) -> View:
        return login_required(require_http_methods(list(methods))(view))

    return wrap


def acting_parties(actor: Actor, offering_id: str = "") -> tuple[str, ...]:
    """Return the parties `actor` may act for in an offering: wholly, or as agent for it alone."""
    limited = (party for party, scope in actor.agencies if offering_id and scope == offering_id)
    return tuple(dict.fromkeys((*actor.parties, *limited)))


def all_parties(actor: Actor) -> tuple[str, ...]:
    """Return every party `actor` acts for, however narrowly."""
    return tuple(dict.fromkeys((*actor.parties, *(party for party, _scope in actor.agencies))))


def party_choices(party_ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return (id, name with masked code) for a choice."""
    found = parties.find_parties(party_ids)
    return [(each.id, f"{each.name}（{each.code_masked}）") for each in found.values()]


def require_own(request: HttpRequest, action: str, registration: Any) -> Context:
    """Return the context once the actor may do `action` to a registration of their own party.

    The desk has pages of its own: a role of the staff opens nothing here.
    """
    ctx = ctx_of(request)
    if registration.party not in acting_parties(ctx.actor, registration.offering_id):
        raise Fault("access.denied", action=action)
    require(ctx, action, Target(registration.offering_id, registration.offering.division, registration.party))
    return ctx


def require_member(request: HttpRequest, party_id: str) -> None:
    """Raise Fault `access.denied` unless the actor represents the party."""
    if party_id not in all_parties(ctx_of(request).actor):
        raise Fault("access.denied", action="party.read")


def crumbs(*steps: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """Return the way to a page, from one's own list."""
    return [(_("Mine"), reverse("participant:home")), *steps]
