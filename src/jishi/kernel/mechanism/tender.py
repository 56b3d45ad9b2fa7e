"""Sealed tender (招标), version 1: sealed bids, price or scores, candidates made public, one winner.

open -> awaiting_opening -> (awaiting_reserve) -> (scoring) -> publicity -> (awaiting_answer) -> sold.
Fewer bidders than the terms want (three by 招标投标法 28, order 39 of 2007, art. 13) leave it unsold
and unopened. Bids beyond the bounds are void. Refuses what `tender_panel` and `tender_award` refuse.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.mechanism import inputs, tender_award, tender_panel
from jishi.kernel.mechanism.acts import Answer, Decline, Discredit, Object, Score, Seat
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import AWAITING_OPENING, OPEN, SCHEDULED, SOLD, UNSOLD, end, move
from jishi.kernel.mechanism.framed import Rule
from jishi.kernel.mechanism.objection import AWAITING_ANSWER, PUBLICITY, count_unanswered, enter_objection
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.tender_price import LOW, rank_prices
from jishi.kernel.mechanism.tender_score import BY_EXPERT, of_kind
from jishi.kernel.mechanism.tender_state import State, offers_of
from jishi.kernel.mechanism.tender_terms import (
    BY_SCORE,
    TENDER_FIELDS,
    bounds_of,
    check_bid,
    check_terms,
    criteria_of,
)
from jishi.kernel.sealing.commitment import commit_reserve

AWAITING_RESERVE: Final = "awaiting_reserve"
SCORING: Final = "scoring"
_BEFORE_OPENING: Final = frozenset({SCHEDULED, OPEN, AWAITING_OPENING})
_PUBLIC: Final = frozenset({PUBLICITY, AWAITING_ANSWER})


class Tender(SealedMechanism):
    """The mechanism as the contract wants it."""

    id = "tender"
    own_terms = TENDER_FIELDS
    state_class = State
    phases = (OPEN, AWAITING_OPENING, AWAITING_RESERVE, SCORING, PUBLICITY, AWAITING_ANSWER)
    awaits = {
        AWAITING_OPENING: "unseal",
        AWAITING_RESERVE: "reveal",
        SCORING: "score",
        AWAITING_ANSWER: "answer",
    }

    def rules(self) -> Mapping[type, Rule]:
        """Take, beside sealed bids, credit levels, the reserve, the panel's marks, objections and refusals."""
        return {
            **super().rules(),
            Discredit: Rule(_discredit, _BEFORE_OPENING),
            inputs.Reveal: Rule(_reveal, frozenset({AWAITING_RESERVE})),
            Seat: Rule(_seat, frozenset({SCORING})),
            Score: Rule(_score, frozenset({SCORING})),
            Object: Rule(enter_objection, frozenset({PUBLICITY})),
            Answer: Rule(tender_award.answer, _PUBLIC),
            Decline: Rule(tender_award.decline, _PUBLIC, by_bidder=True),
        }

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the fault of terms that contradict each other."""
        super().check_together(terms)
        check_terms(terms)

    def read_bid(self, state: State, alias: str, bid: Any) -> None:
        """Raise the fault for which a bid {"price_fen", "marks_attested"?} is void."""
        check_bid(state.terms, bid)

    def close_filing(self, state: State, at_ms: int) -> Step[Any]:
        """Await the opening; with too few bidders leave it unsold, the bids unopened."""
        filed, least = len(state.box.latest), state.terms["min_bidders"]
        if filed < least:
            return end(state, UNSOLD, at_ms, "too_few", filed=filed, least=least)
        return super().close_filing(state, at_ms)

    def decide(self, state: State, at_ms: int) -> Step[Any]:
        """Await the reserve price where the notice committed to one, else evaluate."""
        if state.terms["reserve_commitment"] is not None and state.box.bids:
            return Step(move(state, AWAITING_RESERVE, None), ())
        return _evaluate(state, at_ms)

    def run_out(self, state: State, at_ms: int) -> Step[Any]:
        """Close the filing, or end the publicity."""
        if state.frame.phase == OPEN:
            return self.close_filing(state, at_ms)
        return tender_award.end_publicity(state, at_ms)

    def glance(self, state: State) -> dict[str, Any]:
        """Show the proposed winner, the panel and what it owes, and the objections."""
        seen = super().glance(state)
        bids, leader = state.box.by_alias, state.leader
        seen |= {"leader": leader, "price_fen": bids[leader]["price_fen"] if leader else None}
        if state.frame.phase == SCORING and not state.panel and state.frame.paused_ms is None:
            seen["awaits"] = "seat"
        seen["stage"] |= {
            "method": state.terms["method"],
            "direction": state.terms["direction"],
            "panel": list(state.panel),
            "missing_marks": tender_panel.missing_marks(state) if state.frame.phase == SCORING else 0,
            "candidates": list(state.standing),
            "objections": len(state.objections),
            "unanswered": count_unanswered(state.objections),
        }
        return seen

    def result(self, state: State) -> dict[str, Any]:
        """Give the ranking with prices and scores, who left it, the ties, and the one award."""
        bids, winner = state.box.by_alias, state.leader if state.frame.phase == SOLD else None
        price_fen = bids[winner]["price_fen"] if winner else None
        award = {"alias": winner, "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen}
        return {
            **super().result(state),
            "direction": state.terms["direction"],
            "winner": winner,
            "price_fen": price_fen,
            "awards": [award] if winner else [],
            "reserve_fen": state.reserve_fen,
            "ranking": [
                {"alias": alias, "rank": rank, "price_fen": bids[alias]["price_fen"]}
                for alias, rank in state.ranking
            ],
            "scores": state.scores,
            "candidates": list(state.candidates),
            "left": [{"alias": alias, "reason": why} for alias, why in state.out],
            "ties": list(state.ties),
            "experts": list(state.panel),
            "objections": len(state.objections),
        }


TENDER: Final = Tender()


def _evaluate(state: State, at_ms: int) -> Step[Any]:
    """Rank by price, or ask the panel where experts score."""
    if not state.box.bids:
        return end(state, UNSOLD, at_ms, "no_valid_bid")
    if state.terms["method"] == BY_SCORE:
        if of_kind(criteria_of(state.terms), BY_EXPERT):
            event = {"type": "EvaluationOpened", "phase": SCORING, "bids": len(state.box.bids)}
            return Step(move(state, SCORING, None), (event,))
        return _rank_scored(state, at_ms)
    ranking, _ = rank_prices(bounds_of(state.terms), offers_of(state), state.terms["tie"])
    return tender_award.publish(state, ranking, at_ms)


def _rank_scored(state: State, at_ms: int) -> Step[Any]:
    scored = state._replace(scores=tender_panel.scores_of(state))
    return tender_award.publish(scored, tender_panel.rank_scores(scored), at_ms)


def _seat(state: State, given: Seat, at_ms: int) -> Step[Any] | Refusal:
    return _complete(tender_panel.seat(state, given, at_ms), at_ms)


def _score(state: State, given: Score, at_ms: int) -> Step[Any] | Refusal:
    return _complete(tender_panel.score(state, given, at_ms), at_ms)


def _complete(step: Step[Any] | Refusal, at_ms: int) -> Step[Any] | Refusal:
    """Rank as soon as the last sheet is in; a smaller panel may complete it, too."""
    if isinstance(step, Refusal) or tender_panel.missing_marks(step.state):
        return step
    ranked = _rank_scored(step.state, at_ms)
    return Step(ranked.state, (*step.events, *ranked.events))


def _discredit(state: State, given: Discredit, at_ms: int) -> Step[Any] | Refusal:
    """Record a bidder's level of poor credit before anything is opened."""
    levels = len(state.terms["credit_bp"] or ())
    if given.alias not in state.frame.admitted:
        return Refusal("mechanism.not_admitted", {"alias": given.alias})
    if not levels or not 0 <= given.level <= levels:
        return Refusal("tender.credit_level", {"level": given.level, "most": levels})
    after = state._replace(credit={**state.credit, given.alias: given.level})
    return Step(after, ({"type": "CreditRecorded", "alias": given.alias, "level": given.level},))


def _reveal(state: State, given: inputs.Reveal, at_ms: int) -> Step[Any] | Refusal:
    """Open the reserve price (底价) against its commitment; bids beyond it are void."""
    terms = state.terms
    if commit_reserve(terms["lot"], given.reserve_fen, given.salt) != terms["reserve_commitment"]:
        return Refusal("tender.reserve_mismatch", {"lot": terms["lot"]})
    low, kept, voids = terms["direction"] == LOW, [], dict(state.box.voids)
    for alias, bid in state.box.bids:
        price_fen = bid["price_fen"]
        if price_fen <= given.reserve_fen if low else price_fen >= given.reserve_fen:
            kept.append((alias, bid))
        else:
            params = {"price_fen": price_fen, "reserve_fen": given.reserve_fen}
            voids[alias] = {"code": "tender.bid.reserve", "params": params}
    box = state.box._replace(bids=tuple(kept), voids=voids)
    event = {"type": "ReserveOpened", "reserve_fen": given.reserve_fen, "met": bool(kept)}
    step = _evaluate(state._replace(box=box, reserve_fen=given.reserve_fen), at_ms)
    return Step(step.state, (event, *step.events))
