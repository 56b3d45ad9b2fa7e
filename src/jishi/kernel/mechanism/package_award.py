"""Check what a solver says of package bids (组合报价), and state the awards, the bound and the ties.

Nobody needs to trust the solver: an allocation counts when its certificate adds up. Refuses an
allocation that sells nothing, leaves a larger gap than the terms allow, or, where they allow none,
is not the earliest of the equally good ones.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Solve
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.package_pay import Sale, add_up, check_payments
from jishi.kernel.mechanism.package_proof import Proof, check_certificate
from jishi.kernel.mechanism.package_slate import Slate, bit_set, places_in

_WHOLE_BP: Final = 10_000
_PARTS: Final = {"prices", "tree", "payment"}


def check_solution(slate: Slate, terms: Mapping[str, Any], given: Solve) -> dict[str, Any]:
    """Return the outcome's own part that an allocation with its certificate proves; money in fen.

    Raises `package.allocation.*`, `package.certificate.*`, `package.payment.*`, `package.gap`.
    """
    certificate = given.certificate
    if certificate.keys() != _PARTS or not is_kind(certificate["payment"], "object"):
        raise Fault("package.certificate.parts", expected=", ".join(sorted(_PARTS)))
    proof = check_certificate(slate, given.allocation, certificate)
    _check_good(proof, terms["gap_bp"], bool(given.allocation))
    sale = add_up(slate, given.allocation)
    pays = check_payments(slate, sale, terms["payment"], certificate["payment"])
    awards = _awards(slate, sale, pays)
    return {
        "awards": awards,
        "accepted": [_name(slate, place) for place in sale.allocation],
        "total_fen": sum(award["price_fen"] for award in awards),
        "revenue_fen": sum(award["pay_fen"] for award in awards),
        "value_fen": proof.value,
        "bound_fen": proof.bound,
        "gap_fen": proof.gap,
        "first": proof.first,
        "ties": find_ties(slate, sale),
    }


def find_ties(slate: Slate, sale: Sale) -> list[dict[str, Any]]:
    """Return each package refused that would have been worth as much as those it would have displaced."""
    taken = bit_set(sale.allocation)
    ties = []
    for place in places_in(slate.eligible & ~taken):
        displaced = list(places_in(taken & slate.conflicts[place]))
        if displaced and sum(slate.worth[each] for each in displaced) == slate.worth[place]:
            refused = _name(slate, place)
            first, later = slate.packages[displaced[0]].alias, [refused.pop("alias")]
            ties.append({**refused, "first": first, "later": later, "broken_by": "earlier_package"})
    return ties


def list_excluded(slate: Slate) -> list[dict[str, Any]]:
    """Return the packages priced below the reserves of their lots together."""
    excluded = (place for place in range(len(slate.packages)) if not slate.eligible >> place & 1)
    return [{**_name(slate, place), "reason": "below_reserve"} for place in excluded]


def _check_good(proof: Proof, gap_bp: int, sells: bool) -> None:
    if not sells:
        raise Fault("package.allocation.empty")
    if proof.gap * _WHOLE_BP > gap_bp * proof.bound:
        raise Fault("package.gap", gap_fen=proof.gap, bound_fen=proof.bound, gap_bp=gap_bp)
    if not gap_bp and not proof.first:
        raise Fault("package.not_first")


def _awards(slate: Slate, sale: Sale, pays: Mapping[str, int]) -> list[dict[str, Any]]:
    """Join each winner's packages; to what it pays above the reserves come the reserves themselves."""
    awards = []
    for alias in sale.gains:
        own = [place for place in sale.allocation if slate.packages[place].alias == alias]
        members = sorted(lot for place in own for lot in slate.members[place])
        awards.append(
            {
                "alias": alias,
                "lots": [slate.lots[lot] for lot in members],
                "quantity": len(members),
                "price_fen": sum(slate.packages[place].price_fen for place in own),
                "pay_fen": pays[alias] + sum(slate.reserves[lot] for lot in members),
            }
        )
    return awards


def _name(slate: Slate, place: int) -> dict[str, Any]:
    package = slate.packages[place]
    return {
        "package": place,
        "alias": package.alias,
        "lots": list(package.lots),
        "price_fen": package.price_fen,
    }
