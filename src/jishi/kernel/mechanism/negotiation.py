"""Negotiation with publicity (协议加公示), version 1: one applicant, one agreed price, time to object.

scheduled -> open -> publicity -> (awaiting answer) -> (first refusal) -> sold. Land may be granted
by agreement (协议出让) only while one party wants it (order 21 of 2003, 待核): a second applicant
before the end converts the lot to an auction. An objection (异议) upheld ends it without a sale.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.mechanism import inputs, negotiation_act, objection
from jishi.kernel.mechanism.acts import Agree, Answer, Decline, Exercise, Object, Prefer
from jishi.kernel.mechanism.contract import Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import OPEN, SCHEDULED, SOLD, UNSOLD, end, move
from jishi.kernel.mechanism.framed import FramedMechanism, Rule
from jishi.kernel.mechanism.negotiation_act import FIRST_REFUSAL, State
from jishi.kernel.mechanism.objection import AWAITING_ANSWER, PUBLICITY

FIFTEEN_DAYS: Final = 15 * 24 * 60 * 60 * 1000
_BEFORE_END: Final = frozenset({SCHEDULED, OPEN, PUBLICITY, AWAITING_ANSWER})


class Negotiation(FramedMechanism):
    """The mechanism as the contract wants it."""

    id = "negotiation"
    kind = "notice"
    own_terms = (
        Field("floor_fen", "fen"),
        Field("publicity_ms", "span", FIFTEEN_DAYS),
        Field("second_applicant", "choice", "convert", choices=("convert", "refuse")),
        Field("first_refusal_ms", "span", None, optional=True),
    )
    state_class = State
    phases = (OPEN, PUBLICITY, AWAITING_ANSWER, FIRST_REFUSAL)
    awaits = {AWAITING_ANSWER: "answer"}

    def rules(self) -> Mapping[type, Rule]:
        """Take the agreement, objections with their answers, and holders of a right of first refusal."""
        return {
            inputs.Admit: Rule(negotiation_act.admit, _BEFORE_END),
            Agree: Rule(negotiation_act.agree, frozenset({OPEN})),
            Object: Rule(objection.enter_objection, frozenset({PUBLICITY})),
            Answer: Rule(negotiation_act.answer, frozenset({PUBLICITY, AWAITING_ANSWER})),
            Prefer: Rule(negotiation_act.prefer, _BEFORE_END),
            Exercise: Rule(negotiation_act.exercise, frozenset({FIRST_REFUSAL}), by_bidder=True),
            Decline: Rule(negotiation_act.decline, frozenset({FIRST_REFUSAL}), by_bidder=True),
        }

    def open_bidding(self, state: State, at_ms: int) -> Step[Any]:
        """Open at `opens`; two who applied before are too many."""
        step = super().open_bidding(state, at_ms)
        return negotiation_act.judge(step, at_ms)

    def run_out(self, state: State, at_ms: int) -> Step[Any]:
        """End the negotiation without agreement, the publicity period, or the time to exercise."""
        if state.frame.phase == OPEN:
            return end(state, UNSOLD, at_ms, "no_agreement")
        if state.frame.phase == FIRST_REFUSAL:
            return negotiation_act.sell(state, at_ms)
        waiting = objection.count_unanswered(state.objections)
        if waiting:
            event = {"type": "PublicityEnded", "phase": AWAITING_ANSWER, "unanswered": waiting}
            return Step(move(state, AWAITING_ANSWER, None), (event,))
        return negotiation_act.conclude(state, at_ms)

    def glance(self, state: State) -> dict[str, Any]:
        """Show the agreed price; during publicity others may still apply."""
        seen: dict[str, Any] = {
            "start_price_fen": state.terms["floor_fen"],
            "price_fen": state.price_fen,
            "leader": state.party,
            "quotes": 0 if state.price_fen is None else 1,
            "stage": {
                "unanswered": objection.count_unanswered(state.objections),
                "objections": len(state.objections),
                "entitled": list(negotiation_act.entitled(state))
                if state.frame.phase == FIRST_REFUSAL
                else [],
            },
        }
        if state.frame.phase == PUBLICITY:
            seen |= {"closes_ms": state.frame.clock_ms, "registration_end_ms": state.frame.clock_ms}
        return seen

    def result(self, state: State) -> dict[str, Any]:
        """Award the lot at the agreed price."""
        sold = state.frame.phase == SOLD
        price_fen = state.price_fen
        award = {"alias": state.party, "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen}
        return {
            "winner": state.party if sold else None,
            "price_fen": price_fen if sold else None,
            "quotes": 0 if price_fen is None else 1,
            "awards": [award] if sold else [],
            "objections": len(state.objections),
            "upheld": sum(upheld is True for upheld in state.objections.values()),
            "exercised": list(state.exercised),
        }

    def is_bound(self, state: State, alias: str) -> bool:
        """Tell whether the party has agreed."""
        return alias == state.party


NEGOTIATION: Final = Negotiation()
