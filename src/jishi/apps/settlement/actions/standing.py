"""Which sales of an offering stand, and what they are together: all signed, all paid.

An offering may have many winners, each with a contract of its own. Its register entry stays one: it is granted when
the last contract is signed and registered when all are paid; who holds how much of it the contracts say.
"""

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.proceeds import owe_proceeds
from jishi.apps.settlement.models import Contract, SubAccount
from jishi.platform.context import Context

CONCLUDED = (Contract.SIGNED, Contract.PAID, Contract.REGISTERED)


def list_standing(offering_id: str) -> list[SubAccount]:
    """List the sub-accounts of the winners whose sale stands, by alias."""
    rows = SubAccount.objects.filter(offering_id=offering_id, awarded_ms__isnull=False)
    return list(rows.exclude(state=SubAccount.FORFEITED).order_by("alias"))


def contracts_of(offering_id: str) -> list[Contract]:
    """List the contracts of an offering that are not void, by number."""
    rows = Contract.objects.filter(offering_id=offering_id).exclude(state=Contract.VOID)
    return list(rows.order_by("number"))


def grant_once_signed(ctx: Context, offering_id: str) -> None:
    """Grant the entry and move the offering on once every sale that stands is under a signed contract."""
    signed = [row for row in contracts_of(offering_id) if row.state in CONCLUDED]
    if not signed or len(signed) < len(list_standing(offering_id)):
        return
    offering = market.get_offering(offering_id)
    granted_as = packs.current_pack().product(offering.product).granted_as
    reason = signed[0].number if len(signed) == 1 else offering.number
    registers.set_entry_state(ctx.as_system(), offering.entry_id, granted_as, reason=reason)
    market.write_evidence(ctx, offering_id, [], state=market.CONTRACTED)


def is_paid_up(offering_id: str) -> bool:
    """Tell whether every sale that stands is paid in full."""
    paid = [row for row in contracts_of(offering_id) if row.state in (Contract.PAID, Contract.REGISTERED)]
    return bool(paid) and len(paid) == len(list_standing(offering_id))


def show_entry(ctx: Context, contract: Contract) -> None:
    """Show the clerk the register entry once every sale that stands is paid, from the last payment on.

    From then on sellers are owed what they receive.
    """
    paid = is_paid_up(contract.offering_id)
    if paid:
        owe_proceeds(ctx, contract.offering_id, contracts_of(contract.offering_id))
    projection.show_register_entry(ctx, contract, due=paid)
