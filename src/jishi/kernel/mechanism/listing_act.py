"""What bidders and officers may do to a listing for sale (挂牌), apart from quoting.

Each act checks only its own facts; `listing` has already checked the instant and the phase.
"""

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.listing_clock import free_clock, run_out
from jishi.kernel.mechanism.listing_state import (
    FREE,
    ROUNDS,
    SOLD,
    TERMINATED,
    UNSOLD,
    State,
    open_listing,
)
from jishi.kernel.mechanism.listing_terms import read_terms
from jishi.kernel.sealing.commitment import commit_reserve

Result = Step[State] | Refusal


def admit(state: State, given: inputs.Admit, at_ms: int) -> Result:
    """Add a qualified bidder (竞买人) while the listing runs."""
    if given.alias in state.admitted:
        return Refusal("listing.already_admitted", {"alias": given.alias})
    after = state._replace(admitted=state.admitted | {given.alias}, last_ms=at_ms)
    return Step(after, ({"type": "BidderAdmitted", "alias": given.alias},))


def withdraw(state: State, given: inputs.Withdraw, at_ms: int) -> Result:
    """Remove a bidder who has not quoted; a quote binds until the end."""
    if given.alias not in state.admitted:
        return Refusal("listing.not_admitted", {"alias": given.alias})
    if given.alias in state.quoted:
        return Refusal("listing.quote_binds", {"alias": given.alias})
    after = state._replace(admitted=state.admitted - {given.alias}, last_ms=at_ms)
    return Step(after, ({"type": "BidderWithdrawn", "alias": given.alias},))


def open_rounds(state: State, given: inputs.Continue, at_ms: int) -> Result:
    """Open the limited-time rounds (限时竞价): somebody is willing to go on (order 39, art. 19)."""
    if given.alias not in state.admitted:
        return Refusal("listing.not_admitted", {"alias": given.alias})
    due_ms = at_ms + state.terms.round_ms
    after = state._replace(phase=ROUNDS, clock_ms=due_ms, last_ms=at_ms)
    return Step(after, ({"type": "RoundsOpened", "alias": given.alias, "due_ms": due_ms},))


def suspend(state: State, given: inputs.Suspend, at_ms: int) -> Result:
    """Stop every clock (中止)."""
    after = state._replace(paused_ms=at_ms, last_ms=at_ms)
    return Step(after, ({"type": "ListingSuspended", "reason": given.reason},))


def resume(state: State, given: inputs.Resume, at_ms: int) -> Result:
    """Start the clocks again (恢复), moving each future instant by the length of the pause."""
    if state.paused_ms is None:
        return Refusal("listing.not_suspended", {})
    pause_ms, terms = at_ms - state.paused_ms, state.terms
    future = ("listing_start", "listing_end", "registration_end")
    shifted = {
        name: getattr(terms, name) + pause_ms for name in future if getattr(terms, name) > state.paused_ms
    }
    clock_ms = None if state.clock_ms is None else state.clock_ms + pause_ms
    after = state._replace(terms=terms._replace(**shifted), clock_ms=clock_ms, paused_ms=None, last_ms=at_ms)
    return Step(after, ({"type": "ListingResumed", "pause_ms": pause_ms, "due_ms": clock_ms},))


def terminate(state: State, given: inputs.Terminate, at_ms: int) -> Result:
    """End without a result (终止)."""
    after = state._replace(
        phase=TERMINATED, clock_ms=None, paused_ms=None, last_ms=at_ms, closed_ms=at_ms, reason=given.reason
    )
    return Step(after, ({"type": "ListingTerminated", "reason": given.reason},))


def set_step(state: State, given: inputs.SetStep, at_ms: int) -> Result:
    """Adjust the increment (增价幅度) for the quotes to come (order 39, art. 18)."""
    if given.increment_fen < 1:
        return Refusal("listing.step_not_positive", {"increment_fen": given.increment_fen})
    after = state._replace(increment_fen=given.increment_fen, last_ms=at_ms)
    return Step(after, ({"type": "StepSet", "increment_fen": given.increment_fen},))


def extend(state: State, given: inputs.Extend, at_ms: int) -> Result:
    """Move the end of the listing later, and the end of registration not earlier."""
    terms = state.terms
    if given.listing_end <= terms.listing_end:
        return Refusal(
            "listing.extend_forward", {"listing_end": given.listing_end, "current_ms": terms.listing_end}
        )
    if not terms.registration_end <= given.registration_end <= given.listing_end:
        return Refusal("listing.extend_registration", {"registration_end": given.registration_end})
    moved = terms._replace(listing_end=given.listing_end, registration_end=given.registration_end)
    after = state._replace(terms=moved, last_ms=at_ms)
    if after.phase == FREE:
        after = after._replace(clock_ms=free_clock(after, at_ms))
    event = {"type": "ListingExtended", "listing_end": given.listing_end}
    return Step(after, (event | {"registration_end": given.registration_end},))


def amend(state: State, given: inputs.Amend, at_ms: int) -> Result:
    """Start over under supplemented terms (补充公告); admissions stand."""
    try:
        terms = read_terms(given.terms)
    except Fault as fault:
        return Refusal(fault.code, fault.params)
    if terms.lot != state.terms.lot:
        return Refusal("listing.amend_lot", {"lot": terms.lot, "current": state.terms.lot})
    if terms.listing_start <= at_ms:
        return Refusal("listing.amend_start", {"listing_start": terms.listing_start, "at_ms": at_ms})
    after = open_listing(terms)._replace(admitted=state.admitted, last_ms=at_ms)
    return Step(after, ({"type": "TermsAmended", "due_ms": after.clock_ms},))


def reveal(state: State, given: inputs.Reveal, at_ms: int) -> Result:
    """Open the reserve price (底价) against its commitment and decide: at or above it is sold."""
    if commit_reserve(state.terms.lot, given.reserve_fen, given.salt) != state.terms.reserve_commitment:
        return Refusal("listing.reserve_mismatch", {"lot": state.terms.lot})
    assert state.price_fen is not None  # only a listing with a leader awaits its reserve
    sold = state.price_fen >= given.reserve_fen
    after = state._replace(
        phase=SOLD if sold else UNSOLD,
        reason=state.reason if sold else "below_reserve",
        reserve_fen=given.reserve_fen,
        last_ms=at_ms,
    )
    return Step(after, ({"type": "ReserveOpened", "reserve_fen": given.reserve_fen, "met": sold},))


def tick(state: State, at_ms: int) -> Result:
    """Let the clock run out at the very instant it is due, so that no late tick moves what follows."""
    due_ms = state.due_ms
    if due_ms is None:
        return Refusal("mechanism.tick_idle", {"phase": state.phase})
    if at_ms < due_ms:
        return Refusal("mechanism.tick_early", {"due_ms": due_ms, "at_ms": at_ms})
    if at_ms > due_ms:
        return Refusal("mechanism.tick_late", {"due_ms": due_ms, "at_ms": at_ms})
    return run_out(state._replace(last_ms=at_ms), at_ms)
