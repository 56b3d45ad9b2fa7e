"""How large every sealed bid of an offering is made: room for the largest one its terms allow.

All bids of an offering have one size, so that the size tells nothing. Where even the largest size is too small, such as
for two hundred packages of a hundred lots, a bidder who writes that much is told so before sealing.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.order_book import SIDES
from jishi.kernel.sealing.committee import BID_SIZES

LENGTH_SIZE: Final = 4
LEAST: Final = {
    "tender": 1024,
    "lottery": 256,
    "auction": 256,
    "uniform_price": 1024,
    "pay_as_bid": 1024,
    "call_auction": 4096,
    "package": 16384,
}
"""Bytes an offering's bids have at least; of a mechanism not named here, as many as a package needs."""
CONTRIBUTION: Final = "0" * 64


def bid_size_of(mechanism: str, terms: Mapping[str, Any]) -> int:
    """Return the least size (bytes) that holds the largest bid of these terms, the largest there is if none does.

    >>> bid_size_of("lottery", {}), bid_size_of("uniform_price", {"pairs": 20})
    (256, 1024)
    """
    needed = max(LEAST.get(mechanism, LEAST["package"]), _needed(largest_bid(mechanism, terms)))
    return next((size for size in BID_SIZES if size >= needed), BID_SIZES[-1])


def largest_bid(mechanism: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bid that takes as much room as any the terms allow."""
    price = {"price_fen": MAX_INTEGER}
    if mechanism == "call_auction":
        side = max(SIDES, key=len)
        return {"orders": [[side, MAX_INTEGER, MAX_INTEGER]] * terms["orders_per_bidder"]}
    if mechanism in ("uniform_price", "pay_as_bid"):
        return {"pairs": [[MAX_INTEGER, MAX_INTEGER]] * terms["pairs"]}
    if mechanism == "package":
        lots = [each["lot"] for each in terms["lots"]]
        return {"packages": [{"lots": lots, **price}] * terms["packages"]}
    if mechanism == "tender":
        criteria = terms.get("criteria") or ()
        marks = {each["id"]: each["full_marks"] for each in criteria if each["kind"] == "attested"}
        return {**price, "marks_attested": marks}
    return {**price, "contribution": CONTRIBUTION}


def _needed(bid: dict[str, Any]) -> int:
    return LENGTH_SIZE + len(canonical_bytes(bid))
