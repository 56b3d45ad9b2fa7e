"""Checks that the file is whole: who signed it, that nothing is missing, added or reordered.

A check returns the parameters of its success, or raises the Fault that says what is wrong.
"""

from itertools import pairwise
from typing import Any

from jishi.kernel.evidence.bundle import Bundle, signed_message
from jishi.kernel.evidence.merkle import merkle_root
from jishi.kernel.evidence.signature import check
from jishi.kernel.fault import Fault


def check_signature(bundle: Bundle) -> dict[str, Any]:
    """Check the signature against the key the file names."""
    signer = bundle.raw["signer"]
    if not check(signer["key"], signed_message(bundle.raw), bundle.raw["signature"]):
        raise Fault("verify.signature.wrong", key=signer["key"])
    return {"name": signer["name"], "key": signer["key"]}


def check_trust(bundle: Bundle, trust: str) -> dict[str, Any]:
    """Check that the file names the key the reader trusts."""
    key = bundle.raw["signer"]["key"]
    if key != trust:
        raise Fault("verify.trust.other_key", key=key, trusted=trust)
    return {"key": key}


def check_sequence(bundle: Bundle) -> dict[str, Any]:
    """Check that the entries are numbered 1, 2, 3 … and are as many as the file says."""
    for place, entry in enumerate(bundle.entries, start=1):
        if entry.seq != place:
            raise Fault("verify.sequence.gap", place=place, seq=entry.seq)
    if bundle.raw["size"] != len(bundle.entries):
        raise Fault("verify.sequence.size", stated=bundle.raw["size"], found=len(bundle.entries))
    return {"size": len(bundle.entries)}


def check_root(bundle: Bundle) -> dict[str, Any]:
    """Recompute the Merkle root from the entries."""
    root = merkle_root(bundle.leaf_hashes).hex()
    if bundle.raw["root"] != root:
        raise Fault("verify.root.differs", stated=bundle.raw["root"], found=root)
    return {"root": root}


def check_clock(bundle: Bundle) -> dict[str, Any]:
    """Check that effective instants never run backwards and nothing was recorded before it took effect."""
    for before, after in pairwise(bundle.entries):
        if after.effective_at < before.effective_at:
            raise Fault("verify.clock.back", seq=after.seq, at=after.effective_at, before=before.effective_at)
    for entry in bundle.entries:
        if entry.recorded_at < entry.effective_at:
            raise Fault(
                "verify.clock.early", seq=entry.seq, at=entry.effective_at, recorded=entry.recorded_at
            )
    return {"entries": len(bundle.entries)}
