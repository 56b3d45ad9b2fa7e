"""Hybrid public-key encryption to one reader: RFC 9180, base mode, one message.

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. The ephemeral key comes in as bytes,
so that a simulation with the same seed gives the same ciphertext; it must never be used twice.
"""

import hmac
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jishi.kernel.fault import Fault

KEY_SIZE = 32

_KEM = b"KEM" + (0x0020).to_bytes(2, "big")
_SUITE = b"HPKE" + b"".join(number.to_bytes(2, "big") for number in (0x0020, 0x0001, 0x0003))


class _Context(NamedTuple):
    cipher: ChaCha20Poly1305
    nonce: bytes


def seal(public: bytes, info: bytes, plaintext: bytes, ephemeral: bytes) -> bytes:
    """Encrypt to a 32-byte X25519 public key; return the ephemeral public key and the ciphertext.

    ``info`` binds the message to its purpose. Raises ``sealing.public_key`` for a weak key.
    """
    secret = X25519PrivateKey.from_private_bytes(ephemeral)
    ours = secret.public_key().public_bytes_raw()
    try:
        shared = secret.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Fault("sealing.public_key") from None
    context = _context(shared, ours + public, info)
    return ours + context.cipher.encrypt(context.nonce, plaintext, b"")


def unseal(private: bytes, info: bytes, sealed: bytes) -> bytes:
    """Decrypt what ``seal`` made; raises ``sealing.private_key`` when this key does not open it."""
    secret = X25519PrivateKey.from_private_bytes(private)
    theirs, ciphertext = sealed[:KEY_SIZE], sealed[KEY_SIZE:]
    try:
        shared = secret.exchange(X25519PublicKey.from_public_bytes(theirs))
        context = _context(shared, theirs + secret.public_key().public_bytes_raw(), info)
        return context.cipher.decrypt(context.nonce, ciphertext, b"")
    except (ValueError, InvalidTag):
        raise Fault("sealing.private_key") from None


def _context(exchanged: bytes, keys: bytes, info: bytes) -> _Context:
    """Derive the cipher and nonce: ExtractAndExpand (RFC 9180, 4.1), then KeySchedule (5.1)."""
    shared = _expand(_extract(_KEM, b"", b"eae_prk", exchanged), _KEM, b"shared_secret" + keys, 32)
    hashes = (_extract(_SUITE, b"", b"psk_id_hash", b""), _extract(_SUITE, b"", b"info_hash", info))
    schedule = b"\x00" + b"".join(hashes)
    secret = _extract(_SUITE, shared, b"secret", b"")
    key = _expand(secret, _SUITE, b"key" + schedule, 32)
    return _Context(ChaCha20Poly1305(key), _expand(secret, _SUITE, b"base_nonce" + schedule, 12))


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt, b"HPKE-v1" + suite + label + material, "sha256")


def _expand(key: bytes, suite: bytes, labelled: bytes, size: int) -> bytes:
    """Expand to at most one hash, so HKDF's loop has a single round."""
    return hmac.digest(key, size.to_bytes(2, "big") + b"HPKE-v1" + suite + labelled + b"\x01", "sha256")[
        :size
    ]
