"""Sources of ids, salts and aliases, passed as arguments. Only simulations may use the seeded one."""

import hashlib
import os
from dataclasses import dataclass
from typing import Protocol


class Entropy(Protocol):
    """Supply unpredictable bytes."""

    def draw(self, size: int) -> bytes:
        """Return `size` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class SystemEntropy:
    """Draw secrets from the operating system; they are not recorded."""

    def draw(self, size: int) -> bytes:
        """Return `size` bytes."""
        return os.urandom(size)


class SeededEntropy:
    """Draw the same bytes for the same seed (SHA-256 in counter mode). For simulations and draws only."""

    def __init__(self, seed: str) -> None:
        self._key = seed.encode()
        self._count = 0

    def draw(self, size: int) -> bytes:
        """Return `size` bytes."""
        out = b""
        while len(out) < size:
            out += hashlib.sha256(self._key + self._count.to_bytes(8, "big")).digest()
            self._count += 1
        return out[:size]


def new_id(entropy: Entropy) -> str:
    """Return a fresh 32-digit hexadecimal id."""
    return entropy.draw(16).hex()


def new_salt(entropy: Entropy) -> str:
    """Return a fresh 64-digit hexadecimal salt for a commitment."""
    return entropy.draw(32).hex()
