"""The terms of a tender: their fields, and what the price and score rules read from them.

Refuses terms that contradict each other, and says for which fault an opened bid is void.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS
from jishi.kernel.mechanism.tender_price import (
    ABOVE_CONTROL,
    BELOW_MINIMUM,
    DIRECTIONS,
    HIGH,
    LOW,
    PRICE,
    TIES,
    WHOLE_BP,
    Bounds,
    find_void,
)
from jishi.kernel.mechanism.tender_score import (
    ATTESTED,
    FORMULAS,
    LINEAR,
    Criterion,
    PriceFormula,
    Rounding,
    check_marks,
    of_kind,
    read_criteria,
)
from jishi.kernel.quantity.rounding import ROUNDINGS

THREE_DAYS: Final = 3 * 24 * 60 * 60 * 1000
BY_PRICE: Final = "price"
BY_SCORE: Final = "score"
SURCHARGE: Final = "surcharge"
DEDUCTION: Final = "score"
TENDER_FIELDS: Final = (
    *SEALED_FIELDS,
    Field("direction", "choice", LOW, choices=DIRECTIONS),
    Field("method", "choice", BY_PRICE, choices=(BY_PRICE, BY_SCORE)),
    Field("control_price_fen", "fen", None, optional=True),
    Field("min_price_fen", "fen", None, optional=True),
    Field("reserve_commitment", "hash", None, optional=True),
    Field("min_bidders", "count", 3),
    Field("criteria", "list", None, optional=True),
    Field("price_formula", "choice", FORMULAS[0], choices=FORMULAS),
    Field("above_bp", "share_bp", 100, least=0, most=WHOLE_BP),
    Field("below_bp", "share_bp", 100, least=0, most=WHOLE_BP),
    Field("panel_least", "count", 5, least=5),
    Field("drop_extremes", "flag", False),
    Field("score_digits", "count", 2, least=0, most=6),
    Field("rounding", "choice", "half_up", choices=tuple(ROUNDINGS)),
    Field("tie", "choice", TIES[0], choices=TIES),
    Field("credit_rule", "choice", "none", choices=("none", SURCHARGE, DEDUCTION)),
    Field("credit_bp", "list", None, optional=True),
    Field("publicity_ms", "span", THREE_DAYS, least=THREE_DAYS),
    Field("candidates", "count", 3, most=3),
    Field("upheld", "choice", "next", choices=("next", "terminate")),
)


def bounds_of(terms: Mapping[str, Any]) -> Bounds:
    """Return which price wins and what disqualifies."""
    return Bounds(terms["direction"], terms["control_price_fen"], terms["min_price_fen"])


def formula_of(terms: Mapping[str, Any]) -> PriceFormula:
    """Return how a price becomes marks."""
    return PriceFormula(terms["price_formula"], terms["above_bp"], terms["below_bp"])


def rounding_of(terms: Mapping[str, Any]) -> Rounding:
    """Return how points are rounded."""
    return Rounding(terms["score_digits"], terms["rounding"])


def criteria_of(terms: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Return the criteria, none for a tender by price."""
    return tuple(Criterion(**each) for each in terms["criteria"] or ())


def check_bid(terms: Mapping[str, Any], bid: Mapping[str, Any]) -> None:
    """Check an opened bid {"price_fen", "marks_attested"?}; raise the fault for which it is void."""
    if not {"price_fen"} <= bid.keys() <= {"price_fen", "marks_attested"}:
        raise Fault("tender.bid.fields", given=", ".join(sorted(bid)), expected="price_fen, marks_attested")
    price_fen = bid["price_fen"]
    if not is_kind(price_fen, "integer") or price_fen < 1:
        raise Fault("tender.bid.price", value=repr(price_fen))
    why = find_void(bounds_of(terms), price_fen)
    if why == ABOVE_CONTROL:
        control_fen = terms["control_price_fen"]
        raise Fault("tender.bid.above_control", price_fen=price_fen, control_price_fen=control_fen)
    if why == BELOW_MINIMUM:
        raise Fault("tender.bid.below_minimum", price_fen=price_fen, min_price_fen=terms["min_price_fen"])
    attested = bid.get("marks_attested", {})
    if not is_kind(attested, "object"):
        raise Fault("tender.bid.attested", value=repr(attested))
    check_marks(of_kind(criteria_of(terms), ATTESTED), attested)


def check_terms(terms: Mapping[str, Any]) -> None:
    """Raise the `tender.*` fault of terms that contradict each other."""
    control_fen, min_fen = terms["control_price_fen"], terms["min_price_fen"]
    if control_fen is not None and min_fen is not None and control_fen < min_fen:
        raise Fault("tender.terms.bounds", control_price_fen=control_fen, min_price_fen=min_fen)
    if terms["panel_least"] % 2 == 0:
        raise Fault("tender.terms.panel", panel_least=terms["panel_least"])
    scored = terms["method"] == BY_SCORE
    if scored != bool(terms["criteria"]):
        raise Fault("tender.terms.criteria", method=terms["method"])
    if scored:
        read_criteria(terms["criteria"])
    foot = "min_price_fen" if terms["direction"] == HIGH else "control_price_fen"
    if scored and terms["price_formula"] == LINEAR and terms[foot] is None:
        raise Fault("tender.terms.linear", field=foot)
    if terms["tie"] == PRICE and not scored:
        raise Fault("tender.terms.tie", tie=PRICE)
    _check_credit(terms["credit_rule"], terms["credit_bp"], scored)


def _check_credit(rule: str, shares: list[Any] | None, scored: bool) -> None:
    if (rule == "none") != (shares is None) or (rule == DEDUCTION and not scored):
        raise Fault("tender.terms.credit", rule=rule)
    for share_bp in shares or ():
        if not is_kind(share_bp, "integer") or not 1 <= share_bp < WHOLE_BP:
            raise Fault("tender.terms.credit_bp", value=repr(share_bp), most=WHOLE_BP - 1)
