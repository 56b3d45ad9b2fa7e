"""Cosignatures (联署) of witnesses: at this time this was the largest checkpoint seen (C2SP tlog-cosignature/v1).

The time comes in as an argument. Refuses a wrong cosignature of a known witness; those of unknown
ones say nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from jishi.kernel.evidence.note import COSIGNATURE, Key, Note, Signature, dump_note, read_note
from jishi.kernel.evidence.signature import SIGNATURE_SIZE, check_bytes, public_bytes, sign_bytes
from jishi.kernel.fault import Fault

MOST_TIME = (1 << 63) - 1
_TIME_SIZE = 8


def witness_key(name: str, private: bytes) -> Key:
    """Return the public key that checks what `cosign` signs under ``name``."""
    return Key(name, COSIGNATURE, public_bytes(private))


def cosign(text: str, at_s: int, name: str, private: bytes) -> Signature:
    """Cosign a checkpoint's text at a time in seconds since the epoch, UTC.

    What a witness must have checked before stands in `witness.check_growth`. Raises
    ``evidence.cosignature.time``.
    """
    if not 0 <= at_s <= MOST_TIME:
        raise Fault("evidence.cosignature.time", at_s=at_s, most=MOST_TIME)
    body = at_s.to_bytes(_TIME_SIZE, "big") + sign_bytes(private, _message(text, at_s))
    return Signature(name, witness_key(name, private).id, body)


def cosignatures(note: Note, keys: Iterable[Key]) -> dict[str, int]:
    """Return when each known witness cosigned, in seconds, by the text of its key.

    Raises ``evidence.cosignature.wrong`` for a wrong one of a known key. The later of two counts.
    """
    known = {(key.name, key.id): key for key in keys if key.kind == COSIGNATURE}
    found: dict[str, int] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            at_s = _check(note.text, key, signature.body)
            found[key.text] = max(at_s, found.get(key.text, 0))
    return found


def add_signature(raw: bytes, signature: Signature) -> bytes:
    """Return a signed note with one more signature line, in place of an older one by the same key."""
    note = read_note(raw)
    others = [
        each for each in note.signatures if (each.name, each.key_id) != (signature.name, signature.key_id)
    ]
    return dump_note(replace(note, signatures=(*others, signature)))


def _check(text: str, key: Key, body: bytes) -> int:
    at_s = int.from_bytes(body[:_TIME_SIZE], "big")
    whole = len(body) == _TIME_SIZE + SIGNATURE_SIZE and at_s <= MOST_TIME
    if not whole or not check_bytes(key.public, _message(text, at_s), body[_TIME_SIZE:]):
        raise Fault("evidence.cosignature.wrong", key=key.text)
    return at_s


def _message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()
