"""Decide by price: bounds that disqualify, surcharges on poor credit, the order of bids and its ties.

Pure functions, for a tender that is run and for one that is replayed from its record. A price is
an integer in the smallest unit, fen in a tender; every comparison is exact. Holds no clock and no phase.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

LOW: Final = "low"
HIGH: Final = "high"
DIRECTIONS: Final = (LOW, HIGH)
EARLIER: Final = "earlier"
PRICE: Final = "price"
HALT: Final = "halt"
TIES: Final = (EARLIER, PRICE, HALT)
"""How equal bids are put in order: the earlier filing, the better price and then the earlier, or not at all."""
ABOVE_CONTROL: Final = "above_control"
BELOW_MINIMUM: Final = "below_minimum"
WHOLE_BP: Final = 10_000


class Offer(NamedTuple):
    """One opened bid: its price, its place among the filings, and the surcharge (ten-thousandths) for poor credit."""

    alias: str
    price_fen: int
    place: int = 0
    surcharge_bp: int = 0


class Bounds(NamedTuple):
    """Which price wins ("low" or "high"), and what disqualifies: above the control price, below the minimum."""

    direction: str = LOW
    control_price_fen: int | None = None
    min_price_fen: int | None = None


class Ranking(NamedTuple):
    """(alias, rank) in order, ranks from 1, equal where a tie stands; each tie and how it was broken (None: not)."""

    places: tuple[tuple[str, int], ...] = ()
    ties: tuple[Mapping[str, Any], ...] = ()

    @property
    def first(self) -> str | None:
        """Return who alone has the first rank, None for nobody or a tie that stands."""
        return self.places[0][0] if len([rank for _, rank in self.places if rank == 1]) == 1 else None


def find_void(bounds: Bounds, price_fen: int) -> str | None:
    """Return why a price is disqualified, None if it is valid; both bounds themselves are valid prices.

    Bids above the control price (最高投标限价) are rejected (招标投标法实施条例 51(5)); a minimum
    price holds only where the notice states one.

    >>> find_void(Bounds("low", 100, 80), 100), find_void(Bounds("low", 100, 80), 79)
    (None, 'below_minimum')
    """
    if bounds.control_price_fen is not None and price_fen > bounds.control_price_fen:
        return ABOVE_CONTROL
    if bounds.min_price_fen is not None and price_fen < bounds.min_price_fen:
        return BELOW_MINIMUM
    return None


def compared_price(direction: str, offer: Offer) -> Fraction:
    """Return the price as compared, with the surcharge for poor credit (失信); the price paid stays as bid.

    A low price is raised by the surcharge, a high one lowered by it.

    >>> compared_price("low", Offer("a", 1000, 0, 500)), compared_price("high", Offer("a", 1000, 0, 500))
    (Fraction(1050, 1), Fraction(950, 1))
    """
    share = offer.surcharge_bp if direction == LOW else -offer.surcharge_bp
    return Fraction(offer.price_fen * (WHOLE_BP + share), WHOLE_BP)


def rank_prices(
    bounds: Bounds, offers: Iterable[Offer], tie: str
) -> tuple[Ranking, tuple[tuple[str, str], ...]]:
    """Put the valid offers in order of price, the best first; return the ranking and (alias, reason) of the void.

    >>> rank_prices(Bounds("low", 100), [Offer("a", 90), Offer("b", 101), Offer("c", 80)], "halt")[0].first
    'c'
    """
    valid: list[Offer] = []
    voids: list[tuple[str, str]] = []
    for offer in offers:
        why = find_void(bounds, offer.price_fen)
        if why is None:
            valid.append(offer)
        else:
            voids.append((offer.alias, why))
    return rank_offers(valid, price_merit(bounds.direction), tie=tie), tuple(voids)


def price_merit(direction: str) -> Callable[[Offer], Fraction]:
    """Return the function that is less for a better price."""
    sign = 1 if direction == LOW else -1
    return lambda offer: sign * compared_price(direction, offer)


def rank_offers(
    offers: Iterable[Offer],
    merit: Callable[[Offer], Fraction | int],
    *,
    tie: str,
    second: Callable[[Offer], Fraction | int] | None = None,
) -> Ranking:
    """Put offers in order of merit, less being better, and break ties as told (`TIES`).

    `second` is the merit that "price" looks at before the earlier filing.
    """
    groups: dict[Fraction | int, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(merit(offer), []).append(offer)
    places: list[tuple[str, int]] = []
    ties: list[Mapping[str, Any]] = []
    for _, equal in sorted(groups.items()):
        rank = len(places) + 1
        ordered, broken = _break_tie(equal, tie, second)
        places += [(each.alias, rank if broken is None else rank + at) for at, each in enumerate(ordered)]
        if len(ordered) > 1:
            aliases = [each.alias for each in ordered]
            ties.append({"rank": rank, "first": aliases[0], "later": aliases[1:], "broken_by": broken})
    return Ranking(tuple(places), tuple(ties))


def _break_tie(
    equal: Sequence[Offer], tie: str, second: Callable[[Offer], Fraction | int] | None
) -> tuple[list[Offer], str | None]:
    """Return equal offers in order, and by what: a tie that stands is in order of filing, by None."""
    filed = sorted(equal, key=lambda offer: offer.place)
    if tie == HALT:
        return filed, None
    if tie == EARLIER or second is None:
        return filed, EARLIER
    decided = len({second(offer) for offer in filed}) == len(filed)
    return sorted(filed, key=second), PRICE if decided else EARLIER
