"""What pages may ask of a listing for sale (挂牌): its view, and its terms described as fields."""

from typing import Final

from jishi.kernel.mechanism.field import Field, Model
from jishi.kernel.mechanism.listing_state import (
    AWAITING_RESERVE,
    OVER,
    QUESTION,
    QUOTING,
    State,
    next_valid_bid,
)
from jishi.kernel.mechanism.listing_terms import FIVE_MINUTES
from jishi.kernel.mechanism.view import View

MODEL: Final[Model] = (
    Field("lot", "text"),
    Field("listing_start", "instant"),
    Field("listing_end", "instant"),
    Field("registration_end", "instant"),
    Field("start_price_fen", "fen"),
    Field("increment_fen", "fen"),
    Field("cap_fen", "fen", None, optional=True),
    Field("cap_rule", "choice", "first", choices=("first", "halt")),
    Field("reserve_commitment", "hash", None, optional=True),
    Field("question_ms", "span", FIVE_MINUTES),
    Field("round_ms", "span", FIVE_MINUTES),
    Field("headcount_auction", "count", None, least=2, optional=True),
    Field("free_quotes", "choice", "improve", choices=("improve", "any")),
)
"""The fields that `listing_terms` reads; a test holds both together."""


def view(state: State) -> View:
    """Return what pages and programs may ask of the state."""
    running = not state.suspended
    accepts = {"bid"} if state.phase in QUOTING else {"continue"} if state.phase == QUESTION else set()
    return View(
        phase=state.phase,
        suspended=state.suspended,
        due_ms=state.due_ms,
        opens_ms=state.terms.listing_start,
        closes_ms=state.terms.listing_end,
        registration_end_ms=state.terms.registration_end,
        registrants=len(state.admitted),
        last_ms=state.last_ms,
        start_price_fen=state.terms.start_price_fen,
        increment_fen=state.increment_fen,
        price_fen=state.price_fen,
        leader=state.leader,
        quotes=state.quotes,
        next_bid_fen=next_valid_bid(state),
        accepts=frozenset(accepts) if running else frozenset(),
        awaits="reveal" if running and state.phase == AWAITING_RESERVE else "",
        over=state.phase in OVER,
    )
