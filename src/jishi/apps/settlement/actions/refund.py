"""Send what is owed (退还保证金、支付卖方成交款), in batches, with its evidence in each offering's stream."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import lock_offerings
from jishi.apps.settlement.bank import TransferOrder, find_bank
from jishi.apps.settlement.models import BankPayment, Refund, SubAccount
from jishi.apps.settlement.payer import find_payers
from jishi.apps.settlement.schedule import local_day
from jishi.platform.access import TREASURER, Target, divisions_of, require, stem_of
from jishi.platform.batch import batched, update_rows
from jishi.platform.context import Context


def pay_refunds(ctx: Context, *, offering_ids: Sequence[str] | None = None, up_to: date | None = None) -> int:
    """Pay the refunds due, of these offerings or of all the actor may, up to a due day if given; return how many.

    One offering is one transaction: what is paid stays paid if a later one fails.
    """
    rows = Refund.objects.filter(state=Refund.DUE)
    if up_to is not None:
        rows = rows.filter(due_day__lte=up_to)
    if offering_ids is not None:
        rows = rows.filter(offering_id__in=list(offering_ids))
    found = dict(rows.order_by("offering_id").values_list("offering_id", "sub_account__division").distinct())
    if offering_ids is None:
        found = {each: division for each, division in found.items() if _reaches(ctx, division)}
    for offering_id, division in found.items():
        if not ctx.actor.system:
            require(ctx, "refund.pay", Target(offering_id, division))
    return sum(_pay_offering(ctx, offering_id, up_to) for offering_id in found)


def _reaches(ctx: Context, division: str) -> bool:
    stems = [stem_of(each) for each in divisions_of(ctx.actor, [TREASURER])]
    return ctx.actor.system or any(division.startswith(stem) for stem in stems)


def _pay_offering(ctx: Context, offering_id: str, up_to: date | None) -> int:
    with transaction.atomic():
        offering = lock_offerings(ctx, [offering_id])[offering_id]
        due = Refund.objects.select_related("sub_account").filter(offering_id=offering_id, state=Refund.DUE)
        if up_to is not None:
            due = due.filter(due_day__lte=up_to)
        refunds = list(due.order_by("pk"))
        if refunds:
            _send(ctx, offering_id, refunds)
            _close(refunds)
            _witness(ctx, offering_id, refunds)
            title = f"{offering.number} {offering.title}"
            projection.show_refunds(ctx, offering_id, offering.division, title)
    return len(refunds)


def _send(ctx: Context, offering_id: str, refunds: Sequence[Refund]) -> None:
    payers = {} if ctx.simulated else _payers(refunds)
    orders = []
    for row in refunds:
        payer = payers.get(row.sub_account_id, {})
        account, name = payer.get("payer_account", ""), payer.get("payer", "")
        orders.append(TransferOrder(row.id, row.amount_fen, account, name))
    refs = find_bank().pay_out(ctx, orders)
    for row, bank_ref in zip(refunds, refs, strict=True):
        row.state, row.paid_ms, row.bank_ref = Refund.PAID, ctx.now_ms(), bank_ref
    sides = [(ledger.REFUND_PAYABLE, row.id, row.amount_fen) for row in refunds]
    sides += [(ledger.BANK, row.bank_ref, -row.amount_fen) for row in refunds]
    ledger.post(ctx, "refund_paid", offering_id, sides)
    update_rows(refunds, ["state", "paid_ms", "bank_ref"])


def _payers(refunds: Sequence[Refund]) -> dict[str, dict[str, str]]:
    """Return who paid into each sub-account last: money goes back the way it came (原路退回)."""
    payments = [
        row
        for part in batched(sorted({refund.sub_account_id for refund in refunds}), 500)
        for row in BankPayment.objects.filter(sub_account__in=part).order_by("at_ms", "pk")
    ]
    latest = {row.sub_account_id: row for row in payments if row.sealed}
    facts = find_payers(list(latest.values()))
    return {sub: facts[row.id] for sub, row in latest.items() if sub is not None}


def _close(refunds: Sequence[Refund]) -> None:
    ids = sorted({row.sub_account_id for row in refunds})
    for part in batched(ids, 500):
        still = Refund.objects.filter(sub_account__in=part, state=Refund.DUE).values("sub_account")
        done = SubAccount.objects.filter(pk__in=part, state=SubAccount.REFUND_DUE).exclude(pk__in=still)
        done.update(state=SubAccount.REFUNDED)


def _witness(ctx: Context, offering_id: str, refunds: Sequence[Refund]) -> None:
    paid_day = local_day(ctx.now_ms()).isoformat()
    simulated = find_bank().simulated
    news = [
        (
            "ProceedsPaid" if row.cause == Refund.PROCEEDS else "DepositRefunded",
            {
                "alias": row.sub_account.alias,
                "amount_fen": row.amount_fen,
                "due_day": row.due_day.isoformat() if row.due_day else None,
                "paid_day": paid_day,
                "simulated": simulated,
            },
        )
        for row in sorted(refunds, key=lambda row: (row.sub_account.alias, row.id))
    ]
    market.write_evidence(ctx, offering_id, news)
