"""Checks of what was announced: the terms bidding ran under, and the statutory limits.

A stream holds one notice (公告) and any supplements (补充公告). A supplement that changes the
terms and its Amend step stand together: no other step may run while only one of them is there.
"""

from collections.abc import Iterator
from typing import Any

from jishi.kernel.calendar.limit import recheck
from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import find

PUBLISHED = "NoticePublished"
SUPPLEMENTED = "NoticeSupplemented"
STEPPED = "MechanismStepped"


def find_notices(bundle: Bundle) -> list[Entry]:
    """Return the notice and its supplements; raises ``verify.terms.no_notice`` or ``.second_notice``."""
    notices = bundle.of_kind(PUBLISHED, SUPPLEMENTED)
    if not notices or notices[0].kind != PUBLISHED:
        raise Fault("verify.terms.no_notice")
    for other in notices[1:]:
        if other.kind == PUBLISHED:
            raise Fault("verify.terms.second_notice", seq=other.seq)
    return notices


def check_terms(bundle: Bundle) -> dict[str, Any]:
    """Check that bidding ran under the announced mechanism, pack and terms, and no others."""
    notices = find_notices(bundle)
    mechanism, pack = notices[0].data["mechanism"], notices[0].data["pack"]
    engine = find(mechanism["id"], mechanism["version"])
    for notice in notices:
        if notice.data["mechanism"] != mechanism:
            raise Fault("verify.terms.mechanism", seq=notice.seq)
        engine.read_terms(notice.data["terms"])
    if bundle.raw["pack"] != pack:
        raise Fault("verify.terms.pack", stated=bundle.raw["pack"]["hash"], notice=pack["hash"])
    _check_amendments(bundle.of_kind(PUBLISHED, SUPPLEMENTED, STEPPED))
    return {"mechanism": mechanism["id"], "version": mechanism["version"], "notices": len(notices)}


def _check_amendments(entries: list[Entry]) -> None:
    current: Any = None
    announced: Any = None
    for entry in entries:
        if entry.kind == PUBLISHED:
            current = announced = entry.data["terms"]
        elif entry.kind == SUPPLEMENTED:
            announced = entry.data["terms"]
        elif entry.data["input"]["type"] == "amend":
            current = entry.data["input"]["terms"]
        elif current != announced:
            raise Fault("verify.terms.unannounced", seq=entry.seq)
    if current != announced:
        raise Fault("verify.terms.not_applied", seq=entries[-1].seq)


def check_limits(bundle: Bundle) -> dict[str, Any]:
    """Recompute every statutory limit (期限) a notice states; none may be broken."""
    counts = {"met": 0, "undetermined": 0}
    for notice, limit in _limits(bundle):
        stated, found = limit["verdict"], _verdict(limit)
        params = {"seq": notice.seq, "limit": limit["limit"], "start": limit["start"], "end": limit["end"]}
        if found == "broken":
            raise Fault("verify.limits.broken", **params)
        # What was undetermined then may be known now: working days are announced year by year.
        if stated not in (found, "undetermined"):
            raise Fault("verify.limits.differs", stated=str(stated), found=found, **params)
        counts[found] += 1
    return counts


def _verdict(limit: dict[str, Any]) -> str:
    if recheck({**limit, "verdict": "met"}):
        return "met"
    return "undetermined" if recheck({**limit, "verdict": "undetermined"}) is None else "broken"


def _limits(bundle: Bundle) -> Iterator[tuple[Entry, dict[str, Any]]]:
    for notice in find_notices(bundle):
        for limit in notice.data["limits"]:
            yield notice, limit
