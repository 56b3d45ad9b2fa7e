"""The contract of a sale: read it, sign it, pay the price by its instalments."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.market.reads import get_offering
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.web.participant.page import acting_parties, crumbs, page
from jishi.web.shell.posting import ctx_of, tell_fault


@page("GET")
def show(request: HttpRequest, contract_id: str) -> HttpResponse:
    """Show a contract to its party."""
    _ctx, contract, offering = _own(request, "contract.read", contract_id)
    instalments = settlement.list_instalments(contract_id)
    shown = {
        "contract": contract,
        "offering": offering,
        "instalments": instalments,
        "left_fen": sum(each.left_fen for each in instalments),
        "can_sign": contract.state == "draft",
        "can_pay": contract.state == "signed",
        "crumbs": crumbs((_("Contract %s") % contract.number, None)),
    }
    return render(request, "participant/contract.html", shown)


@page("GET")
def read_pdf(request: HttpRequest, contract_id: str) -> HttpResponse:
    """Give the contract as PDF."""
    ctx, _contract, _offering = _own(request, "contract.read", contract_id)
    content, name = settlement.read_contract_pdf(ctx, contract_id)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@page("POST")
def sign(request: HttpRequest, contract_id: str) -> HttpResponse:
    """Sign for the grantee; the shipped signature is a sandbox and says so."""
    ctx, _contract, _offering = _own(request, "contract.sign", contract_id)
    try:
        settlement.sign_contract(ctx, contract_id, "grantee")
        messages.success(request, _("Signed (sandbox signature). The grantor signs next."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("participant:contract", contract_id)


@page("GET")
def find_instalment(request: HttpRequest, instalment_id: str) -> HttpResponse:
    """Lead from an instalment to its contract."""
    contract_id = settlement.get_instalment(instalment_id).contract_id
    _own(request, "contract.read", contract_id)
    return redirect(reverse("participant:contract", args=[contract_id]) + f"#instalment-{instalment_id}")


@page("POST")
def pay(request: HttpRequest, instalment_id: str) -> HttpResponse:
    """Pay what is left of an instalment (分期价款) through the sandbox bank."""
    contract_id = settlement.get_instalment(instalment_id).contract_id
    ctx, _contract, _offering = _own(request, "instalment.pay", contract_id)
    try:
        settlement.pay_instalment(ctx, instalment_id)
        messages.success(request, _("The sandbox bank has booked the payment."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("participant:contract", contract_id)


def _own(request: HttpRequest, action: str, contract_id: str) -> tuple[Context, Any, Any]:
    ctx = ctx_of(request)
    contract = settlement.get_contract(contract_id)
    offering = get_offering(contract.offering_id)
    if contract.party not in acting_parties(ctx.actor, offering.id):
        raise Fault("access.denied", action=action)
    require(ctx, action, Target(offering.id, offering.division, contract.party))
    return ctx, contract, offering
