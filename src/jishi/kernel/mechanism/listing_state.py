"""Where a listing for sale (挂牌) stands: read plainly by pages, stored as JSON, never O(bids).

A state is a value. The rules that make the next one live in `listing_quote` (prices),
`listing_clock` (phases) and `listing` (everything else).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism.listing_terms import Terms, dump_terms, read_terms

SCHEDULED: Final = "scheduled"
FREE: Final = "free"
QUESTION: Final = "question"
ROUNDS: Final = "rounds"
AWAITING_RESERVE: Final = "awaiting_reserve"
SOLD: Final = "sold"
UNSOLD: Final = "unsold"
CONVERTED: Final = "converted"
CAPPED: Final = "capped"
TERMINATED: Final = "terminated"

PHASES: Final = (
    SCHEDULED,
    FREE,
    QUESTION,
    ROUNDS,
    AWAITING_RESERVE,
    SOLD,
    UNSOLD,
    CONVERTED,
    CAPPED,
    TERMINATED,
)
QUOTING: Final = frozenset({FREE, ROUNDS})
"""The phases in which a quote may be valid."""
OVER: Final = frozenset({SOLD, UNSOLD, CONVERTED, CAPPED, TERMINATED})
"""The phases that nothing leaves."""


class State(NamedTuple):
    """One listing at one instant. Instants in ms, money in fen.

    `clock_ms` is when the running clock ends, also while suspended; read `due_ms` for the
    next tick. `ties` are those who quoted the leader's price after the leader.
    """

    terms: Terms
    increment_fen: int
    clock_ms: int | None
    phase: str = SCHEDULED
    last_ms: int = 0
    paused_ms: int | None = None
    admitted: frozenset[str] = frozenset()
    quoted: frozenset[str] = frozenset()
    leader: str | None = None
    price_fen: int | None = None
    ties: tuple[str, ...] = ()
    quotes: int = 0
    reserve_fen: int | None = None
    reason: str | None = None
    closed_ms: int | None = None

    @property
    def suspended(self) -> bool:
        """Say whether the clocks are stopped (中止)."""
        return self.paused_ms is not None

    @property
    def due_ms(self) -> int | None:
        """Return the instant of the next tick, None while suspended or over."""
        return None if self.paused_ms is not None else self.clock_ms


def open_listing(terms: Terms) -> State:
    """Return the state before any input: published, not yet started."""
    return State(terms=terms, increment_fen=terms.increment_fen, clock_ms=terms.listing_start)


def next_valid_bid(state: State) -> int | None:
    """Return the lowest price (fen) that would be accepted now and lead, None when no quote would."""
    if state.phase not in QUOTING or state.suspended:
        return None
    return lowest_leading(state)


def lowest_leading(state: State) -> int:
    """Return the lowest price (fen) on the ladder above the current one.

    The ladder counts from the current price, among free quotes ("any") from the start price.
    Its top rung is the cap (最高限价), even when the last step is shorter than an increment:
    an assumption, 待核, since notices state a cap without regard to the increment.
    """
    terms = state.terms
    if state.price_fen is None:
        return terms.start_price_fen
    rung = state.price_fen + state.increment_fen
    if quotes_freely(state):
        rung -= (state.price_fen - terms.start_price_fen) % state.increment_fen
    return rung if terms.cap_fen is None else min(rung, terms.cap_fen)


def quotes_freely(state: State) -> bool:
    """Say whether a quote need not beat the current price: free phase of an "any" listing."""
    return state.phase == FREE and state.terms.free_quotes == "any"


def outcome(state: State) -> dict[str, Any]:
    """Return the result as JSON: winner, price (fen), and every tie with how it was broken.

    A price stands beside a sale and a halt at the cap only; `closed_at` (ms) is the end of bidding,
    or the termination.
    """
    over = state.phase in OVER
    sold = state.phase == SOLD
    return {
        "result": {CAPPED: "halted"}.get(state.phase, state.phase) if over else "open",
        "reason": state.reason if over else None,
        "winner": state.leader if sold else None,
        "price_fen": state.price_fen if sold or state.phase == CAPPED else None,
        "quotes": state.quotes,
        "registrants": len(state.admitted),
        "reserve_fen": state.reserve_fen,
        "ties": _broken_ties(state),
        "closed_at": state.closed_ms,
    }


def _broken_ties(state: State) -> list[dict[str, Any]]:
    if not state.ties:
        return []
    return [
        {
            "price_fen": state.price_fen,
            "first": state.leader,
            "later": list(state.ties),
            "broken_by": "earlier_quote",
        }
    ]


def dump(state: State) -> dict[str, Any]:
    """Return the state as JSON; equal states give equal bytes."""
    return state._asdict() | {
        "terms": dump_terms(state.terms),
        "admitted": sorted(state.admitted),
        "quoted": sorted(state.quoted),
        "ties": list(state.ties),
    }


def load(raw: Mapping[str, Any]) -> State:
    """Return the state that `dump` wrote."""
    read = {
        "terms": read_terms(raw["terms"]),
        "admitted": frozenset(raw["admitted"]),
        "quoted": frozenset(raw["quoted"]),
        "ties": tuple(raw["ties"]),
    }
    return State(**{**raw, **read})
