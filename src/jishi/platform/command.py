"""Idempotent commands: the answer once given to a key is the answer to every retry."""

import hashlib
from collections.abc import Iterable
from typing import Any

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.platform.models import CommandRecord


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical form of a command."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def find_answers(scope: str, keys: Iterable[str]) -> dict[str, CommandRecord]:
    """Return the answers already given in `scope`, by key."""
    return {r.key: r for r in CommandRecord.objects.filter(scope=scope, key__in=list(keys))}


def check_same(record: CommandRecord, sent: str) -> None:
    """Raise Fault `command.key_reused` when the key came with another command before."""
    if record.digest != sent:
        raise Fault("command.key_reused", key=record.key)
