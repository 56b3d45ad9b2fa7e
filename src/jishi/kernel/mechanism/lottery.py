"""Lottery (摇号) of places at a fixed price: whoever takes part may win, and nobody can choose who does.

open -> awaiting_draw -> awaiting_opening -> sold or unsold. A bid is {"contribution": 64 hex digits}.
The operator reveals its secret while every contribution is still sealed, so that withholding it can
choose nothing; then the committee opens all contributions at once. Where no more take part than
there are places all win, without a draw. Refuses a suite whose verdict on a bid depends on who opens.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Draw, Prefer
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.draw import commit_secret, is_random_part, rank, seed_of
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import AWAITING_OPENING, OPEN, SOLD, UNSOLD, Frame, end, move
from jishi.kernel.mechanism.framed import Rule
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS, Box

AWAITING_DRAW: Final = "awaiting_draw"
NO_PART, PART = "takes_no_part", "takes_part"
FEW, NO_CONTRIBUTION, ALL_WIN = "few_participants", "no_contribution", "all_win"
MOST_WEIGHT: Final = 100
EXACT_SUITES: Final = ("x25519",)
"""Suites whose verdict on a sealed bid is the same whichever members open, so that nobody can void one late."""


class State(NamedTuple):
    """A lottery: what was filed, recorded grounds of more tickets, the secret once revealed, the ranking."""

    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()
    grounds: dict[str, str] = {}
    secret: str | None = None
    seed: str | None = None
    ranking: tuple[str, ...] = ()


class Lottery(SealedMechanism):
    """The lottery, version 1."""

    id = "lottery"
    state_class = State
    phases = (OPEN, AWAITING_DRAW, AWAITING_OPENING)
    awaits = {AWAITING_DRAW: "draw", AWAITING_OPENING: "unseal"}
    own_terms = (
        Field("places", "count"),
        Field("price_fen", "fen", least=0),
        Field("draw_commitment", "hash"),
        Field("minimum", "count", 1),
        Field("waiting", "count", 0, least=0),
        Field("without_contribution", "choice", NO_PART, choices=(NO_PART, PART)),
        Field("weights", "object", None, optional=True),
        *SEALED_FIELDS,
    )

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of an unfit committee or suite, or of weights that are not tickets by ground."""
        super().check_together(terms)
        if terms["sealing"]["suite"] not in EXACT_SUITES:
            raise Fault("lottery.suite", suite=terms["sealing"]["suite"], known=", ".join(EXACT_SUITES))
        for ground, tickets in (terms["weights"] or {}).items():
            if not is_kind(tickets, "integer") or not 1 <= tickets <= MOST_WEIGHT:
                raise Fault("lottery.weights", ground=ground, tickets=repr(tickets), most=MOST_WEIGHT)

    def rules(self) -> Mapping[type, Rule]:
        """Return filing and opening, the record of a ground, and the reveal of the secret."""
        return {
            **super().rules(),
            Prefer: Rule(_prefer, frozenset({OPEN})),
            Draw: Rule(_draw, frozenset({AWAITING_DRAW})),
        }

    def read_bid(self, state: State, alias: str, bid: Any) -> None:
        """Raise the Fault of a bid that is not one contribution."""
        if bid.keys() != {"contribution"} or not is_random_part(bid["contribution"]):
            raise Fault("lottery.contribution")

    def close_filing(self, state: State, at_ms: int) -> Step[State]:
        """Await the secret where there may be a draw, else the opening; end where neither can matter."""
        able = frozenset(state.box.latest)
        if state.terms["without_contribution"] == PART:
            able = state.frame.admitted
            if len(able) <= state.terms["places"] or not state.box.latest:
                return self._decide(state, able, at_ms)
        if len(able) < state.terms["minimum"]:
            return end(state, UNSOLD, at_ms, FEW)
        phase = AWAITING_DRAW if len(able) > state.terms["places"] else AWAITING_OPENING
        event = {"type": "FilingClosed", "phase": phase, "filed": len(state.box.latest)}
        return Step(move(state, phase, None), (event,))

    def decide(self, state: State, at_ms: int) -> Step[State]:
        """Rank whoever takes part, now that every contribution is open."""
        drawn_by = state.frame.admitted if state.terms["without_contribution"] == PART else state.box.by_alias
        return self._decide(state, frozenset(drawn_by), at_ms)

    def glance(self, state: State) -> dict[str, Any]:
        """Return the fixed price and how many places there are."""
        seen = super().glance(state)
        stage = {**seen["stage"], "places": state.terms["places"], "seed": state.seed}
        return {**seen, "price_fen": state.terms["price_fen"], "stage": stage}

    def result(self, state: State) -> dict[str, Any]:
        """Return who won, the whole ranking, and all that is needed to draw again."""
        terms, ranking = state.terms, state.ranking
        places, price_fen = terms["places"], terms["price_fen"]
        winners = ranking[:places]
        awards = [
            {"alias": alias, "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen, "rank": place}
            for place, alias in enumerate(winners, start=1)
        ]
        return {
            **super().result(state),
            "winner": winners[0] if len(winners) == places == 1 else None,
            "price_fen": price_fen if winners else None,
            "awards": awards,
            "ranking": list(ranking),
            "waiting": list(ranking[places : places + terms["waiting"]]),
            "unfilled": places - len(winners),
            "seed": state.seed,
            "secret": state.secret,
            "contributions": _contributions(state),
            "tickets": _tickets(state, ranking),
        }

    def _decide(self, state: State, taking: frozenset[str], at_ms: int) -> Step[State]:
        if len(taking) < state.terms["minimum"]:
            return end(state, UNSOLD, at_ms, FEW)
        if len(taking) <= state.terms["places"]:
            return end(state._replace(ranking=tuple(sorted(taking))), SOLD, at_ms, ALL_WIN)
        contributions = _contributions(state)
        if not contributions or state.secret is None:
            return end(state, UNSOLD, at_ms, NO_CONTRIBUTION)
        seed = seed_of(state.terms["lot"], state.secret, contributions)
        ranking = tuple(rank(seed, _tickets(state, taking)))
        return end(state._replace(seed=seed, ranking=ranking), SOLD, at_ms, seed=seed)


LOTTERY: Final = Lottery()


def _contributions(state: State) -> dict[str, str]:
    return {alias: bid["contribution"] for alias, bid in state.box.bids}


def _tickets(state: State, taking: frozenset[str] | tuple[str, ...]) -> dict[str, int]:
    weights, grounds = state.terms["weights"] or {}, state.grounds
    return {alias: weights[grounds[alias]] if alias in grounds else 1 for alias in sorted(taking)}


def _prefer(state: State, given: Prefer, at_ms: int) -> Step[State] | Refusal:
    """Record the ground on which the notice gives a bidder more tickets; the last record counts."""
    if given.alias not in state.frame.admitted:
        return Refusal("mechanism.not_admitted", {"alias": given.alias})
    known = sorted(state.terms["weights"] or {})
    if given.ground not in known:
        return Refusal("lottery.ground", {"ground": given.ground, "known": known})
    event = {"type": "GroundRecorded", "alias": given.alias, "ground": given.ground}
    return Step(state._replace(grounds={**state.grounds, given.alias: given.ground}), (event,))


def _draw(state: State, given: Draw, at_ms: int) -> Step[State] | Refusal:
    """Reveal the operator's secret against the notice; what the contributions are is still sealed."""
    terms = state.terms
    if not (is_random_part(given.secret) and is_random_part(given.salt)):
        return Refusal("lottery.secret_form", {})
    if commit_secret(terms["lot"], given.secret, given.salt) != terms["draw_commitment"]:
        return Refusal("lottery.secret_mismatch", {"lot": terms["lot"]})
    after = move(state._replace(secret=given.secret), AWAITING_OPENING, None)
    return Step(after, ({"type": "SecretRevealed", "secret": given.secret, "phase": AWAITING_OPENING},))
