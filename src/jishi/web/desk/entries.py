"""Registers (登记簿): search entries, save them, write a new or an amended one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.web.desk.entry_form import EntryForm, count_rows, initial_of
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.public.register import facets_of, lines_of, read_query, save_entries
from jishi.web.shell.posting import ctx_of, show_fault
from jishi.web.shell.site import language, market_pack


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """Search the entries of one register kind; indexed fields with few values facet."""
    ctx = ctx_of(request)
    require(ctx, "register.read")
    kind = _kind(request.GET.get("register", ""))
    query = read_query(request, kind, divisions=reach_of(ctx.actor, "register.read"))
    page = registers.list_entries(query, request.GET.get("after"))
    shown = {
        "kind": kind,
        "kinds": market_pack().registers.values(),
        "query": query,
        "page": page,
        "lines": lines_of(kind, page.rows, public_only=False),
        "facets": facets_of(query, page.total),
        "may_edit": bool(reach_of(ctx.actor, "register.edit")),
        "kept": kind.id,
        "lang": language(),
    }
    return render_desk(request, "desk/entries.html", shown)


@desk_page("GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save(request: HttpRequest, kind_id: str, form: str) -> HttpResponseBase:
    """Send what a search of the desk leaves as a file; masked fields stay masked in it."""
    ctx, kind = ctx_of(request), market_pack().register(kind_id)
    require(ctx, "register.read")
    return save_entries(read_query(request, kind, divisions=reach_of(ctx.actor, "register.read")), form)


@desk_page("GET", "POST")
def create(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Write a new entry of a register kind."""
    ctx, kind = ctx_of(request), market_pack().register(kind_id)
    require(ctx, "register.edit")
    form = _entry_form(request, kind)
    if form.is_valid() and "more" not in request.POST:
        said = form.cleaned_data
        try:
            made = registers.create_entry(
                ctx, registers.EntryForm(kind=kind.id, data=said["data"], geometry=said["shape"])
            )
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The entry is written."))
            return redirect("desk:entry", made.id)
    return _render_form(request, form, kind)


@desk_page("GET", "POST")
def amend(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Amend an entry; a version meanwhile written by somebody else is not overwritten."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "register.edit", Target(entry.id, entry.division))
    kind = market_pack().register(entry.kind)
    form = _entry_form(request, kind, entry)
    if form.is_valid() and "more" not in request.POST:
        said, version = form.cleaned_data, request.POST.get("version", "")
        try:
            registers.amend_entry(
                ctx,
                entry.id,
                int(version) if version.isdecimal() else 0,
                said["data"],
                reason=said["reason"],
                geometry=said["shape"] if kind.geometry else registers.KEEP,
            )
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The new version is written."))
            return redirect("desk:entry", entry.id)
    return _render_form(request, form, kind, entry)


def _entry_form(request: HttpRequest, kind: RegisterKind, entry: Any = None) -> EntryForm:
    data = entry.data if entry else {}
    initial = initial_of(kind, data, entry.geometry) if entry else None
    rows = count_rows(kind, data, request.POST)
    return EntryForm(
        request.POST or None,
        request.FILES or None,
        kind=kind,
        rows=rows,
        ctx=ctx_of(request),
        initial=initial,
    )


def _render_form(
    request: HttpRequest, form: EntryForm, kind: RegisterKind, entry: Any = None
) -> HttpResponse:
    shown = {"form": form, "kind": kind, "entry": entry, "lang": language()}
    return render_desk(request, "desk/entry_form.html", shown)


def _kind(kind_id: str) -> RegisterKind:
    kinds = market_pack().registers
    return kinds.get(kind_id) or next(iter(kinds.values()))
