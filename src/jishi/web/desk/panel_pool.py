"""The pool of experts on the desk: search it, add and amend, suspend, take in a table."""

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.panels import api as panels
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.words import say
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language

STATES = {
    "active": gettext_lazy("active"),
    "suspended": gettext_lazy("suspended"),
    "retired": gettext_lazy("retired"),
}
LARGEST_MIB = 5
SHOWN_PROBLEMS = 50


class ExpertForm(forms.Form):
    """What is stated of an expert."""

    fault_fields = {
        "panels.expert.number": "number",
        "panels.expert.fields": "specialities",
        "panels.expert.division": "division",
        "panels.expert.account": "email",
    }
    number = forms.CharField(label=gettext_lazy("Number in the pool"), max_length=40)
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=80)
    organisation = forms.CharField(
        label=gettext_lazy("Employer"),
        help_text=gettext_lazy("In full: whoever shares it with a party keeps out."),
        max_length=120,
    )
    specialities = forms.CharField(
        label=gettext_lazy("Fields"), help_text=gettext_lazy("Several with a comma between."), max_length=400
    )
    titles = forms.CharField(label=gettext_lazy("Titles"), max_length=200, required=False)
    division = forms.CharField(label=gettext_lazy("Division code of the pool"), max_length=6)
    email = forms.EmailField(
        label=gettext_lazy("Account"),
        help_text=gettext_lazy("The address they sign in with. Without an account nobody is drawn."),
        required=False,
    )

    def read(self) -> panels.ExpertForm:
        """Return what was typed."""
        data = dict(self.cleaned_data)
        return panels.ExpertForm(specialities=panels.cut_fields(data.pop("specialities")), **data)


class StateForm(forms.Form):
    """Move an expert to another state."""

    fault_fields = {"panels.reason": "reason"}
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=tuple(STATES.items()))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)


class TableForm(forms.Form):
    """A table of experts."""

    fault_fields = {"table": "file", "panels.import": "file"}
    file = forms.FileField(
        label=gettext_lazy("Table of experts (CSV or XLSX)"),
        help_text=gettext_lazy(
            "Columns: number, name, organisation, specialities; also titles, division, email."
        ),
    )


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """Search the experts of one's divisions."""
    ctx = ctx_of(request)
    require(ctx, "expert.read")
    return _list(request, TableForm() if _may_edit(request) else None)


@desk_page("POST")
def take_in(request: HttpRequest) -> HttpResponse:
    """Take in a table: rows that stand are stored, the others are told with their reason."""
    ctx, form = ctx_of(request), TableForm(request.POST, request.FILES)
    require(ctx, "expert.edit")
    problems: list[tuple[int, str]] = []
    if form.is_valid():
        try:
            taken, refused = _import(request, form.cleaned_data["file"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            problems = [(each.row, say(each.code, each.params, language())) for each in refused]
            messages.success(request, _("Rows taken: %(taken)d; not taken: %(left)d") % {
                "taken": taken, "left": len(refused)
            })  # fmt: skip
            if not problems:
                return redirect("desk:experts")
    return _list(request, form, problems)


@desk_page("GET", "POST")
def add(request: HttpRequest) -> HttpResponse:
    """Add an expert."""
    ctx = ctx_of(request)
    require(ctx, "expert.edit")
    reach = reach_of(ctx.actor, "expert.edit")
    form = ExpertForm(request.POST or None, initial={"division": reach[0] if reach else ""})
    if form.is_valid():
        try:
            panels.add_expert(ctx, form.read())
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The expert stands in the pool."))
            return redirect("desk:experts")
    return render_desk(request, "desk/expert.html", {"form": form})


@desk_page("GET", "POST")
def show(request: HttpRequest, expert_id: str) -> HttpResponse:
    """Show an expert; a clerk amends."""
    ctx, expert = ctx_of(request), panels.find_expert(expert_id)
    target = Target(expert.id, expert.division)
    require(ctx, "expert.edit" if request.method == "POST" else "expert.read", target)
    initial = {name: getattr(expert, name) for name in ExpertForm.base_fields}
    initial["specialities"] = "、".join(expert.specialities)
    form = ExpertForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            panels.amend_expert(ctx, expert_id, form.read())
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Amended. Panels already drawn keep what they were drawn from."))
            return redirect("desk:expert", expert_id)
    may_edit = may(ctx.actor, "expert.edit", target)
    shown = {
        "expert": expert,
        "form": form,
        "may_edit": may_edit,
        "state_form": StateForm(initial={"state": expert.state}) if may_edit else None,
        "state_word": STATES[expert.state],
    }
    return render_desk(request, "desk/expert.html", shown)


@desk_page("POST")
def set_state(request: HttpRequest, expert_id: str) -> HttpResponse:
    """Suspend, retire or reinstate an expert."""
    ctx, expert = ctx_of(request), panels.find_expert(expert_id)
    require(ctx, "expert.edit", Target(expert.id, expert.division))
    try:
        panels.set_expert_state(ctx, expert_id, request.POST.get("state", ""), request.POST.get("reason", ""))
    except Fault as fault:
        tell_fault(request, fault)
    else:
        messages.success(request, _("The state is set."))
    return redirect("desk:expert", expert_id)


def _may_edit(request: HttpRequest) -> bool:
    return bool(reach_of(ctx_of(request).actor, "expert.edit"))


def _list(request: HttpRequest, form: TableForm | None, problems: Any = ()) -> HttpResponse:
    given = request.GET
    query = panels.ExpertQuery(
        reach_of(ctx_of(request).actor, "expert.read"), given.get("q", ""), given.get("field", ""),
        given.get("state", ""),
    )  # fmt: skip
    page = panels.find_experts(query, given.get("after"))
    shown = {
        "page": page,
        "rows": [(each, STATES[each.state]) for each in page.rows],
        "counts": panels.count_experts(query),
        "states": STATES,
        "form": form,
        "problems": list(problems)[:SHOWN_PROBLEMS],
        "may_edit": _may_edit(request),
    }
    return render_desk(request, "desk/experts.html", shown)


def _import(request: HttpRequest, file: Any) -> tuple[int, list[panels.RowProblem]]:
    if file.size > LARGEST_MIB << 20:
        raise Fault("panels.import.large", mib=file.size >> 20, most=LARGEST_MIB)
    ctx = ctx_of(request)
    reach = reach_of(ctx.actor, "expert.edit")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        path.write_bytes(file.read())
        forms = panels.read_experts(path, reach[0] if reach else "")
    return panels.import_experts(ctx, forms)
