"""The Chinese suite ``sm``: SM2 (GB/T 32918), SM3 (GB/T 32905), SM4 (GB/T 32907) in GCM.

SM2 comes from GmSSL, which draws the randomness of keys and ciphertexts itself: what is passed in
is not used for them, and a sealed share cannot be made again to compare its bytes.
"""

from collections.abc import Sequence

import gmssl_pyx as library
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jishi.kernel.sealing.suite import Message, Opener, Randomness

NONCE = bytes(12)  # each key is derived for one message
TAG_SIZE = 16
PROBE = b"jishi"


class Sm:
    """Implement `Suite`; what is sealed to members cannot be recomputed."""

    name = "sm"
    exact = False
    public_size = 64
    private_size = 32
    bid_key_size = 16

    def make_key(self, randomness: Randomness) -> tuple[bytes, bytes]:
        """Let the library draw a key pair."""
        public, private = library.sm2_key_generate()
        return private, public

    def is_public(self, public: bytes) -> bool:
        """Tell whether the 64 bytes are a point of the curve."""
        try:
            return bool(library.normalize_sm2_public_key(public) == public)
        except library.GmsslInnerError:
            return False

    def owns(self, private: bytes, public: bytes) -> bool:
        """Sign and check: the library does not give the public key of a private one."""
        try:
            return bool(library.sm2_verify(public, PROBE, library.sm2_sign(private, public, PROBE)))
        except library.GmsslInnerError:
            return False

    def digest(self, data: bytes) -> bytes:
        """Return the SM3."""
        return bytes(library.sm3_hash(data))

    def derive(self, seed: bytes, label: bytes, size: int) -> bytes:
        """Derive by HKDF-SM3 without salt."""
        return HKDF(SM3(), size, None, label).derive(seed)

    def encrypt(self, key: bytes, plaintext: bytes) -> bytes:
        """Encrypt under SM4-GCM."""
        return b"".join(library.sm4_gcm_encrypt(key, NONCE, b"", plaintext))

    def decrypt(self, key: bytes, ciphertext: bytes) -> bytes | None:
        """Decrypt under SM4-GCM."""
        try:
            body, tag = ciphertext[:-TAG_SIZE], ciphertext[-TAG_SIZE:]
            return bytes(library.sm4_gcm_decrypt(key, NONCE, b"", body, tag))
        except library.GmsslInnerError:
            return None

    def sealed_sizes(self, payload_size: int) -> range:
        """Count a point, a hash and the payload in DER, whose integers drop leading zeros.

        Ciphertexts more than 13 bytes short are left out; one in 2^100 is.
        """
        return range(payload_size + 94, payload_size + 110)

    def seal(self, message: Message) -> list[bytes]:
        """Encrypt by SM2; the context is bound by the share commitments alone."""
        pairs = zip(message.publics, message.payloads, strict=True)
        return [library.sm2_encrypt(public, payload) for public, payload in pairs]

    def make_opener(self, private: bytes) -> Opener:
        """Decrypt by SM2."""

        def opens(context: bytes, sealed: bytes) -> bytes | None:
            try:
                return bytes(library.sm2_decrypt(private, sealed))
            except library.GmsslInnerError:
                return None

        return opens

    def agrees(self, sealed: Sequence[bytes], message: Message, opened: Sequence[int]) -> bool:
        """Know nothing beyond the payloads that were opened."""
        return True
