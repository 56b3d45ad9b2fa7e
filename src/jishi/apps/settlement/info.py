"""What other rooms learn of money: plain facts without the payer's name."""

from dataclasses import dataclass
from datetime import date

from jishi.apps.settlement.models import BankPayment, Guarantee, Refund, SubAccount


@dataclass(frozen=True, slots=True)
class PaymentInfo:
    """An incoming payment: fen, ms, what became of it, and the registration it counted to (or empty)."""

    id: str
    bank_ref: str
    to_number: str
    amount_fen: int
    at_ms: int
    state: str
    registration_id: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class GuaranteeForm:
    """What a bidder states of a bank guarantee (保函)."""

    bank: str
    number: str
    amount_fen: int
    valid_until: date


@dataclass(frozen=True, slots=True)
class DepositView:
    """Everything about one deposit; `due_ms` is when registration and deposits close."""

    sub: SubAccount
    due_ms: int
    payments: tuple[PaymentInfo, ...]
    refunds: tuple[Refund, ...]
    guarantees: tuple[Guarantee, ...]
    bank_name: str
    bank_simulated: bool


def describe_payment(row: BankPayment) -> PaymentInfo:
    """Return what may be shown of a payment."""
    return PaymentInfo(
        id=row.id,
        bank_ref=row.bank_ref,
        to_number=row.to_number,
        amount_fen=row.amount_fen,
        at_ms=row.at_ms,
        state=row.state,
        registration_id=row.sub_account_id or "",
        simulated=row.simulated,
    )
