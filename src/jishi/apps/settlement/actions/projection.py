"""What waits for whom: rows of the inbox and of "my list". A simulated market day has neither."""

from collections.abc import Sequence
from datetime import date, timedelta

from jishi.apps.packs import api as packs
from jishi.apps.settlement.models import BankPayment, Contract, Guarantee, Instalment, Refund, SubAccount
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.platform.context import Context
from jishi.platform.models import SearchRow
from jishi.platform.search import drop_row, put_row, put_rows


def show_deposits(ctx: Context, subs: Sequence[SubAccount], title: str, due_ms: int) -> None:
    """Show parties the deposits that wait for them; settled ones disappear."""
    if not ctx.projected:
        return
    waiting = [sub for sub in subs if sub.missing_fen]
    rows = [_deposit_row(ctx, sub, title, due_ms) for sub in waiting]
    put_rows(rows)
    for sub in subs:
        if not sub.missing_fen:
            drop_row("deposit", sub.registration_id)


def show_payment(ctx: Context, payment: BankPayment) -> None:
    """Show the treasurer a payment that nobody can place yet (待认领), until it is placed."""
    if not ctx.projected:
        return
    if payment.state != BankPayment.UNMATCHED:
        drop_row("payment", payment.id)
        return
    division = packs.current_pack().manifest.root_division
    put_row(
        "payment",
        payment.id,
        title=payment.bank_ref,
        division=division,
        state=payment.state,
        updated_ms=ctx.now_ms(),
    )


def show_guarantee(ctx: Context, guarantee: Guarantee, sub: SubAccount) -> None:
    """Show the treasurer a guarantee that waits for a decision."""
    if guarantee.state == Guarantee.FILED:
        title = f"{guarantee.bank} {guarantee.number}"
        now_ms = ctx.now_ms()
        put_row(
            "guarantee",
            guarantee.id,
            title=title,
            division=sub.division,
            state=guarantee.state,
            updated_ms=now_ms,
        )
    else:
        drop_row("guarantee", guarantee.id)


def show_refunds(ctx: Context, offering_id: str, division: str, title: str) -> None:
    """Show the treasurer that an offering has refunds due, the earliest day first."""
    if not ctx.projected:
        return
    due = Refund.objects.filter(offering_id=offering_id, state=Refund.DUE)
    count = due.count()
    if not count:
        drop_row("refund", offering_id)
        return
    first = due.filter(due_day__isnull=False).order_by("due_day").values_list("due_day", flat=True).first()
    due_ms = end_of_day_ms(first) if first else None
    put_row(
        "refund",
        offering_id,
        title=f"{title} ×{count}",
        division=division,
        state=Refund.DUE,
        due_ms=due_ms,
        updated_ms=ctx.now_ms(),
    )


def show_contract(ctx: Context, contract: Contract) -> None:
    """Show the winner a contract that waits for the signature, and afterwards the instalments to pay."""
    if not ctx.projected:
        return
    if contract.state == Contract.DRAFT:
        due_ms = end_of_day_ms(contract.sign_by_day) if contract.sign_by_day else None
        facts = {"state": contract.state, "due_ms": due_ms, "updated_ms": ctx.now_ms()}
        put_row("contract", contract.id, party=contract.party, title=contract.number, **facts)
    else:
        drop_row("contract", contract.id)


def show_instalments(ctx: Context, contract: Contract, rows: Sequence[Instalment]) -> None:
    """Show the winner what is left to pay, and when."""
    if not ctx.projected:
        return
    for row in rows:
        if row.left_fen:
            title = f"{contract.number} {row.title_zh} {row.title_en}"
            facts = {"due_ms": end_of_day_ms(row.due_day), "updated_ms": ctx.now_ms()}
            put_row("instalment", row.id, party=contract.party, title=title, state="due", **facts)
        else:
            drop_row("instalment", row.id)


def show_register_entry(ctx: Context, contract: Contract, *, due: bool) -> None:
    """Show the clerk that the entry of a contract's offering waits to be written (不动产登记), or no longer does."""
    if not ctx.projected:
        return
    if not due:
        drop_row("entry_due", contract.offering_id)
        return
    put_row(
        "entry_due",
        contract.offering_id,
        title=contract.number,
        division=contract.division,
        state=contract.state,
        updated_ms=ctx.now_ms(),
    )


def end_of_day_ms(day: date) -> int:
    """Return the instant at which a day of the pack's zone ends (ms)."""
    return start_of_day_ms(day + timedelta(days=1), packs.current_pack().manifest.utc_offset_minutes)


def _deposit_row(ctx: Context, sub: SubAccount, title: str, due_ms: int) -> SearchRow:
    return SearchRow(
        kind="deposit",
        object_id=sub.registration_id,
        party=sub.party,
        division=sub.division,
        state=sub.state,
        due_ms=due_ms,
        title=title,
        updated_ms=ctx.now_ms(),
    )
