"""The books (复式记账): seven accounts, entries that sum to zero, balances. Nothing is posted outside `post`."""

from collections.abc import Sequence

from django.db.models import Sum

from jishi.apps.settlement.models import JournalEntry, Posting
from jishi.kernel.fault import Fault
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

BANK = "bank"  # the escrow account at the bank; sub-ledger by the bank's reference
DEPOSIT = "deposit"  # owed to a bidder; by registration
REFUND_PAYABLE = "refund_payable"  # to be sent, back or to a seller; by refund
SUSPENSE = "suspense"  # received, nobody knows from whom; by payment
PRICE = "price"  # the land price received; by offering
FORFEIT = "forfeit"  # deposits kept from winners who did not sign; by offering
FEE = "fee"  # what sellers pay the market for a sale (交易服务费); by offering
ACCOUNTS = (BANK, DEPOSIT, REFUND_PAYABLE, SUSPENSE, PRICE, FORFEIT, FEE)

Side = tuple[str, str, int]


def post(ctx: Context, kind: str, ref: str, sides: Sequence[Side]) -> None:
    """Write one journal entry of (account, sub-ledger, fen) sides: debits above zero, credits below.

    Sides of zero fen are left out. Faults `settlement.journal.unbalanced`, `settlement.journal.account`.
    """
    sides = [side for side in sides if side[2]]
    total = sum(amount for _, _, amount in sides)
    if total:
        raise Fault("settlement.journal.unbalanced", kind=kind, total_fen=total)
    for account, _, _ in sides:
        if account not in ACCOUNTS:
            raise Fault("settlement.journal.account", account=account, valid=", ".join(ACCOUNTS))
    if not sides:
        return
    entry = JournalEntry(id=new_id(ctx.entropy), at_ms=ctx.now_ms(), kind=kind, ref=ref)
    insert_rows([entry])
    insert_rows([Posting(entry_id=entry.id, account=a, ref=r, amount_fen=fen) for a, r, fen in sides])


def balances(until_ms: int | None = None) -> dict[str, int]:
    """Return the balance of every account (fen; debits above zero), up to but without `until_ms` if given."""
    rows = Posting.objects.all()
    if until_ms is not None:
        rows = rows.filter(entry__at_ms__lt=until_ms)
    found = dict(rows.values_list("account").annotate(total=Sum("amount_fen")))
    return {account: int(found.get(account) or 0) for account in ACCOUNTS}


def balances_by_ref(account: str) -> dict[str, int]:
    """Return the balance of every sub-ledger of an account that is not zero (fen)."""
    rows = Posting.objects.filter(account=account).values_list("ref").annotate(total=Sum("amount_fen"))
    return {ref: int(total) for ref, total in rows if total}


def unbalanced_entries() -> dict[str, int]:
    """Return the entries whose postings do not sum to zero, with what is left over (fen); none but by damage."""
    rows = Posting.objects.values_list("entry_id").annotate(total=Sum("amount_fen")).exclude(total=0)
    return {entry: int(total) for entry, total in rows}
