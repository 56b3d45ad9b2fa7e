"""Keys that stand outside the database: the operator's signing key and the master key of personal fields."""

import base64
import hmac
import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from jishi.kernel.evidence import signature
from jishi.kernel.fault import Fault
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.models import SubjectKey


@cache
def _key(name: str, var: str) -> bytes:
    path = Path(var) / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return path.read_bytes()
    handle, part = tempfile.mkstemp(
        prefix=f"{name}.", suffix=".part", dir=path.parent
    )  # mode 600, one a thread
    with os.fdopen(handle, "wb") as out:
        out.write(os.urandom(32))
    with suppress(FileExistsError):
        os.link(part, path)  # whole or not at all: another process never reads half a key
    Path(part).unlink()
    return path.read_bytes()


def operator_key() -> bytes:
    """Return the operator's Ed25519 private key (32 bytes), made on first use with mode 600."""
    return _key("operator.key", str(settings.JISHI_VAR))


def operator_public_key() -> str:
    """Return the operator's public key as base64 text: what `verify --trust` takes."""
    return signature.public_key(operator_key())


def ticket_key() -> bytes:
    """Return the key by which the platform signs, for itself alone, what lets a program bid for a short while."""
    return _key("ticket.key", str(settings.JISHI_VAR))


def blind_index(domain: str, text: str) -> str:
    """Return a keyed hash by which equal secrets are found without being stored; useless without the key."""
    key = _key("index.key", str(settings.JISHI_VAR))
    return hmac.new(key, f"{domain}\n{text}".encode(), "sha256").hexdigest()


def encrypt_personal(subject: str, value: Any) -> str:
    """Encrypt a JSON value under the subject's own key; base64 text. Fault `personal.erased`."""
    return encrypt_many({subject: value})[subject]


def encrypt_many(values: Mapping[str, Any]) -> dict[str, str]:
    """Encrypt one JSON value for each subject under its own key, made when absent."""
    keys = _keys(values)
    sealed = {each: _seal(keys[each], each, json.dumps(value).encode()) for each, value in values.items()}
    return {subject: base64.b64encode(raw).decode() for subject, raw in sealed.items()}


def decrypt_personal(subject: str, text: str) -> Any:
    """Return the value.

    Faults: `personal.erased`; `personal.unknown`, no key; `personal.damaged`, it does not open.
    """
    row = SubjectKey.objects.filter(subject=subject).first()
    if row is None:
        raise Fault("personal.unknown", subject=subject)
    return json.loads(_open(_unwrap(row), subject, base64.b64decode(text)))


def erase_subject(ctx: Context, subject: str) -> None:
    """Destroy the subject's key: personal fields become unreadable, the evidence tree stays valid."""
    gone = {"wrapped": None, "destroyed_ms": ctx.now_ms()}
    SubjectKey.objects.update_or_create(subject=subject, defaults=gone)


def _keys(subjects: Collection[str]) -> dict[str, bytes]:
    found = {row.subject: _unwrap(row) for row in _rows(subjects)}
    fresh = [subject for subject in subjects if subject not in found]
    if fresh:
        SubjectKey.objects.bulk_create([_new_key(subject) for subject in fresh], ignore_conflicts=True)
        # Read back: where another writer came first, its key is the one that stands.
        found.update((row.subject, _unwrap(row)) for row in _rows(fresh))
    return found


def _rows(subjects: Collection[str]) -> Iterator[SubjectKey]:
    for part in batched(subjects, 500):
        yield from SubjectKey.objects.filter(subject__in=part)


def _new_key(subject: str) -> SubjectKey:
    return SubjectKey(subject=subject, wrapped=_seal(_master(), subject, os.urandom(32)))


def _unwrap(row: SubjectKey) -> bytes:
    if row.destroyed_ms is not None:
        raise Fault("personal.erased", subject=row.subject)
    return _open(_master(), row.subject, bytes(row.wrapped or b""))


def _master() -> bytes:
    return _key("master.key", str(settings.JISHI_VAR))


def _seal(key: bytes, subject: str, plain: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, subject.encode())


def _open(key: bytes, subject: str, raw: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], subject.encode())
    except (InvalidTag, ValueError) as error:
        raise Fault("personal.damaged", subject=subject) from error


@dataclass(frozen=True, slots=True)
class Signer:
    """Sign what the platform publishes: an Ed25519 private key, a name, and whether it is a simulated one."""

    private: bytes
    name: str
    simulated: bool = False

    @property
    def public(self) -> str:
        """Return the base64 public key."""
        return signature.public_key(self.private)

    def sign(self, message: bytes) -> str:
        """Return the base64 signature of `message`."""
        return signature.sign(self.private, message)

    def to_json(self) -> dict[str, Any]:
        """Return what a bundle says of its signer."""
        return {"key": self.public, "name": self.name, "simulated": self.simulated}


def operator() -> Signer:
    """Return the operator's signer; in a demonstration it says it is simulated."""
    return Signer(operator_key(), settings.JISHI_OPERATOR, settings.JISHI_DEMO)
