"""Ed25519 signatures with keys and signatures as base64 text.

Refuses text that is not the one base64 form of its bytes, so that no signature has two
spellings. Holds no key: the private one comes in as 32 bytes. Formats with a text of their own
take the raw bytes. A bare interpreter, without the library, still verifies (`ed25519`); it cannot sign.
"""

from base64 import b64decode, b64encode
from functools import lru_cache

from jishi.kernel.evidence.ed25519 import is_signed
from jishi.kernel.fault import Fault

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ImportError:  # the verifier one carries away runs where nothing is installed
    HAS_LIBRARY = False
else:
    HAS_LIBRARY = True

KEY_SIZE = 32
SIGNATURE_SIZE = 64


def sign(private: bytes, message: bytes) -> str:
    """Return the base64 signature of ``message`` by the 32-byte private key."""
    return encode_text(sign_bytes(private, message))


def public_key(private: bytes) -> str:
    """Return the base64 public key of a 32-byte private key."""
    return encode_text(public_bytes(private))


def check(public: str, message: bytes, signature: str) -> bool:
    """Tell whether ``signature`` is that of ``message`` under ``public``; never raises Fault."""
    try:
        return check_bytes(decode_text(public, KEY_SIZE), message, decode_text(signature, SIGNATURE_SIZE))
    except Fault:
        return False


def sign_bytes(private: bytes, message: bytes) -> bytes:
    """Return the 64-byte signature of ``message`` by the 32-byte private key."""
    return _signer(private).sign(message)


def public_bytes(private: bytes) -> bytes:
    """Return the 32-byte public key of a 32-byte private key."""
    return _signer(private).public_key().public_bytes_raw()


@lru_cache(maxsize=8)
def _signer(private: bytes) -> "Ed25519PrivateKey":
    """Read a private key once: that takes as long as signing, and a market signs with one."""
    return Ed25519PrivateKey.from_private_bytes(private)


def check_bytes(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the 64 bytes are the signature of ``message`` under the 32-byte public key."""
    if not HAS_LIBRARY:
        return is_signed(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (ValueError, InvalidSignature):
        return False
    return True


def encode_text(raw: bytes) -> str:
    """Return standard base64 with padding."""
    return b64encode(raw).decode()


def decode_text(text: str, size: int) -> bytes:
    """Read ``size`` bytes from their one base64 form; raises ``evidence.signature.base64``."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError:
        raise Fault("evidence.signature.base64", size=size) from None
    if len(raw) != size or encode_text(raw) != text:
        raise Fault("evidence.signature.base64", size=size)
    return raw
