"""The evidence log, newest entries first: what was recorded, of which stream, under which hash."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jishi.platform import evidence
from jishi.platform.secrets import operator_public_key

ROWS = 50
OFFERING = "offering/"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show one page of the log; `before` is the index above the newest entry shown."""
    size = evidence.log_size()
    before = _read_before(request.GET.get("before", ""), size)
    entries = evidence.read_log(max(-1, before - ROWS - 1), min(ROWS, before))[::-1]
    page = {
        "rows": [(entry, _address(entry)) for entry in entries],
        "size": size,
        "older": entries[-1].index if entries and entries[-1].index else None,
        "key": operator_public_key(),
    }
    return render(request, "public/log.html", page)


def _read_before(text: str, size: int) -> int:
    return min(int(text), size) if text.isascii() and text.isdigit() and len(text) < 16 else size


def _address(entry: Any) -> str | None:
    """Return the page of the offering an entry is about, None for any other stream."""
    if not entry.stream.startswith(OFFERING) or entry.kind == "OfferingDrafted":
        return None
    return reverse("public:offering", args=[entry.stream.removeprefix(OFFERING)])
