"""What officers do to any mechanism in a frame: admit, suspend, resume, terminate, extend, amend.

Each act checks only its own facts; `framed` has already checked the instant and the phase.
"""

from typing import Any

from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import TERMINATED, end

Result = Step[Any] | Refusal


def admit(state: Any, given: inputs.Admit, at_ms: int) -> Result:
    """Add a qualified bidder."""
    if given.alias in state.frame.admitted:
        return Refusal("mechanism.already_admitted", {"alias": given.alias})
    frame = state.frame._replace(admitted=state.frame.admitted | {given.alias})
    return Step(state._replace(frame=frame), ({"type": "BidderAdmitted", "alias": given.alias},))


def withdraw(state: Any, given: inputs.Withdraw, at_ms: int) -> Result:
    """Remove a bidder; whether a bid already binds is the mechanism's own check."""
    if given.alias not in state.frame.admitted:
        return Refusal("mechanism.not_admitted", {"alias": given.alias})
    frame = state.frame._replace(admitted=state.frame.admitted - {given.alias})
    return Step(state._replace(frame=frame), ({"type": "BidderWithdrawn", "alias": given.alias},))


def suspend(state: Any, given: inputs.Suspend, at_ms: int) -> Result:
    """Stop every clock (中止)."""
    after = state._replace(frame=state.frame._replace(paused_ms=at_ms))
    return Step(after, ({"type": "OfferingSuspended", "reason": given.reason},))


def resume(state: Any, instants: frozenset[str], at_ms: int) -> Result:
    """Start the clocks again (恢复), moving each future instant of the terms by the length of the pause."""
    paused_ms = state.frame.paused_ms
    if paused_ms is None:
        return Refusal("mechanism.not_suspended", {})
    pause_ms = at_ms - paused_ms
    terms = {
        name: value + pause_ms if name in instants and value is not None and value > paused_ms else value
        for name, value in state.terms.items()
    }
    clock_ms = None if state.frame.clock_ms is None else state.frame.clock_ms + pause_ms
    after = state._replace(terms=terms, frame=state.frame._replace(clock_ms=clock_ms, paused_ms=None))
    return Step(after, ({"type": "OfferingResumed", "pause_ms": pause_ms, "due_ms": clock_ms},))


def terminate(state: Any, given: inputs.Terminate, at_ms: int) -> Result:
    """End without a result (终止)."""
    return end(state, TERMINATED, at_ms, given.reason)


def extend(state: Any, given: inputs.Extend, at_ms: int) -> Result:
    """Move the close of bidding later, and the end of registration not earlier."""
    terms, closes = state.terms, given.listing_end
    if closes <= terms["closes"]:
        return Refusal("mechanism.extend_forward", {"closes": closes, "current_ms": terms["closes"]})
    if not terms["registration_end"] <= given.registration_end <= closes:
        return Refusal("mechanism.extend_registration", {"registration_end": given.registration_end})
    clock_ms = closes if state.frame.clock_ms == terms["closes"] else state.frame.clock_ms
    terms = {**terms, "closes": closes, "registration_end": given.registration_end}
    after = state._replace(terms=terms, frame=state.frame._replace(clock_ms=clock_ms))
    event = {"type": "OfferingExtended", "closes": closes, "registration_end": given.registration_end}
    return Step(after, (event,))
