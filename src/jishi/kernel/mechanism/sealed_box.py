"""A box of sealed bids (密封报价): commitments are filed, then all are opened at once and the void named.

A bid is filed as a salted commitment to lot, alias and bid; its cipher lies elsewhere. To open the
box every line comes back with what it held. Refuses lines or openings that are not exactly those
filed. Whether a void bid really could not be read is for `kernel.sealing` and the verifier; a bid
that was read but breaks the terms is void here, with the code of its fault.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Seal, Unseal
from jishi.kernel.mechanism.book import Book, enter, is_whole
from jishi.kernel.mechanism.contract import Refusal
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.sealing.bounds import LEAST_THRESHOLD, MOST_MEMBERS
from jishi.kernel.sealing.commitment import commit

BID_DOMAIN: Final = "jishi.bid/1"
SEALED_FIELDS: Final = (
    Field("sealing", "object"),
    Field("revisions", "choice", "latest", choices=("latest", "none")),
)
"""Who opens: {"suite", "members", "threshold"}; and whether a later bid replaces one's earlier ("latest")."""

_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")


class Box(NamedTuple):
    """The bids of one sealed phase: all lines as a book, the latest commitment of each alias; once opened,
    each bid that counts in the order of its last filing, and why the others are void.
    """

    book: Book = Book()
    latest: dict[str, str] = {}
    bids: tuple[tuple[str, Any], ...] = ()
    voids: dict[str, Any] = {}  # alias -> {"code", "params"}

    @property
    def by_alias(self) -> dict[str, Any]:
        """Return the bids that count, in the order of their last filing."""
        return dict(self.bids)


def commit_bid(lot: str, alias: str, bid: Any, salt: str) -> str:
    """Return the commitment under which an alias files a bid, a JSON object."""
    return commit(BID_DOMAIN, salt, {"lot": lot, "alias": alias, "bid": bid})


def file_bid(box: Box, given: Seal, revisions: str = "latest") -> Box | Refusal:
    """Enter a commitment; the latest of an alias counts, or with revisions "none" its only one."""
    if not _HASH.fullmatch(given.commitment):
        return Refusal("sealed.commitment", {"commitment": given.commitment})
    if revisions == "none" and given.alias in box.latest:
        return Refusal("sealed.filed_already", {"alias": given.alias})
    book = enter(box.book, [given.alias, given.commitment])
    return box._replace(book=book, latest={**box.latest, given.alias: given.commitment})


def forget(box: Box, alias: str) -> Box:
    """Leave out what an alias filed; its lines stay in the book."""
    return box._replace(latest={each: line for each, line in box.latest.items() if each != alias})


def open_box(box: Box, given: Unseal, lot: str, read: Callable[[str, Any], object]) -> Box | Refusal:
    """Open every bid that counts; `read(alias, bid)` raises the Fault of one that breaks the terms."""
    if not _replays(box.book, given.lines):
        return Refusal("sealed.lines", {"given": len(given.lines), "filed": box.book.size})
    if given.openings.keys() != box.latest.keys():
        missing = sorted(box.latest.keys() - given.openings.keys())
        return Refusal(
            "sealed.openings",
            {"missing": missing, "extra": sorted(given.openings.keys() - box.latest.keys())},
        )
    order = {alias: place for place, (alias, _) in enumerate(given.lines)}
    bids: list[tuple[str, Any]] = []
    voids: dict[str, Any] = {}
    for alias in sorted(box.latest, key=order.__getitem__):
        opening = given.openings[alias]
        if _is_void(opening):
            voids[alias] = {"code": opening["void"], "params": {}}
        elif not _fits(box.latest[alias], lot, alias, opening):
            return Refusal("sealed.mismatch", {"alias": alias})
        elif (fault := _fault_of(read, alias, opening["bid"])) is not None:
            voids[alias] = {"code": fault.code, "params": fault.params}
        else:
            bids.append((alias, opening["bid"]))
    return box._replace(bids=tuple(bids), voids=voids)


def check_sealing(raw: Mapping[str, Any]) -> None:
    """Check {"suite": text, "members": n, "threshold": k} with 2 <= k <= n <= 32; raise `sealed.sealing`."""
    members, threshold = raw.get("members"), raw.get("threshold")
    whole = raw.keys() == {"suite", "members", "threshold"} and is_kind(raw["suite"], "text") and raw["suite"]
    if not (whole and is_kind(members, "integer") and is_kind(threshold, "integer")):
        raise Fault("sealed.sealing", least=LEAST_THRESHOLD, most=MOST_MEMBERS)
    if not LEAST_THRESHOLD <= raw["threshold"] <= raw["members"] <= MOST_MEMBERS:
        raise Fault("sealed.sealing", least=LEAST_THRESHOLD, most=MOST_MEMBERS)


def _replays(book: Book, lines: list[Any]) -> bool:
    try:
        return is_whole(book, lines)
    except Fault:  # not canonical, so never a line of ours
        return False


def _is_void(opening: Any) -> bool:
    if not (is_kind(opening, "object") and opening.keys() == {"void"}):
        return False
    return is_kind(opening["void"], "text") and _CODE.fullmatch(opening["void"]) is not None


def _fits(commitment: str, lot: str, alias: str, opening: Any) -> bool:
    if not (is_kind(opening, "object") and opening.keys() == {"bid", "salt"}):
        return False
    if not is_kind(opening["salt"], "text"):
        return False
    try:
        return commit_bid(lot, alias, opening["bid"], opening["salt"]) == commitment
    except Fault:  # not canonical, so nobody committed to it
        return False


def _fault_of(read: Callable[[str, Any], object], alias: str, bid: Any) -> Fault | None:
    if not is_kind(bid, "object"):
        return Fault("sealed.bid")
    try:
        read(alias, bid)
    except Fault as fault:
        return fault
    return None
