"""What happens to the deposit of a winner who did not sign (逾期不签合同): it is kept, its contract is void.

Runs inside the market's transaction, under the offering's lock. 国土资发〔2010〕34号: the deposit is not returned.
"""

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import move
from jishi.apps.settlement.actions.standing import grant_once_signed
from jishi.apps.settlement.models import Contract, Guarantee, SubAccount
from jishi.kernel.fault import Fault
from jishi.platform.context import Context


def forfeit_deposit(ctx: Context, event: market.SaleDefaulted) -> None:
    """Keep what the winner paid in, or call the guarantee; other winners' sales go on.

    Fault `settlement.default.signed` where the winner has signed: then it is the office that is late.
    """
    _void_contract(ctx, event.registration_id)
    sub = SubAccount.objects.get(pk=event.registration_id)
    if sub.state == SubAccount.GUARANTEED:
        how, kept_fen = "guarantee", _call_guarantee(sub)
    else:
        how, kept_fen = "transfer", sub.paid_fen
        sides = [(ledger.PRICE, event.offering_id, sub.applied_fen)]
        sides += [(ledger.DEPOSIT, sub.registration_id, sub.held_fen)]
        sides += [(ledger.FORFEIT, event.offering_id, -kept_fen)]
        ledger.post(ctx, "deposit_forfeited", event.registration_id, sides)
        sub.held_fen = 0
    sub.state, sub.applied_fen = SubAccount.FORFEITED, 0
    move([sub])
    data = {"alias": sub.alias, "amount_fen": kept_fen, "how": how}
    market.write_evidence(ctx, event.offering_id, [("DepositForfeited", data)])
    grant_once_signed(ctx, event.offering_id)


def _call_guarantee(sub: SubAccount) -> int:
    """Mark the guarantee as one the bank is to pay; return for how much (fen)."""
    rows = Guarantee.objects.filter(sub_account=sub, state=Guarantee.ACCEPTED)
    rows.update(state=Guarantee.CALLED)
    return sub.due_fen


def _void_contract(ctx: Context, registration_id: str) -> None:
    contract = Contract.objects.filter(sub_account=registration_id).first()
    if contract is None:
        return
    if contract.state != Contract.DRAFT:
        raise Fault("settlement.default.signed", number=contract.number)
    contract.state = Contract.VOID
    contract.save(update_fields=["state"])
    projection.show_contract(ctx, contract)
