"""A bundle: everything a stranger needs to recompute one result, in one signed file.

The file is canonical JSON. The signature covers every byte but itself and, since the second
format, `log`: the proof that the entries stand in the public log, which its own signature covers
and which is renewed as the log grows. Refuses an object with a field too many, too few, or of the
wrong type; it does not judge what the fields say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, dump_entry, leaf_hash, load_entry
from jishi.kernel.evidence.merkle import merkle_root
from jishi.kernel.fault import Fault

FIRST = "jishi.bundle/1"
FORMAT = "jishi.bundle/2"

_SHAPE: dict[str, type] = {
    "format": str,
    "subject": str,
    "pack": dict,
    "entries": list,
    "outcome": dict,
    "root": str,
    "size": int,
    "signer": dict,
    "signature": str,
}
_LOG: dict[str, type] = {"checkpoint": str, "indices": list, "proof": list, "since": dict}
_SINCE: dict[str, type] = {"checkpoint": str, "proof": list}
_LISTS: dict[str, type] = {"indices": int, "proof": str}
_UNSIGNED = frozenset({"signature", "log"})
_PACK: dict[str, type] = {"id": str, "version": str, "hash": str}
_SIGNER: dict[str, type] = {"key": str, "name": str, "simulated": bool}


@dataclass(frozen=True)
class Bundle:
    """Hold a bundle as read: its entries typed, everything else as the file says it."""

    raw: Mapping[str, Any]
    entries: tuple[Entry, ...]

    @property
    def log(self) -> Mapping[str, Any] | None:
        """Return the proof that the entries stand in the log, None while it is not attached."""
        return self.raw.get("log")

    @cached_property
    def leaf_hashes(self) -> list[bytes]:
        """Hash each entry."""
        return [leaf_hash(entry) for entry in self.entries]

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Return the entries of these kinds, in stream order."""
        return [entry for entry in self.entries if entry.kind in kinds]


def build_bundle(
    *,
    subject: str,
    pack: Mapping[str, str],
    entries: Sequence[Entry],
    outcome: Mapping[str, Any],
    signer: Mapping[str, Any],
    sign: Callable[[bytes], str],
) -> bytes:
    """Return the bundle file of one stream, all its entries in order.

    ``pack`` = {id, version, hash}; ``signer`` = {key: base64, name, simulated}; ``sign`` returns
    the base64 Ed25519 signature of a message. Raises ``evidence.bundle.*`` on a wrong shape.
    """
    unsigned = {
        "format": FORMAT,
        "subject": subject,
        "pack": dict(pack),
        "entries": [dump_entry(entry) for entry in entries],
        "outcome": dict(outcome),
        "root": merkle_root([leaf_hash(entry) for entry in entries]).hex(),
        "size": len(entries),
        "signer": dict(signer),
    }
    signed = {**unsigned, "log": None, "signature": sign(signed_message(unsigned))}
    read_bundle(signed)
    return canonical_bytes(signed)


def attach_log(raw: Mapping[str, Any], log: Mapping[str, Any]) -> bytes:
    """Return a bundle's file with the proof of its entries, in place of an older one.

    ``log`` = {checkpoint: signed note, indices: of each entry, proof: base64 hashes, since: None or
    {checkpoint, proof}}. Raises ``evidence.bundle.*`` on a wrong shape.
    """
    attached = {**raw, "log": dict(log)}
    read_bundle(attached)
    return canonical_bytes(attached)


def signed_message(bundle: Mapping[str, Any]) -> bytes:
    """Return the bytes the signature covers: the format line and the object without signature and log."""
    unsigned = {name: value for name, value in bundle.items() if name not in _UNSIGNED}
    return str(bundle["format"]).encode() + b"\n" + canonical_bytes(unsigned)


def read_bundle(raw: Any) -> Bundle:
    """Read a bundle's JSON object.

    Raises ``evidence.bundle.format``, ``.fields``, ``.type`` or ``evidence.entry.*``.
    """
    first = type(raw) is dict and raw.get("format") == FIRST
    _check_shape("", raw, _SHAPE if first else {**_SHAPE, "log": object})
    if raw["format"] not in (FIRST, FORMAT):
        raise Fault("evidence.bundle.format", found=raw["format"], needed=FORMAT)
    if not first and raw["log"] is not None:
        _check_log(raw["log"])
    _check_shape("pack", raw["pack"], _PACK)
    _check_shape("signer", raw["signer"], _SIGNER)
    return Bundle(raw, tuple(load_entry(raw["subject"], item) for item in raw["entries"]))


def _check_log(log: Any) -> None:
    open_ended = type(log) is dict and log.get("since", 0) is None
    _check_shape("log", log, {**_LOG, "since": object} if open_ended else _LOG)
    if not open_ended:
        _check_shape("log.since", log["since"], _SINCE)
    for field, kind in _LISTS.items():
        if any(type(item) is not kind for item in log[field]):
            raise Fault("evidence.bundle.type", field=f"log.{field}", needed=kind.__name__)


def _check_shape(field: str, raw: Any, shape: Mapping[str, type]) -> None:
    if type(raw) is not dict or raw.keys() != shape.keys():
        raise Fault("evidence.bundle.fields", field=field or "bundle", needed=", ".join(sorted(shape)))
    for name, kind in shape.items():
        if kind is not object and type(raw[name]) is not kind:
            path = f"{field}.{name}" if field else name
            raise Fault("evidence.bundle.type", field=path, needed=kind.__name__)
