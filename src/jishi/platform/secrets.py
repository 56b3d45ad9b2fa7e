"""Keys that stand outside the database: the operator's signing key and the master key of personal fields."""

import base64
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from jishi.kernel.evidence import signature
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.models import SubjectKey


@cache
def _key(name: str, var: str) -> bytes:
    path = Path(var) / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(os.urandom(32))
    except FileExistsError:
        pass
    return path.read_bytes()


def operator_key() -> bytes:
    """Return the operator's Ed25519 private key (32 bytes), made on first use with mode 600."""
    return _key("operator.key", str(settings.JISHI_VAR))


def operator_public_key() -> str:
    """Return the operator's public key as base64 text: what `verify --trust` takes."""
    return signature.public_key(operator_key())


def _subject_key(subject: str) -> bytes:
    master = AESGCM(_key("master.key", str(settings.JISHI_VAR)))
    row, made = SubjectKey.objects.get_or_create(subject=subject)
    if row.destroyed_ms is not None:
        raise Fault("personal.erased", subject=subject)
    if made or row.wrapped is None:
        key, nonce = os.urandom(32), os.urandom(12)
        row.wrapped = nonce + master.encrypt(nonce, key, subject.encode())
        row.save(update_fields=["wrapped"])
        return key
    wrapped = bytes(row.wrapped)
    return master.decrypt(wrapped[:12], wrapped[12:], subject.encode())


def encrypt_personal(subject: str, value: Any) -> str:
    """Encrypt a JSON value under the subject's own key; base64 text."""
    nonce = os.urandom(12)
    sealed = AESGCM(_subject_key(subject)).encrypt(nonce, json.dumps(value).encode(), subject.encode())
    return base64.b64encode(nonce + sealed).decode()


def decrypt_personal(subject: str, text: str) -> Any:
    """Return the value; Fault `personal.erased` after erasure, `personal.damaged` when it does not open."""
    raw = base64.b64decode(text)
    try:
        return json.loads(AESGCM(_subject_key(subject)).decrypt(raw[:12], raw[12:], subject.encode()))
    except InvalidTag as error:
        raise Fault("personal.damaged", subject=subject) from error


def erase_subject(ctx: Context, subject: str) -> None:
    """Destroy the subject's key: personal fields become unreadable, the evidence tree stays valid."""
    SubjectKey.objects.filter(subject=subject).update(wrapped=None, destroyed_ms=ctx.now_ms())
