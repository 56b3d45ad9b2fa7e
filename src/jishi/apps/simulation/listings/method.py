"""How and on what tenure a parcel is offered. Runnable: listing (挂牌), auction, tender, for state land."""

import re
from typing import Literal

from jishi.apps.simulation.listings.conditions import headcount
from jishi.apps.simulation.listings.row import Row
from jishi.kernel.fault import Fault

_LISTING = re.compile(
    r"(?:国有建设用地使用权)?(?:公开|网上)?挂牌(?:公开)?(?:出让)?(?:\(网上\))?|listing", re.IGNORECASE
)
_BY_HEADCOUNT = re.compile(
    r"(?:公开|网上)?(?:出让)?\(?(?:挂牌[/或、]拍卖|拍卖[/或、]挂牌)(?:出让)?\(?按(?:报名)?人数\)?"
)
_AUCTION = re.compile(r"(?:国有建设用地使用权)?(?:公开|网上)?拍卖(?:公开)?(?:出让)?|auction", re.IGNORECASE)
_TENDER = re.compile(r"(?:国有建设用地使用权)?(?:公开)?招标(?:出让)?|tender", re.IGNORECASE)
Method = Literal["listing", "auction", "tender"]
_STATE = re.compile(r"国有(?:土地|建设用地)?(?:使用权)?")
Reserve = Literal["stated", "none", "unstated"]
_NO_RESERVE = re.compile(r"(?:不设|无|没有|未设)(?:置|有|定)?(?:底价|保留价)?")
_RESERVE = re.compile(r"(?:设有?|有|设置|设定)?(?:底价|保留价)|有|是")


def read_method(row: Row) -> Method:
    """Return how the lot is sold; what `read_headcount` refuses counts as a listing."""
    method = row.cell("method")
    if _AUCTION.fullmatch(method):
        return "auction"
    return "tender" if _TENDER.fullmatch(method) else "listing"


def read_headcount(row: Row, text: str) -> int | None:
    """Return the registrants from which the lot is auctioned, if any; refuse methods that cannot run."""
    stated = row.attempt("conditions", lambda: headcount(text))
    method = row.cell("method")
    if not method:
        row.refuse("method", "listings.cell.blank", column="method")
    elif _BY_HEADCOUNT.fullmatch(method):
        if stated is None and not row.refused("conditions"):
            row.refuse("method", "listings.method.threshold")
    elif not any(each.fullmatch(method) for each in (_LISTING, _AUCTION, _TENDER)):
        row.refuse("method", "listings.method.unavailable", method=method)
    return stated


def check_tenure(row: Row) -> None:
    """Refuse land that is not state-owned (国有): collective land is another product."""
    row.need("tenure", _check_tenure)


def read_reserve(row: Row) -> Reserve:
    """Return whether a reserve price (底价) exists; an amount in the open is refused."""
    return row.read("reserve", _reserve) or "unstated"


def _check_tenure(text: str) -> None:
    if not _STATE.fullmatch(text):
        raise Fault("listings.tenure.unavailable", tenure=text)


def _reserve(text: str) -> Reserve:
    if _NO_RESERVE.fullmatch(text):
        return "none"
    if _RESERVE.fullmatch(text):
        return "stated"
    raise Fault("listings.reserve.unreadable", text=text)
