"""One application: where it stands, its deposit, the way into the live room, the receipts of its bids."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jishi.apps.market.actions import withdraw_registration
from jishi.apps.market.api import payments_of
from jishi.apps.market.reads import get_registration, list_ladder
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.web.participant.forms import GuaranteeForm, PaymentForm
from jishi.web.participant.outcome import find_outcomes
from jishi.web.participant.page import crumbs, page, require_own
from jishi.web.shell.posting import UNPROCESSABLE, show_fault, tell_fault

OPEN = ("filed", "qualified", "admitted")
STEPS = ("filed", "qualified", "admitted")
SOLD = ("ended", "confirmed", "published", "contracted", "completed")


@page("GET")
def show(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Show an application to its party."""
    registration = get_registration(registration_id)
    ctx = require_own(request, "registration.read", registration)
    return _render(request, ctx, registration)


@page("POST")
def pay(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Pay into the deposit account through the sandbox bank."""
    registration = get_registration(registration_id)
    ctx = require_own(request, "deposit.pay", registration)
    form = PaymentForm(request.POST)
    if form.is_valid():
        try:
            made = settlement.pay_deposit(ctx, registration_id, form.cleaned_data["amount_fen"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            if made.state == "late":
                messages.warning(request, _("The payment came too late and will be refunded."))
            else:
                messages.success(request, _("The sandbox bank has booked the payment."))
            return redirect("participant:registration", registration_id)
    return _render(request, ctx, registration, payment=form)


@page("POST")
def guarantee(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Hand in a bank guarantee (银行保函)."""
    registration = get_registration(registration_id)
    ctx = require_own(request, "deposit.pay", registration)
    form = GuaranteeForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data.pop("file")
        try:
            given = settlement.GuaranteeForm(**form.cleaned_data)
            settlement.file_guarantee(ctx, registration_id, given, content=file.read(), name=file.name)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The guarantee is handed in; the treasurer will check it."))
            return redirect("participant:registration", registration_id)
    return _render(request, ctx, registration, guarantee=form)


@page("POST")
def withdraw(request: HttpRequest, registration_id: str) -> HttpResponse:
    """Withdraw an application before its first bid."""
    registration = get_registration(registration_id)
    ctx = require_own(request, "registration.withdraw", registration)
    try:
        withdraw_registration(ctx, registration_id)
        messages.success(request, _("The application is withdrawn."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("participant:registration", registration_id)


def _render(request: HttpRequest, ctx: Context, registration: Any, **forms: Any) -> HttpResponse:
    offering = registration.offering
    has_account = settlement.find_sub_account(registration.id) is not None
    deposit = settlement.show_deposit(ctx, registration.id) if has_account else None
    missing = deposit.sub.missing_fen if deposit else 0
    bids = _own_bids(registration)
    can_pay = registration.state == "qualified" and missing > 0 and ctx.now_ms() < offering.registration_end
    page = {
        "registration": registration,
        "offering": offering,
        "party": parties.find_party(registration.party),
        "deposit": deposit,
        "missing_fen": missing,
        "can_pay": can_pay,
        "payment": forms.get("payment") or PaymentForm(initial={"amount_fen": missing}),
        "guarantee": forms.get("guarantee") or GuaranteeForm(initial={"amount_fen": missing}),
        "can_guarantee": can_pay and offering.guarantee_allowed,
        "can_withdraw": registration.state in OPEN and offering.state == "noticed" and not bids,
        "is_live": offering.state == "noticed" and offering.phase != "scheduled",
        "bids": bids,
        "won": registration.alias in payments_of(offering) and offering.state in SOLD,
        "outcome": find_outcomes([registration]).get(registration.id),
        "contract": settlement.find_contract(offering.id, registration.id),
        "can_apply": registration.state == "refused" and _takes_applications(offering, ctx.now_ms()),
        "step_titles": [_("Applied"), _("Qualified"), _("Deposit secured, admitted")],
        "step_at": STEPS.index(registration.state) + 2 if registration.state in STEPS else 0,
        "crumbs": crumbs((offering.title, None)),
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "participant/registration.html", page, status=UNPROCESSABLE if failed else 200)


def _takes_applications(offering: Any, now_ms: int) -> bool:
    return offering.state == "noticed" and not offering.suspended and now_ms < offering.registration_end


def _own_bids(registration: Any) -> list[dict[str, Any]]:
    if not registration.offering.quotes:
        return []
    rungs = list_ladder(registration.offering_id, limit=500)
    return [rung for rung in rungs if rung["alias"] == registration.alias]
