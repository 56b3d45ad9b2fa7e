"""How a listing for sale moves from phase to phase when a clock runs out or bidding ends.

scheduled -> free -> question -> rounds -> (awaiting reserve) -> sold or unsold.
"""

from jishi.kernel.mechanism.contract import Event, Step
from jishi.kernel.mechanism.listing_state import (
    AWAITING_RESERVE,
    CAPPED,
    CONVERTED,
    FREE,
    QUESTION,
    SCHEDULED,
    SOLD,
    UNSOLD,
    State,
)


def run_out(state: State, now_ms: int) -> Step[State]:
    """End what the clock was running for: the wait, registration, listing, question or round."""
    if state.phase not in {SCHEDULED, FREE}:
        return close(state, now_ms)
    opened: tuple[Event, ...] = ()
    if state.phase == SCHEDULED:
        state = state._replace(phase=FREE, clock_ms=free_clock(state, now_ms))
        opened = ({"type": "ListingOpened", "due_ms": state.clock_ms},)
    after = _judge(state, now_ms)
    return Step(after.state, opened + after.events)


def free_clock(state: State, now_ms: int) -> int:
    """Return when the free phase must next be looked at (ms).

    The headcount is taken when registration (报名) ends, and again when the listing does, since a
    qualification may be decided in between.
    """
    terms = state.terms
    counts = terms.headcount_auction is not None
    return terms.registration_end if counts and now_ms < terms.registration_end else terms.listing_end


def _judge(state: State, now_ms: int) -> Step[State]:
    terms, present = state.terms, len(state.admitted)
    many = terms.headcount_auction is not None and present >= terms.headcount_auction
    if many and now_ms >= terms.registration_end:
        return _end(state, CONVERTED, now_ms, "headcount")
    if now_ms >= terms.listing_end:
        return _end_listing(state, now_ms)
    return Step(state._replace(clock_ms=free_clock(state, now_ms)), ())


def _end_listing(state: State, now_ms: int) -> Step[State]:
    if state.leader is None or len(state.admitted) < 2:
        return close(state, now_ms)
    due_ms = now_ms + state.terms.question_ms
    asked = state._replace(phase=QUESTION, clock_ms=due_ms)
    return Step(asked, ({"type": "QuestionOpened", "price_fen": state.price_fen, "due_ms": due_ms},))


def close(state: State, now_ms: int, reason: str | None = None) -> Step[State]:
    """End the bidding in favour of the leader: sold, or first the reserve price (底价) is awaited."""
    if state.leader is None:
        return _end(state, UNSOLD, now_ms, "no_quote")
    awaits = state.terms.reserve_commitment is not None
    return _end(state, AWAITING_RESERVE if awaits else SOLD, now_ms, reason)


def halt(state: State, now_ms: int) -> Step[State]:
    """Stop at the cap (最高限价) with nobody chosen; the notice says what comes next."""
    return _end(state, CAPPED, now_ms, "cap_reached")


def _end(state: State, phase: str, now_ms: int, reason: str | None) -> Step[State]:
    ended = state._replace(phase=phase, clock_ms=None, closed_ms=now_ms, reason=reason)
    event = {
        "type": "BiddingClosed",
        "phase": phase,
        "reason": reason,
        "leader": state.leader,
        "price_fen": state.price_fen,
        "closed_ms": now_ms,
    }
    return Step(ended, (event,))
