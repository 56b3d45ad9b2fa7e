"""Events the market publishes inside its own transaction; other rooms subscribe, and may refuse by raising."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jishi.platform.context import Context


@dataclass(frozen=True, slots=True)
class RegistrationsQualified:
    """Registrations passed the check of qualification (资格审查)."""

    offering_id: str
    registration_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegistrationsReleased:
    """Registrations were withdrawn: what was paid for them is due back."""

    offering_id: str
    registration_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferingClosed:
    """The mechanism ended with `outcome`; `at_ms` is when."""

    offering_id: str
    outcome: dict[str, Any]
    at_ms: int


@dataclass(frozen=True, slots=True)
class SaleConfirmed:
    """The confirmations of sale (成交确认书) were issued: each party to a sale and what it owes in all (fen).

    Nothing to pay is a sale too: a right won in a lottery, what a seller sells, what the office buys.
    """

    offering_id: str
    to_pay: tuple[tuple[str, int], ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class SaleDefaulted:
    """A winner did not sign the contract: its sale has ended and its deposit is forfeit (不退保证金)."""

    offering_id: str
    registration_id: str
    at_ms: int


Event = RegistrationsQualified | RegistrationsReleased | OfferingClosed | SaleConfirmed | SaleDefaulted
Handler = Callable[[Context, Any], None]
_handlers: dict[type, list[Handler]] = {}


def on_event(kind: type, handler: Handler) -> None:
    """Call `handler(ctx, event)` in the same transaction whenever an event of `kind` is published."""
    _handlers.setdefault(kind, []).append(handler)


def publish(ctx: Context, event: Event) -> None:
    """Hand `event` to its subscribers; a fault of theirs undoes the whole change."""
    for handler in _handlers.get(type(event), []):
        handler(ctx, event)
