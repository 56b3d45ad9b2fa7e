"""Absence: hand one's role to a deputy (代理) for a time, end that early; four eyes still ask for two persons."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.reads.office import list_delegations, list_deputies
from jishi.kernel.fault import Fault
from jishi.platform.access import STAFF, require
from jishi.platform.context import Context
from jishi.web.desk.case_forms import DelegationForm
from jishi.web.desk.cases import division_name
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import market_pack
from jishi.web.shell.term import find_term


@desk_page("GET", "POST")
def show(request: HttpRequest) -> HttpResponse:
    """Show what one handed on and took over; hand a role to a deputy."""
    ctx = ctx_of(request)
    require(ctx, "case.handle")
    form = _form(ctx, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        role, _at, division = said["role"].partition("@")
        try:
            procedures.delegate(
                ctx,
                int(said["deputy"]),
                role,
                until_ms=said["until"] or 0,
                reason=said["reason"],
                division=division,
            )
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your deputy acts from now on in your role, beside you."))
            return redirect("desk:absence")
    now = ctx.now_ms()
    rows = [
        (each, division_name(market_pack(), each.division), each.ended_ms is None and each.until_ms > now)
        for each in list_delegations(ctx)
    ]
    return render_desk(request, "desk/absence.html", {"form": form, "rows": rows})


@desk_page("POST")
def end(request: HttpRequest, delegation_id: str) -> HttpResponse:
    """End a delegation one made."""
    try:
        procedures.end_delegation(ctx_of(request), delegation_id)
    except Fault as fault:
        tell_fault(request, fault)
    else:
        messages.success(request, _("The delegation has ended."))
    return redirect("desk:absence")


def _form(ctx: Context, data: object) -> DelegationForm:
    pack = market_pack()
    roles = [
        (
            f"{each.role}@{each.division}",
            f"{find_term(each.role).label} · {division_name(pack, each.division)}",
        )
        for each in ctx.actor.permits
        if each.role in STAFF and each.division
    ]
    people = [(str(each.id), each.name) for each in list_deputies(ctx)]
    return DelegationForm(data, people=people, roles=roles)
