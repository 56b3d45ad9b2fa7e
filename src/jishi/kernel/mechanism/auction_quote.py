"""Open ascending quotes (应价) of an auction: which are taken, and how long bidding then goes on.

A quote binds until a higher one is made (Auction Law art. 36). At the cap (最高限价) the notice may give
others time to quote the cap too; who did is then `eligible`. Refuses the leader's own, prices off the
ladder or above the cap, and steps larger than the notice allows.
"""

from typing import Any

from jishi.kernel.mechanism import frame_act, inputs
from jishi.kernel.mechanism.auction_stage import NEXT
from jishi.kernel.mechanism.auction_state import State, conclude, join, pass_on
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import OPEN

Result = Step[Any] | Refusal


def take_bid(state: State, given: inputs.Bid, at_ms: int) -> Result:
    """Accept or refuse a quote; each accepted one leaves at least the round for others to answer."""
    if given.alias == state.leader:
        return Refusal("auction.already_leading", {"alias": given.alias, "price_fen": state.price_fen})
    if given.alias in state.eligible:
        return Refusal("auction.offered", {"alias": given.alias})
    refusal = _refuse_price(state, given.price_fen)
    if refusal is not None:
        return refusal
    taken = _accept(state, given, at_ms)
    after = taken.state
    if given.price_fen != state.stage["cap_fen"] or after.eligible:
        return taken
    leave = pass_on if state.stage["at_cap"] == NEXT else conclude
    return join(taken, leave(after, at_ms, "cap_reached"))


def next_bid(state: State) -> int | None:
    """Return the lowest price (fen) the next quote may have, None once quotes are over."""
    if state.frame.phase != OPEN:
        return None
    return _lowest(state)


def run_out(state: State, at_ms: int) -> Step[Any]:
    """End the quotes: the leader has the lot, or nobody quoted, or who is at the cap goes on."""
    if state.eligible:
        return pass_on(state, at_ms, "cap_reached", state.eligible)
    return conclude(state, at_ms, "no_quote" if state.leader is None else "highest_quote")


def set_step(state: State, given: inputs.SetStep, at_ms: int) -> Result:
    """Adjust the increment (增价幅度) for the quotes to come."""
    greatest_fen = state.stage["greatest_increment_fen"]
    most_fen = greatest_fen if greatest_fen is not None else given.increment_fen
    if not 1 <= given.increment_fen <= most_fen:
        params = {"increment_fen": given.increment_fen, "most_fen": max(1, most_fen)}
        return Refusal("auction.step", params)
    after = state._replace(increment_fen=given.increment_fen)
    return Step(after, ({"type": "StepSet", "increment_fen": given.increment_fen},))


def extend(state: State, given: inputs.Extend, at_ms: int) -> Result:
    """Move the close later; bidding that a quote had prolonged lasts at least as long."""
    if state.eligible:  # the cap is reached: no later close brings a higher quote
        return Refusal("mechanism.not_now", {"input": "extend", "phase": state.frame.phase})
    step = frame_act.extend(state, given, at_ms)
    if isinstance(step, Refusal) or state.frame.phase != OPEN:
        return step
    frame = step.state.frame
    clock_ms = max(frame.clock_ms, given.listing_end)
    return Step(step.state._replace(frame=frame._replace(clock_ms=clock_ms)), step.events)


def _accept(state: State, given: inputs.Bid, at_ms: int) -> Step[Any]:
    """Take a quote: a higher one leads, a further one at the cap only joins those who may go on."""
    due_ms, leader, eligible = state.frame.clock_ms, state.leader, state.eligible
    if eligible:
        eligible = (*eligible, given.alias)
    else:
        accept_ms = state.stage["accept_ms"] if given.price_fen == state.stage["cap_fen"] else None
        closing_ms = max(state.terms["closes"], at_ms + state.stage["round_ms"])
        due_ms = closing_ms if accept_ms is None else at_ms + accept_ms
        leader, eligible = given.alias, () if accept_ms is None else (given.alias,)
    after = state._replace(
        leader=leader,
        price_fen=given.price_fen,
        quotes=state.quotes + 1,
        eligible=eligible,
        frame=state.frame._replace(clock_ms=due_ms),
    )
    event = {
        "type": "BidAccepted",
        "alias": given.alias,
        "price_fen": given.price_fen,
        "quote": after.quotes,
        "leader": leader,
        "due_ms": due_ms,
    }
    return Step(after, (event,))


def _lowest(state: State) -> int:
    """Return the next rung: the start price, or one increment up, the cap where that is nearer."""
    if state.price_fen is None:
        return int(state.terms["start_price_fen"])
    rung_fen, cap_fen = state.price_fen + state.increment_fen, state.stage["cap_fen"]
    return rung_fen if cap_fen is None else min(rung_fen, cap_fen)


def _refuse_price(state: State, price_fen: int) -> Refusal | None:
    stage, lowest_fen, increment_fen = state.stage, _lowest(state), state.increment_fen
    cap_fen = stage["cap_fen"]
    if cap_fen is not None and price_fen > cap_fen:
        return Refusal("auction.above_cap", {"price_fen": price_fen, "cap_fen": cap_fen})
    if price_fen < lowest_fen:
        return Refusal("auction.below_next", {"price_fen": price_fen, "lowest_fen": lowest_fen})
    highest_fen = _highest(state, lowest_fen)
    if highest_fen is not None and price_fen > highest_fen:
        return Refusal("auction.jump", {"price_fen": price_fen, "highest_fen": highest_fen})
    over_fen = (price_fen - lowest_fen) % increment_fen
    if over_fen and price_fen != cap_fen:
        below_fen = price_fen - over_fen
        params = {"price_fen": price_fen, "increment_fen": increment_fen, "below_fen": below_fen}
        return Refusal("auction.off_ladder", {**params, "above_fen": below_fen + increment_fen})
    return None


def _highest(state: State, lowest_fen: int) -> int | None:
    """Return the highest price the next quote may have, None for no limit but the cap."""
    if state.stage["no_jump"]:
        return lowest_fen
    greatest_fen = state.stage["greatest_increment_fen"]
    if greatest_fen is None:
        return None
    base_fen = state.terms["start_price_fen"] if state.price_fen is None else state.price_fen
    highest_fen: int = max(lowest_fen, base_fen + greatest_fen)
    return highest_fen
