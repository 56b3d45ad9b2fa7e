"""From the ranking to the award: candidates made public, objections, who declines, who wins.

The first candidate wins when the publicity (候选人公示) has run out and every objection is answered.
Refuses to decline for whoever is no candidate. Where a tie for the first rank stands nobody wins here.
"""

from typing import Any, Final

from jishi.kernel.mechanism.acts import Answer, Decline
from jishi.kernel.mechanism.contract import Event, Refusal, Step
from jishi.kernel.mechanism.frame import HALTED, SOLD, TERMINATED, UNSOLD, end, move
from jishi.kernel.mechanism.objection import AWAITING_ANSWER, PUBLICITY, count_unanswered, record_answer
from jishi.kernel.mechanism.tender_price import Ranking
from jishi.kernel.mechanism.tender_state import State

DECLINED: Final = "declined"
EXCLUDED: Final = "excluded"


def publish(state: State, ranking: Ranking, at_ms: int) -> Step[Any]:
    """Make the candidates public for the time the terms state (招标投标法实施条例 53, 54)."""
    ranked = state._replace(ranking=ranking.places, ties=tuple(map(dict, ranking.ties)))
    if ranked.leader is None:
        return end(ranked, HALTED, at_ms, "tie", tied=[alias for alias, rank in ranking.places if rank == 1])
    return _show(ranked, at_ms)


def _show(state: State, at_ms: int) -> Step[Any]:
    due_ms = at_ms + state.terms["publicity_ms"]
    event: Event = {"type": "CandidatesPublished", "candidates": list(state.standing), "due_ms": due_ms}
    return Step(move(state, PUBLICITY, due_ms), (event,))


def decline(state: State, given: Decline, at_ms: int) -> Step[Any] | Refusal:
    """Let a candidate go (放弃中标); the next in order takes the place (招标投标法实施条例 55)."""
    if given.alias not in state.standing:
        return Refusal("tender.no_candidate", {"alias": given.alias})
    after = state._replace(out=(*state.out, (given.alias, DECLINED)))
    return _then({"type": "CandidateDeclined", "alias": given.alias}, _follow(after, at_ms))


def answer(state: State, given: Answer, at_ms: int) -> Step[Any] | Refusal:
    """Record an answer; upheld, it puts the proposed winner out or ends the tender, as the terms say.

    Whoever moves up by an upheld objection is made public anew. Scores and price marks stay as they were.
    """
    step = record_answer(state, given, at_ms)
    if isinstance(step, Refusal):
        return step
    after, (event,) = step.state, step.events
    if given.upheld and after.terms["upheld"] == "terminate":
        return _then(event, end(after, TERMINATED, at_ms, "objection_upheld"))
    if given.upheld:
        after = after._replace(out=(*after.out, (after.leader, EXCLUDED)))
        event = {**event, "excluded": state.leader}
        return _then(event, _follow(after, at_ms) if after.leader is None else _show(after, at_ms))
    if after.frame.phase == AWAITING_ANSWER and not count_unanswered(after.objections):
        return _then(event, _award(after, at_ms))
    return step


def end_publicity(state: State, at_ms: int) -> Step[Any]:
    """Award to the first candidate, or wait until every objection is answered."""
    unanswered = count_unanswered(state.objections)
    if unanswered:
        event: Event = {"type": "PublicityEnded", "phase": AWAITING_ANSWER, "unanswered": unanswered}
        return Step(move(state, AWAITING_ANSWER, None), (event,))
    return _award(state, at_ms)


def _follow(state: State, at_ms: int) -> Step[Any]:
    """Go on with whoever is first now, if anybody is."""
    if state.leader is not None:
        return Step(state, ())
    if state.standing:
        return end(state, HALTED, at_ms, "tie", tied=list(state.standing))
    return end(state, UNSOLD, at_ms, "no_candidate")


def _award(state: State, at_ms: int) -> Step[Any]:
    assert state.leader is not None  # a tie or an empty list ends the tender where it arises
    price_fen = state.box.by_alias[state.leader]["price_fen"]
    return end(state, SOLD, at_ms, winner=state.leader, price_fen=price_fen)


def _then(event: Event, step: Step[Any]) -> Step[Any]:
    return Step(step.state, (event, *step.events))
