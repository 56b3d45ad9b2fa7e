"""What pages may ask of an auction, and its outcome as JSON. Holds no rule."""

from typing import Any

from jishi.kernel.mechanism.auction_quote import next_bid
from jishi.kernel.mechanism.auction_state import State
from jishi.kernel.mechanism.frame import SCHEDULED, SOLD


def glance(state: State) -> dict[str, Any]:
    """Return the fields of the view an auction knows better; `stage["eligible"]` is empty for everyone admitted."""
    stage, box = state.stage, state.box
    seen: dict[str, Any] = {
        "start_price_fen": state.terms["start_price_fen"],
        "increment_fen": state.increment_fen,
        "price_fen": state.price_fen,
        "leader": state.leader,
        "quotes": state.quotes,
        "next_bid_fen": next_bid(state),
        "stage": {
            **stage,
            "index": state.at,
            "number": state.at + 1,
            "stages": len(state.terms["stages"]),
            "eligible": list(state.eligible),
            "offers": len(state.offers),
            "offered": [alias for alias, _ in state.offers],
            "filed": len(box.latest),
            "lines": box.book.size,
            "second": state.second,
            "seed": state.seed,
        },
    }
    if state.frame.phase != SCHEDULED and state.frame.clock_ms is not None:
        seen["closes_ms"] = state.frame.clock_ms
    return seen


def result(state: State) -> dict[str, Any]:
    """Return who won, at what price and second quantity, the stages passed, ties, and all a draw is made from."""
    sold, price_fen = state.frame.phase == SOLD, state.price_fen
    award = {"alias": state.leader, "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen}
    contributions = {alias: bid["contribution"] for alias, bid in state.box.bids if "contribution" in bid}
    quoted = {alias: bid["price_fen"] for alias, bid in state.box.bids if "price_fen" in bid}
    return {
        "winner": state.leader if sold else None,
        "price_fen": price_fen if sold else None,
        "second": state.second if sold else {},
        "quotes": state.quotes,
        "reserve_fen": state.reserve_fen,
        "ties": list(state.ties),
        "awards": [{**award, "second": state.second}] if sold else [],
        "stages": list(state.passed),
        "offers": list(state.amounts),
        "sealed_quotes": quoted,
        "voids": state.box.voids,
        "seed": state.seed,
        "secret": state.secret,
        "contributions": contributions,
        "exercised": list(state.exercised),
    }
