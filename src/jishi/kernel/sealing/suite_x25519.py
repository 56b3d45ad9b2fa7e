"""The suite ``x25519``: HPKE DHKEM(X25519), HKDF-SHA256, AES-256-GCM (RFC 9180), all deterministic."""

from collections.abc import Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jishi.kernel.sealing import hpke
from jishi.kernel.sealing.suite import Message, Opener, Randomness

AEAD = hpke.AES_256_GCM
FIELD = 2**255 - 19
NONCE = bytes(12)  # each key is derived for one message
PROBE = X25519PrivateKey.from_private_bytes(b"\x01" * 32)


class X25519:
    """Implement `Suite`; sealing with one seed gives the same bytes."""

    name = "x25519"
    exact = True
    public_size = hpke.KEY_SIZE
    private_size = hpke.KEY_SIZE
    bid_key_size = 32

    def make_key(self, randomness: Randomness) -> tuple[bytes, bytes]:
        """Draw a key pair."""
        private = randomness(self.private_size)
        return private, _public_of(private)

    def is_public(self, public: bytes) -> bool:
        """Refuse a second spelling of a point (RFC 7748 accepts them) and points of low order."""
        if int.from_bytes(public, "little") >= FIELD:
            return False
        try:
            PROBE.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:
            return False
        return True

    def owns(self, private: bytes, public: bytes) -> bool:
        """Multiply and compare."""
        return _public_of(private) == public

    def digest(self, data: bytes) -> bytes:
        """Return the SHA-256."""
        return sha256(data).digest()

    def derive(self, seed: bytes, label: bytes, size: int) -> bytes:
        """Derive by HKDF-SHA256 without salt."""
        return HKDF(SHA256(), size, None, label).derive(seed)

    def encrypt(self, key: bytes, plaintext: bytes) -> bytes:
        """Encrypt under AES-256-GCM."""
        return AESGCM(key).encrypt(NONCE, plaintext, None)

    def decrypt(self, key: bytes, ciphertext: bytes) -> bytes | None:
        """Decrypt under AES-256-GCM."""
        try:
            return AESGCM(key).decrypt(NONCE, ciphertext, None)
        except InvalidTag:
            return None

    def sealed_sizes(self, payload_size: int) -> range:
        """Count the encapsulated key and the tag."""
        size = hpke.KEY_SIZE + payload_size + hpke.TAG_SIZE
        return range(size, size + 1)

    def seal(self, message: Message) -> list[bytes]:
        """Seal by HPKE, one ephemeral key for all members of one bid."""
        return hpke.seal_each(
            message.publics, message.context, message.payloads, ephemeral=message.ephemeral, aead=AEAD
        )

    def make_opener(self, private: bytes) -> Opener:
        """Open by HPKE."""
        return hpke.make_opener(private, AEAD)

    def agrees(self, sealed: Sequence[bytes], message: Message, opened: Sequence[int]) -> bool:
        """Compare bytes. An opened share with the right payload and encapsulated key has the right bytes.

        AES-GCM is a bijection for a given key and nonce, and the library has checked the tag.
        """
        rest = [place for place in range(len(sealed)) if place not in opened]
        again = self.seal(
            message._replace(
                publics=[message.publics[place] for place in rest],
                payloads=[message.payloads[place] for place in rest],
            )
        )
        ours = again[0][: hpke.KEY_SIZE] if again else _public_of(message.ephemeral)
        return again == [sealed[place] for place in rest] and all(
            each[: hpke.KEY_SIZE] == ours for each in sealed
        )


def _public_of(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
