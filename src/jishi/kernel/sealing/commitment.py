"""Salted commitments: a hash that binds a value now and shows it to nobody until opened.

The salt keeps a small value (a price) from being guessed; it must be random and stay secret
until the value is opened.
"""

from hashlib import sha256
from typing import Any

from jishi.kernel.evidence.canonical import canonical_bytes

RESERVE_DOMAIN = "jishi.reserve/1"


def commit(domain: str, salt: str, value: Any) -> str:
    """Return the hex SHA-256 of the canonical domain, salt and value.

    ``domain`` names the use, so that a commitment made for one is worthless for another.
    """
    return sha256(canonical_bytes({"domain": domain, "salt": salt, "value": value})).hexdigest()


def commit_reserve(lot: str, reserve_fen: int, salt: str) -> str:
    """Return the commitment to a lot's reserve price (底价) in fen, as the notice states it."""
    return commit(RESERVE_DOMAIN, salt, {"lot": lot, "reserve_fen": reserve_fen})
