"""Who is behind a request: the signed-in person with the permits in force and the parties represented."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from jishi.apps.parties import api as parties
from jishi.platform import access
from jishi.platform.context import ANYONE, Actor, Context
from jishi.web.shell.second_factor import keep_shown


class ActorMiddleware:
    """Give every request `request.ctx`, the context that actions take; read on first use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Put the context on the request, late enough that the session is open."""
        request.ctx = context_of(request)  # type: ignore[attr-defined]


def context_of(request: HttpRequest) -> Context:
    """Return the context of `request`: its actor, the system's clock and entropy."""
    return Context(actor=actor_of(request))


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, read once a request; nobody signed in is `ANYONE`."""
    found: Actor | None = getattr(request, "_jishi_actor", None)
    if found is None:
        found = _read_actor(request)
        request._jishi_actor = found  # type: ignore[attr-defined]
    return found


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether a role of the person is withheld for want of a second factor."""
    actor_of(request)
    return bool(getattr(request, "_jishi_withholds", False))


def act_as(request: HttpRequest, user: Any) -> None:
    """Let the rest of the request be done by `user`, who came by a token and has no session."""
    request.user = user
    request._jishi_actor = _read_actor(request)  # type: ignore[attr-defined]
    request.ctx = context_of(request)  # type: ignore[attr-defined]


def _read_actor(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ANYONE
    now_ms = Context().now_ms()
    permits = access.permits_of(user, now_ms)
    held = keep_shown(request, permits)
    request._jishi_withholds = len(held) < len(permits)  # type: ignore[attr-defined]
    represented, agencies = parties.represented_by(user.pk, now_ms)
    return Actor(
        user_id=user.pk,
        name=user.get_full_name() or user.email,
        permits=held,
        parties=represented,
        agencies=agencies,
    )
