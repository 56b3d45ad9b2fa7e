"""Idempotent commands: the answer once given to a key is the answer to every retry."""

import hashlib
import json
from collections.abc import Collection
from typing import Any, NamedTuple

import msgspec

from jishi.kernel.fault import Fault
from jishi.platform.batch import select_values
from jishi.platform.models import CommandRecord

_SORTED = msgspec.json.Encoder(order="sorted")


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical form of a command, written by msgspec; Fault `evidence.canonical.text`."""
    try:
        return hashlib.sha256(_SORTED.encode(value)).hexdigest()
    except UnicodeEncodeError as error:
        raise Fault("evidence.canonical.text", position=error.start) from None


class Given(NamedTuple):
    """The answer once given to a key, and the digest of the command it answered."""

    digest: str
    answer: Any


def find_answers(scopes: Collection[str], keys: Collection[str]) -> dict[tuple[str, str], Given]:
    """Return the answers already given in `scopes` to any of `keys`, by scope and key; one query."""
    names = ("scope", "key", "digest", "answer")
    rows = select_values(CommandRecord, names, ("scope", scopes), ("key", keys))
    return {
        (scope, key): Given(digest, json.loads(answer) if isinstance(answer, str) else answer)
        for scope, key, digest, answer in rows
    }


def check_same(given: Given, key: str, sent: str) -> None:
    """Raise Fault `command.key_reused` when the key came with another command before."""
    if given.digest != sent:
        raise Fault("command.key_reused", key=key)
