"""The price after the contract: instalments paid, and the entry written once nothing is left to pay.

Order 39 of 2007 art. 23: no certificate before the whole price is paid, none in proportion to what was paid.
"""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import guard, lock_offerings
from jishi.apps.settlement.actions.overdue import watch_payments
from jishi.apps.settlement.actions.standing import contracts_of, is_paid_up, list_standing, show_entry
from jishi.apps.settlement.bank import BankLine, new_bank_ref, sandbox
from jishi.apps.settlement.models import Contract, Instalment
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.batch import update_rows
from jishi.platform.context import Context

PAYABLE = (Contract.SIGNED,)


def pay_instalment(ctx: Context, instalment_id: str) -> Instalment:
    """Pay what is left of an instalment in the sandbox; Fault `settlement.instalment.paid` when nothing is."""
    found = Instalment.objects.select_related("contract__sub_account").filter(pk=instalment_id).first()
    if found is None:
        raise Fault("settlement.instalment.unknown", instalment=instalment_id)
    guard(ctx, "instalment.pay", found.contract.sub_account)
    with transaction.atomic():
        lock_offerings(ctx, [found.contract.offering_id])
        row = Instalment.objects.select_related("contract").get(pk=instalment_id)
        if row.paid_ms is not None:
            raise Fault("settlement.instalment.paid", number=row.contract.number, title=row.title_zh)
        _pay(ctx, row.contract, [row])
    return row


def pay_instalments(ctx: Context, contract_ids: Sequence[str]) -> int:
    """Pay every open instalment of these contracts in the sandbox; return how many were."""
    paid = 0
    contracts = (
        Contract.objects.select_related("sub_account").filter(pk__in=list(contract_ids)).order_by("pk")
    )
    for contract in contracts:
        guard(ctx, "instalment.pay", contract.sub_account)
        with transaction.atomic():
            lock_offerings(ctx, [contract.offering_id])
            contract.refresh_from_db()
            rows = list(contract.instalments.filter(paid_ms__isnull=True).order_by("number"))
            if rows:
                _pay(ctx, contract, rows)
            paid += len(rows)
    return paid


def record_office_payment(ctx: Context, offering_id: str) -> int:
    """Record that the office has paid its suppliers what their signed contracts say; return how much in all (fen).

    The money is the office's own and never passes the escrow account. Fault `settlement.office.nothing`.
    """
    offering = market.get_offering(offering_id)
    require(ctx, "office_payment.record", Target(offering.id, offering.division))
    with transaction.atomic():
        lock_offerings(ctx, [offering_id])
        rows = [row for row in contracts_of(offering_id) if row.payer == Contract.BY_OFFICE]
        rows = [row for row in rows if row.state == Contract.SIGNED]
        if not rows:
            raise Fault("settlement.office.nothing", number=offering.number)
        for row in rows:
            row.state = Contract.PAID
        update_rows(rows, ["state"])
        news = [("OfficePaid", {"number": row.number, "amount_fen": row.price_fen}) for row in rows]
        market.write_evidence(ctx, offering_id, news)
        show_entry(ctx, rows[-1])
    return sum(row.price_fen for row in rows)


def write_register_entry(ctx: Context, offering_id: str) -> registers.EntryInfo:
    """Write the registration (不动产登记) back to the register once every winner has paid in full.

    One entry stays one: with many winners it is registered as a whole, and what each holds their contracts say.
    """
    offering = market.get_offering(offering_id)
    require(ctx, "registration_entry.write", Target(offering.id, offering.division))
    with transaction.atomic():
        lock_offerings(ctx, [offering_id])
        contracts = contracts_of(offering_id)
        if not is_paid_up(offering_id) or any(row.state != Contract.PAID for row in contracts):
            raise Fault("settlement.register.unpaid", number=offering.number, left_fen=_unpaid(offering))
        reason = contracts[0].number if len(contracts) == 1 else offering.number
        entry = _write_holder(ctx, offering, reason)
        data = {"register": entry.kind, "entry": entry.id, "entry_version": entry.version}
        market.write_evidence(ctx, offering_id, [("RegisterWritten", data)], state=market.COMPLETED)
        for row in contracts:
            row.state = Contract.REGISTERED
        update_rows(contracts, ["state"])
        projection.show_register_entry(ctx, contracts[0], due=False)
    return entry


def _unpaid(offering: market.Offering) -> int:
    """Return what is left to pay of an offering (fen): of its contracts, and the prices without one yet."""
    drafted = {row.sub_account_id: _left(row) for row in contracts_of(offering.id)}
    owed = market.owed_of(offering)
    undrafted = [sub.alias for sub in list_standing(offering.id) if sub.registration_id not in drafted]
    return sum(drafted.values()) + sum(owed[alias] for alias in undrafted)


def _pay(ctx: Context, contract: Contract, rows: Sequence[Instalment]) -> None:
    if contract.state not in PAYABLE:
        raise Fault("settlement.contract.unsigned", number=contract.number, state=contract.state)
    lines = [BankLine(new_bank_ref(ctx), contract.number[:40], row.left_fen, ctx.now_ms()) for row in rows]
    sandbox().take_in(ctx, lines)
    sides = [(ledger.BANK, line.bank_ref, line.amount_fen) for line in lines]
    sides.append((ledger.PRICE, contract.offering_id, -sum(line.amount_fen for line in lines)))
    ledger.post(ctx, "instalment_paid", contract.id, sides)
    for row, line in zip(rows, lines, strict=True):
        row.paid_fen, row.paid_ms = row.paid_fen + line.amount_fen, ctx.now_ms()
    update_rows(rows, ["paid_fen", "paid_ms"])
    watch_payments(rows)
    projection.show_instalments(ctx, contract, rows)
    if not _left(contract):
        contract.state = Contract.PAID
        contract.save(update_fields=["state"])
        show_entry(ctx, contract)


def _left(contract: Contract) -> int:
    return sum(row.left_fen for row in contract.instalments.all())


def _write_holder(ctx: Context, offering: market.Offering, reason: str) -> registers.EntryInfo:
    """Move the entry to the state the product names for a registered right, if it names one."""
    state = packs.current_pack().product(offering.product).registered_as
    if state is None:
        return registers.get_entry(offering.entry_id)
    return registers.set_entry_state(ctx.as_system(), offering.entry_id, state, reason=reason)
