"""Listing for sale (网上挂牌), version 1: free quotes, a question, then limited-time rounds.

Order 39 of 2007 (招标拍卖挂牌出让国有建设用地使用权规定) arts. 17-19 give the skeleton; the online
clocks follow provincial practice (待核) and are terms. A moment is valid strictly before its end:
one millisecond late is late. Only a tick ends a phase, so a live run and a replay cannot differ.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism import inputs, listing_act, listing_state, listing_terms, listing_view
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.listing_quote import take_bid
from jishi.kernel.mechanism.listing_state import (
    AWAITING_RESERVE,
    FREE,
    OVER,
    PHASES,
    QUESTION,
    QUOTING,
    ROUNDS,
    SCHEDULED,
    State,
)


class _Rule(NamedTuple):
    """How an input is taken, in which phases, and the refusal elsewhere (by phase where it differs)."""

    take: Callable[[State, Any, int], Step[State] | Refusal]
    phases: frozenset[str]
    refusal: str
    by_phase: Mapping[str, str] = MappingProxyType({})


_OPEN = frozenset(PHASES) - OVER
_BEFORE_END = frozenset({SCHEDULED, FREE})
_NO_BID = {
    SCHEDULED: "listing.not_started",
    QUESTION: "listing.continue_first",
    AWAITING_RESERVE: "listing.over",
}
_RULES: Final[dict[type, _Rule]] = {
    inputs.Bid: _Rule(take_bid, QUOTING, "listing.over", _NO_BID),
    inputs.Admit: _Rule(listing_act.admit, _BEFORE_END, "listing.admission_closed"),
    inputs.Withdraw: _Rule(listing_act.withdraw, _BEFORE_END, "listing.withdrawal_closed"),
    inputs.Continue: _Rule(listing_act.open_rounds, frozenset({QUESTION}), "listing.no_question"),
    inputs.Suspend: _Rule(listing_act.suspend, _OPEN, "listing.over"),
    inputs.Resume: _Rule(listing_act.resume, _OPEN, "listing.over"),
    inputs.Terminate: _Rule(listing_act.terminate, _OPEN, "listing.over"),
    inputs.SetStep: _Rule(listing_act.set_step, frozenset({FREE, ROUNDS}), "listing.step_fixed"),
    inputs.Extend: _Rule(listing_act.extend, _BEFORE_END, "listing.extend_late"),
    inputs.Amend: _Rule(listing_act.amend, frozenset({SCHEDULED}), "listing.amend_late"),
    inputs.Reveal: _Rule(listing_act.reveal, frozenset({AWAITING_RESERVE}), "listing.no_reserve_awaited"),
}
_WHILE_SUSPENDED = frozenset({inputs.Resume, inputs.Terminate})


class Listing:
    """The mechanism as the contract wants it; every rule is in the functions beside it."""

    id: Final = "listing"
    version: Final = 1
    kind: Final = "ascending"
    phases: Final = PHASES
    model: Final = listing_view.MODEL

    read_terms = staticmethod(listing_terms.read_terms)
    check_term = staticmethod(listing_terms.check_term)
    dump_terms = staticmethod(listing_terms.dump_terms)
    open = staticmethod(listing_state.open_listing)
    outcome = staticmethod(listing_state.outcome)
    dump = staticmethod(listing_state.dump)
    load = staticmethod(listing_state.load)
    view = staticmethod(listing_view.view)

    def due(self, state: State) -> int | None:
        """Return the instant (ms) of the next tick, None while suspended or over."""
        return state.due_ms

    def step(self, state: State, given: inputs.Input, at_ms: int) -> Step[State] | Refusal:
        """Take one input at an instant (ms), or refuse it: instants first, then the phase, then facts."""
        if at_ms < state.last_ms:
            return Refusal("mechanism.clock_back", {"at_ms": at_ms, "last_ms": state.last_ms})
        cls = type(given)
        if cls is inputs.Tick:
            return listing_act.tick(state, at_ms)
        due_ms = state.due_ms
        if due_ms is not None and at_ms >= due_ms:
            return Refusal("mechanism.tick_due", {"due_ms": due_ms, "at_ms": at_ms})
        rule = _RULES.get(cls)
        if rule is None:
            return Refusal("mechanism.unwelcome", {"input": inputs.name_of(cls), "mechanism": self.id})
        if state.phase not in rule.phases:
            return _refuse_phase(rule, state)
        if state.paused_ms is not None and cls not in _WHILE_SUSPENDED:
            return Refusal("listing.suspended", {"since_ms": state.paused_ms})
        return rule.take(state, given, at_ms)


def _refuse_phase(rule: _Rule, state: State) -> Refusal:
    code = "listing.over" if state.phase in OVER else rule.by_phase.get(state.phase, rule.refusal)
    terms = state.terms
    params = {"phase": state.phase, "closed_ms": state.closed_ms, "listing_end": terms.listing_end}
    return Refusal(code, params | {"listing_start": terms.listing_start})


LISTING: Final = Listing()
