"""Form a joint bid (联合竞买) and consent to one."""

from fractions import Fraction

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import format_number
from jishi.web.participant.forms import PPM_PER_PERCENT, JointForm
from jishi.web.participant.page import all_parties, crumbs, page, party_choices
from jishi.web.shell.posting import ctx_of, render_form, show_fault, tell_fault


@page("GET", "POST")
def form_joint(request: HttpRequest) -> HttpResponse:
    """Form a joint bid; the lead consents by forming it, the others are asked."""
    ctx = ctx_of(request)
    form = JointForm(request.POST or None, leads=party_choices(ctx.actor.parties))
    if form.is_valid():
        try:
            joint = parties.form_joint_bid(ctx, form.cleaned_data["lead"], form.cleaned_data["shares"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(
                request, _("The joint bid is formed; it may apply once every member has consented.")
            )
            return redirect("participant:joint", joint.id)
    way = crumbs((_("Form a joint bid"), None))
    return render_form(request, "participant/joint_new.html", {"form": form, "crumbs": way})


@page("GET")
def show(request: HttpRequest, joint_id: str) -> HttpResponse:
    """Show a joint bid to its members."""
    joint = parties.find_joint(joint_id)
    own = set(all_parties(ctx_of(request).actor))
    if joint is None or not own & {member.party for member in joint.members}:
        raise Fault("parties.joint.unknown", joint=joint_id)
    names = parties.find_parties([member.party for member in joint.members])
    members = [(m, names[m.party], _percent(m.share_ppm), m.party in own) for m in joint.members]
    shown = {"joint": joint, "members": members, "crumbs": crumbs((_("Joint bid"), None))}
    return render(request, "participant/joint.html", shown)


@page("POST")
def consent(request: HttpRequest, joint_id: str) -> HttpResponse:
    """Consent to a joint bid for one of one's parties."""
    try:
        parties.consent_joint_bid(ctx_of(request), joint_id, request.POST.get("party", ""))
        messages.success(request, _("The consent is recorded."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("participant:joint", joint_id)


def _percent(share_ppm: int) -> str:
    return format_number(Fraction(share_ppm, PPM_PER_PERCENT)) + "%"
