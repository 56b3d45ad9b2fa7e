"""The contract of a release: value, signature, payments made and still due."""

from collections.abc import Sequence

from jishi.apps.catalogue.document import contract_document
from jishi.apps.catalogue.facts import Agreement, Participant, Payment, ReleaseFacts
from jishi.apps.catalogue.value import Json, end_of_day, instant, money, reference


def build_contract(facts: ReleaseFacts, agreement: Agreement) -> Json:
    """Return the contract both sides signed; its file is named by its hash, not given to everyone."""
    signed = instant(agreement.signed_ms, facts.publisher.offset_minutes)
    contract: Json = {
        "id": agreement.number,
        "awardID": agreement.award.id,
        "title": f"{facts.lot.number} 出让合同",
        "status": "terminated" if agreement.fulfilled else "active",
        "value": money(agreement.price_fen),
        "dateSigned": signed,
        "period": {"startDate": signed},
        "documents": [contract_document(agreement, signed)],
    }
    if agreement.payments:
        contract["implementation"] = _implementation(facts, agreement)
    return contract


def _implementation(facts: ReleaseFacts, agreement: Agreement) -> Json:
    paid = [each for one in agreement.payments for each in _transactions(facts, agreement, one)]
    shown: Json = {"milestones": [_milestone(facts.publisher.offset_minutes, p) for p in agreement.payments]}
    if paid:
        shown["transactions"] = paid
    return shown


def _transactions(facts: ReleaseFacts, agreement: Agreement, payment: Payment) -> list[Json]:
    """Say what the deposit covered on signing, then what was paid."""
    made = [(f"{payment.id}-deposit", payment.credited_fen, agreement.signed_ms)]
    if payment.paid_ms is not None:
        made.append((payment.id, payment.paid_fen, payment.paid_ms))
    payers = agreement.award.suppliers
    return [_transaction(facts, each, payers) for each in made if each[1]]


def _transaction(facts: ReleaseFacts, made: tuple[str, int, int], payers: Sequence[Participant]) -> Json:
    name, fen, at_ms = made
    shown: Json = {
        "id": name,
        "date": instant(at_ms, facts.publisher.offset_minutes),
        "value": money(fen),
        "payee": reference(facts.grantor),
    }
    if payers:
        shown["payer"] = reference(payers[0])
    return shown


def _milestone(offset: int, payment: Payment) -> Json:
    met = payment.credited_fen + payment.paid_fen >= payment.amount_fen
    shown: Json = {
        "id": payment.id,
        "title": payment.title,
        "type": "payment",
        "status": "met" if met else "scheduled",
    }
    if payment.due_day is not None:
        shown["dueDate"] = end_of_day(payment.due_day, offset)
    if met and payment.paid_ms is not None:
        shown["dateMet"] = instant(payment.paid_ms, offset)
    return shown
