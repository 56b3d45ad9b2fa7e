"""A seat in an opening committee: register the key made on one's own machine, publish it after the deadline.

The private key reaches this server once, when the member publishes it for everyone.
"""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.reads import get_public_offering
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.web.participant.page import crumbs, page
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, show_fault

OFTEN = Buckets(rate=1, burst=20)
LARGEST_KEY = 2000


class KeyForm(forms.Form):
    """The public half of a key."""

    fault_fields = {"sealing.committee": "public", "ceremony.key_used": "public"}
    public = forms.CharField(
        label=gettext_lazy("Public key"),
        max_length=200,
        help_text=gettext_lazy("Made above, or “public” of the file that ./jishi member-key wrote."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    stored = forms.BooleanField(label=gettext_lazy("I have stored the key file and can find it again."))


class HandOverForm(forms.Form):
    """The key file that was kept."""

    fault_fields = {"ceremony.key": "file"}
    file = forms.FileField(
        label=gettext_lazy("My key file"),
        help_text=gettext_lazy(
            "The file you stored when you registered. Its private key becomes public at once."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@page("GET")
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show one's seat and what it waits for."""
    return _show(request, offering_id)


@page("POST")
@limited(OFTEN, "POST")
def register(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Register the public half of a fresh key."""
    form = KeyForm(request.POST)
    _own_seat(request, offering_id)
    if form.is_valid():
        try:
            sealing.register_key(ctx_of(request), offering_id, form.cleaned_data["public"].strip())
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your key is registered. Keep the file until the opening."))
            return redirect("participant:seat", offering_id)
    return _show(request, offering_id, key=form)


@page("POST")
@limited(OFTEN, "POST")
def hand_over(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Publish one's private key."""
    form = HandOverForm(request.POST, request.FILES)
    _own_seat(request, offering_id)
    if form.is_valid():
        try:
            sealing.hand_over(ctx_of(request), offering_id, _read_private(form.cleaned_data["file"]))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your key is published."))
            return redirect("participant:seat", offering_id)
    return _show(request, offering_id, hand_over=form)


def _read_private(file: Any) -> str:
    try:
        found = json.loads(file.read(LARGEST_KEY)) if file.size <= LARGEST_KEY else None
    except (ValueError, RecursionError):
        found = None
    private = found.get("private") if isinstance(found, dict) else None
    if not isinstance(private, str):
        raise Fault("ceremony.key_file")
    return private


def _own_seat(request: HttpRequest, offering_id: str) -> sealing.Member:
    seat = sealing.find_seat(offering_id, ctx_of(request).actor.user_id)
    if seat is None:
        raise Fault("access.denied", action="committee.sit")
    return seat


def _show(request: HttpRequest, offering_id: str, **forms: Any) -> HttpResponse:
    seat, offering = _own_seat(request, offering_id), get_public_offering(offering_id)
    waits = offering.state == "noticed" and offering.awaits == "unseal" and not offering.suspended
    due = waits or seat.committee.opened_ms is not None
    shown = {
        "seat": seat,
        "offering": offering,
        "members": sealing.list_members(offering_id),
        "may_register": seat.committee.file is None and offering.state == "noticed",
        "may_hand_over": due and not seat.private,
        "key": forms.get("key") or KeyForm(),
        "hand_over": forms.get("hand_over") or HandOverForm(),
        "crumbs": crumbs((offering.title, None)),
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "participant/seat.html", shown, status=UNPROCESSABLE if failed else 200)
