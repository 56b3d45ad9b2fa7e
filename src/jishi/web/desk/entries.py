"""Registers (登记簿): search entries, see one with its versions and burdens, write a new or amended one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.oversight import name_people
from jishi.web.desk.entry_form import EntryForm, count_rows, initial_of
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.desk.outline import draw_outline
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language, market_pack


class BurdenForm(forms.Form):
    """Put a burden on an entry."""

    fault_fields = {"registers.burden.holder": "holder"}
    kind = forms.ChoiceField(label=gettext_lazy("Encumbrance"))
    holder = forms.CharField(label=gettext_lazy("Holder"), max_length=120)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


class StateForm(forms.Form):
    """Move an entry to a state that may follow."""

    state = forms.ChoiceField(label=gettext_lazy("New state"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)

    def __init__(self, *args: Any, states: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["state"].choices = states  # type: ignore[attr-defined]


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """Search the entries of one register kind; indexed choices and divisions facet."""
    ctx = ctx_of(request)
    require(ctx, "register.read")
    kind = _kind(request.GET.get("register", ""))
    facets = {f.name: v for f in _facet_fields(kind) if (v := request.GET.get(f.name, ""))}
    query = registers.EntryQuery(
        kind=kind.id,
        divisions=reach_of(ctx.actor, "register.read"),
        text=request.GET.get("q", ""),
        state=request.GET.get("state", ""),
        facets=facets,
    )
    shown = {
        "kind": kind,
        "kinds": market_pack().registers.values(),
        "page": registers.list_entries(query, request.GET.get("after")),
        "facets": [(field, _counted(query, field)) for field in _facet_fields(kind)],
        "chosen": facets,
        "state_words": _state_words(kind),
        "may_edit": bool(reach_of(ctx.actor, "register.edit")),
        "lang": language(),
    }
    return render_desk(request, "desk/entries.html", shown)


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


@desk_page("GET")
def show(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Show an entry with its versions, burdens and outline."""
    return _show(request, registers.get_entry(entry_id))


@desk_page("POST")
def add_burden(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Put a burden on an entry."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "register.edit", Target(entry.id, entry.division))
    form = BurdenForm(request.POST, kinds=_burden_choices(entry))
    if form.is_valid():
        try:
            registers.add_encumbrance(ctx, entry.id, registers.EncumbranceForm(**form.cleaned_data))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The encumbrance is written."))
            return redirect("desk:entry", entry.id)
    return _show(request, entry, burden=form)


@desk_page("POST")
def lift_burden(request: HttpRequest, entry_id: str, encumbrance_id: str) -> HttpResponse:
    """Lift a burden."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "register.edit", Target(entry.id, entry.division))
    if encumbrance_id not in {each.id for each in registers.list_encumbrances(entry.id)}:
        raise Fault("registers.burden.missing", encumbrance=encumbrance_id)
    try:
        registers.lift_encumbrance(ctx, encumbrance_id)
        messages.success(request, _("The encumbrance is lifted."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("desk:entry", entry.id)


@desk_page("POST")
def set_state(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Move an entry to a state that may follow its present one."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "register.edit", Target(entry.id, entry.division))
    form = StateForm(request.POST, states=_state_choices(entry))
    if form.is_valid():
        try:
            registers.set_entry_state(
                ctx, entry.id, form.cleaned_data["state"], reason=form.cleaned_data["reason"]
            )
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The state is changed."))
            return redirect("desk:entry", entry.id)
    return _show(request, entry, state=form)


def _show(request: HttpRequest, entry: Any, **forms_: Any) -> HttpResponse:
    ctx, target = ctx_of(request), Target(entry.id, entry.division)
    require(ctx, "register.read", target)
    kind = market_pack().register(entry.kind)
    versions = registers.list_versions(entry.id)
    failed = next((form for form in forms_.values() if form.errors), None)
    shown = {
        "entry": entry,
        "kind": kind,
        "lang": language(),
        "facts": list_facts(entry.kind, entry.data),
        "sheets": list_sheets(entry.kind, entry.data),
        "outline": draw_outline(entry.geometry),
        "versions": list(reversed(versions)),
        "people": name_people([each.by for each in versions if each.by]),
        "burdens": registers.list_encumbrances(entry.id),
        "burden_words": dict(_burden_choices(entry)),
        "state_words": _state_words(kind),
        "may_edit": may(ctx.actor, "register.edit", target),
        "may_offer": may(ctx.actor, "offering.prepare", target) and entry.state in _offered_in(entry.kind),
        "burden_form": forms_.get("burden") or BurdenForm(kinds=_burden_choices(entry)),
        "state_form": forms_.get("state") or StateForm(states=_state_choices(entry)),
        "form": failed,
    }
    return render_desk(request, "desk/entry.html", shown)


def _entry_form(request: HttpRequest, kind: RegisterKind, entry: Any = None) -> EntryForm:
    data = entry.data if entry else {}
    initial = initial_of(kind, data, entry.geometry) if entry else None
    rows = count_rows(kind, data, request.POST)
    return EntryForm(request.POST or None, kind=kind, rows=rows, initial=initial)


def _render_form(
    request: HttpRequest, form: EntryForm, kind: RegisterKind, entry: Any = None
) -> HttpResponse:
    shown = {"form": form, "kind": kind, "entry": entry, "lang": language()}
    return render_desk(request, "desk/entry_form.html", shown)


def _kind(kind_id: str) -> RegisterKind:
    kinds = market_pack().registers
    return kinds.get(kind_id) or next(iter(kinds.values()))


def _facet_fields(kind: RegisterKind) -> list[Any]:
    return [field for field in kind.fields if field.indexed and field.type in ("choice", "division")]


def _counted(query: registers.EntryQuery, field: Any) -> list[tuple[str, str, int]]:
    words = {choice.id: choice.title.say(language()) for choice in field.choices}
    if field.type == "division":
        named = market_pack().divisions
        words = {code: (d.name_en if language() == "en" else d.name_zh) for code, d in named.items()}
    counts = registers.count_facet(query, field.name)
    return [(value, words.get(value, value), count) for value, count in counts.items()]


def _state_words(kind: RegisterKind) -> dict[str, str]:
    return {state.id: state.title.say(language()) for state in kind.states}


def _state_choices(entry: Any) -> list[tuple[str, str]]:
    kind = market_pack().register(entry.kind)
    return [
        (state, word) for state, word in _state_words(kind).items() if kind.may_follow(entry.state, state)
    ]


def _burden_choices(entry: Any) -> list[tuple[str, str]]:
    return [(each.id, each.title.say(language())) for each in market_pack().register(entry.kind).encumbrances]


def _offered_in(kind_id: str) -> set[str]:
    products = market_pack().products.values()
    return {state for product in products if product.register_kind == kind_id for state in product.offered_in}
