"""Apply to bid on an offering (竞买申请)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from jishi.apps.market.actions import RegistrationForm, file_registrations
from jishi.apps.market.api import Registration
from jishi.apps.market.reads import find_own_registration, get_public_offering
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.web.participant.forms import ApplicationForm
from jishi.web.participant.page import acting_parties, crumbs, page, party_choices
from jishi.web.shell.posting import ctx_of, render_form, show_fault
from jishi.web.shell.site import language, market_pack
from jishi.web.shell.templatetags.jishi import clause

JOINT = "joint:"


@page("GET", "POST")
def apply(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Apply for one's party or a complete joint bid; who applied and was not refused is shown the application."""
    ctx = ctx_of(request)
    offering = get_public_offering(offering_id)
    own = acting_parties(ctx.actor, offering_id)
    found = find_own_registration(offering_id, own) if request.method == "GET" else None
    if found is not None and found.state != Registration.REFUSED:
        return redirect("participant:registration", found.id)
    way = crumbs((offering.title, None))
    if not own:
        return render(request, "participant/no_party.html", {"offering": offering, "crumbs": way})
    form = ApplicationForm(
        request.POST or None, applicants=_applicants(offering, own), exclusions=_exclusions(offering)
    )
    if form.is_valid():
        try:
            made = file_registrations(ctx, offering_id, [_application(form)])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your application is filed under the alias %s.") % made[0].alias)
            return redirect("participant:registration", made[0].id)
    shown = {"offering": offering, "form": form, "crumbs": way}
    shown["closed"] = offering.state != "noticed" or ctx.now_ms() >= offering.registration_end
    return render_form(request, "participant/apply.html", shown)


def _applicants(offering: Any, own: tuple[str, ...]) -> list[tuple[str, str]]:
    choices = party_choices(own)
    if offering.joint_allowed:
        joints = [joint for joint in parties.joints_of(own) if joint.lead in own and joint.complete]
        names = parties.find_parties([member.party for joint in joints for member in joint.members])
        for joint in joints:
            said = "、".join(names[member.party].name for member in joint.members)
            choices.append((JOINT + joint.id, _("Joint bid: %s") % said))
    return choices


def _application(form: ApplicationForm) -> RegistrationForm:
    chosen, grounds = form.cleaned_data["applicant"], form.grounds()
    if not chosen.startswith(JOINT):
        return RegistrationForm(chosen, grounds=grounds)
    joint = parties.find_joint(chosen.removeprefix(JOINT))
    if joint is None:
        raise Fault("parties.joint.unknown", joint=chosen)
    return RegistrationForm(joint.lead, joint.id, grounds)


def _exclusions(offering: Any) -> list[tuple[str, str, str]]:
    """Give the grounds that keep an applicant out, each with the clauses it stands in."""
    grounds = market_pack().product(offering.product).qualification.exclusions
    return [
        (each.id, each.title.say(language()), format_html_join(" ", "{}", ((clause(c),) for c in each.cites)))
        for each in grounds
    ]
