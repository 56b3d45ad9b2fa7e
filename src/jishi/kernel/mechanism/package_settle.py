"""Answer a sale of package bids (组合报价) in full: the allocation, what winners pay, and every certificate.

This is what an organiser runs, and anyone who doubts it; it is outside the fold like the solver it
uses. The core is found by generating constraints: pay nearest to VCG, ask which coalition would
outbid that, add it, until none would (Day and Raghavan 2007). Refuses VCG and core payments when a
search within them ends at its limit, since they would rest on a bound.
"""

from fractions import Fraction
from math import lcm
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Solve
from jishi.kernel.mechanism.package import State
from jishi.kernel.mechanism.package_core import Nearest, Row, nearest_payments
from jishi.kernel.mechanism.package_pay import BID, CORE, Sale, add_up
from jishi.kernel.mechanism.package_proof import check_certificate
from jishi.kernel.mechanism.package_slate import Slate
from jishi.kernel.mechanism.package_solve import LIMIT, Solved, find_best
from jishi.kernel.mechanism.package_terms import slate_of


def solve(state: State, *, limit: int = LIMIT) -> Solve:
    """Return the input that a sale in the phase "solving" awaits; raise `package.solve.limit`."""
    terms = state.terms
    found = settle(slate_of(terms, state.box.bids), terms["payment"], limit=limit)
    return Solve(list(found.allocation), found.certificate)


def settle(slate: Slate, rule: str, *, limit: int = LIMIT) -> Solved:
    """Return the best allocation with the certificate that `package` accepts under a payment rule.

    Raises `package.solve.limit` when payments other than the bid would rest on an unproved bound.
    """
    found = find_best(slate, limit=limit)
    certificate = {**found.certificate, "payment": {}}
    if rule == BID:
        return Solved(found.allocation, certificate)
    _check_proved(slate, found, limit)
    sale = add_up(slate, found.allocation)
    without = {}
    for alias in sale.gains:
        rest = slate.without(alias)
        solved = find_best(rest, first=False, limit=limit)
        _check_proved(rest, solved, limit)
        without[alias] = {"allocation": solved.allocation, **solved.certificate}
    certificate["payment"] = {"without": without}
    if rule == CORE:
        certificate["payment"]["core"] = _find_core(slate, sale, without, limit)
    return Solved(found.allocation, certificate)


def _check_proved(slate: Slate, found: Solved, limit: int) -> int:
    proof = check_certificate(slate, found.allocation, found.certificate)
    if proof.gap:
        raise Fault("package.solve.limit", limit=limit, gap=proof.gap)
    return proof.value


def _find_core(slate: Slate, sale: Sale, without: dict[str, Any], limit: int) -> dict[str, Any]:
    winners = list(sale.gains)
    gains = [sale.gains[alias] for alias in winners]
    rivals = [each["allocation"] for each in without.values()]
    worths = [add_up(slate, each).value for each in rivals]
    vcg = [gain - (sale.value - worth) for gain, worth in zip(gains, worths, strict=True)]
    while True:
        rows = [_row(slate, sale, winners, each) for each in rivals]
        nearest = nearest_payments(vcg, gains, rows)
        over = lcm(*(each.denominator for each in nearest.pays))
        pays = {alias: int(each * over) for alias, each in zip(winners, nearest.pays, strict=True)}
        profits = {alias: over * sale.gains[alias] - pay for alias, pay in pays.items()}
        rest = slate.discounted(over, profits)
        found = find_best(rest, first=False, limit=limit)
        if _check_proved(rest, found, limit) <= sum(pays.values()):
            break
        rivals.append(found.allocation)
    return {"over": over, "pays": pays, **_weigh(winners, rivals, nearest), **found.certificate}


def _row(slate: Slate, sale: Sale, winners: list[str], allocation: list[int]) -> Row:
    others = add_up(slate, allocation)
    kept = sum(gain for alias, gain in sale.gains.items() if alias in others.gains)
    payers = frozenset(place for place, alias in enumerate(winners) if alias not in others.gains)
    return Row(payers, others.value - kept)


def _weigh(winners: list[str], rivals: list[list[int]], nearest: Nearest) -> dict[str, Any]:
    """Return the weights in whole numbers over one scale; what weighs nothing is left out."""
    numbers = [each for pair in (*nearest.rows, *nearest.caps) for each in pair]
    scale = lcm(*(each.denominator for each in numbers))

    def whole(pair: tuple[Fraction, Fraction]) -> list[int]:
        return [int(each * scale) for each in pair]

    return {
        "scale": scale,
        "coalitions": [
            {"packages": packages, "weight": whole(pair)}
            for packages, pair in zip(rivals, nearest.rows, strict=True)
            if any(pair)
        ],
        "caps": {alias: whole(pair) for alias, pair in zip(winners, nearest.caps, strict=True) if any(pair)},
    }
