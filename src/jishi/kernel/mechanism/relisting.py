"""Relisting (再次挂牌) of a lot without a taker: at what start price each further round may open.

The first listing starts at or above the appraised price; a later one may start at no less than
90 % of it, and below that only at a price newly approved (state property rights practice, 2009
draft, 待核). Refuses prices below, and more rounds than the plan allows.
"""

from fractions import Fraction
from typing import Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import Refusal
from jishi.kernel.quantity.rounding import up

WHOLE_BP: Final = 10_000
FLOOR_BP: Final = 9_000


class Relisting(NamedTuple):
    """The plan of a lot's rounds. Money in fen; shares in ten-thousandths, the cut of the first start price."""

    appraised_fen: int
    first_fen: int
    cut_bp: int = 500
    floor_bp: int = FLOOR_BP
    most_rounds: int = 3


def check_plan(plan: Relisting) -> None:
    """Raise the `relisting.*` fault of a plan that no lot could follow."""
    if min(plan.appraised_fen, plan.first_fen, plan.most_rounds) < 1:
        raise Fault("relisting.plan")
    if not 0 <= plan.cut_bp < WHOLE_BP:
        raise Fault("relisting.share", share="cut_bp", value=plan.cut_bp, least=0, most=WHOLE_BP - 1)
    if not 1 <= plan.floor_bp <= WHOLE_BP:
        raise Fault("relisting.share", share="floor_bp", value=plan.floor_bp, least=1, most=WHOLE_BP)


def least_start(plan: Relisting, number: int, approved_fen: int | None = None) -> int:
    """Return the least lawful start price (fen) of a round, the first being number 1.

    An approval (fen) lets a later round start lower, never the first.

    >>> least_start(Relisting(100_000, 100_000), 1), least_start(Relisting(100_000, 100_000), 2)
    (100000, 90000)
    """
    if number == 1:
        return plan.appraised_fen
    statutory = up(Fraction(plan.appraised_fen * plan.floor_bp, WHOLE_BP))
    return statutory if approved_fen is None else min(statutory, approved_fen)


def check_start(
    plan: Relisting, number: int, price_fen: int, approved_fen: int | None = None
) -> Refusal | None:
    """Refuse a start price below what is lawful in this round, or a round too many.

    `approved_fen` is the price newly approved by whoever approved the transfer, if it was.
    """
    if not 1 <= number <= plan.most_rounds:
        return Refusal("relisting.rounds", {"number": number, "most": plan.most_rounds})
    least_fen = least_start(plan, number, approved_fen)
    if price_fen >= least_fen:
        return None
    params = {"number": number, "price_fen": price_fen, "least_fen": least_fen}
    return Refusal("relisting.appraisal" if number == 1 else "relisting.approval", params)


def next_start(plan: Relisting, number: int, approved_fen: int | None = None) -> int | Refusal:
    """Return the planned start price (fen) of a round, or refuse it with the least lawful price.

    Every round after the first takes one more cut off the first start price, rounded up to the fen.

    >>> [next_start(Relisting(100_000, 100_000), number) for number in (1, 2, 3)]
    [100000, 95000, 90000]
    """
    check_plan(plan)
    share = max(0, WHOLE_BP - plan.cut_bp * (number - 1))
    price_fen = max(1, up(Fraction(plan.first_fen * share, WHOLE_BP)))
    return check_start(plan, number, price_fen, approved_fen) or price_fen
