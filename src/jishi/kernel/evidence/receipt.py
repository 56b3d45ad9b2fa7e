"""A receipt: the platform's signed promise to a bidder that an entry stands at a place in a stream.

Held against the bundle published later, it shows an entry that was dropped or rewritten.
Refuses nothing of its own: a receipt is good or it is not, and the report says why.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.kernel.evidence.report import Report
from jishi.kernel.evidence.signature import check
from jishi.kernel.evidence.verify import open_bundle, run_check
from jishi.kernel.fault import Fault

FORMAT = "jishi.receipt/1"

_FIELDS = frozenset({"format", "stream", "seq", "leaf_hash", "at", "key", "signature"})


Place = tuple[str, int, str, int]
"""What a receipt promises: the stream, the number in it, the leaf hash (hexadecimal) and the effective instant (ms)."""


def make_receipt(entry: Entry, *, key: str, sign: Callable[[bytes], str]) -> dict[str, Any]:
    """Return the signed receipt of an entry; ``at`` is its effective instant (ms).

    ``key`` is the base64 public key of ``sign``, which returns a base64 Ed25519 signature.
    """
    place = (entry.stream, entry.seq, leaf_hash(entry).hex(), entry.effective_at)
    return sign_place(place, key=key, sign=sign)


def sign_place(place: Place, *, key: str, sign: Callable[[bytes], str]) -> dict[str, Any]:
    """Return the signed receipt of an entry whose leaf hash is known."""
    stream, seq, leaf, at = place
    receipt = {"format": FORMAT, "stream": stream, "seq": seq, "leaf_hash": leaf, "at": at, "key": key}
    return {**receipt, "signature": sign(_message(receipt))}


def verify_receipt(receipt: Any, bundle: bytes) -> Report:
    """Check a receipt (parsed JSON) against a bundle's bytes; the bundle itself is `verify`'s work."""
    checks, read = open_bundle(bundle)
    if read is None:
        return Report(checks)
    signed = run_check("receipt_signature", lambda: _check_signed(receipt))
    if not signed.ok:
        return Report((*checks, signed))
    kept = run_check("receipt_entry", lambda: _check_kept(receipt, read))
    signer = run_check("receipt_signer", lambda: _check_signer(receipt, read))
    return Report((*checks, signed, signer, kept), read.raw["signer"])


def _check_signed(receipt: Any) -> Mapping[str, Any]:
    if type(receipt) is not dict or receipt.keys() != _FIELDS or receipt["format"] != FORMAT:
        raise Fault("evidence.receipt.fields", needed=", ".join(sorted(_FIELDS)))
    if not check(receipt["key"], _message(receipt), receipt["signature"]):
        raise Fault("evidence.receipt.signature", key=receipt["key"])
    return {"key": receipt["key"]}


def _check_signer(receipt: Mapping[str, Any], bundle: Bundle) -> Mapping[str, Any]:
    key = bundle.raw["signer"]["key"]
    if receipt["key"] != key:
        raise Fault("evidence.receipt.other_key", key=receipt["key"], bundle_key=key)
    return {"key": key}


def _check_kept(receipt: Mapping[str, Any], bundle: Bundle) -> Mapping[str, Any]:
    seq = receipt["seq"]
    if receipt["stream"] != bundle.raw["subject"]:
        raise Fault("evidence.receipt.stream", stream=receipt["stream"], subject=bundle.raw["subject"])
    found = [entry for entry in bundle.entries if entry.seq == seq]
    if not found:
        raise Fault("evidence.receipt.absent", seq=seq, size=len(bundle.entries))
    if any(leaf_hash(entry).hex() != receipt["leaf_hash"] for entry in found):
        raise Fault("evidence.receipt.rewritten", seq=seq)
    if found[0].effective_at != receipt["at"]:
        raise Fault("evidence.receipt.instant", seq=seq, at=receipt["at"], found=found[0].effective_at)
    return {"seq": seq, "at": receipt["at"]}


def _message(receipt: Mapping[str, Any]) -> bytes:
    unsigned = {name: value for name, value in receipt.items() if name != "signature"}
    return FORMAT.encode() + b"\n" + canonical_bytes(unsigned)
