"""Search over everything public: lots and notices, and the rules of the law."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jishi.platform.search import find_public
from jishi.web.public.law.catalogue import catalogue_of
from jishi.web.public.law.edition import edition_of, word
from jishi.web.shell.address import find_address

MOST_RULES = 5
PAGES = {"offering": "public:offering", "notice": "public:notice"}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what holds every word asked for, newest first."""
    text = request.GET.get("q", "").strip()[:100]
    found = find_public(text, request.GET.get("after")) if text else None
    rows: list[tuple[Any, str | None]] = [(row, _address(row)) for row in found.rows] if found else []
    edition = edition_of(request)
    rules = catalogue_of(edition).find(text) if text else []
    shown = [
        (word(each.rule.title), word(each.rule.question), edition.rule_link(each.rule.id)) for each in rules
    ]
    page = {"text": text, "page": found, "rows": rows, "rules": shown[:MOST_RULES], "rule_count": len(rules)}
    return render(request, "public/search.html", page | {"all_rules": edition.link("rules", q=text)})


def _address(row: Any) -> str | None:
    page = PAGES.get(row.kind)
    return find_address(page, row.object_id) if page else None
