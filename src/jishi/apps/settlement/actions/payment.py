"""Payments that come in: told by the bank, made in the sandbox, placed or returned by the treasurer's hand.

A payment counts when it came before registration closed, for a sub-account that still waits. What is too much or too
late is owed back at once; what carries no known number waits in suspense. The bank's reference is the idempotency key.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction

from jishi.apps.parties import api as parties
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.counting import Booking, book
from jishi.apps.settlement.actions.locking import (
    get_sub_account,
    get_sub_accounts,
    guard,
    lock_offerings,
)
from jishi.apps.settlement.bank import BankLine, TransferOrder, find_bank, new_bank_ref, sandbox
from jishi.apps.settlement.info import PaymentInfo, describe_payment
from jishi.apps.settlement.models import BankPayment, SubAccount
from jishi.apps.settlement.payer import find_payers, seal_payers
from jishi.kernel.fault import Fault
from jishi.platform.access import NOTHING, require
from jishi.platform.batch import batched, insert_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


def pay_deposit(ctx: Context, registration_id: str, amount_fen: int | None = None) -> PaymentInfo:
    """Pay a deposit in the sandbox; None pays what is missing. Fault `settlement.deposit.paid` when nothing is."""
    return pay_deposits(ctx, [(registration_id, amount_fen)])[0]


def pay_deposits(ctx: Context, wanted: Sequence[tuple[str, int | None]]) -> list[PaymentInfo]:
    """Pay many deposits in the sandbox, pairs of registration and fen (None: what is missing)."""
    subs = get_sub_accounts([registration_id for registration_id, _ in wanted])
    for sub in subs.values():
        guard(ctx, "deposit.pay", sub)
    names = {} if ctx.simulated else parties.find_parties([sub.party for sub in subs.values()])
    bank = sandbox()
    lines = []
    for registration_id, amount_fen in wanted:
        sub = subs[registration_id]
        line = BankLine(new_bank_ref(ctx), sub.number, _amount(sub, amount_fen), ctx.now_ms())
        known = names.get(sub.party)
        lines.append(replace(line, payer=known.name) if known else line)
    with transaction.atomic():
        bank.take_in(ctx, lines)
        return receive_payments(ctx.as_system(), lines)


def post_payment(ctx: Context, line: BankLine) -> PaymentInfo:
    """Post any payment in the sandbox, also one without a number, as a treasurer tries out what happens."""
    require(ctx, "payment.match", NOTHING)
    with transaction.atomic():
        sandbox().take_in(ctx, [line])
        return receive_payments(ctx.as_system(), [line])[0]


def receive_payments(ctx: Context, lines: Sequence[BankLine]) -> list[PaymentInfo]:
    """Book what the bank tells of; a reference told before gets the answer it got before. System only."""
    if not ctx.actor.system:
        raise Fault("access.denied", action="payment.receive")
    for line in lines:
        if line.amount_fen <= 0 or not line.bank_ref:
            raise Fault("settlement.amount", amount_fen=line.amount_fen, ref=line.bank_ref)
    try:
        return _receive(ctx, lines)
    except IntegrityError:  # another process was told of the same reference at the same moment
        return _receive(ctx, lines)


def match_payment(ctx: Context, payment_id: str, registration_id: str) -> PaymentInfo:
    """Place an unmatched payment by hand; it counts as from the instant at which the bank received it."""
    sub = get_sub_account(registration_id)
    guard(ctx, "payment.match", sub)
    with transaction.atomic():
        offerings = lock_offerings(ctx, [sub.offering_id])
        payment = _lock_unmatched(payment_id)
        booking = Booking(payment, get_sub_account(registration_id))
        book(ctx.as_system(), offerings, [booking], source=(ledger.SUSPENSE, lambda row: row.id))
        payment.sub_account = booking.sub
        payment.save(update_fields=["state", "sub_account"])
        projection.show_payment(ctx, payment)
    return describe_payment(payment)


def return_payment(ctx: Context, payment_id: str) -> PaymentInfo:
    """Send an unmatched payment back to where it came from."""
    require(ctx, "payment.match", NOTHING)
    with transaction.atomic():
        payment = _lock_unmatched(payment_id)
        payer = find_payers([payment]).get(payment.id, {})
        order = TransferOrder(
            payment.id, payment.amount_fen, payer.get("payer_account", ""), payer.get("payer", "")
        )
        bank_ref = find_bank().pay_out(ctx, [order])[0]
        sides = [
            (ledger.SUSPENSE, payment.id, payment.amount_fen),
            (ledger.BANK, bank_ref, -payment.amount_fen),
        ]
        ledger.post(ctx, "payment_returned", payment.id, sides)
        payment.state = BankPayment.RETURNED
        payment.save(update_fields=["state"])
        projection.show_payment(ctx, payment)
    return describe_payment(payment)


def _amount(sub: SubAccount, amount_fen: int | None) -> int:
    if amount_fen is None:
        amount_fen = sub.missing_fen
        if not amount_fen:
            raise Fault("settlement.deposit.paid", alias=sub.alias, state=sub.state)
    if amount_fen <= 0:
        raise Fault("settlement.amount", amount_fen=amount_fen, ref=sub.number)
    return amount_fen


def _receive(ctx: Context, lines: Sequence[BankLine]) -> list[PaymentInfo]:
    with transaction.atomic():
        offerings = lock_offerings(ctx, {sub.offering_id for sub in _find_subs(lines).values()})
        subs = _find_subs(lines)  # again: what they hold is settled only under the lock
        known = _find_known(lines)
        fresh = list({line.bank_ref: line for line in lines if line.bank_ref not in known}.values())
        payments = _new_payments(ctx, fresh)
        bookings = [Booking(row, subs[row.to_number]) for row in payments if row.to_number in subs]
        lost = [row for row in payments if row.to_number not in subs]
        book(ctx, offerings, bookings, source=(ledger.BANK, lambda row: row.bank_ref))
        _suspend(ctx, lost)
        insert_rows(payments)
        known |= {row.bank_ref: row for row in payments}
    return [describe_payment(known[line.bank_ref]) for line in lines]


def _find_subs(lines: Sequence[BankLine]) -> dict[str, SubAccount]:
    numbers = {line.to_number for line in lines if line.to_number}
    return {
        sub.number: sub
        for part in batched(sorted(numbers), 500)
        for sub in SubAccount.objects.filter(number__in=part)
    }


def _find_known(lines: Sequence[BankLine]) -> dict[str, BankPayment]:
    refs = [line.bank_ref for line in lines]
    return {
        row.bank_ref: row
        for part in batched(refs, 500)
        for row in BankPayment.objects.filter(bank_ref__in=part)
    }


def _new_payments(ctx: Context, lines: Sequence[BankLine]) -> list[BankPayment]:
    rows = [
        BankPayment(
            id=new_id(ctx.entropy),
            bank_ref=line.bank_ref,
            to_number=line.to_number,
            amount_fen=line.amount_fen,
            at_ms=line.at_ms,
            state=BankPayment.UNMATCHED,
            simulated=find_bank().simulated,
        )
        for line in lines
    ]
    seal_payers(list(zip(rows, lines, strict=True)))
    return rows


def _suspend(ctx: Context, payments: Sequence[BankPayment]) -> None:
    sides = [(ledger.BANK, row.bank_ref, row.amount_fen) for row in payments]
    sides += [(ledger.SUSPENSE, row.id, -row.amount_fen) for row in payments]
    ledger.post(ctx, "payment_unmatched", "", sides)
    for row in payments:
        projection.show_payment(ctx, row)


def _lock_unmatched(payment_id: str) -> BankPayment:
    payment = BankPayment.objects.select_for_update().filter(pk=payment_id).first()
    if payment is None:
        raise Fault("settlement.payment.unknown", payment=payment_id)
    if payment.state != BankPayment.UNMATCHED:
        raise Fault("settlement.payment.placed", ref=payment.bank_ref, state=payment.state)
    return payment
