"""The registers that are open to everybody: search them, read an entry as it stood, take them along as a file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.public.register import (
    MOST_STREAMED,
    burden_words,
    facets_of,
    identity_of,
    lines_of,
    read_day,
    read_query,
    save_entries,
    state_words,
    to_json,
)
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.outline import draw_outline
from jishi.web.shell.site import language, market_pack

SAVING = Buckets(rate=1 / 5, burst=30)


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """Name the open registers, each with how many entries it shows."""
    kinds = [kind for kind in market_pack().registers.values() if kind.open]
    counted = [
        (kind, registers.count_entries(registers.EntryQuery(kind.id, public_only=True))) for kind in kinds
    ]
    return render(request, "public/registers.html", {"kinds": counted, "lang": language()})


@require_safe
def show(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Search one register."""
    kind = _open(kind_id)
    query = read_query(request, kind, public_only=True)
    page = registers.list_entries(query, request.GET.get("after"))
    shown = {
        "kind": kind,
        "lang": language(),
        "query": query,
        "page": page,
        "lines": lines_of(kind, page.rows, public_only=True),
        "facets": facets_of(query, page.total),
        "filtered": bool(query.text or query.state or query.facets or query.as_of_ms),
        "most_rows": MOST_STREAMED,
    }
    return render(request, "public/register.html", shown)


@require_safe
def show_json(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Give a page of a register as JSON; `next` is the cursor of the page that follows."""
    kind = _open(kind_id)
    page = registers.list_entries(read_query(request, kind, public_only=True), request.GET.get("after"), 100)
    entries = [to_json(kind, entry) for entry in page.rows]
    return JsonResponse(
        {"register": kind.id, "total": page.total, "next": page.next, "entries": entries},
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
@limited(SAVING, "GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save(request: HttpRequest, kind_id: str, form: str) -> HttpResponseBase:
    """Send what the filters leave of a register as a file."""
    return save_entries(read_query(request, _open(kind_id), public_only=True), form)


@require_safe
def show_entry(request: HttpRequest, kind_id: str, entry_id: str) -> HttpResponse:
    """Show an entry: what it says now or said on a day, its state, that it is burdened, its versions."""
    kind = _open(kind_id)
    entry = _entry(kind, entry_id)
    at_ms = read_day(request.GET.get("on", ""))
    then = registers.version_at(entry.id, at_ms) if at_ms is not None else None
    said = registers.public_of(kind.id, then.data) if then else entry.public_data
    shown: dict[str, Any] = {
        "kind": kind,
        "lang": language(),
        "entry": entry,
        "then": then,
        "before": at_ms is not None and then is None,
        "state": state_words(kind).get(then.state if then else entry.state),
        "facts": identity_of(kind, entry) + list_facts(kind.id, said),
        "sheets": list_sheets(kind.id, said),
        "outline": draw_outline(then.geometry if then else entry.geometry),
        "burdens": registers.list_encumbrances(entry.id),
        "burden_words": burden_words(kind),
        "versions": registers.list_versions(entry.id)[::-1],
        "state_words": state_words(kind),
    }
    return render(request, "public/register_entry.html", shown)


@require_safe
def show_entry_json(request: HttpRequest, kind_id: str, entry_id: str) -> HttpResponse:
    """Give the public data of an entry as JSON."""
    kind = _open(kind_id)
    return JsonResponse(to_json(kind, _entry(kind, entry_id)), json_dumps_params={"ensure_ascii": False})


def _open(kind_id: str) -> RegisterKind:
    kind = market_pack().registers.get(kind_id)
    if kind is None or not kind.open:
        raise Http404
    return kind


def _entry(kind: RegisterKind, entry_id: str) -> registers.EntryInfo:
    try:
        entry = registers.get_entry(entry_id)
    except Fault as fault:
        raise Http404 from fault
    if entry.kind != kind.id or not entry.public:
        raise Http404
    return entry
