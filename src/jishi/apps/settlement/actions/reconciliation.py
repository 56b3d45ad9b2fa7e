"""Daily reconciliation (对账): the bank's statement, the books and what the sub-accounts say they hold."""

from datetime import date
from typing import Any

from django.db import transaction

from jishi.apps.packs import api as packs
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions.payment import receive_payments
from jishi.apps.settlement.bank import BankLine, find_bank
from jishi.apps.settlement.info import PaymentInfo
from jishi.apps.settlement.models import Posting, Reconciliation, SubAccount
from jishi.kernel.calendar.zone import MS_PER_DAY, start_of_day_ms
from jishi.platform.access import NOTHING, require
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

Difference = dict[str, Any]


def reconcile(ctx: Context, day: date) -> Reconciliation:
    """Hold the books to the bank's statement of `day` and to themselves; every run is kept."""
    require(ctx, "reconciliation.run", NOTHING)
    since_ms, until_ms = _bounds(day)
    bank = find_bank()
    with transaction.atomic():
        found = ledger.balances(until_ms)
        bank_total = bank.balance(until_ms)
        differences = _against_bank(since_ms, until_ms) + _within_books()
        balanced = not differences and bank_total == found[ledger.BANK]
        return Reconciliation.objects.create(
            id=new_id(ctx.entropy),
            day=day,
            at_ms=ctx.now_ms(),
            bank_total_fen=bank_total,
            ledger_total_fen=found[ledger.BANK],
            unmatched_fen=-found[ledger.SUSPENSE],
            balances=found,
            differences=differences,
            state=Reconciliation.BALANCED if balanced else Reconciliation.DIFFERENT,
            simulated=bank.simulated,
        )


def take_statement(ctx: Context, day: date) -> list[PaymentInfo]:
    """Book what the bank's statement of `day` shows coming in and the books do not have."""
    require(ctx, "payment.match", NOTHING)
    lines = [line for line in find_bank().statement(*_bounds(day)) if line.amount_fen > 0]
    booked = _booked([line.bank_ref for line in lines])
    missed = [
        BankLine(line.bank_ref, line.to_number, line.amount_fen, line.at_ms)
        for line in lines
        if line.bank_ref not in booked
    ]
    return receive_payments(ctx.as_system(), missed)


def _bounds(day: date) -> tuple[int, int]:
    offset = packs.current_pack().manifest.utc_offset_minutes
    since_ms = start_of_day_ms(day, offset)
    return since_ms, since_ms + MS_PER_DAY


def _against_bank(since_ms: int, until_ms: int) -> list[Difference]:
    """Compare by reference: what the bank has on the day, and what the books have of it."""
    stated = {line.bank_ref: line.amount_fen for line in find_bank().statement(since_ms, until_ms)}
    booked = _booked(list(stated))
    today = Posting.objects.filter(account=ledger.BANK, entry__at_ms__gte=since_ms, entry__at_ms__lt=until_ms)
    booked |= dict(today.values_list("ref", "amount_fen"))
    found = []
    for ref in sorted(stated.keys() | booked.keys()):
        bank_fen, ledger_fen = stated.get(ref), booked.get(ref)
        if bank_fen != ledger_fen:
            kind = "not_booked" if ledger_fen is None else "not_at_bank" if bank_fen is None else "amount"
            found.append(_difference(kind, ref, bank_fen, ledger_fen))
    return found


def _booked(refs: list[str]) -> dict[str, int]:
    return {
        ref: amount_fen
        for part in batched(refs, 500)
        for ref, amount_fen in Posting.objects.filter(account=ledger.BANK, ref__in=part).values_list(
            "ref", "amount_fen"
        )
    }


def _within_books() -> list[Difference]:
    """Compare what sub-accounts say they hold with their postings, and look for entries that do not balance."""
    posted = ledger.balances_by_ref(ledger.DEPOSIT)
    held = dict(SubAccount.objects.filter(held_fen__gt=0).values_list("registration_id", "held_fen"))
    found = [
        _difference("sub_account", ref, held.get(ref, 0), -posted.get(ref, 0))
        for ref in sorted(held.keys() | posted.keys())
        if held.get(ref, 0) != -posted.get(ref, 0)
    ]
    broken = ledger.unbalanced_entries()
    return found + [_difference("unbalanced", ref, 0, total) for ref, total in sorted(broken.items())]


def _difference(kind: str, ref: str, bank_fen: int | None, ledger_fen: int | None) -> Difference:
    return {"kind": kind, "ref": ref, "bank_fen": bank_fen, "ledger_fen": ledger_fen}
