"""A bundle: everything a stranger needs to recompute one result, in one signed file.

The file is canonical JSON. The signature covers every byte but itself. Refuses an object with a
field too many, too few, or of the wrong type; it does not judge what the fields say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, dump_entry, leaf_hash, load_entry
from jishi.kernel.evidence.merkle import merkle_root
from jishi.kernel.fault import Fault

FORMAT = "jishi.bundle/1"

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
_PACK: dict[str, type] = {"id": str, "version": str, "hash": str}
_SIGNER: dict[str, type] = {"key": str, "name": str, "simulated": bool}


@dataclass(frozen=True)
class Bundle:
    """Hold a bundle as read: its entries typed, everything else as the file says it."""

    raw: Mapping[str, Any]
    entries: tuple[Entry, ...]

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
    signed = {**unsigned, "signature": sign(signed_message(unsigned))}
    read_bundle(signed)
    return canonical_bytes(signed)


def signed_message(bundle: Mapping[str, Any]) -> bytes:
    """Return the bytes the signature covers: the format line and the object without signature."""
    unsigned = {name: value for name, value in bundle.items() if name != "signature"}
    return FORMAT.encode() + b"\n" + canonical_bytes(unsigned)


def read_bundle(raw: Any) -> Bundle:
    """Read a bundle's JSON object.

    Raises ``evidence.bundle.format``, ``.fields``, ``.type`` or ``evidence.entry.*``.
    """
    _check_shape("", raw, _SHAPE)
    if raw["format"] != FORMAT:
        raise Fault("evidence.bundle.format", found=raw["format"], needed=FORMAT)
    _check_shape("pack", raw["pack"], _PACK)
    _check_shape("signer", raw["signer"], _SIGNER)
    return Bundle(raw, tuple(load_entry(raw["subject"], item) for item in raw["entries"]))


def _check_shape(field: str, raw: Any, shape: Mapping[str, type]) -> None:
    if type(raw) is not dict or raw.keys() != shape.keys():
        raise Fault("evidence.bundle.fields", field=field or "bundle", needed=", ".join(sorted(shape)))
    for name, kind in shape.items():
        if type(raw[name]) is not kind:
            path = f"{field}.{name}" if field else name
            raise Fault("evidence.bundle.type", field=path, needed=kind.__name__)
