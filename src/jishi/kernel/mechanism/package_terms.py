"""The terms of package bids (组合报价): the lots with their reserves, how packages exclude each other, what is paid.

Refuses lots named twice, payments in the core where packages do not exclude each other (a bidder's profit
would count once for each), and a gap where payments rest on the best allocation.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.package_pay import BID, CORE, RULES
from jishi.kernel.mechanism.package_slate import HIGHEST_FEN, OR, XOR, Slate, lay_out, read_packages
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS

MOST_LOTS: Final = 100
MOST_PACKAGES: Final = 200
PACKAGE_FIELDS: Final = (
    *SEALED_FIELDS,
    Field("lots", "list"),
    Field("bidding", "choice", XOR, choices=(XOR, OR)),
    Field("packages", "count", 20, most=MOST_PACKAGES),
    Field("payment", "choice", BID, choices=RULES),
    Field("gap_bp", "share_bp", 0, least=0, most=1_000),
)
"""`lots` are [{"lot", "reserve_fen"}, ...]; `packages` the most one bidder may file; `gap_bp` how much more
than the allocation the bound may leave open, in ten-thousandths of the bound.
"""


def check_terms(terms: Mapping[str, Any]) -> None:
    """Raise the `package.terms.*` fault of terms that are no lots or contradict each other."""
    lots = terms["lots"]
    if not 1 <= len(lots) <= MOST_LOTS:
        raise Fault("package.terms.lots", count=len(lots), most=MOST_LOTS)
    for place, each in enumerate(lots, 1):
        if not _is_lot(each):
            raise Fault("package.terms.lot", place=place, most_fen=HIGHEST_FEN)
    if len({each["lot"] for each in lots}) < len(lots):
        raise Fault("package.terms.twice")
    if terms["payment"] == CORE and terms["bidding"] != XOR:
        raise Fault("package.terms.core", bidding=terms["bidding"])
    if terms["payment"] != BID and terms["gap_bp"]:
        raise Fault("package.terms.gap", payment=terms["payment"])


def reserves_of(terms: Mapping[str, Any]) -> dict[str, int]:
    """Return the reserve of each lot in fen, in the order of the notice."""
    return {each["lot"]: each["reserve_fen"] for each in terms["lots"]}


def slate_of(terms: Mapping[str, Any], bids: Iterable[tuple[str, Any]]) -> Slate:
    """Lay out opened bids that fit the terms, in the order of their last filing."""
    reserves = reserves_of(terms)
    read = [(alias, read_packages(alias, bid, tuple(reserves), terms["packages"])) for alias, bid in bids]
    return lay_out(reserves, read, terms["bidding"])


def _is_lot(raw: Any) -> bool:
    if not (is_kind(raw, "object") and raw.keys() == {"lot", "reserve_fen"} and is_kind(raw["lot"], "text")):
        return False
    reserve_fen = raw["reserve_fen"]
    return bool(raw["lot"].strip()) and is_kind(reserve_fen, "integer") and 0 <= reserve_fen <= HIGHEST_FEN
