"""Decide by score: criteria with weights, price formulas, an expert panel's marks, and the ranking.

Pure functions with exact fractions; the one rounding (named, at a stated digit) is that of the points
of a criterion. Points are integers in units of the last digit kept: with 2 digits 4250 is 42.50 of 100.
Refuses criteria whose weights do not make up the whole, and marks beyond a criterion's full marks.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.tender_price import HIGH, WHOLE_BP, Bounds, Offer, compared_price
from jishi.kernel.quantity.rounding import rounded

BY_PRICE: Final = "price"
BY_EXPERT: Final = "expert"
ATTESTED: Final = "attested"
KINDS: Final = (BY_PRICE, BY_EXPERT, ATTESTED)
RATIO: Final = "ratio"
AVERAGE: Final = "average"
LINEAR: Final = "linear"
FORMULAS: Final = (RATIO, AVERAGE, LINEAR)
LEAST_TO_DROP: Final = 3
_COLUMNS: Final = {"id": "text", "weight_bp": "integer", "full_marks": "integer", "kind": "text"}


class Criterion(NamedTuple):
    """What is scored, its share of the whole in ten-thousandths, the most marks, and who gives them (`KINDS`)."""

    id: str
    weight_bp: int
    full_marks: int
    kind: str


class PriceFormula(NamedTuple):
    """How a price becomes marks (`FORMULAS`); the slopes are ten-thousandths of the marks lost a percent."""

    name: str = RATIO
    above_bp: int = 100
    below_bp: int = 100


class Rounding(NamedTuple):
    """How many digits of a point are kept, and by which named rounding."""

    digits: int = 2
    name: str = "half_up"


def read_criteria(raw: Sequence[Any]) -> tuple[Criterion, ...]:
    """Read criteria from JSON; raise `tender.criteria.*` faults that name what is wrong."""
    found: list[Criterion] = []
    for at, each in enumerate(raw, start=1):
        if not isinstance(each, Mapping) or each.keys() != _COLUMNS.keys():
            given = ", ".join(sorted(map(str, each))) if isinstance(each, Mapping) else repr(each)
            raise Fault("tender.criteria.fields", at=at, given=given, expected=", ".join(_COLUMNS))
        for name, kind in _COLUMNS.items():
            if not is_kind(each[name], kind) or (kind == "integer" and each[name] < 1):
                raise Fault("tender.criteria.value", at=at, field=name, value=repr(each[name]), expected=kind)
        if each["kind"] not in KINDS:
            raise Fault("tender.criteria.kind", at=at, value=each["kind"], known=", ".join(KINDS))
        found.append(Criterion(**each))
    _check_whole(found)
    return tuple(found)


def _check_whole(criteria: Sequence[Criterion]) -> None:
    ids = [each.id for each in criteria]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        raise Fault("tender.criteria.twice", id=twice)
    total_bp = sum(each.weight_bp for each in criteria)
    if total_bp != WHOLE_BP:
        raise Fault("tender.criteria.weights", total_bp=total_bp, whole_bp=WHOLE_BP)
    if sum(each.kind == BY_PRICE for each in criteria) > 1:
        raise Fault("tender.criteria.prices")


def of_kind(criteria: Sequence[Criterion], kind: str) -> dict[str, Criterion]:
    """Return the criteria of a kind by id."""
    return {each.id: each for each in criteria if each.kind == kind}


def check_marks(criteria: Mapping[str, Criterion], marks: Mapping[str, Any]) -> None:
    """Check marks by criterion: exactly these, integers from 0 to the full marks; raise `tender.marks.*`."""
    if marks.keys() != criteria.keys():
        given = ", ".join(sorted(map(str, marks)))
        raise Fault("tender.marks.criteria", given=given, expected=", ".join(criteria))
    for id, criterion in criteria.items():
        value = marks[id]
        if not is_kind(value, "integer") or not 0 <= value <= criterion.full_marks:
            raise Fault("tender.marks.value", id=id, value=repr(value), full_marks=criterion.full_marks)


def price_shares(bounds: Bounds, formula: PriceFormula, offers: Sequence[Offer]) -> dict[str, Fraction]:
    """Return each valid offer's share of the full marks for price, from 0 to 1, exactly.

    "ratio": the best price over this one (低价优先法, 政府采购货物和服务招标投标管理办法 55).
    "average": full marks at the average of the valid prices, the slopes off for each percent beside it.
    "linear": from full marks at the best price to none at the control price (the minimum, where high wins).

    >>> price_shares(Bounds(), PriceFormula(), [Offer("a", 80), Offer("b", 100)])["b"]
    Fraction(4, 5)
    """
    if not offers:
        return {}
    prices = {offer.alias: compared_price(bounds.direction, offer) for offer in offers}
    high = bounds.direction == HIGH
    best = max(prices.values()) if high else min(prices.values())
    if formula.name == RATIO:
        return {alias: price / best if high else best / price for alias, price in prices.items()}
    if formula.name == AVERAGE:
        mean = sum(prices.values(), Fraction(0)) / len(prices)
        return {alias: _near(price, mean, formula) for alias, price in prices.items()}
    foot = bounds.min_price_fen if high else bounds.control_price_fen
    if foot is None:
        raise Fault("tender.terms.linear", field="min_price_fen" if high else "control_price_fen")
    way = best - foot if high else foot - best
    return {alias: _between(abs(price - best), way) for alias, price in prices.items()}


def _near(price: Fraction, mean: Fraction, formula: PriceFormula) -> Fraction:
    percent = abs(price - mean) / mean * 100
    slope_bp = formula.above_bp if price > mean else formula.below_bp
    return max(Fraction(0), 1 - percent * Fraction(slope_bp, WHOLE_BP))


def _between(gone: Fraction, way: Fraction) -> Fraction:
    """Give what is left of the way from the best price to the foot; surcharges can put the best beyond it."""
    if gone == 0:
        return Fraction(1)
    return max(Fraction(0), 1 - gone / way) if way > 0 else Fraction(0)


def mean_mark(marks: Sequence[int], drop_extremes: bool) -> Fraction:
    """Return the exact average of a panel's marks, without one highest and one lowest if told.

    Raise `tender.marks.few` if too few are left to average.

    >>> mean_mark([60, 80, 81, 85, 100], True)
    Fraction(82, 1)
    """
    least = LEAST_TO_DROP if drop_extremes else 1
    if len(marks) < least:
        raise Fault("tender.marks.few", given=len(marks), least=least)
    kept = sorted(marks)[1:-1] if drop_extremes else marks
    return Fraction(sum(kept), len(kept))


def points_of(share: Fraction, weight_bp: int, rounding: Rounding) -> int:
    """Return what a share (0 to 1) of a criterion counts of 100 points, in units of the last digit kept.

    >>> points_of(Fraction(5, 6), 3000, Rounding()), points_of(Fraction(1, 2), 2500, Rounding(1))
    (2500, 125)
    """
    return rounded(share * Fraction(weight_bp, 100) * 10**rounding.digits, rounding.name)


def deduct(total: int, deduction_bp: int, rounding: Rounding) -> int:
    """Return a total less the share taken off for poor credit (失信扣分), rounded the same way.

    >>> deduct(8750, 500, Rounding())
    8313
    """
    return rounded(Fraction(total * (WHOLE_BP - deduction_bp), WHOLE_BP), rounding.name)
