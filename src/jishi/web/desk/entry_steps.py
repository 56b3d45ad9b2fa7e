"""One entry at the desk: what it says and said, what burdens it, and the steps open to its clerk."""

from typing import Any
from urllib.parse import quote

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
from jishi.platform.storage import find_file, read_file
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.versions import changed_lines
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.public.register import burden_words, identity_of, read_day, state_words
from jishi.web.shell.fields import MoneyField, day_field
from jishi.web.shell.outline import draw_outline
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language, market_pack


class BurdenForm(forms.Form):
    """Put a burden on an entry."""

    fault_fields = {"registers.burden.holder": "holder", "registers.burden.amount": "amount_fen"}
    kind = forms.ChoiceField(label=gettext_lazy("Encumbrance"))
    holder = forms.CharField(label=gettext_lazy("Holder"), max_length=120)
    amount_fen = MoneyField(label=gettext_lazy("Secured amount (CNY)"), required=False)
    basis = forms.CharField(label=gettext_lazy("Document it rests on"), max_length=300, required=False)
    until_day = day_field(label=gettext_lazy("Until"), required=False)

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
        registers.lift_encumbrance(ctx, encumbrance_id, reason=request.POST.get("reason", ""))
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


@desk_page("GET")
def read_entry_file(request: HttpRequest, entry_id: str, file_id: str) -> HttpResponse:
    """Give a file that an entry names."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "register.read", Target(entry.id, entry.division))
    named = [field.name for field in market_pack().register(entry.kind).fields if field.type == "file"]
    file = find_file(file_id) if file_id in {entry.data.get(name) for name in named} else None
    if file is None:
        raise Fault("file.missing", name=file_id)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return HttpResponse(read_file(file), content_type=file.media_type, headers=headers)


def _show(request: HttpRequest, entry: Any, **forms_: Any) -> HttpResponse:
    ctx, target = ctx_of(request), Target(entry.id, entry.division)
    require(ctx, "register.read", target)
    kind = market_pack().register(entry.kind)
    versions = registers.list_versions(entry.id)
    failed = next((form for form in forms_.values() if form.errors), None)
    at_ms = read_day(request.GET.get("on", ""))
    then = registers.version_at(entry.id, at_ms) if at_ms is not None else None
    data = then.data if then else entry.data
    shown = {
        "entry": entry,
        "kind": kind,
        "lang": language(),
        "then": then,
        "before": at_ms is not None and then is None,
        "facts": identity_of(kind, entry) + list_facts(entry.kind, data, inside=True),
        "sheets": list_sheets(entry.kind, data, inside=True),
        "conditions": data.get("conditions", ""),
        "files": _files(kind, data),
        "outline": draw_outline(then.geometry if then else entry.geometry),
        "versions": changed_lines(kind, versions),
        "people": name_people([each.by for each in versions if each.by]),
        "burdens": registers.list_encumbrances(entry.id),
        "burden_words": burden_words(kind),
        "state_words": state_words(kind),
        "state": then.state if then else entry.state,
        "may_edit": may(ctx.actor, "register.edit", target),
        "may_offer": may(ctx.actor, "offering.prepare", target) and entry.state in _offered_in(entry.kind),
        "burden_form": forms_.get("burden") or BurdenForm(kinds=_burden_choices(entry)),
        "state_form": forms_.get("state") or StateForm(states=_state_choices(entry)),
        "form": failed,
    }
    return render_desk(request, "desk/entry.html", shown)


def _files(kind: RegisterKind, data: Any) -> list[tuple[str, str, str]]:
    """Return (label, file id, name) of each file an entry names."""
    found = []
    for field in kind.fields:
        if field.type == "file" and (file := find_file(str(data.get(field.name, "")))):
            found.append((field.label.say(language()), file.id, file.name))
    return found


def _state_choices(entry: Any) -> list[tuple[str, str]]:
    kind = market_pack().register(entry.kind)
    return [(state, word) for state, word in state_words(kind).items() if kind.may_follow(entry.state, state)]


def _burden_choices(entry: Any) -> list[tuple[str, str]]:
    return list(burden_words(market_pack().register(entry.kind)).items())


def _offered_in(kind_id: str) -> set[str]:
    products = market_pack().products.values()
    return {state for product in products if product.register_kind == kind_id for state in product.offered_in}
