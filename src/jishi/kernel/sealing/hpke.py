"""Hybrid public-key encryption: RFC 9180, base mode, one message to each reader.

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and an AEAD of the caller's choice. Opening is the library's.
Sealing is composed here because the ephemeral key must come in as bytes: a bid is sealed again to
check it, and a simulation with the same seed gives the same ciphertext. Such a key must never be
used for a second set of messages.
"""

import hmac
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from jishi.kernel.fault import Fault

KEY_SIZE = 32
TAG_SIZE = 16

_KEM = b"KEM" + (0x0020).to_bytes(2, "big")


class Aead(NamedTuple):
    """A cipher of RFC 9180, 7.3: its label in the key schedule, key size, maker, and the library's suite."""

    label: bytes
    key_size: int
    make: Callable[[bytes], AESGCM | ChaCha20Poly1305]
    suite: library.Suite


def _aead(
    number: int, key_size: int, make: Callable[[bytes], AESGCM | ChaCha20Poly1305], name: library.AEAD
) -> Aead:
    label = b"HPKE" + b"".join(part.to_bytes(2, "big") for part in (0x0020, 0x0001, number))
    return Aead(label, key_size, make, library.Suite(library.KEM.X25519, library.KDF.HKDF_SHA256, name))


AES_128_GCM = _aead(0x0001, 16, AESGCM, library.AEAD.AES_128_GCM)
AES_256_GCM = _aead(0x0002, 32, AESGCM, library.AEAD.AES_256_GCM)
CHACHA20_POLY1305 = _aead(0x0003, 32, ChaCha20Poly1305, library.AEAD.CHACHA20_POLY1305)


def seal(public: bytes, info: bytes, plaintext: bytes, ephemeral: bytes) -> bytes:
    """Encrypt to a 32-byte X25519 public key under ChaCha20-Poly1305; return ``enc ‖ ciphertext``.

    ``info`` binds the message to its purpose. Raises ``sealing.public_key`` for a weak key.
    """
    return seal_each([public], info, [plaintext], ephemeral=ephemeral, aead=CHACHA20_POLY1305)[0]


def seal_each(
    publics: Sequence[bytes], info: bytes, plaintexts: Sequence[bytes], *, ephemeral: bytes, aead: Aead
) -> list[bytes]:
    """Encrypt each plaintext to its reader under one ephemeral key; each result is ``enc ‖ ciphertext``.

    Sharing the ephemeral key is safe here because every derived key depends on its reader's key
    too: Bellare, Boldyreva and Staddon, "Randomness re-use in multi-recipient encryption schemes",
    PKC 2003. Raises ``sealing.public_key`` for a weak key.
    """
    secret = X25519PrivateKey.from_private_bytes(ephemeral)
    ours = secret.public_key().public_bytes_raw()
    sealed = []
    for public, plaintext in zip(publics, plaintexts, strict=True):
        try:
            shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:
            raise Fault("sealing.public_key") from None
        key, nonce = schedule(aead, shared, ours + public, info)
        sealed.append(ours + aead.make(key).encrypt(nonce, plaintext, b""))
    return sealed


def unseal(private: bytes, info: bytes, sealed: bytes) -> bytes:
    """Decrypt what ``seal`` made; raises ``sealing.private_key`` when this key does not open it."""
    opened = make_opener(private, CHACHA20_POLY1305)(info, sealed)
    if opened is None:
        raise Fault("sealing.private_key")
    return opened


def make_opener(private: bytes, aead: Aead) -> Callable[[bytes, bytes], bytes | None]:
    """Return a function of (info, sealed) that decrypts with this key, or gives None where it cannot."""
    secret = X25519PrivateKey.from_private_bytes(private)

    def opens(info: bytes, sealed: bytes) -> bytes | None:
        try:
            return aead.suite.decrypt(sealed, secret, info)
        except (ValueError, InvalidTag):
            return None

    return opens


def schedule(aead: Aead, exchanged: bytes, keys: bytes, info: bytes) -> tuple[bytes, bytes]:
    """Derive key and nonce: ExtractAndExpand (RFC 9180, 4.1), then KeySchedule (5.1).

    ``exchanged`` is the Diffie-Hellman value, ``keys`` the encapsulated and the reader's public key.
    """
    shared = _expand(_extract(_KEM, b"", b"eae_prk", exchanged), _KEM, b"shared_secret" + keys, 32)
    identity, purpose = (
        _extract(aead.label, b"", label, material)
        for label, material in ((b"psk_id_hash", b""), (b"info_hash", info))
    )
    secret = _extract(aead.label, shared, b"secret", b"")
    key = _expand(secret, aead.label, b"key\x00" + identity + purpose, aead.key_size)
    return key, _expand(secret, aead.label, b"base_nonce\x00" + identity + purpose, 12)


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(key: bytes, suite: bytes, labelled: bytes, size: int) -> bytes:
    """Expand to at most one hash, so HKDF's loop has a single round."""
    return hmac.digest(key, size.to_bytes(2, "big") + b"HPKE-v1" + suite + labelled + b"\x01", "sha256")[
        :size
    ]
