"""The states this process folded last, so that the next batch of a running lot need not load them again.

A state is kept under the random mark that was stored with it. A row with another mark was moved by another process,
or the transaction that made the state never committed: then the snapshot of the row is loaded. Refuses nothing.
"""

import threading
from typing import Any

from jishi.apps.market.mechanism import mechanism_of
from jishi.apps.market.models import Offering
from jishi.platform.entropy import SystemEntropy

MOST = 512
_kept: dict[str, tuple[int, Any]] = {}
_lock = threading.Lock()


def load_state(offering: Offering) -> Any:
    """Return the state of the mechanism of a locked offering."""
    kept = _kept.get(offering.id)
    if kept is not None and kept[0] == offering.mark:
        return kept[1]
    return mechanism_of(offering).load(offering.snapshot or {})


def holds(offering_id: str) -> bool:
    """Tell whether a state of the offering is kept, so that its snapshot is probably not needed."""
    return offering_id in _kept


def keep_state(offering: Offering, state: Any) -> None:
    """Keep a state under a fresh mark, which the caller stores with its snapshot."""
    # Chance beyond what any row ever had: a mark that was rolled back is never met again.
    offering.mark = int.from_bytes(SystemEntropy().draw(8), "big") >> 1
    with _lock:
        _kept.pop(offering.id, None)
        _kept[offering.id] = (offering.mark, state)
        if len(_kept) > MOST:
            del _kept[next(iter(_kept))]
