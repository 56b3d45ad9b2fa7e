"""What stands in a sealed bid: the fields an opened one must have, by mechanism, terms and running stage.

Refuses nothing: an opened bid that has other fields is void, and the mechanism says so.
"""

from collections.abc import Mapping
from typing import Final

from jishi.apps.market import api as market

_OF_MECHANISM: Final[Mapping[str, tuple[str, ...]]] = {
    "tender": ("price_fen",),
    "lottery": ("contribution",),
    "uniform_price": ("pairs",),
    "pay_as_bid": ("pairs",),
    "call_auction": ("orders",),
    "package": ("packages",),
}


def bid_fields_of(offering: market.Offering) -> tuple[str, ...]:
    """Return the fields of a bid to be sealed now; an auction's stage asks for a price, a part of the draw, or both."""
    if offering.mechanism == "auction":
        return _of_stage(offering)
    attested = [each for each in offering.terms.get("criteria") or () if each["kind"] == "attested"]
    marks = ("marks_attested",) if attested and offering.mechanism == "tender" else ()
    return (*_OF_MECHANISM.get(offering.mechanism, ()), *marks)


def _of_stage(offering: market.Offering) -> tuple[str, ...]:
    view = market.view_of(offering)
    if view is None or "index" not in view.stage:
        return ()
    if view.stage["kind"] != "sealed_quote":
        return ("contribution",)
    after = offering.terms["stages"][view.stage["index"] + 1 :][:1]
    draws = [each["kind"] for each in after] == ["lottery"]
    return ("price_fen", "contribution") if draws else ("price_fen",)
