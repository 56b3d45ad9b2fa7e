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


def find_answers(scopes: Iterable[str], keys: Iterable[str]) -> dict[tuple[str, str], CommandRecord]:
    """Return the answers already given in `scopes` to any of `keys`, by scope and key; one query."""
    rows = CommandRecord.objects.filter(scope__in=list(scopes), key__in=list(keys))
    return {(row.scope, row.key): row for row in rows}


def check_same(record: CommandRecord, sent: str) -> None:
    """Raise Fault `command.key_reused` when the key came with another command before."""
    if record.digest != sent:
        raise Fault("command.key_reused", key=record.key)
