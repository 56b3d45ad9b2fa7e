"""What moved: told in the process that committed it, right after the commit, so that nobody has to look.

A listener must be quick and must not wait: it is called in the thread that commits bids. A message may be lost with
its process and says nothing that the rows do not; whoever must miss nothing reads the log. It holds no identity.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction

from jishi.apps.market.models import Offering
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.contract import Taken
from jishi.kernel.mechanism.view import View


@dataclass(frozen=True, slots=True)
class Moved:
    """One offering after a commit: its stream's last number, what a room shows, and the new quotes, latest first.

    `standing` holds state, phase, suspended, price_fen, leader, due_ms, next_bid_fen, increment_fen, quotes,
    registrants and result; a quote has seq, at_ms, alias and price_fen. Money in fen, instants in ms.
    """

    offering_id: str
    seq: int
    at_ms: int
    standing: dict[str, Any]
    rungs: list[dict[str, Any]]


Listener = Callable[[Sequence[Moved]], None]
_listeners: list[Listener] = []


def on_moved(listener: Listener) -> None:
    """Call `listener` with what moved after every commit of this process."""
    _listeners.append(listener)


def off_moved(listener: Listener) -> None:
    """Call it no more."""
    _listeners.remove(listener)


def is_heard() -> bool:
    """Tell whether anybody listens."""
    return bool(_listeners)


def tell(moved: Sequence[Moved]) -> None:
    """Tell the listeners once the running transaction has committed."""
    transaction.on_commit(partial(_tell, moved), robust=True)


def describe(
    offering: Offering, view: View, last: tuple[int, int], taken: Sequence[tuple[int, Taken]]
) -> Moved:
    """Describe an offering after a fold; `last` is its last number and instant (ms), `taken` what each number holds."""
    standing = {
        "state": offering.state,
        "phase": view.phase,
        "suspended": view.suspended,
        "price_fen": view.price_fen,
        "leader": view.leader or None,
        "due_ms": view.due_ms,
        "next_bid_fen": view.next_bid_fen,
        "increment_fen": view.increment_fen,
        "quotes": view.quotes,
        "registrants": view.registrants,
        "result": (offering.outcome or {}).get("result"),
    }
    rungs = [
        {"seq": seq, "at_ms": at_ms, "alias": given.alias, "price_fen": given.price_fen}
        for seq, (given, at_ms, _) in reversed(taken)
        if isinstance(given, inputs.Bid)
    ]
    return Moved(offering.id, *last, standing, rungs)


def _tell(moved: Sequence[Moved]) -> None:
    for listener in _listeners:
        listener(moved)
