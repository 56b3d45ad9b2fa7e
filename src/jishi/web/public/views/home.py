"""Home: what trades now, what was sold, what was announced, and where."""

import json
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering
from jishi.web.public.cards import card_of, points_of
from jishi.web.public.notice import kind_of
from jishi.web.public.record import list_rows
from jishi.web.shell.site import market_pack

RESULTS, NOTICES = 6, 7
LANGUAGES = ("zh", "en")
HALLS_TO_COME = (
    (_("Labour"), _("Job matching and skills: not open yet")),
    (_("Capital"), _("Financing needs and services: not open yet")),
    (_("Technology"), _("Patents and results of research: not open yet")),
    (_("Data"), _("Catalogue and data products: not open yet")),
)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the home page."""
    live = market.list_live(6)
    results = market.find_results(size=RESULTS)
    notices = market.find_notices(size=NOTICES)
    page = {
        "counts": market.count_states(),
        "halls_to_come": HALLS_TO_COME,
        "live": [card_of(offering) for offering in live],
        "results": list_rows(results.rows),
        "results_total": results.total,
        "notices": [(notice, kind_of(notice)) for notice in notices.rows],
        "notices_total": notices.total,
        "points": points_of(market.list_points({})),
        "try_lot": _find_lot_to_try(live),
    }
    return render(request, "public/home.html", page)


@require_safe
@cache_control(max_age=86_400, public=True)
def show_outline(request: HttpRequest, lang: str) -> HttpResponse:
    """Send the outlines of the divisions (GeoJSON) that stand behind the map, named in `lang`."""
    if lang not in LANGUAGES:
        raise Http404
    return HttpResponse(_outline(lang), content_type="application/geo+json")


@cache
def _outline(lang: str) -> bytes:
    pack = market_pack()
    outline = json.loads((pack.root / "map" / f"{pack.id}.geojson").read_bytes())
    for feature in outline["features"]:
        named = pack.division(feature["properties"]["code"])
        feature["properties"]["name"] = named.name_en if lang == "en" else named.name_zh
    return json.dumps(outline, ensure_ascii=False, separators=(",", ":")).encode()


def _find_lot_to_try(live: list[Offering]) -> Offering | None:
    if not settings.JISHI_DEMO:
        return None
    return next((offering for offering in live if offering.phase == "free"), live[0] if live else None)
