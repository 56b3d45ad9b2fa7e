"""The lock every change of an offering takes: first its stream's head, then its row, then the ticks due by now.

Ticks run before anything else is written, so each stands in the stream at the instant it was due.
"""

from jishi.apps.market.actions.fold import Fold
from jishi.apps.market.actions.record import instant
from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.context import Context
from jishi.platform.models import StreamHead
from jishi.platform.unit import lock_once


def lock_offering(ctx: Context, offering_id: str) -> tuple[Offering, StreamHead]:
    """Lock an offering, run its due ticks, return it and its evidence head; in a transaction.

    Fault `market.offering.unknown`.
    """
    offering, head = lock_row(offering_id)
    at_ms = instant(ctx, head)
    if offering.state == NOTICED and offering.due_ms is not None and offering.due_ms <= at_ms:
        fold = Fold(ctx, offering, head)
        fold.run_due(at_ms)
        fold.finish()
    return offering, head


def lock_row(offering_id: str) -> tuple[Offering, StreamHead]:
    """Lock the head and the row alone, leaving due ticks as they are."""
    head = evidence.lock(f"offering/{offering_id}")
    rows = Offering.objects
    offering = lock_once(
        Offering, offering_id, lambda: rows.select_for_update().filter(pk=offering_id).first()
    )
    if offering is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    return offering, head
