"""Owe money back: from a bidder's sub-account to refunds payable, with the day by which it must be sent."""

from collections.abc import Sequence

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.models import Refund, SubAccount
from jishi.apps.settlement.schedule import due_day
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

Owed = tuple[SubAccount, int, str, int]  # sub-account, fen, cause, the instant the limit counts from (ms)
STATUTORY = (Refund.LOST, Refund.NO_SALE)


def owe(ctx: Context, offering: market.Offering, owed: Sequence[Owed]) -> list[Refund]:
    """Book refunds out of what sub-accounts hold; the caller lowers `held_fen`."""
    refunds = new_refunds(ctx, offering, owed)
    sides = [(ledger.DEPOSIT, r.sub_account_id, r.amount_fen) for r in refunds]
    sides += [(ledger.REFUND_PAYABLE, r.id, -r.amount_fen) for r in refunds]
    ledger.post(ctx, "refund_due", offering.id, sides)
    return refunds


def new_refunds(ctx: Context, offering: market.Offering, owed: Sequence[Owed]) -> list[Refund]:
    """Store refunds without booking them, each due within the statutory days of its cause.

    The clause speaks of bidders who did not win; for other causes its days are this house's promise, not the law's.
    """
    days = {at_ms: due_day(offering.product, "refund", at_ms) for at_ms in {each[3] for each in owed}}
    refunds = []
    for sub, amount_fen, cause, at_ms in owed:
        due, by_law = days[at_ms], cause in STATUTORY
        refunds.append(
            Refund(
                id=new_id(ctx.entropy),
                sub_account_id=sub.registration_id,
                offering_id=offering.id,
                amount_fen=amount_fen,
                cause=cause,
                start_day=due.start,
                due_day=due.day,
                limit=due.limit,
                clauses=list(due.clauses) if by_law else [],
                confidence=due.confidence if by_law else "unconfirmed",
            )
        )
    insert_rows(refunds)
    return refunds
