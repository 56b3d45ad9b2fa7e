"""Applications to bid: check the qualification (资格审查), pass many at once, refuse one with its reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jishi.apps.market import reads
from jishi.apps.market.actions import qualify_registrations, refuse_registration
from jishi.apps.market.guarding import preview_qualification
from jishi.apps.parties import api as parties
from jishi.apps.rulings import api as rulings
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.told import say_kept, say_previews
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language, market_pack

SHOWN = 200


class RefusalForm(forms.Form):
    """Refuse an application: on which ground, and why."""

    fault_fields = {"market.reason": "reason"}
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    reason = forms.CharField(
        label=gettext_lazy("Reason, for the applicant to read"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, grounds: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]


@desk_page("GET")
def list_all(request: HttpRequest, offering_id: str) -> HttpResponse:
    """List the applications of an offering; those waiting can be passed together."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    target = Target(offering.id, offering.division)
    require(ctx, "registration.list", target)
    rows = sorted(reads.list_registrations(offering.id), key=lambda row: row.state != "filed")
    names = parties.find_parties([row.party for row in rows[:SHOWN]])
    shown = {
        "offering": offering,
        "rows": [(row, names.get(row.party)) for row in rows[:SHOWN]],
        "total": len(rows),
        "filed": sum(row.state == "filed" for row in rows),
        "may_qualify": offering.state == "noticed" and may(ctx.actor, "registration.qualify", target),
    }
    return render_desk(request, "desk/registrations.html", shown)


@desk_page("POST")
def qualify(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Pass the chosen applications."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "registration.qualify", Target(offering.id, offering.division))
    chosen = request.POST.getlist("registration")
    if not chosen:
        messages.warning(request, _("Choose at least one application."))
        return redirect("desk:registrations", offering_id)
    try:
        passed = qualify_registrations(ctx, offering_id, chosen)
    except Fault as fault:
        tell_fault(request, fault)
    else:
        said = ngettext(
            "%(n)d application passed; its deposit account is open.",
            "%(n)d applications passed; their deposit accounts are open.",
            len(passed),
        )
        messages.success(request, said % {"n": len(passed)})
    return redirect("desk:registrations", offering_id)


@desk_page("GET")
def show(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Show one application with its party in full, to decide on it."""
    return _show(request, registration_id)


@desk_page("POST")
def refuse(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Refuse an application with a reason its party can read."""
    registration = reads.get_registration(registration_id)
    offering = registration.offering
    ctx = ctx_of(request)
    require(ctx, "registration.qualify", Target(offering.id, offering.division))
    form = RefusalForm(request.POST, grounds=_grounds(offering))
    if form.is_valid():
        said = dict(_grounds(offering))[form.cleaned_data["ground"]] + "：" + form.cleaned_data["reason"]
        try:
            refuse_registration(ctx, registration_id, said)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The application is refused; the applicant reads the reason."))
            return redirect("desk:registrations", offering.id)
    return _show(request, registration_id, form)


def _show(request: HttpRequest, registration_id: str, form: RefusalForm | None = None) -> HttpResponse:
    registration = reads.get_registration(registration_id)
    offering, ctx = registration.offering, ctx_of(request)
    target = Target(offering.id, offering.division, registration.party)
    require(ctx, "registration.read", target)
    members = parties.joint_members(registration.joint) if registration.joint else ()
    names = parties.find_parties([member.party for member in members])
    reads_party = may(ctx.actor, "party.read", Target(registration.party, party=registration.party))
    shown = {
        "registration": registration,
        "offering": offering,
        "party": parties.find_party(registration.party),
        "facts": parties.contract_facts(ctx, registration.party) if reads_party else None,
        "members": [(member, names.get(member.party)) for member in members],
        "sub": settlement.find_sub_account(registration.id),
        "form": form or RefusalForm(grounds=_grounds(offering)),
        "said": say_previews(preview_qualification(registration)) if registration.state == "filed" else [],
        "tasks": rulings.list_open_tasks("registration", registration.id),
        "kept": say_kept(rulings.list_rulings("registration", registration.id, 20)),
        "may_decide": registration.state == "filed"
        and offering.state == "noticed"
        and may(ctx.actor, "registration.qualify", target),
    }
    return render_desk(request, "desk/registration.html", shown)


def _grounds(offering: Any) -> list[tuple[str, str]]:
    exclusions = market_pack().product(offering.product).qualification.exclusions
    found = [(each.id, each.title.say(language())) for each in exclusions]
    return [*found, ("other", str(_("Incomplete or unfit documents")))]
