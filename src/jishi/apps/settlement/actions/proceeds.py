"""What sellers of a call auction receive (卖方成交款): owed once every buyer has paid, less the market's fee.

The market stands between both sides: buyers pay into the escrow account, sellers are paid out of it. Runs inside the
transaction of the last payment, under the offering's lock; owed once.
"""

from collections.abc import Sequence

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.owing import new_refunds
from jishi.apps.settlement.models import Contract, Refund, SubAccount
from jishi.platform.context import Context


def owe_proceeds(ctx: Context, offering_id: str, contracts: Sequence[Contract]) -> list[Refund]:
    """Owe each seller of a paid-up offering what its contract says it receives; nothing a second time."""
    sellers = {row.registration_id: row for row in contracts if row.receives_fen}
    if not sellers or Refund.objects.filter(offering_id=offering_id, cause=Refund.PROCEEDS).exists():
        return []
    offering = market.get_offering(offering_id)
    subs = SubAccount.objects.filter(pk__in=sellers).order_by("pk")
    due = [
        (sub, sellers[sub.pk].receives_fen - sellers[sub.pk].fee_fen, Refund.PROCEEDS, ctx.now_ms())
        for sub in subs
    ]
    refunds = new_refunds(ctx, offering, due)
    total_fen = sum(row.receives_fen for row in sellers.values())
    sides = [(ledger.PRICE, offering_id, total_fen)]
    sides += [(ledger.REFUND_PAYABLE, row.id, -row.amount_fen) for row in refunds]
    sides.append((ledger.FEE, offering_id, -sum(row.fee_fen for row in sellers.values())))
    ledger.post(ctx, "proceeds_due", offering_id, sides)
    projection.show_refunds(ctx, offering_id, offering.division, f"{offering.number} {offering.title}")
    return refunds
