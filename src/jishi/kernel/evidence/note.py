"""Signed notes: a text, and lines below it by which named keys sign it (C2SP signed-note).

As Go's module database writes them, so its tools read ours. Refuses what is not UTF-8, holds a
control character, has a second spelling, or is signed wrongly by a key that is known. Signatures
of unknown keys are carried along and say nothing.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from jishi.kernel.evidence.signature import KEY_SIZE, check_bytes, public_bytes, sign_bytes
from jishi.kernel.fault import Fault

ED25519 = 0x01
COSIGNATURE = 0x04
KINDS = (ED25519, COSIGNATURE)
MOST_SIGNATURES = 100
MOST_BYTES = 1 << 20

_DASH = "\u2014 "
_ID_SIZE = 4


@dataclass(frozen=True, slots=True)
class Key:
    """Name a public key: whose it is, what it signs (0x01 notes, 0x04 cosignatures), its 32 bytes.

    Raises ``evidence.note.name`` for a name no note may hold.
    """

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def id(self) -> bytes:
        """Return the four bytes that stand for the key in a signature line."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_SIZE]

    @property
    def text(self) -> str:
        """Return the key as a line of text, `name+id+base64`."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


@dataclass(frozen=True, slots=True)
class Signature:
    """Hold one signature line: the signer's name, the key's four bytes, and what the key made."""

    name: str
    key_id: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """Hold a note: its text, which ends with a newline, and its signatures in order."""

    text: str
    signatures: tuple[Signature, ...]


def log_key(name: str, private: bytes) -> Key:
    """Return the public key that checks what `sign_text` signs under ``name``."""
    return Key(name, ED25519, public_bytes(private))


def read_key(text: str) -> Key:
    """Read a key from `name+id+base64`; raises ``evidence.note.key`` or ``.key_id``."""
    name, _, rest = text.partition("+")
    stated, _, material = rest.partition("+")
    try:
        raw = b64decode(material, validate=True)
        key = Key(name, raw[0], raw[1:])
    except (ValueError, IndexError, Fault):
        raise Fault("evidence.note.key", text=ascii(text[:200])) from None
    if key.kind not in KINDS or len(key.public) != KEY_SIZE or not key.text.endswith("+" + material):
        raise Fault("evidence.note.key", text=ascii(text[:200]))
    if key.text != text:
        raise Fault("evidence.note.key_id", name=name, stated=stated[:16], found=key.id.hex())
    return key


def sign_text(text: str, name: str, private: bytes) -> Signature:
    """Sign a note's text under a name; raises ``evidence.note.text`` for what no note may hold."""
    key = log_key(name, private)
    return Signature(name, key.id, sign_bytes(private, _check_text(text).encode()))


def open_note(raw: bytes, keys: Iterable[Key]) -> Note:
    """Read a note and keep only the signatures of ``keys`` (kind 0x01), each checked.

    Raises ``evidence.note.wrong`` if a known key's signature is wrong, ``evidence.note.unsigned``
    if no known key signed, and what `read_note` raises.
    """
    note, known = read_note(raw), {(key.name, key.id): key for key in keys if key.kind == ED25519}
    good: dict[tuple[str, bytes], Signature] = {}
    for signature in note.signatures:
        place = signature.name, signature.key_id
        if place not in known or place in good:
            continue
        if not check_bytes(known[place].public, note.text.encode(), signature.body):
            raise Fault("evidence.note.wrong", key=known[place].text)
        good[place] = signature
    if not good:
        raise Fault("evidence.note.unsigned", keys=[key.text for key in known.values()])
    return replace(note, signatures=tuple(good.values()))


def read_note(raw: bytes) -> Note:
    """Read a note without judging who signed it.

    Raises ``evidence.note.size``, ``.utf8``, ``.text``, ``.blank``, ``.line`` or ``.many``.
    """
    if len(raw) > MOST_BYTES:
        raise Fault("evidence.note.size", size=len(raw), most=MOST_BYTES)
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise Fault("evidence.note.utf8", position=error.start) from None
    text, blank, lines = _check_text(whole).rpartition("\n\n")
    if not blank or not lines:
        raise Fault("evidence.note.blank")
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise Fault("evidence.note.many", found=len(signatures), most=MOST_SIGNATURES)
    return Note(text + "\n", signatures)


def dump_note(note: Note) -> bytes:
    """Return the note's bytes."""
    return (_check_text(note.text) + "\n" + "".join(map(signature_line, note.signatures))).encode()


def signature_line(signature: Signature) -> str:
    """Return the line of one signature, its newline included."""
    body = b64encode(signature.key_id + signature.body).decode()
    return f"{_DASH}{_check_name(signature.name)} {body}\n"


def _read_line(line: str) -> Signature:
    name, _, body = line.removeprefix(_DASH).partition(" ")
    try:
        raw = b64decode(body, validate=True)
        signature = Signature(name, raw[:_ID_SIZE], raw[_ID_SIZE:])
        if signature.body and signature_line(signature) == line + "\n":
            return signature
    except (ValueError, Fault):
        pass
    raise Fault("evidence.note.line", line=ascii(line[:200]))


def _check_text(text: str) -> str:
    """Return the text of a note: it ends with a newline and has no other control character."""
    if not text.endswith("\n") or any(sign != "\n" and _is_refused(sign) for sign in text):
        raise Fault("evidence.note.text")
    return text


def _check_name(name: str) -> str:
    if not name or "+" in name or any(sign.isspace() or _is_refused(sign) for sign in name):
        raise Fault("evidence.note.name", name=ascii(name[:200]))
    return name


def _is_refused(sign: str) -> bool:
    """Tell whether a character is a control character or half of a surrogate pair, which UTF-8 has not."""
    return sign < " " or "\ud800" <= sign <= "\udfff"
