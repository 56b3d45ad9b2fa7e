"""The bank behind the escrow account (专户): an interface, and the sandbox that ships.

Setting `JISHI_BANK` names the class to use. An adapter of a real bank implements `Bank`, delivers what comes in by
`receive_payments`, and is never given anything to simulate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.db.models import Sum
from django.utils.module_loading import import_string

from jishi.apps.settlement.models import SandboxLine
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payment that came in: amount in fen, instant in ms, the sub-account number the payer gave."""

    bank_ref: str
    to_number: str
    amount_fen: int
    at_ms: int
    payer: str = ""
    payer_account: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Money to send back: our reference, fen, and the account it goes to (empty: where it came from)."""

    ref: str
    amount_fen: int
    to_account: str = ""
    to_name: str = ""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the bank's statement (对账单): money in above zero, out below (fen)."""

    bank_ref: str
    at_ms: int
    to_number: str
    amount_fen: int


class Bank(Protocol):
    """What settlement asks of a bank. Calls are made inside the transaction that books them."""

    name: str
    simulated: bool

    def open_numbers(self, ctx: Context, count: int) -> list[str]:
        """Return fresh numbers of virtual sub-accounts."""
        ...

    def pay_out(self, ctx: Context, orders: Sequence[TransferOrder]) -> list[str]:
        """Send the transfers; return the bank's reference of each. An order known by its `ref` is sent once."""
        ...

    def statement(self, since_ms: int, until_ms: int) -> list[StatementLine]:
        """Return the lines from `since_ms` up to but without `until_ms`."""
        ...

    def balance(self, until_ms: int) -> int:
        """Return the balance of the escrow account just before `until_ms` (fen)."""
        ...


class SandboxBank:
    """A bank that moves no money: it keeps its own statement, so that the books have something to be held to."""

    name = "沙箱银行（模拟） Sandbox bank (simulated)"
    simulated = True

    def open_numbers(self, ctx: Context, count: int) -> list[str]:
        """Return numbers that no real bank gives out: SBX and sixteen digits."""
        return [f"SBX{int.from_bytes(ctx.entropy.draw(8)) % 10**16:016d}" for _ in range(count)]

    def take_in(self, ctx: Context, lines: Sequence[BankLine]) -> None:
        """Book payments that somebody made in the sandbox; a reference seen before changes nothing."""
        rows = [SandboxLine(**_statement(line)) for line in lines]
        SandboxLine.objects.bulk_create(rows, ignore_conflicts=True)

    def pay_out(self, ctx: Context, orders: Sequence[TransferOrder]) -> list[str]:
        """Book the transfers as sent."""
        refs = [f"OUT{order.ref}" for order in orders]
        at_ms = ctx.now_ms()
        rows = [
            SandboxLine(bank_ref=ref, at_ms=at_ms, amount_fen=-order.amount_fen)
            for ref, order in zip(refs, orders, strict=True)
        ]
        SandboxLine.objects.bulk_create(rows, ignore_conflicts=True)
        return refs

    def statement(self, since_ms: int, until_ms: int) -> list[StatementLine]:
        """Return the sandbox's own lines."""
        rows = SandboxLine.objects.filter(at_ms__gte=since_ms, at_ms__lt=until_ms).order_by("at_ms", "pk")
        return [StatementLine(r.bank_ref, r.at_ms, r.to_number, r.amount_fen) for r in rows]

    def balance(self, until_ms: int) -> int:
        """Return the sum of the sandbox's own lines (fen)."""
        rows = SandboxLine.objects.filter(at_ms__lt=until_ms)
        return int(rows.aggregate(total=Sum("amount_fen"))["total"] or 0)


@cache
def find_bank() -> Bank:
    """Return the bank the installation is set up with."""
    bank: Bank = import_string(settings.JISHI_BANK)()
    return bank


def sandbox() -> SandboxBank:
    """Return the sandbox; Faults `settlement.bank.real` where a real bank is connected, `settlement.bank.none`."""
    bank = find_bank()
    if not isinstance(bank, SandboxBank):
        raise Fault("settlement.bank.real", bank=bank.name)
    if settings.JISHI_LIVE:
        raise Fault("settlement.bank.none")
    return bank


def new_bank_ref(ctx: Context) -> str:
    """Return a reference for a payment made in the sandbox."""
    return f"IN{new_id(ctx.entropy)}"


def _statement(line: BankLine) -> dict[str, str | int]:
    return {name: getattr(line, name) for name in ("bank_ref", "at_ms", "to_number", "amount_fen")}
