"""What every page of the desk stands in: who may enter, the ways open to their roles, how much waits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from jishi.kernel.fault import Fault
from jishi.platform.access import PERMISSIONS, Target, divisions_of, may
from jishi.platform.context import Actor
from jishi.web.desk.inbox import Inbox, read_inbox
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of
from jishi.web.shell.site import market_pack

View = Callable[..., HttpResponse]

# heading, then (address, label, the action that opens it)
WAYS: tuple[tuple[Any, tuple[tuple[str, Any, str], ...]], ...] = (
    (
        _("Business"),
        (
            ("desk:offerings", _("Offerings"), "offering.read_draft"),
            ("desk:procedures", _("Procedures"), "case.handle"),
            ("desk:entries", _("Registers"), "register.read"),
            ("desk:questions", _("Questions"), "question.answer"),
            ("desk:panels", _("Panels"), "panel.read"),
            ("desk:experts", _("Experts"), "expert.read"),
            ("desk:officer_key", _("My reserve key"), "reserve.seal"),
            ("desk:absence", _("Absence and deputies"), "case.handle"),
        ),
    ),
    (_("Law"), (("desk:rules", _("Rules"), "pack.read_draft"),)),
    (
        _("Money"),
        (
            ("desk:payments", _("Payments"), "payment.list"),
            ("desk:guarantees", _("Bank guarantees"), "guarantee.accept"),
            ("desk:refunds", _("Refunds"), "refund.pay"),
            ("desk:reconciliations", _("Reconciliation"), "reconciliation.run"),
        ),
    ),
    (
        _("Reform"),
        (
            ("desk:reform", _("Wall chart"), "register.read"),
            ("desk:reform_reach", _("What a new document touches"), "register.read"),
        ),
    ),
    (
        _("Oversight"),
        (
            ("desk:cases_missed", _("Clocks missed"), "case.supervise"),
            ("desk:cases", _("All cases"), "case.supervise"),
            ("desk:objections", _("Objections"), "objection.list"),
            ("desk:accesses", _("Access log"), "access_log.read"),
            ("desk:standing", _("State of the server"), "access_log.read"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One link of the side: its count may wait or be overdue."""

    url: str
    label: Any
    current: bool
    count: int | None = None
    tone: str = ""


def desk_page(*methods: str) -> Callable[[View], View]:
    """Serve a view to signed-in staff by the methods named."""

    def wrap(view: View) -> View:
        def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(ctx_of(request).actor, "desk.enter"):
                raise Fault("access.denied", action="desk.enter")
            return view(request, *args, **kwargs)

        enter.__name__, enter.__doc__ = view.__name__, view.__doc__
        return login_required(require_http_methods(list(methods))(enter))

    return wrap


def render_desk(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """Render a page of the desk; one around a form with errors answers 422."""
    shown = {**page, **frame_of(request, page.get("inbox"))}
    form = page.get("form")
    status = UNPROCESSABLE if form is not None and form.errors else 200
    return render(request, template, shown, status=status)


def frame_of(request: HttpRequest, inbox: Inbox | None = None) -> dict[str, Any]:
    """Give what every page of the desk stands in, for a page that somebody else renders."""
    ctx = ctx_of(request)
    return {"sections": list(_sections(request, ctx.actor, inbox or read_inbox(ctx)))}


def reach_of(actor: Actor, action: str) -> tuple[str, ...]:
    """Return the divisions over which `actor` may do `action`."""
    return divisions_of(actor, PERMISSIONS[action])


def _sections(request: HttpRequest, actor: Actor, inbox: Inbox) -> Iterator[tuple[Any, list[Way]]]:
    home, due = reverse("desk:home"), request.GET.get("due", "")
    here = request.path == home
    yield (
        _("Waiting"),
        [
            Way(home, _("My inbox"), here and not due, inbox.total),
            Way(home + "?due=soon", _("Due soon"), here and due == "soon", inbox.soon, "warn"),
            Way(home + "?due=over", _("Overdue"), here and due == "over", inbox.late, "over"),
        ],
    )
    for heading, ways in WAYS:
        open_ways = [(reverse(name), label) for name, label, action in ways if _is_open(actor, action)]
        if open_ways:
            yield heading, [Way(url, label, request.path.startswith(url)) for url, label in open_ways]


def _is_open(actor: Actor, action: str) -> bool:
    if action.startswith("pack."):  # the law is one for the whole of the pack: no office of a city changes it
        return may(actor, action, Target("pack", market_pack().manifest.root_division))
    return any(permit.role in PERMISSIONS.get(action, {}) for permit in actor.permits)
