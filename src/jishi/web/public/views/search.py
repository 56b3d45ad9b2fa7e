"""Search over everything public."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jishi.platform.search import find_public
from jishi.web.shell.address import find_address

PAGES = {"offering": "public:offering", "notice": "public:notice"}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what holds every word asked for, newest first."""
    text = request.GET.get("q", "").strip()[:100]
    found = find_public(text, request.GET.get("after")) if text else None
    rows: list[tuple[Any, str | None]] = [(row, _address(row)) for row in found.rows] if found else []
    return render(request, "public/search.html", {"text": text, "page": found, "rows": rows})


def _address(row: Any) -> str | None:
    page = PAGES.get(row.kind)
    return find_address(page, row.object_id) if page else None
