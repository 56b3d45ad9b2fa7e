"""The treasurer's desk: payments as the bank tells of them, and whose they are (待认领款项)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.reads import get_offerings
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.fields import MoneyField
from jishi.web.shell.money import money_text
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language

STATES = ("unmatched", "matched", "late", "returned")


class PostForm(forms.Form):
    """Post an incoming line of the sandbox bank."""

    to_number = forms.CharField(
        label=gettext_lazy("To the account number"),
        required=False,
        help_text=gettext_lazy("Leave it empty or write a wrong one to see a payment nobody owns."),
    )
    amount_fen = MoneyField(label=gettext_lazy("Amount"))
    payer = forms.CharField(label=gettext_lazy("Payer"), required=False)
    reference = forms.CharField(label=gettext_lazy("Reference"), required=False)
    bank_ref = forms.CharField(
        label=gettext_lazy("Bank reference"),
        required=False,
        help_text=gettext_lazy("Empty: a new one. The same one again is booked only once."),
    )


class MatchForm(forms.Form):
    """Say whose a payment is: one of the sub-accounts that wait, those that miss exactly this much first."""

    registration_id = forms.ChoiceField(label=gettext_lazy("Deposit account that waits"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["registration_id"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            self.fields["registration_id"].help_text = _("No deposit account waits for money now.")


@desk_page("GET")
def list_payments(request: HttpRequest) -> HttpResponse:
    """List incoming payments, newest first; ?state= narrows."""
    return _payments(request, PostForm())


@desk_page("POST")
def post_payment(request: HttpRequest) -> HttpResponse:
    """Post a line of the sandbox bank, as its statement would bring it."""
    ctx = ctx_of(request)
    require(ctx, "payment.match")
    form = PostForm(request.POST)
    if form.is_valid():
        said = dict(form.cleaned_data)
        said["bank_ref"] = said["bank_ref"] or f"SBX-{new_id(ctx.entropy)[:12].upper()}"
        try:
            made = settlement.post_payment(ctx, settlement.BankLine(at_ms=ctx.now_ms(), **said))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Booked as %(ref)s.") % {"ref": made.bank_ref})
            return redirect("desk:payment", made.id)
    return _payments(request, form)


@desk_page("GET")
def show_payment(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Show a payment; one without an owner is matched or returned."""
    ctx = ctx_of(request)
    require(ctx, "payment.list")
    return _payment(request, settlement.get_payment(ctx, payment_id), None)


@desk_page("POST")
def match_payment(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Match a payment to the application it was meant for."""
    ctx = ctx_of(request)
    require(ctx, "payment.match")
    payment = settlement.get_payment(ctx, payment_id)
    form = MatchForm(request.POST, choices=_choices(ctx, payment))
    if form.is_valid():
        try:
            settlement.match_payment(ctx, payment_id, form.cleaned_data["registration_id"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The payment is matched."))
            return redirect("desk:payments")
    return _payment(request, payment, form)


@desk_page("POST")
def return_payment(request: HttpRequest, payment_id: str) -> HttpResponse:
    """Send a payment nobody owns back to its payer."""
    ctx = ctx_of(request)
    require(ctx, "payment.match")
    settlement.get_payment(ctx, payment_id)
    try:
        settlement.return_payment(ctx, payment_id)
        messages.success(request, _("The payment is returned."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("desk:payments")


def _payments(request: HttpRequest, form: PostForm) -> HttpResponse:
    ctx = ctx_of(request)
    require(ctx, "payment.list")
    state = request.GET.get("state", "")
    page = settlement.list_payments(ctx, state, request.GET.get("after"))
    bank = settlement.find_bank()
    shown = {"page": page, "form": form, "state": state, "states": STATES, "bank": bank}
    shown["may_match"] = bool(reach_of(ctx.actor, "payment.match"))
    return render_desk(request, "desk/payments.html", shown)


def _payment(request: HttpRequest, payment: settlement.BankPayment, form: MatchForm | None) -> HttpResponse:
    ctx = ctx_of(request)
    may_match = bool(reach_of(ctx.actor, "payment.match"))
    is_open = payment.state == "unmatched" and may_match
    if form is None and is_open:
        form = MatchForm(choices=_choices(ctx, payment))
    shown = {
        "payment": payment,
        "payer": settlement.payer_of(ctx, payment.id) if may_match else {},
        "form": form,
        "may_match": is_open,
    }
    return render_desk(request, "desk/payment.html", shown)


def _choices(ctx: Context, payment: settlement.BankPayment) -> list[tuple[str, str]]:
    """Return the sub-accounts that wait, in words: account, offering, alias, what is missing."""
    waiting = settlement.list_waiting_accounts(ctx)
    numbers = {each.id: each.number for each in get_offerings({sub.offering_id for sub in waiting})}
    waiting.sort(key=lambda sub: (sub.missing_fen != payment.amount_fen, numbers[sub.offering_id], sub.alias))
    said = _("%(account)s · %(lot)s · %(alias)s · missing %(money)s")
    return [
        (
            sub.registration_id,
            said
            % {
                "account": sub.number,
                "lot": numbers[sub.offering_id],
                "alias": sub.alias,
                "money": money_text(sub.missing_fen, language()),
            },
        )
        for sub in waiting
    ]
