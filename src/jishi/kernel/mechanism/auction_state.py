"""What an auction (拍卖) keeps, and how it passes from stage to stage until one bidder is left.

The leader is whoever has the lot if nothing more happens; `eligible` names who may act in the present
stage, nobody named meaning everyone admitted. Holds no rule of a stage.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism import first_refusal
from jishi.kernel.mechanism.auction_stage import next_kind, refusal_index
from jishi.kernel.mechanism.contract import Event, Step
from jishi.kernel.mechanism.frame import SOLD, UNSOLD, Frame, end, move
from jishi.kernel.mechanism.sealed_box import Box

AWAITING_DRAW: Final = "awaiting_draw"
AWAITING_RESERVE: Final = "awaiting_reserve"
EARLIER: Final = "earlier"


class State(NamedTuple):
    """An auction at one instant. `at` counts stages from 0; `passed` and `ties` are JSON records of what was."""

    terms: dict[str, Any]
    frame: Frame
    increment_fen: int
    at: int = 0
    leader: str | None = None
    price_fen: int | None = None
    quotes: int = 0
    eligible: tuple[str, ...] = ()
    offers: tuple[tuple[str, int], ...] = ()
    second: dict[str, int] = {}  # unit -> the amount that goes with the price
    box: Box = Box()
    secret: str | None = None
    seed: str | None = None
    holders: first_refusal.Holders = ()
    exercised: tuple[str, ...] = ()
    declined: frozenset[str] = frozenset()
    reserve_fen: int | None = None
    reason: str | None = None
    passed: tuple[dict[str, Any], ...] = ()
    amounts: tuple[dict[str, Any], ...] = ()  # {"stage", "unit", "offers": {alias: amount}} of past stages
    ties: tuple[dict[str, Any], ...] = ()

    @property
    def stage(self) -> dict[str, Any]:
        """Return the terms of the present stage."""
        stage: dict[str, Any] = self.terms["stages"][self.at]
        return stage

    @property
    def able(self) -> frozenset[str]:
        """Return who may act in the present stage."""
        return frozenset(self.eligible) or self.frame.admitted


def choose(state: State, alias: str) -> State:
    """Return the state led by a bidder, with the amounts it offered in the stages passed."""
    offered = {past["unit"]: past["offers"][alias] for past in state.amounts if alias in past["offers"]}
    return state._replace(leader=alias, second=offered)


def note_tie(state: State, ordered: Sequence[str], broken_by: str) -> State:
    """Record equal bidders in the order they were put in, and by what."""
    if len(ordered) < 2:
        return state
    tie = {
        "stage": state.at + 1,
        "first": ordered[0],
        "later": list(ordered[1:]),
        "broken_by": broken_by,
    }
    return state._replace(ties=(*state.ties, tie))


def note_stage(state: State, at_ms: int, ended_by: str) -> State:
    """Record how a stage ended and who led."""
    record = {
        "stage": state.at + 1,
        "kind": state.stage["kind"],
        "ended_ms": at_ms,
        "ended_by": ended_by,
        "leader": state.leader,
        "price_fen": state.price_fen,
    }
    return state._replace(passed=(*state.passed, record))


def pass_on(state: State, at_ms: int, ended_by: str, eligible: tuple[str, ...] = ()) -> Step[Any]:
    """Leave the present stage for the next with whoever is eligible; with one bidder left the rest is passed over."""
    state = note_stage(state, at_ms, ended_by)
    state = state._replace(eligible=eligible, reason=ended_by)
    if next_kind(state.terms["stages"], state.at) is None or len(state.able) < 2:
        return settle(state, at_ms)
    return _enter(state._replace(at=state.at + 1), at_ms)


def pass_over(state: State, at_ms: int, ended_by: str) -> State:
    """Return the state in the next stage without a clock, which decides at once."""
    return note_stage(state, at_ms, ended_by)._replace(at=state.at + 1)


def conclude(state: State, at_ms: int, ended_by: str) -> Step[Any]:
    """Leave the present stage with the leader chosen; what else would choose is passed over."""
    return settle(note_stage(state, at_ms, ended_by)._replace(reason=ended_by), at_ms)


def settle(state: State, at_ms: int) -> Step[Any]:
    """Await the reserve price (底价) where the notice committed to one, else offer the price to the entitled."""
    if state.leader is None:
        return end(state, UNSOLD, at_ms, state.reason)
    if state.terms["reserve_commitment"] is not None and state.reserve_fen is None:
        event = {"type": "ReserveAwaited", "leader": state.leader, "price_fen": state.price_fen}
        return Step(move(state, AWAITING_RESERVE, None), (event,))
    return _offer_refusal(state, at_ms)


def entitled(state: State) -> tuple[str, ...]:
    """Return the admitted holders of a right of first refusal (优先购买权) who may step before the leader."""
    right = refusal_index(state.terms["stages"])
    if right is None:
        return ()
    held = first_refusal.entitled(state.holders, state.leader, state.terms["stages"][right]["grounds"])
    return tuple(alias for alias in held if alias in state.frame.admitted)


def sell(state: State, at_ms: int) -> Step[Any]:
    """Sell to the leader at the price reached."""
    return end(state, SOLD, at_ms, state.reason, leader=state.leader, price_fen=state.price_fen)


def join(first: Step[Any], second: Step[Any]) -> Step[Any]:
    """Return the second step with the events of both."""
    return Step(second.state, (*first.events, *second.events))


def _offer_refusal(state: State, at_ms: int) -> Step[Any]:
    right, may = refusal_index(state.terms["stages"]), entitled(state)
    if right is None or state.at > right or not may:
        return sell(state, at_ms)
    return _enter(state._replace(at=right, eligible=may), at_ms)


def _enter(state: State, at_ms: int) -> Step[Any]:
    kind, due_ms = state.stage["kind"], at_ms + state.stage["span_ms"]
    event: Event = {
        "type": "StageOpened",
        "stage": state.at + 1,
        "kind": kind,
        "eligible": list(state.eligible),
        "due_ms": due_ms,
    }
    return Step(move(state, kind, due_ms), (event,))
