"""The contract (出让合同) of each winner: drafted from the sale as PDF/A, signed by the winner, then by the grantor.

The signatures are the platform's own record of who consented when, marked as simulated; no certificate is involved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import guard, lock_offerings, move
from jishi.apps.settlement.actions.overdue import watch_payments
from jishi.apps.settlement.actions.owing import owe
from jishi.apps.settlement.actions.standing import contracts_of, grant_once_signed, list_standing, show_entry
from jishi.apps.settlement.bank import find_bank
from jishi.apps.settlement.contract_pdf import render_contracts
from jishi.apps.settlement.contract_text import Deal, contract_text
from jishi.apps.settlement.models import Contract, Guarantee, Instalment, Refund, SubAccount
from jishi.apps.settlement.schedule import InstalmentPlan, due_day, fee_of, local_day, plan_instalments
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.storage import store_file

GRANTEE, GRANTOR = "grantee", "grantor"
DRAFTABLE = ("confirmed", "published")


@dataclass(frozen=True, slots=True)
class _Sale:
    offering: market.Offering
    registration: market.Registration
    sub: SubAccount
    deal: Deal


def draft_contract(ctx: Context, offering_id: str, registration_id: str = "") -> Contract:
    """Draft the contract of a confirmed sale, of the winner named where there are several.

    Faults `settlement.contract.no_sale`, `settlement.contract.drafted`, `settlement.contract.which`.
    """
    _guard_drafting(ctx, [offering_id])
    with transaction.atomic():
        lock_offerings(ctx, [offering_id])
        undrafted = _undrafted(offering_id)
        found = [sub for sub in undrafted if registration_id in ("", sub.registration_id)]
        number = market.get_offering(offering_id).number
        if not found:
            raise Fault("settlement.contract.drafted", number=number)
        if len(found) > 1:
            raise Fault("settlement.contract.which", number=number, count=len(found))
        return _draft(ctx, [_sale(ctx, found[0])])[0]


def draft_contracts(ctx: Context, offering_ids: Sequence[str], workers: int = 1) -> list[Contract]:
    """Draft what is still to be drafted of many sales, one contract a winner; all or none.

    The PDFs are made by so many `workers`. Faults `settlement.contract.no_sale`, `settlement.contract.drafted`.
    """
    _guard_drafting(ctx, offering_ids)
    with transaction.atomic():
        lock_offerings(ctx, offering_ids)
        subs = [sub for offering_id in offering_ids for sub in _undrafted(offering_id)]
        return _draft(ctx, [_sale(ctx, sub) for sub in subs], workers)


def sign_contract(ctx: Context, contract_id: str, side: str) -> Contract:
    """Sign for one `side`: first the winner ("grantee"), then a reviewer for the grantor ("grantor").

    The second signature makes the contract: its evidence is written, the parcel granted, instalments begin.
    """
    if side not in (GRANTEE, GRANTOR):
        raise Fault("settlement.contract.side", side=side, valid=f"{GRANTEE}, {GRANTOR}")
    contract = _find(contract_id)
    _guard_side(ctx, contract, side)
    with transaction.atomic():
        lock_offerings(ctx, [contract.offering_id])
        contract = _find(contract_id)
        _require_turn(contract, side)
        if side == GRANTEE:
            contract.state, contract.signed_party_ms = Contract.HALF_SIGNED, ctx.now_ms()
        else:
            contract.state, contract.signed_seller_ms = Contract.SIGNED, ctx.now_ms()
            _conclude(ctx, contract)
        contract.save()
        projection.show_contract(ctx, contract)
    return contract


def sign_contracts(ctx: Context, contract_ids: Sequence[str], side: str) -> list[Contract]:
    """Sign many contracts for one side, each in its own transaction."""
    return [sign_contract(ctx, contract_id, side) for contract_id in contract_ids]


def _guard_drafting(ctx: Context, offering_ids: Sequence[str]) -> None:
    for offering_id in offering_ids:
        offering = market.get_offering(offering_id)
        require(ctx, "contract.draft", Target(offering.id, offering.division))


def _undrafted(offering_id: str) -> list[SubAccount]:
    """List the winners of a confirmed sale without a contract; there is at least one."""
    offering = market.get_offering(offering_id)
    standing = list_standing(offering_id)
    if not standing or offering.state not in DRAFTABLE:
        raise Fault("settlement.contract.no_sale", number=offering.number, state=offering.state)
    drafted = {contract.sub_account_id for contract in contracts_of(offering_id)}
    found = [sub for sub in standing if sub.registration_id not in drafted]
    if not found:
        raise Fault("settlement.contract.drafted", number=offering.number)
    return found


def _draft(ctx: Context, sales: Sequence[_Sale], workers: int = 1) -> list[Contract]:
    texts = [contract_text(ctx, sale.offering, sale.registration, sale.deal) for sale in sales]
    pdfs = render_contracts(texts, workers)
    return [_store(ctx, sale, pdf) for sale, pdf in zip(sales, pdfs, strict=True)]


def _sale(ctx: Context, sub: SubAccount) -> _Sale:
    offering = market.get_offering(sub.offering_id)
    registration = market.get_registration(sub.registration_id)
    owed, day = market.owed_of(offering), local_day(ctx.now_ms())
    receives_fen = market.receipts_of(offering).get(sub.alias, 0)
    deal = Deal(
        number=f"C-{offering.number}" if len(owed) == 1 else f"C-{offering.number}-{sub.alias}",
        day=day,
        price_fen=market.payments_of(offering).get(sub.alias, 0),
        deposit_fen=sub.applied_fen,
        plans=plan_instalments(offering.product, owed[sub.alias], day, sub.applied_fen),
        quantity=_quantity(offering, sub.alias),
        payer=Contract.BY_OFFICE if market.is_procured(offering) else Contract.BY_WINNER,
        receives_fen=receives_fen,
        fee_fen=fee_of(offering.product, receives_fen, day),
        simulated=ctx.simulated or offering.simulated or registration.simulated or find_bank().simulated,
    )
    return _Sale(offering, registration, sub, deal)


def _quantity(offering: market.Offering, alias: str) -> int:
    """Return how many units a party buys, or, buying none, sells."""
    sold = (offering.outcome or {}).get("sales") or ()
    for dealt in (market.list_awards(offering), sold):
        units = sum(each["quantity"] for each in dealt if each["alias"] == alias)
        if units:
            return int(units)
    return 1


def _store(ctx: Context, sale: _Sale, pdf: bytes) -> Contract:
    deal, offering = sale.deal, sale.offering
    contract_id = new_id(ctx.entropy)
    file = store_file(
        ctx, pdf, f"{deal.number}.pdf", owner=contract_id, media_type="application/pdf", public=False
    )
    sign_by = due_day(offering.product, "contract", sale.sub.awarded_ms or ctx.now_ms())
    contract = Contract.objects.create(
        id=contract_id,
        offering_id=offering.id,
        sub_account=sale.sub,
        number=deal.number,
        division=offering.division,
        party=sale.registration.party,
        price_fen=deal.price_fen,
        deposit_fen=deal.deposit_fen,
        payer=deal.payer,
        receives_fen=deal.receives_fen,
        fee_fen=deal.fee_fen,
        document_day=deal.day,
        sign_by_day=sign_by.day,
        sign_by_clauses=list(sign_by.clauses),
        pdf_file=file.id,
        pdf_sha256=file.sha256,
        simulated=deal.simulated,
    )
    Instalment.objects.bulk_create([_instalment(ctx, contract, plan) for plan in deal.plans])
    projection.show_contract(ctx, contract)
    return contract


def _instalment(ctx: Context, contract: Contract, plan: InstalmentPlan) -> Instalment:
    return Instalment(
        id=new_id(ctx.entropy),
        contract=contract,
        number=plan.number,
        title_zh=plan.title.zh,
        title_en=plan.title.en,
        due_day=plan.due_day,
        amount_fen=plan.amount_fen,
        credited_fen=plan.credited_fen,
        clauses=list(plan.clauses),
    )


def _find(contract_id: str) -> Contract:
    found = Contract.objects.select_related("sub_account").filter(pk=contract_id).first()
    if found is None:
        raise Fault("settlement.contract.unknown", contract=contract_id)
    return found


def _guard_side(ctx: Context, contract: Contract, side: str) -> None:
    """Let the party sign only for itself, and the grantor's reviewer not for the party."""
    if side == GRANTEE:
        guard(ctx, "contract.sign", contract.sub_account)
        own = contract.party in ctx.actor.parties
        own = own or (contract.party, contract.offering_id) in ctx.actor.agencies
        if not (own or ctx.actor.system):
            raise Fault("access.denied", action="contract.sign")
    else:
        require(ctx, "contract.sign", Target(contract.offering_id, contract.division))
        if contract.party in ctx.actor.parties:
            raise Fault("settlement.own_case", number=contract.number)


def _require_turn(contract: Contract, side: str) -> None:
    needed = Contract.DRAFT if side == GRANTEE else Contract.HALF_SIGNED
    if contract.state != needed:
        raise Fault(
            "settlement.contract.turn", number=contract.number, side=side, state=contract.state, needed=needed
        )


def _conclude(ctx: Context, contract: Contract) -> None:
    offering = market.get_offering(contract.offering_id)
    if offering.state != "published":
        raise Fault("settlement.contract.unpublished", number=offering.number, state=offering.state)
    contract.save()
    sub = contract.sub_account
    data = {"number": contract.number, "alias": sub.alias, "pdf_sha256": contract.pdf_sha256}
    market.write_evidence(ctx, offering.id, [("ContractSigned", data)])
    grant_once_signed(ctx, offering.id)
    rows = Guarantee.objects.filter(sub_account=sub, state=Guarantee.ACCEPTED)
    rows.update(state=Guarantee.RELEASED)
    if sub.held_fen:
        _return_deposit(ctx, offering, sub)
    _begin_payment(ctx, contract)


def _return_deposit(ctx: Context, offering: market.Offering, sub: SubAccount) -> None:
    """Owe back what secured the signature where there was no price to count it to."""
    owe(ctx, offering, [(sub, sub.held_fen, Refund.EXCESS, ctx.now_ms())])
    sub.state, sub.held_fen = SubAccount.REFUND_DUE, 0
    move([sub])
    title = f"{offering.number} {offering.title}"
    projection.show_refunds(ctx, offering.id, offering.division, title)


def _begin_payment(ctx: Context, contract: Contract) -> None:
    """Show what is to be paid; what the deposit covered, or costs nothing, is paid, what the office owes is not."""
    instalments = list(contract.instalments.order_by("number"))
    for row in instalments:
        if not row.left_fen:
            row.paid_ms = ctx.now_ms()
            row.save(update_fields=["paid_ms"])
    watch_payments(instalments)
    projection.show_instalments(ctx, contract, instalments)
    owed_by_office = contract.payer == Contract.BY_OFFICE and contract.price_fen
    if not owed_by_office and not any(row.left_fen for row in instalments):
        contract.state = Contract.PAID
        contract.save(update_fields=["state"])
        show_entry(ctx, contract)
