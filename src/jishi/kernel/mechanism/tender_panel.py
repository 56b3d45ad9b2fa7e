"""The panel (评标委员会) of a scored tender: it is seated, each expert scores each bid, the bids are ranked.

Refuses an even or small panel, marks of strangers or for bids that do not count, and a second opinion
of one expert on one bid. Who may sit, and whom recusal keeps out, is decided where the panel is drawn.
"""

from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Score, Seat
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.tender_price import Offer, Ranking, price_merit, rank_offers
from jishi.kernel.mechanism.tender_score import (
    ATTESTED,
    BY_EXPERT,
    BY_PRICE,
    check_marks,
    deduct,
    mean_mark,
    of_kind,
    points_of,
    price_shares,
)
from jishi.kernel.mechanism.tender_state import State, credit_share, offers_of
from jishi.kernel.mechanism.tender_terms import (
    DEDUCTION,
    bounds_of,
    criteria_of,
    formula_of,
    rounding_of,
)


def seat(state: State, given: Seat, at_ms: int) -> Step[State] | Refusal:
    """Seat the panel, or replace experts of it: marks of those who leave are void (招标投标法实施条例 48).

    An odd number, at least `panel_least`, five by 招标投标法 37 and order 39 of 2007, art. 13.
    """
    experts, least = given.experts, state.terms["panel_least"]
    if not all(is_kind(each, "text") and each.strip() for each in experts):
        return Refusal("tender.panel.names", {})
    if len(set(experts)) != len(experts) or len(experts) < least or len(experts) % 2 == 0:
        return Refusal("tender.panel.size", {"seated": len(set(experts)), "least": least})
    bidders = sorted(set(experts) & state.frame.admitted)
    if bidders:
        return Refusal("tender.panel.bidder", {"experts": bidders})
    marks = {expert: state.marks[expert] for expert in experts if expert in state.marks}
    after = state._replace(panel=tuple(experts), marks=marks)
    return Step(after, ({"type": "PanelSeated", "experts": list(experts)},))


def score(state: State, given: Score, at_ms: int) -> Step[State] | Refusal:
    """Take one expert's marks of one bid."""
    if given.expert not in state.panel:
        return Refusal("tender.score.expert", {"expert": given.expert})
    if given.alias not in state.box.by_alias:
        return Refusal("tender.score.bid", {"alias": given.alias})
    own = state.marks.get(given.expert, {})
    if given.alias in own:
        return Refusal("tender.score.twice", {"expert": given.expert, "alias": given.alias})
    criteria = of_kind(criteria_of(state.terms), BY_EXPERT)
    try:
        check_marks(criteria, given.marks)
    except Fault as fault:
        return Refusal(fault.code, fault.params)
    marks = [given.marks[id] for id in criteria]
    after = state._replace(marks={**state.marks, given.expert: {**own, given.alias: marks}})
    event = {"type": "BidScored", "expert": given.expert, "alias": given.alias, "marks": given.marks}
    return Step(after, (event,))


def missing_marks(state: State) -> int:
    """Return how many sheets (one expert, one bid) are still to come."""
    return len(state.panel) * len(state.box.bids) - sum(map(len, state.marks.values()))


def scores_of(state: State) -> dict[str, Any]:
    """Return {alias: {"points": {criterion: n}, "deducted": n, "total": n}}, points in units of the last digit."""
    offers, terms = offers_of(state), state.terms
    shares = price_shares(bounds_of(terms), formula_of(terms), offers)
    return {offer.alias: _score(state, offer, shares[offer.alias]) for offer in offers}


def _score(state: State, offer: Offer, price_share: Any) -> dict[str, Any]:
    criteria, rounding = criteria_of(state.terms), rounding_of(state.terms)
    panel_marks = [state.marks[expert][offer.alias] for expert in state.panel]
    places = {id: place for place, id in enumerate(of_kind(criteria, BY_EXPERT))}
    points: dict[str, int] = {}
    for each in criteria:
        if each.kind == BY_PRICE:
            share = price_share
        elif each.kind == ATTESTED:
            share = mean_mark([state.box.by_alias[offer.alias]["marks_attested"][each.id]], False)
            share /= each.full_marks
        else:
            given = [marks[places[each.id]] for marks in panel_marks]
            share = mean_mark(given, state.terms["drop_extremes"]) / each.full_marks
        points[each.id] = points_of(share, each.weight_bp, rounding)
    gross = sum(points.values())
    off_bp = credit_share(state, offer.alias) if state.terms["credit_rule"] == DEDUCTION else 0
    total = deduct(gross, off_bp, rounding) if off_bp else gross
    return {"points": points, "deducted": gross - total, "total": total}


def rank_scores(state: State) -> Ranking:
    """Put the scored bids in order, the highest total first."""
    price = price_merit(state.terms["direction"])
    return rank_offers(
        offers_of(state),
        lambda offer: -state.scores[offer.alias]["total"],
        tie=state.terms["tie"],
        second=price,
    )
