"""Verify an issued document by its number, typed in or read from its QR code; personal lines stand masked."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import PaperRow
from jishi.web.public.places import place_name
from jishi.web.shell import case_word
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, site

ASCII = {"ensure_ascii": False}
NOT_FOUND = 404


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the number of a document."""
    number = request.GET.get("number", "").strip()[:120]
    if number:
        return redirect("public:paper", number)
    return render(request, "public/procedures/paper.html", {"number": ""})


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether a document of this number was issued and is valid; nobody's number answers 404."""
    number = number.strip("/ ")
    found = find(request, number)
    page: dict[str, Any] = {"number": number, "paper": found}
    if found is not None:
        word, tone = case_word.PAPER[found.state]
        page |= {
            "title": found.title[language()],
            "word": word,
            "tone": tone,
            "lines": case_word.lines_of(found.lines),
            "place": place_name(found.division),
            "dated": any(line["name"] == "issued_on" for line in found.lines),
        }
    return render(request, "public/procedures/paper.html", page, status=200 if found else NOT_FOUND)


@require_safe
def save(request: HttpRequest, number: str) -> HttpResponse:
    """Send what anybody may know of a document as JSON."""
    found = find(request, number)
    if found is None:
        return JsonResponse({"number": number, "state": "unknown"}, status=NOT_FOUND, json_dumps_params=ASCII)
    return JsonResponse(show_paper(found), json_dumps_params=ASCII)


def find(request: HttpRequest, number: str) -> PaperRow | None:
    """Return a document by its number, as of today."""
    return procedures.find_paper(number, site().day(ctx_of(request).now_ms()))


def show_paper(found: PaperRow) -> dict[str, Any]:
    """Return a document for programs."""
    return {
        "number": found.number,
        "title": found.title,
        "state": found.state,
        "division": found.division,
        "issued_on": found.issued_on.isoformat(),
        "valid_until": found.valid_until.isoformat() if found.valid_until else None,
        "lines": [{name: line[name] for name in ("name", "label", "text")} for line in found.lines],
        "simulated": found.simulated,
    }
