"""Simulated bidders: each has a private valuation and quotes while the next valid quote is below it.

The inputs are worked out against the mechanism itself and then handed to the market in one batch, which folds
them again under its own lock. Everything comes from the generator given, so the same seed bids the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from jishi.kernel.mechanism import contract, inputs
from jishi.kernel.mechanism.listing_state import FREE, QUESTION, ROUNDS, State, next_valid_bid

MOST_QUOTES = 60
PACE_MS = (5_000, 200_000)


@dataclass(frozen=True, slots=True)
class Bidder:
    """A simulated bidder under the alias of one lot; `valuation_fen` is the most it would pay."""

    alias: str
    valuation_fen: int


def draw_bidders(aliases: Sequence[str], start_price_fen: int, chance: Random) -> list[Bidder]:
    """Draw a valuation for each alias, from 0.9 to 1.4 times the start price."""
    return [Bidder(alias, start_price_fen * chance.randint(900, 1400) // 1000) for alias in aliases]


def quote(
    mechanism: contract.Mechanism, state: State, bidders: Sequence[Bidder], chance: Random
) -> Iterator[tuple[inputs.Input, int]]:
    """Yield (input, instant ms) until nobody wants to quote or the clock ends the bidding."""
    for given, at_ms in _free_quotes(state, bidders, chance):
        state = contract.fold(mechanism, state, given, at_ms).state
        yield given, at_ms
    state = _run_to_question(mechanism, state)
    while state.phase in (QUESTION, ROUNDS) and state.quotes < MOST_QUOTES:
        found = _next_move(state, bidders, chance)
        if found is None:
            return
        folded = contract.fold(mechanism, state, *found)
        if folded.refusal or folded.state == state:
            return
        state = folded.state
        yield found


def _free_quotes(
    state: State, bidders: Sequence[Bidder], chance: Random
) -> Iterator[tuple[inputs.Input, int]]:
    terms = state.terms
    price_fen, leader = None, None
    span = terms.listing_end - terms.listing_start
    moments = sorted(terms.listing_start + chance.randrange(1, span) for _ in range(min(len(bidders), 6)))
    for at_ms in moments:
        bidder = chance.choice(bidders)
        lowest = terms.start_price_fen if price_fen is None else price_fen + terms.increment_fen
        if bidder.alias == leader or bidder.valuation_fen < lowest:
            continue
        if terms.cap_fen is not None and lowest >= terms.cap_fen:
            return
        price_fen, leader = lowest, bidder.alias
        yield inputs.Bid(bidder.alias, lowest), at_ms


def _run_to_question(mechanism: contract.Mechanism, state: State) -> State:
    while state.phase in ("scheduled", FREE) and (due_ms := mechanism.due(state)) is not None:
        for _, _, step in contract.advance(mechanism, state, due_ms):
            state = step.state
    return state


def _next_move(state: State, bidders: Sequence[Bidder], chance: Random) -> tuple[inputs.Input, int] | None:
    lowest = next_valid_bid(state) if state.phase == ROUNDS else (state.price_fen or 0) + state.increment_fen
    if lowest is None or state.clock_ms is None:
        return None
    keen = [b for b in bidders if b.alias != state.leader and b.valuation_fen >= lowest]
    if not keen:
        return None
    bidder = chance.choice(keen)
    at_ms = min(state.last_ms + chance.randint(*PACE_MS), state.clock_ms - 1)
    if state.phase == QUESTION:
        return inputs.Continue(bidder.alias), at_ms
    return inputs.Bid(bidder.alias, _raise_to(state, lowest, bidder, chance)), at_ms


def _raise_to(state: State, lowest: int, bidder: Bidder, chance: Random) -> int:
    """Jump by up to a fiftieth of the price in whole increments, never above one's valuation or the cap."""
    most = (
        bidder.valuation_fen
        if state.terms.cap_fen is None
        else min(bidder.valuation_fen, state.terms.cap_fen)
    )
    room = max(0, (most - lowest) // state.increment_fen)
    steps = min(room, lowest // 50 // state.increment_fen)
    return lowest + state.increment_fen * chance.randint(0, steps)
