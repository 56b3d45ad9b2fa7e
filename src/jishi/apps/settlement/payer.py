"""Who paid: encrypted under the payment's own key, opened for the treasurer and for sending money back."""

from collections.abc import Sequence

from jishi.apps.settlement.bank import BankLine
from jishi.apps.settlement.models import BankPayment
from jishi.platform.secrets import decrypt_personal, encrypt_many

FIELDS = ("payer", "payer_account", "reference")


def seal_payers(pairs: Sequence[tuple[BankPayment, BankLine]]) -> None:
    """Put what the bank tells of the payer, encrypted, on the payments; nothing told, nothing kept."""
    told = {row.id: {name: getattr(line, name) for name in FIELDS} for row, line in pairs}
    sealed = encrypt_many({_subject(key): facts for key, facts in told.items() if any(facts.values())})
    for row, _ in pairs:
        row.sealed = sealed.get(_subject(row.id), "")


def find_payers(payments: Sequence[BankPayment]) -> dict[str, dict[str, str]]:
    """Return payer, account and reference of the payments that have them, by payment."""
    return {row.id: decrypt_personal(_subject(row.id), row.sealed) for row in payments if row.sealed}


def _subject(payment_id: str) -> str:
    return f"payment/{payment_id}"
