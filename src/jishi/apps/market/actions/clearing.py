"""Clear a book of orders (撮合): bring its lines again from the evidence, as soon as the mechanism awaits them.

The mechanism holds only a hash of its book; the lines are in the stream. Refuses what the mechanism refuses.
"""

from django.db import transaction

from jishi.apps.market.actions.fold import Locked, fold_all
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.models import NOTICED, Offering
from jishi.apps.market.reads import book_lines
from jishi.kernel.mechanism.acts import Clear
from jishi.platform import deadline
from jishi.platform.context import Context

AWAITED = "clear"


def clear_book(ctx: Context, offering_id: str) -> Offering:
    """Clear the book of an offering that awaits it; cleared already, or not yet closed, it does nothing."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        clear_locked(ctx, (offering, head))
    return offering


def clear_locked(ctx: Context, locked: Locked) -> None:
    """Clear the book of a locked offering that awaits it, and drop its deadline when nothing more is due."""
    offering, _ = locked
    if offering.state != NOTICED:
        deadline.set_deadline("offering", offering.id, None)
    elif offering.awaits == AWAITED:
        fold_all(ctx, locked, [Clear(book_lines(offering))])
