"""Home: what trades now, what was sold, what was announced, and where."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering
from jishi.web.public.cards import card_of, points_of
from jishi.web.public.notice import kind_of
from jishi.web.public.record import list_rows
from jishi.web.shell.factor import FACTORS
from jishi.web.shell.site import language, market_pack

RESULTS, NOTICES = 6, 7
LANGUAGES = ("zh", "en")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the home page."""
    live = market.list_live(6)
    results = market.find_results(size=RESULTS)
    notices = market.find_notices(size=NOTICES)
    page = {
        "halls": _list_halls(),
        "live": [card_of(offering) for offering in live],
        "results": list_rows(results.rows),
        "results_total": results.total,
        "notices": [(notice, kind_of(notice)) for notice in notices.rows],
        "notices_total": notices.total,
        "points": points_of(market.list_points({})),
        "try_lot": _find_lot_to_try(live),
    }
    return render(request, "public/home.html", page)


def _list_halls() -> list[tuple[str, Any, int, list[str]]]:
    """Return (factor, its word, lots on offer, what the pack lets trade) of each factor of production."""
    lang, counts = language(), market.count_on_offer()
    sold = [(product.factor, product.title.say(lang)) for product in market_pack().products.values()]
    return [
        (factor, word, counts.get(factor, 0), [title for of, title in sold if of == factor])
        for factor, word in FACTORS.items()
    ]


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
