"""Hand in a sealed bid: sealed in the bidder's browser or by command, so that no field of it is ever sent open."""

import json
import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.reads import get_registration
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.package_slate import HIGHEST_FEN
from jishi.platform.words import say
from jishi.web.participant.page import crumbs, page, require_own
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, show_fault
from jishi.web.shell.site import language

OFTEN = Buckets(rate=1, burst=20)
HEADER, OF_MEMBER = 2000, 500  # characters of an envelope beside its cipher; more than docs/sealing.md counts
KINDS = {
    "price_fen": "price",
    "pairs": "pairs",
    "orders": "orders",
    "contribution": "contribution",
    "packages": "packages",
}
"""How a bid is typed, by its first field."""
EXAMPLES = {
    "price": '{"price_fen": …}',
    "pairs": '{"pairs": [[…, …]]}',
    "orders": '{"orders": [["buy", …, …]]}',
    "contribution": '{"contribution": "…"}',
    "packages": '{"packages": [{"lots": ["…"], "price_fen": …}]}',
}
"""How the same bid is given to the command."""
MOST_ROWS = 10


class EnvelopeForm(forms.Form):
    """An envelope as text, put there by the script, or as a file made elsewhere."""

    fault_fields = {"ceremony.envelope_file": "file", "sealing.envelope": "file"}
    key = forms.RegexField(r"[\w-]{8,80}", widget=forms.HiddenInput)
    envelope = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=gettext_lazy("Envelope made by the command"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )


@page("GET", "POST")
@limited(OFTEN, "POST")
def seal(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Show the form to seal with, and take an envelope."""
    registration = get_registration(registration_id)
    require_own(request, "bid.place", registration)
    form = EnvelopeForm(request.POST or None, request.FILES or None, initial={"key": secrets.token_hex(16)})
    if request.method == "POST" and form.is_valid() and _filed(request, form, registration):
        return redirect("participant:seal", registration_id)
    return _show(request, form, registration)


def _filed(request: HttpRequest, form: EnvelopeForm, registration: Any) -> bool:
    try:
        envelope = _read(form.cleaned_data, sealing.committee_of(registration.offering_id))
        filed = sealing.file_envelope(ctx_of(request), registration.id, envelope, form.cleaned_data["key"])
    except Fault as fault:
        show_fault(form, fault)
        return False
    if not filed.answer.accepted:
        form.add_error(None, say(filed.answer.code, filed.answer.params, language()))
        return False
    messages.success(request, _("Your sealed bid is filed as entry %s of the log.") % filed.seq)
    return True


def _read(sent: dict[str, Any], committee: sealing.Committee) -> Any:
    members = len((committee.file or {})["members"])
    most = HEADER + OF_MEMBER * members + 2 * committee.bid_size
    file = sent["file"]
    size = len(sent["envelope"]) if file is None else file.size
    try:
        if size > most:
            raise ValueError
        return json.loads(sent["envelope"] if file is None else file.read(most))
    except (ValueError, RecursionError):
        raise Fault("ceremony.envelope_file", most=most) from None


def _show(request: HttpRequest, form: EnvelopeForm, registration: Any) -> HttpResponse:
    offering = registration.offering
    committee = sealing.find_committee(offering.id)
    stated, typed = sealing.sealing_of(offering), _typed(offering)
    shown = {
        "registration": registration,
        "offering": offering,
        "form": form,
        "committee": committee.file if committee else None,
        "stated": stated,
        "takes": registration.state == "admitted" and "seal" in offering.accepts and not offering.suspended,
        **typed,
        "example": EXAMPLES[typed["kind"]],
        "closes_ms": offering.due_ms or offering.listing_end,
        "rows": range(min(MOST_ROWS, _rows(offering.terms))),
        "most_fen": HIGHEST_FEN,
        "marks": [each for each in offering.terms.get("criteria") or [] if each.get("kind") == "attested"],
        "filings": sealing.find_filings(offering, registration.alias),
        "crumbs": crumbs((offering.title, None)),
    }
    return render(request, "participant/seal.html", shown, status=UNPROCESSABLE if form.errors else 200)


def _typed(offering: Any) -> dict[str, Any]:
    """Say how a bid is typed, and whether a part of the draw goes with a price."""
    first, *others = sealing.bid_fields_of(offering) or ("price_fen",)
    return {"kind": KINDS[first], "draws": "contribution" in others}


def _rows(terms: Any) -> int:
    return int(terms.get("pairs") or terms.get("orders_per_bidder") or 1)
