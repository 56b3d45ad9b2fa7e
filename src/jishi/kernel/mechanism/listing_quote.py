"""Which quotes (报价) a listing for sale accepts, and what an accepted one changes.

Refuses strangers, whoever leads already, and prices off the ladder or above the cap.
"""

from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.inputs import Bid
from jishi.kernel.mechanism.listing_clock import close, halt
from jishi.kernel.mechanism.listing_state import ROUNDS, State, lowest_leading, quotes_freely


def take_bid(state: State, given: Bid, at_ms: int) -> Step[State] | Refusal:
    """Accept or refuse a quote; each accepted one in the rounds (限时竞价) restarts the clock.

    The price is the start price or a whole number of increments above the ladder's foot;
    the first of equal quotes leads (order 39, arts. 17 and 19).
    """
    refusal = _refuse_bidder(state, given.alias) or _refuse_price(state, given.price_fen)
    if refusal is not None:
        return refusal
    cap_fen = state.terms.cap_fen
    taken = _accept(state, given, at_ms)
    event = {
        "type": "BidAccepted",
        "alias": given.alias,
        "price_fen": given.price_fen,
        "quote": taken.quotes,
        "leader": taken.leader,
        "due_ms": taken.clock_ms,
    }
    if given.price_fen != cap_fen:
        return Step(taken, (event,))
    ended = close(taken, at_ms, "cap_reached") if state.terms.cap_rule == "first" else halt(taken, at_ms)
    return Step(ended.state, (event, *ended.events))


def _refuse_bidder(state: State, alias: str) -> Refusal | None:
    if alias not in state.admitted:
        return Refusal("listing.not_admitted", {"alias": alias})
    if alias == state.leader:
        return Refusal("listing.already_leading", {"alias": alias, "price_fen": state.price_fen})
    return None


def _refuse_price(state: State, price_fen: int) -> Refusal | None:
    cap_fen, increment_fen = state.terms.cap_fen, state.increment_fen
    if cap_fen is not None and price_fen >= cap_fen:
        if price_fen == cap_fen:
            return None
        return Refusal("listing.above_cap", {"price_fen": price_fen, "cap_fen": cap_fen})
    lowest = state.terms.start_price_fen if quotes_freely(state) else lowest_leading(state)
    if price_fen < lowest:
        code = (
            "listing.below_start" if state.price_fen is None or quotes_freely(state) else "listing.below_next"
        )
        return Refusal(code, {"price_fen": price_fen, "lowest_fen": lowest, "increment_fen": increment_fen})
    over = (price_fen - lowest) % increment_fen
    if over:
        params = {"price_fen": price_fen, "increment_fen": increment_fen, "below_fen": price_fen - over}
        return Refusal("listing.off_ladder", params | {"above_fen": price_fen - over + increment_fen})
    return None


def _accept(state: State, given: Bid, at_ms: int) -> State:
    alias, price_fen = given.alias, given.price_fen
    leader, highest, ties = state.leader, state.price_fen, state.ties
    if highest is None or price_fen > highest:
        leader, highest, ties = alias, price_fen, ()
    elif price_fen == highest and alias not in ties:
        ties = (*ties, alias)
    return state._replace(
        leader=leader,
        price_fen=highest,
        ties=ties,
        quotes=state.quotes + 1,
        quoted=state.quoted if alias in state.quoted else state.quoted | {alias},
        clock_ms=at_ms + state.terms.round_ms if state.phase == ROUNDS else state.clock_ms,
        last_ms=at_ms,
    )
