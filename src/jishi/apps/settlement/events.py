"""Events settlement publishes inside its own transaction; other rooms subscribe, and may refuse by raising."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from jishi.platform.context import Context


@dataclass(frozen=True, slots=True)
class PaymentOverdue:
    """The day by which an instalment was to be paid is over and so much of it (fen) is not; told once of each."""

    offering_id: str
    registration_id: str
    contract_id: str
    contract_number: str
    instalment_id: str
    due_day: date
    left_fen: int
    at_ms: int


Handler = Callable[[Context, PaymentOverdue], None]
_handlers: list[Handler] = []


def on_overdue(handler: Handler) -> None:
    """Call `handler(ctx, event)` in the same transaction whenever a payment is overdue."""
    _handlers.append(handler)


def publish_overdue(ctx: Context, event: PaymentOverdue) -> None:
    """Hand `event` to its subscribers; a fault of theirs undoes the whole change, and the deadline stays due."""
    for handler in _handlers:
        handler(ctx, event)
