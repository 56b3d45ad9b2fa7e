"""The list of every rule, by area, kind and measure, with search and exports."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.web.public.law import catalogue as listed
from jishi.web.public.law.catalogue import Catalogue, Summary, catalogue_of
from jishi.web.public.law.edition import Edition, edition_of, word
from jishi.web.public.law.export import pack_head, summary_json
from jishi.web.public.law.label import AREAS, KINDS, area_label
from jishi.web.public.table import Cell, save_table

FACETS = ("area", "kind", "measure", "doubt")


@dataclass(frozen=True)
class Choice:
    """One value of a facet: its word, how many rules have it, whether it is chosen, the query that toggles it."""

    label: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True)
class Line:
    """One rule as the list shows it; `found` is the text that a search found it by."""

    id: str
    url: str
    title: str
    question: str
    kind: str
    measures: tuple[tuple[int, str], ...]
    rows: int
    unsure: int
    found: str


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the rules that the filters leave."""
    edition = edition_of(request)
    shelf, text = catalogue_of(edition), request.GET.get("q", "").strip()[:100]
    hits = shelf.find(text) if text else list(shelf.summaries)
    found = [each for each in hits if _fits(each, _asked(request))]
    page = {
        "edition": edition,
        "text": text,
        "filtered": bool(text or any(_asked(request).values())),
        "facets": list(_facets(request, hits)),
        "areas": _by_area(edition, found, bool(text)),
        "total": len(found),
        "all": len(shelf.summaries),
        "rows": sum(each.rows for each in found),
        "unsure": sum(each.unsure for each in found),
        "kept": ("area", "kind", "measure", "doubt"),
    }
    return render(request, "public/law/rules.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the rules that the filters leave as JSON, CSV or XLSX."""
    edition = edition_of(request)
    shelf, text = catalogue_of(edition), request.GET.get("q", "").strip()[:100]
    found = _left(shelf, text, _asked(request))
    if form == "json":
        body = pack_head(edition) | {
            "total": len(found),
            "rules": [summary_json(edition, each) for each in found],
        }
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    if form not in ("csv", "xlsx"):
        raise Http404
    head: list[Cell] = [
        _("Rule"),
        _("Field of law"),
        _("Kind of rule"),
        _("Title"),
        _("Question"),
        _("Measures"),
        _("Rows"),
    ]
    head += [_("Unconfirmed rows"), _("Address")]
    return save_table("rules", form, head, _cells(request, edition, found))


def _left(shelf: Catalogue, text: str, asked: dict[str, str]) -> list[Summary]:
    hits = shelf.find(text) if text else shelf.summaries
    return [each for each in hits if _fits(each, asked)]


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:20] for name in FACETS}


def _fits(each: Summary, asked: dict[str, str], leaving: str = "") -> bool:
    held = _values(each)
    return all(name == leaving or not value or value in held[name] for name, value in asked.items())


def _values(each: Summary) -> dict[str, tuple[str, ...]]:
    return {
        "area": (each.area,),
        "kind": (each.kind,),
        "measure": tuple(map(str, each.rule.measures)),
        "doubt": ("1",) if each.unsure else ("0",),
    }


def _facets(request: HttpRequest, hits: Iterable[Summary]) -> Iterator[tuple[str, str, list[Choice]]]:
    """Give (name, title, choices): each counts what the other filters leave."""
    titles = {"area": _("Field of law"), "kind": _("Kind of rule"), "doubt": _("Confidence")}
    words: dict[str, dict[str, Any]] = {
        "area": AREAS,
        "kind": KINDS,
        "doubt": {"1": _("with unconfirmed rows"), "0": _("all rows confirmed")},
    }
    hits = list(hits)
    for name, title in titles.items():
        left = [each for each in hits if _fits(each, _asked(request), name)]
        counts = Counter(value for each in left for value in _values(each)[name])
        known = [value for value in (*words[name], *sorted(counts)) if value in counts]
        choices = [
            _choice(request, name, (value, str(words[name].get(value, value))), counts[value])
            for value in dict.fromkeys(known)
        ]
        if choices:
            yield name, title, choices


def _choice(request: HttpRequest, name: str, said: tuple[str, str], count: int) -> Choice:
    params, (value, label) = request.GET.copy(), said
    chosen = params.get(name) == value
    params.pop(name, None)
    if not chosen:
        params[name] = value
    return Choice(label, count, chosen, "?" + params.urlencode())


def _by_area(edition: Edition, found: list[Summary], searched: bool) -> list[tuple[str, str, list[Line]]]:
    """Give (id, title, rules) of each area; what a search found stays in its order, under one head."""
    if searched:
        return [("found", "", [_line(edition, each) for each in found])] if found else []
    order = {area: place for place, area in enumerate(AREAS)}
    ordered = sorted(found, key=lambda each: (order.get(each.area, len(order)), each.area))
    return [
        (area, area_label(area), [_line(edition, each) for each in rules])
        for area, rules in groupby(ordered, key=lambda each: each.area)
    ]


def _line(edition: Edition, each: Summary) -> Line:
    rule = each.rule
    place, text = each.found or (listed.TITLE, "")
    return Line(
        id=rule.id,
        url=edition.rule_link(rule.id),
        title=word(rule.title),
        question=word(rule.question),
        kind=str(KINDS[each.kind]),
        measures=tuple((n, edition.link("rules", measure=n)) for n in rule.measures),
        rows=each.rows,
        unsure=each.unsure,
        found=text if place > listed.QUESTION else "",
    )


def _cells(request: HttpRequest, edition: Edition, found: list[Summary]) -> Iterator[list[Cell]]:
    for each in found:
        rule = each.rule
        yield [
            rule.id,
            area_label(each.area),
            str(KINDS[each.kind]),
            word(rule.title),
            word(rule.question),
            " ".join(map(str, rule.measures)),
            each.rows,
            each.unsure,
            request.build_absolute_uri(edition.rule_link(rule.id)),
        ]
