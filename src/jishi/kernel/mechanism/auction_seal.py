"""The sealed stages of an auction: one last quote in writing (书面报价), and the lottery (摇号).

Contributions to the draw are sealed with the quotes, or by themselves where a lottery follows the
cap or equal offers. As in `lottery` the operator reveals its secret while everything is sealed.
Refuses whoever is not eligible; a quote below the price reached or not below its bound is void.
"""

from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Draw, Seal, Unseal
from jishi.kernel.mechanism.auction_offer import best_of
from jishi.kernel.mechanism.auction_stage import LOTTERY, SEALED_QUOTE, next_kind
from jishi.kernel.mechanism.auction_state import (
    AWAITING_DRAW,
    EARLIER,
    State,
    choose,
    conclude,
    join,
    note_tie,
    pass_over,
)
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.draw import commit_secret, is_random_part, rank, seed_of
from jishi.kernel.mechanism.frame import AWAITING_OPENING, move
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.sealed_box import file_bid, open_box

Result = Step[Any] | Refusal


def seal(state: State, given: Seal, at_ms: int) -> Result:
    """File a sealed quote, one from each, or a sealed contribution, which a later one replaces."""
    if given.alias not in state.able:
        return Refusal("auction.not_eligible", {"alias": given.alias})
    box = file_bid(state.box, given, "none" if state.stage["kind"] == SEALED_QUOTE else "latest")
    if isinstance(box, Refusal):
        return box
    event = {"type": "BidFiled", "alias": given.alias, "commitment": given.commitment, "line": box.book.size}
    return Step(state._replace(box=box), (event,))


def run_out(state: State, at_ms: int) -> Step[Any]:
    """Close the filing: await the secret where there may be a draw, else the opening, if anything was filed."""
    filed, lottery = len(state.box.latest), state.stage["kind"] == LOTTERY
    if lottery and {*_bound(state), *state.box.latest} == {state.leader}:
        return conclude(state, at_ms, "alone")
    if not filed:
        tied = note_tie(state, state.eligible, EARLIER)
        return conclude(tied, at_ms, "no_contribution" if lottery else "no_sealed_bid")
    drawn = lottery or (filed > 1 and next_kind(state.terms["stages"], state.at) == LOTTERY)
    phase = AWAITING_DRAW if drawn else AWAITING_OPENING
    return Step(move(state, phase, None), ({"type": "FilingClosed", "phase": phase, "filed": filed},))


def draw(state: State, given: Draw, at_ms: int) -> Result:
    """Reveal the operator's secret against the notice, while every contribution is still sealed."""
    terms = state.terms
    if not (is_random_part(given.secret) and is_random_part(given.salt)):
        return Refusal("lottery.secret_form", {})
    if commit_secret(terms["lot"], given.secret, given.salt) != terms["draw_commitment"]:
        return Refusal("lottery.secret_mismatch", {"lot": terms["lot"]})
    after = move(state._replace(secret=given.secret), AWAITING_OPENING, None)
    return Step(after, ({"type": "SecretRevealed", "secret": given.secret, "phase": AWAITING_OPENING},))


def unseal(state: State, given: Unseal, at_ms: int) -> Result:
    """Open everything sealed at once and choose."""

    def read(alias: str, bid: Any) -> None:
        check_bid(state, bid)

    box = open_box(state.box, given, state.terms["lot"], read)
    if isinstance(box, Refusal):
        return box
    event = {"type": "BidsOpened", "bids": len(box.bids), "voids": box.voids}
    decide = _decide_quotes if state.stage["kind"] == SEALED_QUOTE else _decide_draw
    return join(Step(state, (event,)), decide(state._replace(box=box), at_ms))


def check_bid(state: State, bid: dict[str, Any]) -> None:
    """Raise the Fault of a bid that is not what the stage asks for, so that it is void."""
    quotes = state.stage["kind"] == SEALED_QUOTE
    draws = not quotes or next_kind(state.terms["stages"], state.at) == LOTTERY
    expected = [*(["price_fen"] if quotes else []), *(["contribution"] if draws else [])]
    if bid.keys() != set(expected) or (draws and not is_random_part(bid["contribution"])):
        raise Fault("auction.bid.form", expected=", ".join(expected))
    if not quotes:
        return
    least_fen, below_fen = state.price_fen, state.stage["below_fen"]
    if not is_kind(bid["price_fen"], "integer") or bid["price_fen"] < (least_fen or 1):
        raise Fault("auction.bid.low", price_fen=repr(bid["price_fen"]), least_fen=least_fen)
    if below_fen is not None and bid["price_fen"] >= below_fen:
        raise Fault("auction.bid.high", price_fen=bid["price_fen"], below_fen=below_fen)


def _decide_quotes(state: State, at_ms: int) -> Step[Any]:
    """The best quote wins at its own price; equal ones are drawn between, else the earlier goes first."""
    quotes = tuple((alias, bid["price_fen"]) for alias, bid in state.box.bids)
    if not quotes:
        return conclude(note_tie(state, state.eligible, EARLIER), at_ms, "no_sealed_bid")
    best = best_of(quotes, state.stage["wins"])
    if len(best) > 1 and state.secret is not None:
        tied = state._replace(quotes=state.quotes + len(quotes), price_fen=dict(quotes)[best[0]])
        drawn = _drawn(pass_over(tied._replace(eligible=best), at_ms, "equal_quotes"), best)
    else:
        drawn = choose(note_tie(state, best, EARLIER), best[0])._replace(quotes=state.quotes + len(quotes))
    assert drawn.leader is not None  # one of the best, just chosen
    return conclude(
        drawn._replace(price_fen=dict(quotes)[drawn.leader]), at_ms, _how(drawn, "best_sealed_quote")
    )


def _decide_draw(state: State, at_ms: int) -> Step[Any]:
    """Draw between whoever takes part at the price reached; without a valid contribution the earlier goes first."""
    taking = tuple(dict.fromkeys([*_bound(state), *state.box.by_alias]))
    if len(taking) < 2:
        return conclude(state, at_ms, "alone")
    if not state.box.bids:
        return conclude(note_tie(state, taking, EARLIER), at_ms, "no_contribution")
    drawn = _drawn(state, taking)
    return conclude(drawn, at_ms, _how(drawn, "drawn"))


def _drawn(state: State, tied: tuple[str, ...]) -> State:
    assert state.secret is not None  # a draw is entered only through its reveal
    contributions = {alias: bid["contribution"] for alias, bid in state.box.bids}
    seed = seed_of(state.terms["lot"], state.secret, contributions)
    ranking = rank(seed, dict.fromkeys(tied, 1))
    drawn = note_tie(state._replace(seed=seed), ranking, "lottery")
    if state.exercised:  # a holder takes all that the leader offered, not its own offers of before
        return drawn._replace(leader=ranking[0])
    return choose(drawn, ranking[0])


def _bound(state: State) -> tuple[str, ...]:
    """Return who takes part in a draw unasked: the equal ones, or who was first at the cap."""
    return state.eligible or ((state.leader,) if state.leader is not None else ())


def _how(state: State, otherwise: str) -> str:
    return "drawn" if state.seed is not None else otherwise
