"""Check of sealed bids: each is opened again from the envelopes and keys in the file, by the kernel's own rule.

The committee stood before the first bid, every commitment has its envelope, no key was published while
bids were taken, and each opening or void the mechanism was given is the one the keys give.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.check_notice import STEPPED, find_notices
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import Committee, check_private_key, read_committee
from jishi.kernel.sealing.envelope import check_envelope
from jishi.kernel.sealing.filed import open_filed, require_enough

FORMED, FILED, PUBLISHED, ENDED = "CommitteeFormed", "EnvelopeFiled", "MemberKeyPublished", "KeysEnded"


def names_sealing(bundle: Bundle) -> bool:
    """Tell whether the file holds a committee, an envelope, a key, or a step that opens sealed bids."""
    return bool(bundle.of_kind(FORMED, FILED, PUBLISHED)) or any(True for _ in _steps(bundle, "unseal"))


def check_sealing(bundle: Bundle) -> dict[str, Any]:
    """Open every sealed bid again; raise ``verify.sealing.*`` at the first entry that does not fit.

    Returns how many envelopes were filed, opened and void, and how many keys were published of how many
    members; nothing is opened before the step that opens.
    """
    formed, committee = _read_committee(bundle)
    seals = list(_steps(bundle, "seal"))
    _check_filed(bundle, committee, (formed, seals))
    unseals = list(_steps(bundle, "unseal"))
    keys = _read_keys(bundle, committee, seals)
    found = {"envelopes": len(bundle.of_kind(FILED)), "keys": len(keys), "members": len(committee.publics)}
    opened, void = 0, 0
    for step in unseals:
        openings = _check_opening(bundle, committee, step)
        opened += sum("bid" in each for each in openings.values())
        void += sum("void" in each for each in openings.values())
    return {**found, "opened": opened, "void": void}


def _read_committee(bundle: Bundle) -> tuple[Entry, Committee]:
    formed = bundle.of_kind(FORMED)
    if len(formed) != 1:
        raise Fault("verify.sealing.committee", found=len(formed))
    committee = read_committee(formed[0].data["committee"])
    terms = find_notices(bundle)[-1].data["terms"]
    stated = terms["sealing"]
    found = {
        "suite": committee.suite.name,
        "members": len(committee.publics),
        "threshold": committee.threshold,
    }
    if stated != found or committee.lot != terms["lot"]:
        raise Fault("verify.sealing.terms", seq=formed[0].seq)
    return formed[0], committee


def _check_filed(bundle: Bundle, committee: Committee, of: tuple[Entry, Sequence[Entry]]) -> None:
    """Hold each envelope to its form and to a commitment filed; a commitment may lack one, and is void then."""
    formed, seals = of
    filed = {(step.data["input"]["alias"], step.data["input"]["commitment"]) for step in seals}
    for step in seals[:1]:
        if step.seq < formed.seq:
            raise Fault("verify.sealing.before_committee", seq=step.seq)
    for entry in bundle.of_kind(FILED):
        alias, envelope = entry.data["alias"], entry.data["envelope"]
        check_envelope(committee, envelope, alias)
        if (alias, envelope["commitment"]) not in filed:
            raise Fault("verify.sealing.unfiled", seq=entry.seq, alias=alias)


def _read_keys(bundle: Bundle, committee: Committee, seals: Sequence[Entry]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for entry in bundle.of_kind(PUBLISHED):
        if seals and entry.seq < seals[-1].seq:
            raise Fault("verify.sealing.early", seq=entry.seq)
        index = entry.data["index"]
        if type(index) is not int or not 1 <= index <= len(committee.publics):
            raise Fault("verify.sealing.member", seq=entry.seq, index=str(index))
        public = committee.publics[index - 1].hex()
        check_private_key(committee, public, entry.data["private"])
        keys[public] = entry.data["private"]
    return keys


def _check_opening(bundle: Bundle, committee: Committee, step: Entry) -> dict[str, Any]:
    """Open again what a step opened, from the keys and envelopes that stand before it."""
    before = Bundle(bundle.raw, tuple(entry for entry in bundle.entries if entry.seq < step.seq))
    keys = _read_keys(before, committee, ())
    require_enough(committee, len(keys), ended=bool(before.of_kind(ENDED)))
    given: dict[str, Any] = step.data["input"]["openings"]
    filed_last = dict(step.data["input"]["lines"])
    latest = {alias: filed_last[alias] for alias in given}
    filed = [(entry.data["alias"], entry.data["envelope"]) for entry in before.of_kind(FILED)]
    found = open_filed(committee, latest, filed, keys).openings
    for alias, opening in given.items():
        if canonical_bytes(opening) != canonical_bytes(found[alias]):
            raise Fault("verify.sealing.differs", seq=step.seq, alias=alias)
    return given


def _steps(bundle: Bundle, kind: str) -> Iterator[Entry]:
    for entry in bundle.of_kind(STEPPED):
        given = entry.data.get("input")
        if isinstance(given, dict) and given.get("type") == kind:
            yield entry
