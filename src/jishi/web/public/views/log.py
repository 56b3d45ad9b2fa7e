"""The evidence log, newest entries first: what was recorded, of which stream, under which hash."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jishi.kernel.evidence.tile import read_path
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.log import public_log_key, publish_log, read_log_file, signed_checkpoint
from jishi.platform.secrets import operator_public_key

ROWS = 50
OFFERING = "offering/"
KINDS = {
    "OfferingDrafted": _("Offering drafted"),
    "NoticePublished": _("Notice published"),
    "NoticeSupplemented": _("Supplementary notice published"),
    "QuestionAnswered": _("Question answered"),
    "RegistrationFiled": _("Application filed"),
    "RegistrationQualified": _("Applicant qualified"),
    "RegistrationRefused": _("Application refused"),
    "RegistrationWithdrawn": _("Application withdrawn"),
    "DepositSecured": _("Deposit secured"),
    "AwardConfirmed": _("Sale confirmed"),
    "NextAwarded": _("Awarded to the next candidate"),
    "ResultPublished": _("Result published"),
    "ContractSigned": _("Contract signed"),
    "PaymentOverdue": _("Payment overdue"),
    "DepositRefunded": _("Deposit refunded"),
    "DepositApplied": _("Deposit credited to the price"),
    "RegisterWritten": _("Register entry written"),
    "EntryCreated": _("Register entry made"),
    "EntryAmended": _("Register entry amended"),
    "EntryStateSet": _("State of a register entry set"),
    "EncumbranceAdded": _("Encumbrance entered"),
    "EncumbranceProlonged": _("Encumbrance prolonged"),
    "EncumbranceLapsed": _("Encumbrance lapsed"),
    "EncumbranceLifted": _("Encumbrance lifted"),
    "PartyRegistered": _("Party registered"),
    "PartyContactChanged": _("Contact of a party changed"),
    "PartyErased": _("Personal data of a party erased"),
    "RepresentativeAdded": _("Representative added"),
    "RepresentativeRevoked": _("Representative revoked"),
    "JointBidFormed": _("Joint bid formed"),
    "JointBidConsented": _("Joint bid consented to"),
}
INPUTS = {
    "admit": _("Bidder admitted"),
    "bid": _("Quote accepted"),
    "withdraw": _("Bidder withdrew"),
    "continue": _("Bidder goes on"),
    "suspend": _("Clocks stopped"),
    "resume": _("Clocks started again"),
    "terminate": _("Listing terminated"),
    "set_step": _("Increment changed"),
    "extend": _("Listing extended"),
    "amend": _("Terms amended"),
    "reveal": _("Reserve price opened"),
    "tick": _("A clock ran out"),
    "seal": _("Sealed bid filed"),
    "unseal": _("Sealed bids opened"),
    "order": _("Order entered"),
    "cancel": _("Order taken back"),
    "clear": _("Orders cleared"),
    "buy": _("Quantity taken"),
    "offer": _("Second quantity offered"),
    "agree": _("Price agreed"),
    "prefer": _("Right of first refusal recorded"),
    "exercise": _("Right of first refusal exercised"),
    "decline": _("Declined"),
    "discredit": _("Credit level recorded"),
    "object": _("Objection entered"),
    "answer": _("Objection answered"),
    "seat": _("Panel seated"),
    "score": _("Marks given"),
    "draw": _("Secret of the draw revealed"),
    "solve": _("Allocation of packages brought"),
}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show one page of the log; `before` is the index above the newest entry shown."""
    size = evidence.log_size()
    before = _read_before(request.GET.get("before", ""), size)
    entries = evidence.read_log(max(-1, before - ROWS - 1), min(ROWS, before))[::-1]
    page = {
        "rows": [(entry, _address(entry), _said(entry)) for entry in entries],
        "size": size,
        "older": entries[-1].index if entries and entries[-1].index else None,
        "key": operator_public_key(),
        "checkpoint": signed_checkpoint(),
        "log_key": public_log_key().text,
    }
    return render(request, "public/log.html", page)


@require_safe
def send_checkpoint(request: HttpRequest) -> HttpResponse:
    """Send the signed checkpoint (检查点) with its cosignatures, as C2SP tlog-tiles asks."""
    note = signed_checkpoint()
    if note is None:
        publish_log()
        note = signed_checkpoint()
    return HttpResponse(note or "", content_type="text/plain; charset=utf-8")


@require_safe
def send_tile(request: HttpRequest, name: str) -> HttpResponse:
    """Send a tile, or the records under one; what is full never changes."""
    try:
        read_path(name)
    except Fault:
        raise Http404 from None
    raw = read_log_file(name)
    if raw is None:
        raise Http404
    answer = HttpResponse(raw, content_type="application/octet-stream")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _read_before(text: str, size: int) -> int:
    return min(int(text), size) if text.isascii() and text.isdigit() and len(text) < 16 else size


def _address(entry: Any) -> str | None:
    """Return the page of the offering an entry is about, None for any other stream."""
    if not entry.stream.startswith(OFFERING) or entry.kind == "OfferingDrafted":
        return None
    return reverse("public:offering", args=[entry.stream.removeprefix(OFFERING)])


def _said(entry: Any) -> Any:
    """Say what an entry records; a kind without words shows as it is."""
    if entry.kind == "MechanismStepped":
        given = json.loads(entry.data)["input"]["type"]
        return INPUTS.get(given, given)
    return KINDS.get(entry.kind, entry.kind)
