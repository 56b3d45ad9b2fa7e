"""The grant contract (出让合同): drafted from the sale as PDF/A, signed by the winner and then by the grantor.

The signatures are the platform's own record of who consented when, marked as simulated; no certificate is involved.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import guard, lock_offerings
from jishi.apps.settlement.bank import find_bank
from jishi.apps.settlement.contract_pdf import render_contracts
from jishi.apps.settlement.contract_text import Deal, contract_text
from jishi.apps.settlement.models import Contract, Guarantee, Instalment, SubAccount
from jishi.apps.settlement.schedule import InstalmentPlan, due_day, local_day, plan_instalments
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


def draft_contract(ctx: Context, offering_id: str) -> Contract:
    """Draft the contract of a confirmed sale; Faults `settlement.contract.no_sale`, `settlement.contract.drafted`."""
    return draft_contracts(ctx, [offering_id])[0]


def draft_contracts(ctx: Context, offering_ids: Sequence[str], workers: int = 1) -> list[Contract]:
    """Draft many contracts, all or none, the PDFs made by so many `workers`."""
    for offering_id in offering_ids:
        offering = market.get_offering(offering_id)
        require(ctx, "contract.draft", Target(offering.id, offering.division))
    with transaction.atomic():
        lock_offerings(ctx, offering_ids)
        sales = [_sale(ctx, offering_id) for offering_id in offering_ids]
        texts = [contract_text(ctx, sale.offering, sale.registration, sale.deal) for sale in sales]
        pdfs = render_contracts(texts, workers)
        return [_store(ctx, sale, pdf) for sale, pdf in zip(sales, pdfs, strict=True)]


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


def _sale(ctx: Context, offering_id: str) -> _Sale:
    offering = market.get_offering(offering_id)
    sub = SubAccount.objects.filter(offering_id=offering_id, awarded_ms__isnull=False).first()
    if sub is None or offering.state not in DRAFTABLE:
        raise Fault("settlement.contract.no_sale", number=offering.number, state=offering.state)
    if Contract.objects.filter(offering_id=offering_id).exists():
        raise Fault("settlement.contract.drafted", number=offering.number)
    registration = market.get_registration(sub.registration_id)
    price_fen, day = (offering.outcome or {})["price_fen"], local_day(ctx.now_ms())
    deal = Deal(
        number=f"C-{offering.number}",
        day=day,
        price_fen=price_fen,
        deposit_fen=sub.applied_fen,
        plans=plan_instalments(offering.product, price_fen, day, sub.applied_fen),
        simulated=ctx.simulated or offering.simulated or registration.simulated or find_bank().simulated,
    )
    return _Sale(offering, registration, sub, deal)


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
    granted_as = packs.current_pack().product(offering.product).granted_as
    registers.set_entry_state(ctx.as_system(), offering.entry_id, granted_as, reason=contract.number)
    data = {"number": contract.number, "pdf_sha256": contract.pdf_sha256}
    market.write_evidence(ctx, offering.id, [("ContractSigned", data)], state=market.CONTRACTED)
    rows = Guarantee.objects.filter(sub_account=contract.sub_account, state=Guarantee.ACCEPTED)
    rows.update(state=Guarantee.RELEASED)
    instalments = list(contract.instalments.order_by("number"))
    for row in instalments:
        if not row.left_fen:
            row.paid_ms = ctx.now_ms()
            row.save(update_fields=["paid_ms"])
    projection.show_instalments(ctx, contract, instalments)
    if not any(row.left_fen for row in instalments):
        contract.state = Contract.PAID
        projection.show_register_entry(ctx, contract)
