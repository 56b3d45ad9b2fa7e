"""What may be done in a negotiation (协议), and what it keeps.

Refuses prices below the floor (最低价), parties that are not the applicant, and holders of a right of
first refusal (优先购买权) that apply themselves or that the terms leave no time for.
"""

from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism import first_refusal, frame_act, inputs, objection
from jishi.kernel.mechanism.acts import Agree, Answer, Decline, Exercise, Prefer
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import CONVERTED, SCHEDULED, SOLD, UNSOLD, Frame, end, move
from jishi.kernel.mechanism.objection import AWAITING_ANSWER, PUBLICITY, Objections

FIRST_REFUSAL: Final = "first_refusal"
Result = Step[Any] | Refusal


class State(NamedTuple):
    """A negotiation at one instant."""

    terms: dict[str, Any]
    frame: Frame
    party: str | None = None
    price_fen: int | None = None
    objections: Objections = {}
    holders: first_refusal.Holders = ()
    exercised: tuple[str, ...] = ()
    declined: frozenset[str] = frozenset()

    @property
    def applicants(self) -> frozenset[str]:
        """Return who wants the lot: those admitted, without holders of a right of first refusal."""
        return self.frame.admitted.difference(alias for alias, _ in self.holders)


def admit(state: State, given: inputs.Admit, at_ms: int) -> Result:
    """Admit an applicant; a second one converts the lot, or is refused where the terms say so."""
    is_holder = given.alias in dict(state.holders)
    if state.terms["second_applicant"] == "refuse" and not is_holder and state.applicants - {given.alias}:
        return Refusal("negotiation.one_applicant", {"alias": given.alias})
    step = frame_act.admit(state, given, at_ms)
    if isinstance(step, Refusal) or state.frame.phase == SCHEDULED:
        return step
    return judge(step, at_ms)


def judge(step: Step[Any], at_ms: int) -> Step[Any]:
    """Convert to an auction once more than one party wants the lot."""
    if len(step.state.applicants) < 2:
        return step
    return _then(step, end(step.state, CONVERTED, at_ms, "second_applicant"))


def agree(state: State, given: Agree, at_ms: int) -> Result:
    """Record the agreed price, at least the floor; the publicity period (公示) begins."""
    if given.alias not in state.applicants:
        return Refusal("negotiation.not_applicant", {"alias": given.alias})
    if given.price_fen < (floor_fen := state.terms["floor_fen"]):
        return Refusal("negotiation.below_floor", {"price_fen": given.price_fen, "floor_fen": floor_fen})
    due_ms = at_ms + state.terms["publicity_ms"]
    after = move(state, PUBLICITY, due_ms, party=given.alias, price_fen=given.price_fen)
    event = {"type": "PriceAgreed", "alias": given.alias, "price_fen": given.price_fen, "due_ms": due_ms}
    return Step(after, (event,))


def answer(state: State, given: Answer, at_ms: int) -> Result:
    """Record the answer to an objection: upheld ends without a sale, the last dismissed one goes on."""
    step = objection.record_answer(state, given, at_ms)
    if isinstance(step, Refusal):
        return step
    if given.upheld:
        return _then(step, end(step.state, UNSOLD, at_ms, "objection_upheld"))
    if state.frame.phase == AWAITING_ANSWER and not objection.count_unanswered(step.state.objections):
        return _then(step, conclude(step.state, at_ms))
    return step


def prefer(state: State, given: Prefer, at_ms: int) -> Result:
    """Record who may step before the party; recorded before it is admitted, it is no applicant."""
    if state.terms["first_refusal_ms"] is None:
        return Refusal("first_refusal.none", {"alias": given.alias})
    if given.alias in state.frame.admitted:
        return Refusal("negotiation.holder_applies", {"alias": given.alias})
    return first_refusal.record(state, given, at_ms)


def entitled(state: State) -> tuple[str, ...]:
    """Return the admitted holders who may step before the party."""
    held = first_refusal.entitled(state.holders, state.party)
    return tuple(alias for alias in held if alias in state.frame.admitted)


def conclude(state: State, at_ms: int) -> Step[Any]:
    """Sell to the party, unless somebody may still step before it."""
    span_ms, may = state.terms["first_refusal_ms"], entitled(state)
    if not may:
        return end(state, SOLD, at_ms)
    event = {"type": "FirstRefusalOpened", "entitled": list(may), "due_ms": at_ms + span_ms}
    return Step(move(state, FIRST_REFUSAL, at_ms + span_ms), (event,))


def exercise(state: State, given: Exercise, at_ms: int) -> Result:
    """Note that a holder steps before the party; once all have answered, sell."""
    return _settle(first_refusal.exercise(state, given, entitled(state)), at_ms)


def decline(state: State, given: Decline, at_ms: int) -> Result:
    """Note that a holder lets the right go; once all have answered, sell."""
    return _settle(first_refusal.decline(state, given, entitled(state)), at_ms)


def _settle(step: Result, at_ms: int) -> Result:
    if isinstance(step, Refusal) or not first_refusal.is_answered(step.state, entitled(step.state)):
        return step
    return _then(step, sell(step.state, at_ms))


def sell(state: State, at_ms: int) -> Step[Any]:
    """Sell at the agreed price: to the holder recorded first of those who exercised, else to the party."""
    if not state.exercised:
        return end(state, SOLD, at_ms)
    party = first_refusal.foremost(state.holders, state.exercised)[0]
    return end(state._replace(party=party), SOLD, at_ms, "first_refusal", leader=party)


def _then(first: Step[Any], second: Step[Any]) -> Step[Any]:
    return Step(second.state, (*first.events, *second.events))
