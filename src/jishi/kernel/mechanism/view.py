"""What any page or program may ask of a running mechanism, whatever it is.

A view is read, never stored: the state is the truth. Nothing here says a sentence.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class View(NamedTuple):
    """One mechanism at one instant. Instants in ms, money in fen.

    `accepts` names the inputs that a bidder may send now; `awaits` the input only an officer, a
    committee or a panel can give and without which nothing goes on ("" while a clock runs or it is
    over). `stage` holds what only this mechanism knows, JSON-safe.
    """

    phase: str
    suspended: bool
    due_ms: int | None
    opens_ms: int
    closes_ms: int
    registration_end_ms: int
    registrants: int
    last_ms: int
    start_price_fen: int | None = None
    increment_fen: int | None = None
    price_fen: int | None = None
    leader: str | None = None
    quotes: int = 0
    next_bid_fen: int | None = None
    accepts: frozenset[str] = frozenset()
    awaits: str = ""
    over: bool = False
    stage: Mapping[str, Any] = {}
