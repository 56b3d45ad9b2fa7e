"""The opening committee of an offering, as the office sees it: name its members, decide that no more keys come."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market import reads
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.oversight import name_people
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.posting import ctx_of, show_fault

LONGEST_SEAT = 80


class SeatsForm(forms.Form):
    """For each seat what it stands for, and the address of the account that holds it."""

    def __init__(self, data: Any = None, *, seats: int) -> None:
        super().__init__(data)
        self.seats = seats
        for index in range(1, seats + 1):
            self.fields[f"seat_{index}"] = forms.CharField(
                label=_("Seat %s stands for") % index, max_length=LONGEST_SEAT
            )
            self.fields[f"person_{index}"] = forms.EmailField(label=_("Account of seat %s") % index)

    def read(self) -> Iterator[sealing.Seat]:
        """Yield the seats as typed; an address without an account is nobody's."""
        for index in range(1, self.seats + 1):
            person = sealing.find_person(self.cleaned_data[f"person_{index}"])
            yield sealing.Seat(self.cleaned_data[f"seat_{index}"], 0 if person is None else person)


class EndForm(forms.Form):
    """Why no more keys are awaited."""

    fault_fields = {"ceremony.reason": "reason"}
    reason = forms.CharField(
        label=gettext_lazy("Why no more keys are awaited"),
        help_text=gettext_lazy("Public, with your decision."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@desk_page("GET", "POST")
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show the committee; name it while it is not formed."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    target = Target(offering.id, offering.division)
    require(ctx, "committee.name" if request.method == "POST" else "committee.read", target)
    stated = sealing.sealing_of(offering)
    form = SeatsForm(request.POST or None, seats=stated["members"])
    if form.is_valid():
        try:
            sealing.name_committee(ctx, offering_id, list(form.read()))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The members are named; each now registers a key of their own."))
            return redirect("desk:committee", offering_id)
    return _show(request, offering, form=form)


@desk_page("POST")
def end(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Decide with a reason that no more keys come."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "committee.end", Target(offering.id, offering.division))
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            sealing.end_keys(ctx, offering_id, form.cleaned_data["reason"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(
                request, _("Your decision is recorded; the bids are opened with the keys there are.")
            )
            return redirect("desk:committee", offering_id)
    return _show(request, offering, form=form, ending=form)


def _show(request: HttpRequest, offering: Any, *, form: Any, ending: EndForm | None = None) -> HttpResponse:
    actor, target = ctx_of(request).actor, Target(offering.id, offering.division)
    stated, members = sealing.sealing_of(offering), sealing.list_members(offering.id)
    committee = members[0].committee if members else None
    formed = committee is not None and committee.file is not None
    waits = formed and offering.awaits == "unseal" and stated["suite"] != "x25519"
    may_name = not formed and offering.state == "noticed" and may(actor, "committee.name", target)
    shown = {
        "offering": offering,
        "stated": stated,
        "committee": committee,
        "members": members,
        "people": name_people([each.person for each in members if each.person]),
        "formed": formed,
        "form": form,
        "naming": (form if isinstance(form, SeatsForm) else SeatsForm(seats=stated["members"]))
        if may_name
        else None,
        "ending": (ending or EndForm()) if waits and may(actor, "committee.end", target) else None,
    }
    return render_desk(request, "desk/committee.html", shown)
