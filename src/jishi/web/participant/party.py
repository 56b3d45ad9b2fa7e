"""Register a party by its checked code, see it, and say who may act for it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.market.reads import list_own_registrations
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.web.participant.forms import AgentForm, PartyForm
from jishi.web.participant.page import crumbs, page, require_member
from jishi.web.shell.posting import ctx_of, render_form, show_fault, tell_fault


@page("GET", "POST")
def register(request: HttpRequest) -> HttpResponse:
    """Register an organisation or a person; the signed-in person becomes its legal representative."""
    form = PartyForm(request.POST or None)
    if form.is_valid():
        try:
            made = parties.register_party(ctx_of(request), parties.PartyForm(**form.cleaned_data))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Registered: %(name)s. You act for it.") % {"name": made.name})
            return redirect("participant:party", made.id)
    way = crumbs((_("Register a party"), None))
    return render_form(request, "participant/party_new.html", {"form": form, "crumbs": way})


@page("GET", "POST")
def show(request: HttpRequest, party_id: str) -> HttpResponse:
    """Show a party and its representatives; a post authorises an agent (代理人)."""
    require_member(request, party_id)
    ctx = ctx_of(request)
    offerings = {r.offering_id: r.offering.number for r in list_own_registrations([party_id])}
    form = AgentForm(request.POST or None, offerings=list(offerings.items()))
    if form.is_valid():
        email, wanted = form.cleaned_data["email"], form.cleaned_data
        try:
            parties.authorise_agent(ctx, party_id, email, scope=wanted["scope"], until_ms=wanted["until_ms"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("%(email)s may now act for this party.") % {"email": email})
            return redirect("participant:party", party_id)
    standing = parties.representatives_of(party_id, ctx.now_ms())
    found = parties.get_party(party_id)
    page = {
        "party": found,
        "form": form,
        "representatives": [(each, offerings.get(each.scope, each.scope)) for each in standing],
        "is_legal": any(each.user_id == ctx.actor.user_id and each.role == "legal" for each in standing),
        "crumbs": crumbs((found.name, None)),
    }
    return render_form(request, "participant/party.html", page)


@page("POST")
def revoke(request: HttpRequest, representative_id: str) -> HttpResponse:
    """End an agent's power at once."""
    try:
        parties.revoke_agent(ctx_of(request), representative_id)
        messages.success(request, _("The power to act has ended."))
    except Fault as fault:
        tell_fault(request, fault)
    party_id = request.POST.get("party", "")
    return redirect("participant:party", party_id) if party_id.isalnum() else redirect("participant:home")
