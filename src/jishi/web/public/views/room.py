"""The live room: the price, the clock, the ladder, one's own bid; and the regulator's window into it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering, next_bid
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.entropy import SystemEntropy, new_id
from jishi.web.live.frame import build_frame
from jishi.web.live.stream import PREFIX
from jishi.web.public.cards import facts_text
from jishi.web.public.notice import kind_of, say_outage
from jishi.web.public.phase import list_phase_rules
from jishi.web.public.room.kind import build_room
from jishi.web.public.standing import describe
from jishi.web.public.terms import reserve_of
from jishi.web.public.timeline import list_steps
from jishi.web.shell.moment import instant_text
from jishi.web.shell.money import money_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language
from jishi.web.shell.term import find_term

RUNGS, POINTS = 20, 500
FEN_PER_WAN = 1_000_000


@require_safe
@never_cache
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show the room of an offering, with the forms of its mechanism for an admitted bidder."""
    offering = market.get_public_offering(offering_id)
    reader = describe(request, offering)
    own = reader["registration"] if reader["admitted"] else None
    page = _room(request, offering, own) | reader | {"key": new_id(SystemEntropy())}
    if own is not None:
        page["mine"] = own.alias
    return render(request, "public/room.html", page)


@require_safe
@never_cache
def read(request: HttpRequest, offering_id: str) -> JsonResponse:
    """Give what everybody sees in the room for programs: the frame its watchers get, the terms and the outcome."""
    offering = market.get_public_offering(offering_id)
    told = {"number": offering.number, "mechanism": offering.mechanism, "kind": offering.kind}
    told |= build_frame(offering) | {"terms": offering.terms, "outcome": offering.outcome}
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@require_safe
@never_cache
def supervise(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show a supervisor the room as it runs, without any identity; the visit is written to the access log."""
    offering = market.get_public_offering(offering_id)
    require(ctx_of(request), "room.supervise", Target(offering.id, offering.division))
    now_ms = ctx_of(request).now_ms()
    overdue_ms = now_ms - offering.due_ms if offering.due_ms else 0
    page = _room(request, offering, None) | {
        "head": evidence.find_seqs([offering.stream]).get(offering.stream, 0),
        "last_ms": market.last_event_ms(offering),
        "overdue_ms": max(0, overdue_ms),
    }
    return render(request, "public/supervise.html", page)


def _room(request: HttpRequest, offering: Offering, own: Any) -> dict[str, Any]:
    simulated = market.simulated_aliases(offering.id)
    quotes = market.list_ladder(offering.id, POINTS) if offering.kind == "ascending" else []
    status = "suspended" if offering.suspended else offering.phase
    now_ms = ctx_of(request).now_ms()
    notices = market.list_notices(offering.id)
    return {
        "notices": [(notice, kind_of(notice)) for notice in notices],
        "outages": [(notice, say_outage(notice)) for notice in notices if notice.kind == "outage"],
        "offering": offering,
        "status": status,
        "tone": find_term(status).tone,
        "facts": facts_text(offering),
        "watched": offering.state == "noticed",
        "live_url": PREFIX + offering.id,
        "simulated": simulated,
        "rows": [{**quote, "simulated": quote["alias"] in simulated} for quote in quotes[:RUNGS]],
        "next_fen": next_bid(offering),
        "rules": list_phase_rules(offering),
        "steps": list_steps(offering, now_ms),
        "commitment": reserve_of(offering),
        **_chart(quotes),
        **build_room(offering, own),
    }


def _chart(quotes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the price over time as a step line in 万元, and the same figures as a table."""
    earliest_first = quotes[::-1]
    data = [[quote["at_ms"], quote["price_fen"] / FEN_PER_WAN] for quote in earliest_first]
    series = [{"name": _("Highest quote"), "tone": "pine", "data": data}]
    table = [
        (instant_text(quote["at_ms"], "second"), money_text(quote["price_fen"], language()))
        for quote in earliest_first
    ]
    return {
        "chart": {"kind": "step", "x": "time", "series": series},
        "chart_head": (_("Time"), _("Highest quote")),
        "chart_table": table,
    }
