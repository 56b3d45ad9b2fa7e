"""The trading hall: every lot of every factor, by facets and words, as a list or on the map, and as a file."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering
from jishi.kernel.quantity.area import format_area
from jishi.kernel.quantity.money import format_fen
from jishi.web.public.cards import card_of, points_of, status_of
from jishi.web.public.places import place_name, prefecture_of, use_name, uses_text
from jishi.web.public.table import MOST_ROWS, Cell, save_table
from jishi.web.shell.factor import FACTORS
from jishi.web.shell.moment import instant_text
from jishi.web.shell.term import find_term

FACETS = ("factor", "state", "phase", "division", "use_class")
STATES = ("noticed", "ended", "confirmed", "published", "contracted", "completed")
NO_SALE = ("unsold", "converted", "halted", "terminated", "defaulted")
RUNNING = ("scheduled", "free", "question", "rounds", "awaiting_reserve")
MOST_POINTS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its word, how many lots have it, whether it is chosen, and the query that toggles it."""

    value: str
    label: Any
    count: int
    chosen: bool
    query: str


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the hall."""
    facets, text = _asked(request)
    counts = market.count_facets(facets, text, FACETS)
    as_map = request.GET.get("view") == "map"
    page: dict[str, Any] = {
        "text": text,
        "filtered": bool(text or any(facets.values())),
        "facets": _choices(request, counts),
        "as_map": as_map,
        "most_rows": MOST_ROWS,
    }
    if as_map:
        points = points_of(market.list_points(facets, text, MOST_POINTS))
        page |= {"points": points, "here": facets["division"], "most_points": MOST_POINTS}
    else:
        found = market.find_offerings(facets, text, request.GET.get("after"))
        page |= {"page": found, "lots": [card_of(offering) for offering in found.rows]}
    return render(request, "public/hall.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the lots that the filters leave, up to `MOST_ROWS`, as CSV or XLSX."""
    if form not in ("csv", "xlsx"):
        raise Http404
    facets, text = _asked(request)
    found = market.filter_offerings(facets, text).order_by("-updated_ms", "-pk")[:MOST_ROWS]
    return save_table("land", form, _head(), _rows(found.iterator(chunk_size=500)))


def _asked(request: HttpRequest) -> tuple[dict[str, str], str]:
    return {name: request.GET.get(name, "")[:20] for name in FACETS}, request.GET.get("q", "").strip()[:100]


def _choices(
    request: HttpRequest, counts: dict[str, list[tuple[str, int]]]
) -> list[tuple[str, Any, list[Choice]]]:
    """Return (name, title, choices) of each facet; divisions are counted by prefecture."""
    prefectures: Counter[str] = Counter()
    for code, n in counts["division"]:
        prefectures[prefecture_of(code)] += n
    counted = {
        "factor": _in_order(counts["factor"], tuple(FACTORS)),
        "state": _in_order(counts["state"], (*STATES, *NO_SALE)),
        "phase": _in_order(counts["phase"], RUNNING),
        "division": sorted(prefectures.items()),
        "use_class": sorted(counts["use_class"]),
    }
    titles = {
        "factor": _("Factor"),
        "state": _("State"),
        "phase": _("Stage"),
        "division": _("Place"),
        "use_class": _("Use"),
    }
    named: dict[str, Callable[[str], Any]] = {
        "factor": FACTORS.__getitem__,
        "state": _word,
        "phase": _word,
        "division": place_name,
        "use_class": use_name,
    }
    return [
        (name, titles[name], [_choice(request, name, named[name](value), (value, n)) for value, n in values])
        for name, values in counted.items()
        if values
    ]


def _in_order(counted: list[tuple[str, int]], order: tuple[str, ...]) -> list[tuple[str, int]]:
    """Return the counted values that stand in `order`, in it: the way of a lot, not the larger number first."""
    known = dict(counted)
    return [(code, known[code]) for code in order if code in known]


def _choice(request: HttpRequest, name: str, label: Any, counted: tuple[str, int]) -> Choice:
    value, n = counted
    params = request.GET.copy()
    chosen = params.get(name) == value
    for gone in (name, "after"):
        params.pop(gone, None)
    if not chosen:
        params[name] = value
    return Choice(value, label, n, chosen, "?" + params.urlencode())


def _word(code: str) -> Any:
    return find_term(code).label


def _head() -> list[Cell]:
    return [
        _("Number"),
        _("Lot"),
        _("State"),
        _("Division code"),
        _("Place"),
        _("Uses"),
        _("Area (m²)"),
        _("Start price (CNY)"),
        _("Deposit (CNY)"),
        _("Increment (CNY)"),
        _("Highest quote (CNY)"),
        _("Quotes"),
        _("Bidders"),
        _("Notice"),
        _("Listing opens"),
        _("Registration closes"),
        _("Listing closes"),
        _("Demonstration data"),
    ]


def _rows(offerings: Iterator[Offering]) -> Iterator[list[Cell]]:
    for offering in offerings:
        yield [
            offering.number,
            offering.title,
            str(find_term(status_of(offering)).label),
            offering.division,
            offering.lot.get("place", ""),
            uses_text(offering.lot),
            _figure(format_area(offering.area_cm2)),
            *(_yuan(offering.start_price_fen), _yuan(offering.deposit_fen), _yuan(offering.increment_fen)),
            _yuan(offering.price_fen),
            offering.quotes,
            offering.registrants,
            *(_day_time(getattr(offering, name)) for name in ("notice_ms", "listing_start")),
            *(_day_time(getattr(offering, name)) for name in ("registration_end", "listing_end")),
            _("yes") if offering.simulated or offering.lot.get("simulated") else "",
        ]


def _yuan(fen: int | None) -> str:
    return "" if fen is None else _figure(format_fen(fen))


def _figure(text: str) -> str:
    return text.replace(",", "")


def _day_time(at_ms: int | None) -> str:
    return "" if at_ms is None else instant_text(at_ms)
