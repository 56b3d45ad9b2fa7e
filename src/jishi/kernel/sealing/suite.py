"""The cipher suites of sealed bids behind one interface; an offering chooses one by name.

``x25519`` is HPKE with SHA-256 and AES-256-GCM: every browser has it, and sealing again gives the
same bytes. ``sm`` is SM2, SM3 and SM4-GCM: its library draws randomness of its own, so a sealed
share cannot be made again (docs/sealing.md says what that weakens). Refuses any other name.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from jishi.kernel.fault import Fault

Randomness = Callable[[int], bytes]
Opener = Callable[[bytes, bytes], bytes | None]

NAMES = ("x25519", "sm")


class Message(NamedTuple):
    """What is sealed to the members: their public keys, the payload of each, and what binds them."""

    publics: Sequence[bytes]
    payloads: Sequence[bytes]
    context: bytes
    ephemeral: bytes


class Suite(Protocol):
    """The primitives a sealed bid needs. Keys are raw bytes; ``exact`` says if sealing repeats bytes."""

    name: str
    exact: bool
    public_size: int
    private_size: int
    bid_key_size: int

    def make_key(self, randomness: Randomness) -> tuple[bytes, bytes]:
        """Return a private key and its public key."""

    def is_public(self, public: bytes) -> bool:
        """Tell whether these bytes are the one spelling of a sound public key."""

    def owns(self, private: bytes, public: bytes) -> bool:
        """Tell whether the private key belongs to the public key."""

    def digest(self, data: bytes) -> bytes:
        """Return the 32-byte hash."""

    def derive(self, seed: bytes, label: bytes, size: int) -> bytes:
        """Return ``size`` bytes by HKDF (RFC 5869) with the suite's hash."""

    def encrypt(self, key: bytes, plaintext: bytes) -> bytes:
        """Encrypt once under a key used for nothing else; 16 bytes longer than the plaintext."""

    def decrypt(self, key: bytes, ciphertext: bytes) -> bytes | None:
        """Return the plaintext, or None when it is not authentic."""

    def sealed_sizes(self, payload_size: int) -> range:
        """Return the sizes a sealed payload may have."""

    def seal(self, message: Message) -> list[bytes]:
        """Encrypt to each member its payload."""

    def make_opener(self, private: bytes) -> Opener:
        """Return a function of (context, sealed) that gives the payload, or None."""

    def agrees(self, sealed: Sequence[bytes], message: Message, opened: Sequence[int]) -> bool:
        """Tell whether sealing ``message`` again gives ``sealed``, as far as this suite can tell.

        ``opened`` are the places whose sealed payload is known to decrypt to that of the message.
        """


def suite_of(name: str) -> Suite:
    """Return the suite of this name; raises ``sealing.suite``."""
    # Imported when asked for, so that a verifier of one suite needs no library of the other.
    if name == "x25519":
        from jishi.kernel.sealing.suite_x25519 import X25519

        return X25519()
    if name == "sm":
        from jishi.kernel.sealing.suite_sm import Sm

        return Sm()
    raise Fault("sealing.suite", found=str(name)[:80], known=", ".join(NAMES))
