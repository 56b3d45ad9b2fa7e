"""The second quantity of an auction at its cap: infrastructure money, a built-in share, years of lease.

Everyone eligible offers once within the span; the highest or lowest offer wins, or the one nearest to
the average of all. Who was first at the cap has the lot where nobody offers. Refuses a second offer,
and amounts off the bounds and steps of the stage.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from jishi.kernel.mechanism.acts import Offer
from jishi.kernel.mechanism.auction_stage import LOWEST, NEAREST, NEXT
from jishi.kernel.mechanism.auction_state import EARLIER, State, choose, conclude, note_tie, pass_on
from jishi.kernel.mechanism.contract import Refusal, Step

Amounts = Sequence[tuple[str, int]]
"""What each offered, in the order of the offers."""


def offer(state: State, given: Offer, at_ms: int) -> Step[Any] | Refusal:
    """Take an offer, one from each; its amount is no event, so that a room can keep it until the end."""
    stage, amount = state.stage, given.amount
    if given.alias not in state.able:
        return Refusal("auction.not_eligible", {"alias": given.alias})
    if given.alias in dict(state.offers):
        return Refusal("auction.offered", {"alias": given.alias})
    least, most, step = stage["least"], stage["most"], stage["step"]
    if amount < least or (most is not None and amount > most) or (amount - least) % step:
        params = {"amount": amount, "unit": stage["unit"], "least": least, "step": step}
        if most is None:
            return Refusal("auction.amount", params)
        return Refusal("auction.amount_between", {**params, "most": most})
    after = state._replace(offers=(*state.offers, (given.alias, amount)))
    return Step(after, ({"type": "OfferTaken", "alias": given.alias, "offers": len(after.offers)},))


def best_of(offers: Amounts, wins: str) -> tuple[str, ...]:
    """Return who offered best, in the order of the offers; several are a tie.

    >>> best_of((("a", 10), ("b", 20), ("c", 14)), "nearest_average")
    ('c',)
    """
    merit = _merit(offers, wins)
    best = min(merit(amount) for _, amount in offers)
    return tuple(alias for alias, amount in offers if merit(amount) == best)


def run_out(state: State, at_ms: int) -> Step[Any]:
    """Choose by the offers; equal ones go on where a stage follows that chooses, else the earlier wins."""
    offers, stage = state.offers, state.stage
    if not offers:
        return conclude(note_tie(state, state.eligible, EARLIER), at_ms, "no_offer")
    past = {"stage": state.at + 1, "unit": stage["unit"], "offers": dict(offers)}
    best = best_of(offers, stage["wins"])
    state = choose(state._replace(offers=(), amounts=(*state.amounts, past)), best[0])
    if len(best) > 1 and stage["tie"] == NEXT:
        return pass_on(state, at_ms, "equal_offers", best)
    return conclude(note_tie(state, best, EARLIER), at_ms, "best_offer")


def _merit(offers: Amounts, wins: str) -> Callable[[int], Fraction]:
    """Return the function that is less for a better amount."""
    if wins != NEAREST:
        return lambda amount: Fraction(amount if wins == LOWEST else -amount)
    average = Fraction(sum(amount for _, amount in offers), len(offers))
    return lambda amount: abs(amount - average)
