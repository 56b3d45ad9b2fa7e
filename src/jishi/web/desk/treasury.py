"""The treasurer's desk: bank guarantees, refunds, reconciliation (对账)."""

from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jishi.apps.market.reads import get_offerings
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import require, stem_of
from jishi.platform.context import Context
from jishi.platform.storage import find_file, read_file
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.fields import day_field
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import site


class ReasonForm(forms.Form):
    """Ask why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class DayForm(forms.Form):
    """Choose a day."""

    day = day_field(label=gettext_lazy("Day"))


@desk_page("GET")
def list_guarantees(request: HttpRequest) -> HttpResponse:
    """List bank guarantees handed in and not yet decided."""
    return _guarantees(request, "", ReasonForm())


@desk_page("GET")
def read_guarantee(request: HttpRequest, guarantee_id: str) -> HttpResponse:
    """Give the scan of a guarantee that waits."""
    ctx = ctx_of(request)
    require(ctx, "guarantee.accept")
    guarantee = _find_guarantee(ctx, guarantee_id)
    file = find_file(guarantee.file_id)
    if file is None:
        raise Fault("file.missing", name=guarantee.number)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return HttpResponse(read_file(file), content_type=file.media_type, headers=headers)


@desk_page("POST")
def accept_guarantee(request: HttpRequest, guarantee_id: str) -> HttpResponse:
    """Accept a guarantee: it secures the deposit."""
    ctx = ctx_of(request)
    require(ctx, "guarantee.accept")
    _find_guarantee(ctx, guarantee_id)
    try:
        settlement.accept_guarantee(ctx, guarantee_id)
        messages.success(request, _("The guarantee is accepted; the deposit is secured."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("desk:guarantees")


@desk_page("POST")
def refuse_guarantee(request: HttpRequest, guarantee_id: str) -> HttpResponse:
    """Refuse a guarantee with a reason its party can read."""
    ctx = ctx_of(request)
    require(ctx, "guarantee.accept")
    _find_guarantee(ctx, guarantee_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            settlement.refuse_guarantee(ctx, guarantee_id, form.cleaned_data["reason"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The guarantee is refused."))
            return redirect("desk:guarantees")
    return _guarantees(request, guarantee_id, form)


@desk_page("GET")
def list_refunds(request: HttpRequest) -> HttpResponse:
    """List refunds that are due with their statutory day, and those paid."""
    ctx = ctx_of(request)
    require(ctx, "refund.pay")
    state = "paid" if request.GET.get("state") == "paid" else "due"
    refunds = settlement.list_refunds(
        state=state, divisions=[stem_of(each) for each in reach_of(ctx.actor, "refund.pay")]
    )
    offerings = {each.id: each for each in get_offerings({refund.offering_id for refund in refunds})}
    today = site().day(ctx.now_ms())
    shown = {
        "rows": [(each, offerings.get(each.offering_id)) for each in refunds],
        "total_fen": sum(each.amount_fen for each in refunds),
        "late": sum(
            each.due_day is not None and each.due_day < today for each in refunds if not each.paid_ms
        ),
        "state": state,
        "today": today,
    }
    return render_desk(request, "desk/refunds.html", shown)


@desk_page("POST")
def pay_refunds(request: HttpRequest) -> HttpResponse:
    """Pay the refunds due of the chosen offerings, or all."""
    ctx = ctx_of(request)
    require(ctx, "refund.pay")
    chosen = request.POST.getlist("offering") or None
    try:
        paid = settlement.pay_refunds(ctx, offering_ids=chosen)
    except Fault as fault:
        tell_fault(request, fault)
    else:
        said = ngettext("%(n)d refund paid (sandbox).", "%(n)d refunds paid (sandbox).", paid) % {"n": paid}
        messages.success(request, said)
    return redirect("desk:refunds")


@desk_page("GET")
def list_reconciliations(request: HttpRequest) -> HttpResponse:
    """List the days reconciled, with what differed."""
    return _reconciliations(request, DayForm(initial={"day": site().day(ctx_of(request).now_ms())}))


@desk_page("POST")
def reconcile(request: HttpRequest) -> HttpResponse:
    """Hold the bank's statement of a day to the books."""
    ctx = ctx_of(request)
    require(ctx, "reconciliation.run")
    form = DayForm(request.POST)
    if form.is_valid():
        try:
            found = settlement.reconcile(ctx, form.cleaned_data["day"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            if found.state == "balanced":
                messages.success(request, _("Bank and books agree."))
            else:
                messages.warning(request, _("Bank and books differ; see the list."))
            return redirect("desk:reconciliations")
    return _reconciliations(request, form)


def _find_guarantee(ctx: Context, guarantee_id: str) -> settlement.Guarantee:
    """Return a guarantee that waits in the actor's divisions; Fault `settlement.guarantee.unknown`."""
    found = next((each for each in settlement.list_guarantees(ctx) if each.id == guarantee_id), None)
    if found is None:
        raise Fault("settlement.guarantee.unknown", guarantee=guarantee_id)
    return found


def _guarantees(request: HttpRequest, refused: str, form: ReasonForm) -> HttpResponse:
    ctx = ctx_of(request)
    require(ctx, "guarantee.accept")
    rows = settlement.list_guarantees(ctx)
    return render_desk(request, "desk/guarantees.html", {"rows": rows, "form": form, "refused": refused})


def _reconciliations(request: HttpRequest, form: DayForm) -> HttpResponse:
    ctx = ctx_of(request)
    require(ctx, "reconciliation.run")
    page = settlement.list_reconciliations(request.GET.get("after"))
    # The books count what is owed below zero; a reader wants to see how much it is.
    balances = {name: fen if name == "bank" else -fen for name, fen in settlement.escrow_balances().items()}
    return render_desk(
        request, "desk/reconciliations.html", {"page": page, "form": form, "balances": balances}
    )
