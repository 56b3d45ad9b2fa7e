"""The opening committee (开启委员会) of an offering: who can open its sealed bids together, and how.

n members each register a public key made for this offering; any k of them open. No offering key
exists. The committee is one JSON object that stands in the log before the first bid; its hash is in
every envelope. Refuses a k of 1 (one person could read every bid) and keys that are no keys.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.bounds import LEAST_THRESHOLD, MOST_MEMBERS
from jishi.kernel.sealing.suite import Randomness, Suite, suite_of

FORMAT = "jishi.committee/1"
KEY_FORMAT = "jishi.member_key/1"
BID_SIZES = (256, 1024, 4096, 16384, 65536)

_FIELDS = ("bid_size", "format", "lot", "members", "suite", "threshold")
_MOST_SHOWN = 80


class Committee(NamedTuple):
    """A committee that was read and found sound; ``bid_size`` is the padded size of each bid in bytes."""

    suite: Suite
    lot: str
    publics: tuple[bytes, ...]
    threshold: int
    bid_size: int
    digest: str


def compose_committee(
    suite: str, lot: str, members: Sequence[str], *, threshold: int, bid_size: int = BID_SIZES[0]
) -> dict[str, Any]:
    """Return the committee object for public keys in hex; raises what ``read_committee`` raises."""
    committee = {
        "format": FORMAT,
        "suite": suite,
        "lot": lot,
        "members": list(members),
        "threshold": threshold,
        "bid_size": bid_size,
    }
    read_committee(committee)
    return committee


def read_committee(value: Any) -> Committee:
    """Check a committee object and return it read; raises ``sealing.suite`` or ``sealing.committee.*``."""
    if type(value) is not dict or sorted(value) != sorted(_FIELDS) or value["format"] != FORMAT:
        raise Fault("sealing.committee.shape", format=FORMAT, fields=", ".join(_FIELDS))
    suite = suite_of(value["suite"])
    if type(value["lot"]) is not str or not value["lot"]:
        raise Fault("sealing.committee.lot")
    if type(value["bid_size"]) is not int or value["bid_size"] not in BID_SIZES:
        known = ", ".join(map(str, BID_SIZES))
        raise Fault("sealing.committee.bid_size", found=_shown(value["bid_size"]), known=known)
    publics = _read_members(suite, value["members"])
    threshold = value["threshold"]
    if type(threshold) is not int or not LEAST_THRESHOLD <= threshold <= len(publics):
        limits = {"least": LEAST_THRESHOLD, "most": len(publics)}
        raise Fault("sealing.committee.threshold", found=_shown(threshold), **limits)
    digest = suite.digest(canonical_bytes(value)).hex()
    return Committee(suite, value["lot"], publics, threshold, value["bid_size"], digest)


def make_member_key(suite: str, randomness: Randomness) -> dict[str, Any]:
    """Make a member's key pair for one offering, hex; whoever holds ``private`` holds this member's say.

    In the suite ``sm`` the library draws the key itself.
    """
    private, public = suite_of(suite).make_key(randomness)
    return {"format": KEY_FORMAT, "suite": suite, "public": public.hex(), "private": private.hex()}


def check_public_key(suite: str, public: str) -> None:
    """Hold a key to what the committee needs, at registration; raises ``sealing.committee.key``."""
    _read_public(suite_of(suite), public)


def check_private_key(committee: Committee, public: str, private: str) -> bytes:
    """Return a published private key as bytes, if it is that of a member's registered public key.

    Raises ``sealing.key.unknown`` when no member registered ``public`` and ``sealing.key.mismatch``
    when ``private`` does not belong to it: that member is at fault.
    """
    if public not in {each.hex() for each in committee.publics}:
        raise Fault("sealing.key.unknown", public=_shown(public))
    raw = from_hex(private)
    suite = committee.suite
    if raw is None or len(raw) != suite.private_size or not suite.owns(raw, bytes.fromhex(public)):
        raise Fault("sealing.key.mismatch", public=public)
    return raw


def from_hex(text: Any) -> bytes | None:
    """Return the bytes of lower-case hex, or None when it is anything else."""
    try:
        raw = bytes.fromhex(text)
    except (TypeError, ValueError):
        return None
    return raw if raw.hex() == text else None


def _read_members(suite: Suite, members: Any) -> tuple[bytes, ...]:
    if type(members) is not list or not LEAST_THRESHOLD <= len(members) <= MOST_MEMBERS:
        found = len(members) if type(members) is list else 0
        raise Fault("sealing.committee.members", found=found, least=LEAST_THRESHOLD, most=MOST_MEMBERS)
    publics = tuple(_read_public(suite, public) for public in members)
    if len(set(publics)) != len(publics):
        raise Fault("sealing.committee.twice")
    return publics


def _read_public(suite: Suite, public: Any) -> bytes:
    raw = from_hex(public)
    if raw is None or len(raw) != suite.public_size or not suite.is_public(raw):
        needed = 2 * suite.public_size
        raise Fault("sealing.committee.key", found=_shown(public), suite=suite.name, needed=needed)
    return raw


def _shown(value: Any) -> str:
    return str(value)[:_MOST_SHOWN]
