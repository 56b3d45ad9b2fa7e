"""Run the ticks of many offerings that are due, in one transaction; several processes share what is due at once.

An offering whose evidence head another process holds is left out: it bids there, and a bid runs due ticks before it
is folded, or it is being advanced there. What a moved deadline has made not due is left as it is.
"""

from collections.abc import Collection, Sequence

from jishi.apps.market.actions.clearing import clear_locked
from jishi.apps.market.actions.locking import lock_offerings
from jishi.platform.context import Context
from jishi.platform.models import StreamHead


def advance_offerings(ctx: Context, offering_ids: Sequence[str]) -> Collection[str]:
    """Run the due ticks of offerings that nobody holds and clear books that await it; return their ids.

    Call it in a transaction.
    """
    locked = lock_offerings(ctx, find_free(offering_ids))
    for each in locked.values():
        clear_locked(ctx, each)
    return locked.keys()


def find_free(offering_ids: Sequence[str]) -> list[str]:
    """Lock the evidence heads that nobody holds and return their offerings, in the order in which heads are locked."""
    streams = {f"offering/{offering_id}": offering_id for offering_id in offering_ids}
    rows = StreamHead.objects.select_for_update(skip_locked=True).filter(stream__in=list(streams))
    return [streams[name] for name in rows.order_by("stream").values_list("stream", flat=True)]
