"""Checks that the entries of a bundle stand in the signed public log (公开日志), which only ever grew.

The part `log` of a bundle lies outside its signature, since the log's own signature covers what it
says: a later checkpoint can replace an earlier one without the bundle being signed again.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from jishi.kernel.evidence.bundle import Bundle
from jishi.kernel.evidence.checkpoint import Checkpoint, open_checkpoint
from jishi.kernel.evidence.consistency import is_consistent
from jishi.kernel.evidence.cosignature import cosignatures
from jishi.kernel.evidence.merkle import HASH_SIZE
from jishi.kernel.evidence.multiproof import are_included
from jishi.kernel.evidence.note import ED25519, Key, read_key, read_note
from jishi.kernel.evidence.record import log_record, record_hash
from jishi.kernel.evidence.signature import decode_text
from jishi.kernel.fault import Fault

PUBLISHED = "NoticePublished"


def check_log(bundle: Bundle) -> dict[str, Any]:
    """Check inclusion of every entry and that the log continues the one the notice named (RFC 9162).

    Raises ``verify.log.*``. A bundle of the first format, or one not attached yet, has no proof.
    """
    log = bundle.log
    if log is None:
        return {"attached": False, "size": 0}
    checkpoint = _open(log["checkpoint"], bundle)
    _check_inclusion(bundle, log, checkpoint)
    _check_since(bundle, log["since"], checkpoint)
    return {"attached": True, "size": checkpoint.size}


def check_witness(bundle: Bundle, witnesses: Sequence[str]) -> dict[str, Any]:
    """Check that each witness (见证人), by its key text, cosigned the checkpoint; ``verify.witness.*``."""
    log = bundle.log
    if log is None:
        raise Fault("verify.log.missing")
    found = cosignatures(read_note(log["checkpoint"].encode()), [read_key(text) for text in witnesses])
    for text in witnesses:
        if text not in found:
            raise Fault("verify.witness.missing", witness=text)
    return {"witnesses": len(found)}


def _open(text: str, bundle: Bundle) -> Checkpoint:
    public = decode_text(bundle.raw["signer"]["key"], 32)
    origin = text.partition("\n")[0]
    return open_checkpoint(text.encode(), Key(origin, ED25519, public))


def _check_inclusion(bundle: Bundle, log: Mapping[str, Any], checkpoint: Checkpoint) -> None:
    indices, size = log["indices"], checkpoint.size
    if len(indices) != len(bundle.entries) or len(set(indices)) != len(indices):
        raise Fault("verify.log.indices", found=len(indices), needed=len(bundle.entries))
    leaves = {at: record_hash(record) for at, record in zip(indices, map(log_record, bundle.entries))}  # noqa: B905 - counted above
    if not are_included(leaves, size, _hashes(log["proof"]), checkpoint.root):
        raise Fault("verify.log.not_included", size=size)


def _check_since(bundle: Bundle, since: Mapping[str, Any] | None, checkpoint: Checkpoint) -> None:
    notices = bundle.of_kind(PUBLISHED)
    named = notices[0].data.get("checkpoint") if notices else None
    if since is None:
        if named is not None:
            raise Fault("verify.log.since", named=b64encode(named.encode()[:40]).decode())
        return
    if named is not None and named != since["checkpoint"]:
        raise Fault("verify.log.since", named=b64encode(named.encode()[:40]).decode())
    before = _open(since["checkpoint"], bundle)
    sizes, roots, proof = (
        (before.size, checkpoint.size),
        (before.root, checkpoint.root),
        _hashes(since["proof"]),
    )
    if before.origin != checkpoint.origin or not _continues(sizes, proof, roots):
        raise Fault("verify.log.rewritten", size=checkpoint.size, before=before.size)


def _continues(sizes: tuple[int, int], proof: list[bytes], roots: tuple[bytes, bytes]) -> bool:
    if sizes[0] == 0:
        return not proof
    return is_consistent(sizes, proof, roots)


def _hashes(texts: Sequence[str]) -> list[bytes]:
    return [decode_text(text, HASH_SIZE) for text in texts]
