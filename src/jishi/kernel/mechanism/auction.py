"""Ascending auction (拍卖) in stages, version 1: open quotes, and what decides once they reach the cap.

scheduled -> open -> (second_quantity | sealed_quote | lottery, in the order of the notice) ->
(awaiting_reserve) -> (first_refusal, lottery) -> sold or unsold. The stages are terms, checked by
`auction_stage`. Refuses what `auction_quote`, `auction_offer` and `auction_seal` refuse.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import auction_offer, auction_quote, auction_right, auction_seal, inputs
from jishi.kernel.mechanism.acts import Decline, Draw, Exercise, Offer, Prefer, Seal, Unseal
from jishi.kernel.mechanism.auction_stage import (
    FIRST_REFUSAL,
    LOTTERY,
    SEALED_QUOTE,
    SECOND_QUANTITY,
    check_prices,
    read_stages,
)
from jishi.kernel.mechanism.auction_state import AWAITING_DRAW, AWAITING_RESERVE, State, conclude
from jishi.kernel.mechanism.auction_view import glance, result
from jishi.kernel.mechanism.contract import Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import AWAITING_OPENING, CONVERTED, JOINING, OPEN, UNSOLD, Frame, end
from jishi.kernel.mechanism.framed import FramedMechanism, Rule
from jishi.kernel.mechanism.lottery import EXACT_SUITES
from jishi.kernel.mechanism.sealed_box import check_sealing

SOLE, CONVERT = "sole", "convert"
_SEALED: Final = frozenset({SEALED_QUOTE, LOTTERY})
_RUN_OUT: Final = {
    OPEN: auction_quote.run_out,
    SECOND_QUANTITY: auction_offer.run_out,
    SEALED_QUOTE: auction_seal.run_out,
    LOTTERY: auction_seal.run_out,
    FIRST_REFUSAL: auction_right.run_out,
}


class Auction(FramedMechanism):
    """The mechanism as the contract wants it."""

    id = "auction"
    kind = "ascending"
    own_terms = (
        Field("start_price_fen", "fen"),
        Field("stages", "list"),
        Field("least_bidders", "count", 1),
        Field("too_few", "choice", UNSOLD, choices=(UNSOLD, SOLE, CONVERT)),
        Field("reserve_commitment", "hash", None, optional=True),
        Field("draw_commitment", "hash", None, optional=True),
        Field("sealing", "object", None, optional=True),
    )
    state_class = State
    phases = (
        OPEN,
        SECOND_QUANTITY,
        SEALED_QUOTE,
        LOTTERY,
        AWAITING_DRAW,
        AWAITING_OPENING,
        AWAITING_RESERVE,
        FIRST_REFUSAL,
    )
    awaits = {AWAITING_DRAW: "draw", AWAITING_OPENING: "unseal", AWAITING_RESERVE: "reveal"}

    def read_terms(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Check raw JSON terms; raise a `Fault` that names the field, in a stage the stage and the field."""
        terms = super().read_terms(raw)
        return {**terms, "stages": read_stages(terms["stages"])}

    def check_term(self, name: str, value: Any) -> None:
        """Check one term by itself; raise the `Fault` that `read_terms` would."""
        super().check_term(name, value)
        if name == "stages":
            read_stages(value)

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of prices out of order, and of sealing or draw stated without need or missing."""
        stages = read_stages(terms["stages"])
        check_prices(terms["start_price_fen"], stages)
        kinds = {stage["kind"] for stage in stages}
        for field, needed in (("sealing", bool(kinds & _SEALED)), ("draw_commitment", LOTTERY in kinds)):
            if (terms[field] is not None) != needed:
                raise Fault("auction.terms.needed" if needed else "auction.terms.needless", field=field)
        if terms["sealing"] is not None:
            check_sealing(terms["sealing"])
            suite = terms["sealing"]["suite"]
            if LOTTERY in kinds and suite not in EXACT_SUITES:
                raise Fault("lottery.suite", suite=suite, known=", ".join(EXACT_SUITES))
        if terms["least_bidders"] > 1 and terms["registration_end"] > terms["opens"]:
            raise Fault("auction.terms.registration", least_bidders=terms["least_bidders"])
        if terms["least_bidders"] == 1 and terms["too_few"] != UNSOLD:
            raise Fault("auction.terms.too_few", too_few=terms["too_few"])

    def start(self, terms: dict[str, Any], frame: Frame) -> State:
        """Return the state before any input."""
        return State(terms, frame, increment_fen=terms["stages"][0]["increment_fen"])

    def rules(self) -> Mapping[type, Rule]:
        """Take quotes, offers, sealed bids, the secret, the reserve price and rights of first refusal."""
        return {
            inputs.Bid: Rule(auction_quote.take_bid, frozenset({OPEN}), by_bidder=True),
            inputs.SetStep: Rule(auction_quote.set_step, frozenset({OPEN})),
            inputs.Extend: Rule(auction_quote.extend, JOINING),
            Offer: Rule(auction_offer.offer, frozenset({SECOND_QUANTITY}), by_bidder=True),
            Seal: Rule(auction_seal.seal, _SEALED, by_bidder=True),
            Draw: Rule(auction_seal.draw, frozenset({AWAITING_DRAW})),
            Unseal: Rule(auction_seal.unseal, frozenset({AWAITING_OPENING})),
            inputs.Reveal: Rule(auction_right.reveal, frozenset({AWAITING_RESERVE})),
            Prefer: Rule(auction_right.prefer, JOINING),
            Exercise: Rule(auction_right.exercise, frozenset({FIRST_REFUSAL}), by_bidder=True),
            Decline: Rule(auction_right.decline, frozenset({FIRST_REFUSAL}), by_bidder=True),
        }

    def open_bidding(self, state: State, at_ms: int) -> Step[Any]:
        """Open at `opens`; with fewer bidders than the notice wants do what it says of too few."""
        bidders, least, rule = len(state.frame.admitted), state.terms["least_bidders"], state.terms["too_few"]
        if bidders >= least:
            return super().open_bidding(state, at_ms)
        if rule == SOLE and bidders == 1:
            (alias,) = state.frame.admitted
            sole = state._replace(leader=alias, price_fen=state.terms["start_price_fen"])
            return conclude(sole, at_ms, "sole_bidder")
        phase = CONVERTED if rule == CONVERT and bidders else UNSOLD
        return end(state, phase, at_ms, "few_bidders", bidders=bidders, least=least)

    def run_out(self, state: State, at_ms: int) -> Step[Any]:
        """End the present stage."""
        return _RUN_OUT[state.frame.phase](state, at_ms)

    def is_bound(self, state: State, alias: str) -> bool:
        """Tell whether this one leads or is at the cap: a quote binds until a higher one."""
        return alias == state.leader or alias in state.eligible

    def glance(self, state: State) -> dict[str, Any]:
        """Return the price, what the next quote must be, and the stage."""
        return glance(state)

    def result(self, state: State) -> dict[str, Any]:
        """Return who won what, how each tie was broken, and what a draw was made from."""
        return result(state)


AUCTION: Final = Auction()
