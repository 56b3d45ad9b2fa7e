"""What the parties room tells inside its own transaction: other rooms subscribe, and may refuse by raising."""

from collections.abc import Callable
from dataclasses import dataclass

from jishi.platform.context import Context


@dataclass(frozen=True, slots=True)
class AuthorityEnded:
    """Somebody's power to act for a party was ended; `scope` is the one offering it held in, empty for every one."""

    party_id: str
    scope: str


Handler = Callable[[Context, AuthorityEnded], None]
_handlers: list[Handler] = []


def on_authority_ended(handler: Handler) -> None:
    """Call `handler(ctx, event)` in the same transaction whenever a power to act for a party is ended."""
    _handlers.append(handler)


def publish(ctx: Context, event: AuthorityEnded) -> None:
    """Hand the event to its subscribers; a fault of theirs undoes the whole change."""
    for handler in _handlers:
        handler(ctx, event)
