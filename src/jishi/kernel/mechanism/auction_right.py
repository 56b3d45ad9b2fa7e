"""After the price of an auction is found: the reserve price (底价), and the right of first refusal (优先购买权).

The reserve is opened first, so that nobody exercises a right at a price that does not sell. Refuses
an opening that does not match the notice, and rights the notice gives no time to exercise.
"""

from typing import Any

from jishi.kernel.mechanism import first_refusal, inputs
from jishi.kernel.mechanism.acts import Decline, Exercise, Prefer
from jishi.kernel.mechanism.auction_stage import NEXT, refusal_index
from jishi.kernel.mechanism.auction_state import State, join, note_stage, note_tie, pass_on, sell, settle
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import UNSOLD, end
from jishi.kernel.sealing.commitment import commit_reserve

Result = Step[Any] | Refusal


def reveal(state: State, given: inputs.Reveal, at_ms: int) -> Result:
    """Open the reserve price against its commitment; a price below it sells nothing (Auction Law art. 50)."""
    terms, price_fen = state.terms, state.price_fen
    if commit_reserve(terms["lot"], given.reserve_fen, given.salt) != terms["reserve_commitment"]:
        return Refusal("auction.reserve_mismatch", {"lot": terms["lot"]})
    met = price_fen is not None and price_fen >= given.reserve_fen
    after = state._replace(reserve_fen=given.reserve_fen)
    opened = Step(after, ({"type": "ReserveOpened", "reserve_fen": given.reserve_fen, "met": met},))
    return join(opened, settle(after, at_ms) if met else end(after, UNSOLD, at_ms, "below_reserve"))


def prefer(state: State, given: Prefer, at_ms: int) -> Result:
    """Record who may step before the leader, and on what ground."""
    stages = state.terms["stages"]
    right = refusal_index(stages)
    if right is None:
        return Refusal("first_refusal.none", {"alias": given.alias})
    known = stages[right]["grounds"]
    if known and given.ground not in known:
        return Refusal("auction.ground", {"ground": given.ground, "known": known})
    return first_refusal.record(state, given, at_ms)


def exercise(state: State, given: Exercise, at_ms: int) -> Result:
    """Note that a holder takes the lot at the price reached; once all have answered, sell."""
    return _settle(first_refusal.exercise(state, given, state.eligible), at_ms)


def decline(state: State, given: Decline, at_ms: int) -> Result:
    """Note that a holder lets the right go; once all have answered, sell."""
    return _settle(first_refusal.decline(state, given, state.eligible), at_ms)


def run_out(state: State, at_ms: int) -> Step[Any]:
    """Sell to the holder with the strongest ground of those who exercised, without any to the leader.

    Of equal grounds the first recorded has it, or a lottery between them decides.
    """
    if not state.exercised:
        return sell(note_stage(state, at_ms, "not_exercised"), at_ms)
    best = first_refusal.foremost(state.holders, state.exercised, state.stage["grounds"])
    if len(best) > 1 and state.stage["tie"] == NEXT:
        return pass_on(state._replace(leader=best[0]), at_ms, "equal_rights", best)
    after = note_tie(state, best, "recorded")._replace(leader=best[0], reason="first_refusal")
    return sell(note_stage(after, at_ms, "first_refusal"), at_ms)


def _settle(step: Result, at_ms: int) -> Result:
    if isinstance(step, Refusal) or not first_refusal.is_answered(step.state, step.state.eligible):
        return step
    return join(step, run_out(step.state, at_ms))
