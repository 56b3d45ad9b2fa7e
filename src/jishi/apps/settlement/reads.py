"""Questions settlement answers about deposits, payments, refunds, contracts and the books."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.bank import find_bank
from jishi.apps.settlement.info import DepositView, describe_payment
from jishi.apps.settlement.models import (
    BankPayment,
    Contract,
    Guarantee,
    Instalment,
    Reconciliation,
    Refund,
    SubAccount,
)
from jishi.apps.settlement.payer import find_payers
from jishi.kernel.fault import Fault
from jishi.platform.access import NOTHING, TREASURER, Target, divisions_of, require, stem_of
from jishi.platform.context import Context
from jishi.platform.search import Page, page_recent
from jishi.platform.storage import find_file, read_file


def find_sub_account(registration_id: str) -> SubAccount | None:
    """Return the sub-account of a registration, or None before it qualified."""
    return SubAccount.objects.filter(pk=registration_id).first()


def list_sub_accounts(offering_id: str) -> list[SubAccount]:
    """Return the sub-accounts of an offering by alias. Guard with `payment.list`."""
    return list(SubAccount.objects.filter(offering_id=offering_id).order_by("alias"))


def list_waiting_accounts(ctx: Context) -> list[SubAccount]:
    """Return the sub-accounts of the actor's divisions that still wait for money. Permission `payment.match`."""
    require(ctx, "payment.match", NOTHING)
    rows = SubAccount.objects.filter(
        _within(ctx, "division"), state__in=[SubAccount.AWAITING, SubAccount.PART]
    )
    return list(rows.order_by("offering_id", "alias")[:500])


def show_deposit(ctx: Context, registration_id: str) -> DepositView:
    """Return everything about one deposit; Fault `settlement.sub_account.unknown`. Permission `deposit.read`."""
    sub = find_sub_account(registration_id)
    if sub is None:
        raise Fault("settlement.sub_account.unknown", registration=registration_id)
    require(ctx, "deposit.read", Target(sub.offering_id, sub.division, sub.party))
    bank = find_bank()
    return DepositView(
        sub=sub,
        due_ms=market.get_offering(sub.offering_id).registration_end,
        payments=tuple(describe_payment(row) for row in sub.payments.order_by("at_ms", "pk")),
        refunds=tuple(sub.refunds.order_by("start_day", "pk")),
        guarantees=tuple(sub.guarantees.order_by("filed_ms", "pk")),
        bank_name=bank.name,
        bank_simulated=bank.simulated,
    )


def list_payments(ctx: Context, state: str = "", cursor: str | None = None, size: int = 50) -> Page:
    """Page payments, newest first: of the actor's divisions, and those nobody can place yet."""
    require(ctx, "payment.list", NOTHING)
    rows = BankPayment.objects.select_related("sub_account").filter(_within(ctx, "sub_account__division"))
    return page_recent(rows.filter(state=state) if state else rows, cursor, size, field="at_ms")


def get_payment(ctx: Context, payment_id: str) -> BankPayment:
    """Return a payment the actor may see; Fault `settlement.payment.unknown`."""
    require(ctx, "payment.list", NOTHING)
    rows = BankPayment.objects.select_related("sub_account").filter(_within(ctx, "sub_account__division"))
    found = rows.filter(pk=payment_id).first()
    if found is None:
        raise Fault("settlement.payment.unknown", payment=payment_id)
    return found


def payer_of(ctx: Context, payment_id: str) -> dict[str, str]:
    """Return payer, account and reference as the bank told them; empty when it told nothing."""
    require(ctx, "payment.match", NOTHING)
    return find_payers(list(BankPayment.objects.filter(pk=payment_id))).get(payment_id, {})


def list_guarantees(ctx: Context, state: str = Guarantee.FILED) -> list[Guarantee]:
    """Return guarantees in a state with their sub-accounts, oldest first."""
    require(ctx, "guarantee.accept", NOTHING)
    rows = Guarantee.objects.select_related("sub_account").filter(_within(ctx, "sub_account__division"))
    return list(rows.filter(state=state).order_by("filed_ms", "pk")[:500])


def list_refunds(
    *, offering_id: str = "", state: str = "", divisions: Sequence[str] | None = None
) -> list[Refund]:
    """Return refunds with their sub-accounts, of an offering, a state, or the subtrees of division stems."""
    rows = Refund.objects.select_related("sub_account")
    if offering_id:
        rows = rows.filter(offering_id=offering_id)
    if state:
        rows = rows.filter(state=state)
    if divisions is not None:
        rows = rows.filter(_below("sub_account__division", divisions))
    return list(rows.order_by("due_day", "pk")[:1000])


def list_refunds_of(registration_ids: Iterable[str]) -> list[Refund]:
    """Return the refunds owed or paid to registrations, the earliest first. Guard with `deposit.read`."""
    rows = Refund.objects.filter(sub_account__in=list(registration_ids))
    return list(rows.order_by("start_day", "pk"))


def find_contract(offering_id: str, registration_id: str = "") -> Contract | None:
    """Return the contract of an offering, of one winner if named, else the first that is not void; or None."""
    rows = list_contracts(offering_id)
    fitting = [row for row in rows if registration_id in ("", row.sub_account_id)]
    return min(fitting, key=lambda row: row.state == Contract.VOID, default=None)


def list_contracts(offering_id: str) -> list[Contract]:
    """Return the contracts of an offering with their sub-accounts, one a winner, by number, void ones too."""
    rows = Contract.objects.select_related("sub_account").filter(offering_id=offering_id)
    return list(rows.order_by("number"))


def get_contract(contract_id: str) -> Contract:
    """Return a contract; Fault `settlement.contract.unknown`. Guard with `contract.read`."""
    found = Contract.objects.filter(pk=contract_id).first()
    if found is None:
        raise Fault("settlement.contract.unknown", contract=contract_id)
    return found


def list_instalments(contract_id: str) -> list[Instalment]:
    """Return the instalments of a contract in order."""
    return list(Instalment.objects.filter(contract_id=contract_id).order_by("number"))


def read_contract_pdf(ctx: Context, contract_id: str) -> tuple[bytes, str]:
    """Return the PDF of a contract and its file name. Permission `contract.read`: it names parties in full."""
    contract = get_contract(contract_id)
    require(ctx, "contract.read", Target(contract.offering_id, contract.division, contract.party))
    file = find_file(contract.pdf_file)
    if file is None:
        raise Fault("file.missing", name=contract.number)
    return read_file(file), file.name


def get_instalment(instalment_id: str) -> Instalment:
    """Return an instalment with its contract; Fault `settlement.instalment.unknown`. Guard with `contract.read`."""
    found = Instalment.objects.select_related("contract").filter(pk=instalment_id).first()
    if found is None:
        raise Fault("settlement.instalment.unknown", instalment=instalment_id)
    return found


def list_reconciliations(cursor: str | None = None, size: int = 30) -> Page:
    """Page reconciliations, the latest run first. Guard with `reconciliation.run`."""
    return page_recent(Reconciliation.objects.all(), cursor, size, field="at_ms")


def escrow_balances() -> dict[str, int]:
    """Return the balance of every account of the books (fen; debits above zero). Guard with `payment.list`."""
    return ledger.balances()


def _within(ctx: Context, field: str) -> Q:
    if ctx.actor.system:
        return Q()
    return _below(field, [stem_of(d) for d in divisions_of(ctx.actor, [TREASURER, "regulator"])]) | Q(
        **{f"{field}__isnull": True}
    )


def _below(field: str, stems: Sequence[str]) -> Q:
    reach = Q(pk__isnull=True)
    for stem in stems:
        reach |= Q(**{f"{field}__startswith": stem})
    return reach
