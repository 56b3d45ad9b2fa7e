"""One entry of a stream: what happened, when it took effect, and the hash that stands for it.

A stream is one offering or one case; its entries are numbered 1, 2, 3 … without a gap.
Refuses an object that is not exactly an entry.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from jishi.kernel.evidence.canonical import canonical_bytes, canonical_text
from jishi.kernel.fault import Fault

_FIELDS = {"seq": int, "kind": str, "effective_at": int, "recorded_at": int, "data": dict}


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one recorded fact; both instants are ms since the epoch, UTC.

    ``effective_at`` is the platform clock the rules saw, ``recorded_at`` when it was written.
    """

    stream: str
    seq: int
    kind: str
    effective_at: int
    recorded_at: int
    data: dict[str, Any]


def leaf_hash(entry: Entry) -> bytes:
    """Return SHA-256 of 0x00 and the canonical entry, a leaf of the RFC 6962 tree."""
    leaf = {"stream": entry.stream, **dump_entry(entry)}
    return sha256(b"\x00" + canonical_bytes(leaf)).digest()


def leaf_hash_of(place: tuple[str, int, str, int, int], data: bytes) -> bytes:
    """Return the `leaf_hash` of an entry whose data is canonical already; a log writes thousands a second.

    ``place`` is its stream, number, kind, and both instants (ms).

    >>> entry = Entry("offering/a", 1, "Noted", 5, 6, {"a": "价"})
    >>> leaf_hash_of(("offering/a", 1, "Noted", 5, 6), canonical_bytes(entry.data)) == leaf_hash(entry)
    True
    """
    stream, seq, kind, effective_at, recorded_at = place
    about = b'{"data":%b,"effective_at":%d,"kind":%b,"recorded_at":%d,"seq":%d,"stream":%b}'
    return sha256(
        b"\x00" + about % (data, effective_at, canonical_text(kind), recorded_at, seq, canonical_text(stream))
    ).digest()


def dump_entry(entry: Entry) -> dict[str, Any]:
    """Return the entry's JSON object; its stream stands once, outside the list."""
    return {name: getattr(entry, name) for name in _FIELDS}


def load_entry(stream: str, raw: Any) -> Entry:
    """Read one entry's JSON object; raises ``evidence.entry.fields`` or ``.type``."""
    if type(raw) is not dict or raw.keys() != _FIELDS.keys():
        raise Fault("evidence.entry.fields", needed=", ".join(sorted(_FIELDS)))
    for name, kind in _FIELDS.items():
        if type(raw[name]) is not kind:
            raise Fault("evidence.entry.type", field=name, needed=kind.__name__)
    return Entry(stream, **raw)
