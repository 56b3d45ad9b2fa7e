"""A receipt: the platform's signed promise to a bidder that an entry stands at a place in a stream.

Held against the bundle published later, it shows an entry that was dropped or rewritten. Many promised at once share
one signature: it stands over the root of a Merkle tree of promises, and each receipt carries its path to that root.
Refuses nothing of its own: a receipt is good or it is not, and the report says why.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.canonical import canonical_bytes, canonical_text
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.kernel.evidence.merkle import HASH_SIZE, inclusion_paths, is_included, merkle_root
from jishi.kernel.evidence.report import Report
from jishi.kernel.evidence.signature import check, decode_text, encode_text
from jishi.kernel.evidence.verify import open_bundle, run_check
from jishi.kernel.fault import Fault

FORMAT = "jishi.receipt/1"
SHARED = "jishi.receipt/2"

_FIELDS = frozenset({"format", "stream", "seq", "leaf_hash", "at", "key", "signature"})
_OF_FORMAT = {FORMAT: _FIELDS, SHARED: _FIELDS | {"index", "size", "root", "path"}}
_PROMISED = ("at", "leaf_hash", "seq", "stream")

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


def sign_places(places: Sequence[Place], *, key: str, sign: Callable[[bytes], str]) -> list[dict[str, Any]]:
    """Return a receipt for each of many entries, signed once; of a lone one its `sign_place`."""
    if len(places) == 1:
        return [sign_place(places[0], key=key, sign=sign)]
    leaves = [_promise_hash(place) for place in places]
    root = encode_text(merkle_root(leaves))
    shared = {"format": SHARED, "key": key, "root": root, "size": len(places)}
    shared["signature"] = sign(_message(shared))
    paths = inclusion_paths(leaves)
    texts = {node: encode_text(node) for node in set().union(*paths)}
    return [
        {
            **shared,
            "stream": stream,
            "seq": seq,
            "leaf_hash": leaf,
            "at": at,
            "index": index,
            "path": [texts[node] for node in path],
        }
        for index, ((stream, seq, leaf, at), path) in enumerate(zip(places, paths, strict=True))
    ]


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
    form = receipt.get("format") if type(receipt) is dict else None
    needed = _OF_FORMAT.get(form, _FIELDS) if type(form) is str else _FIELDS
    if form not in (FORMAT, SHARED) or receipt.keys() != needed:
        raise Fault("evidence.receipt.fields", needed=", ".join(sorted(needed)))
    signed = (
        receipt if form == FORMAT else {name: receipt[name] for name in ("format", "key", "root", "size")}
    )
    good = check(receipt["key"], _message(signed), receipt["signature"])
    if not good or not (form == FORMAT or _is_of_tree(receipt)):
        raise Fault("evidence.receipt.signature", key=receipt["key"])
    return {"key": receipt["key"]}


def _is_of_tree(receipt: Mapping[str, Any]) -> bool:
    """Tell whether what a receipt promises stands under the root that was signed."""
    index, size, path = receipt["index"], receipt["size"], receipt["path"]
    if type(index) is not int or type(size) is not int or type(path) is not list:
        return False
    leaf = sha256(b"\x00" + canonical_bytes({name: receipt[name] for name in _PROMISED})).digest()
    try:
        root, *beside = (decode_text(text, HASH_SIZE) for text in (receipt["root"], *path))
    except (Fault, TypeError):
        return False
    return is_included(leaf, (index, size), beside, root)


def _promise_hash(place: Place) -> bytes:
    stream, seq, leaf, at = place
    promised = b'{"at":%d,"leaf_hash":"%b","seq":%d,"stream":%b}'  # canonical; there are thousands a second
    return sha256(b"\x00" + promised % (at, leaf.encode(), seq, canonical_text(stream))).digest()


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
    return f"{receipt['format']}\n".encode() + canonical_bytes(unsigned)
