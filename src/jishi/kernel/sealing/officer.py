"""An officer's key: public in the clear, private wrapped under a passphrase only the officer has.

Scrypt turns the passphrase into a key; its cost is stored with the wrapping, so it can be raised
for new keys. Refuses a cost a server could not survive.
"""

from collections.abc import Callable
from typing import Any
from unicodedata import normalize

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jishi.kernel.fault import Fault

Randomness = Callable[[int], bytes]

FORMAT = "jishi.officer_key/1"
COST = 2**15
MAX_COST = 2**20

# Each wrapping key is drawn with a fresh salt and encrypts once, so one nonce is safe.
_NONCE = bytes(12)


def make_officer_key(passphrase: str, randomness: Randomness, cost: int = COST) -> dict[str, Any]:
    """Make an X25519 key pair, hex; the private half is encrypted under ``passphrase``.

    ``cost`` is scrypt's N, a power of two; raises ``sealing.cost`` outside 2 … 2^20.
    """
    private, salt = randomness(32), randomness(16)
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    wrapped = _cipher(passphrase, salt, cost).encrypt(_NONCE, private, public)
    return {
        "format": FORMAT,
        "public": public.hex(),
        "wrapped": wrapped.hex(),
        "salt": salt.hex(),
        "cost": cost,
    }


def unwrap_officer_key(key: dict[str, Any], passphrase: str) -> bytes:
    """Return the 32-byte private key; raises ``sealing.passphrase`` when the passphrase is wrong."""
    if key["format"] != FORMAT:
        raise Fault("sealing.officer_key.format", found=key["format"], needed=FORMAT)
    public, wrapped, salt = (bytes.fromhex(key[name]) for name in ("public", "wrapped", "salt"))
    try:
        return _cipher(passphrase, salt, key["cost"]).decrypt(_NONCE, wrapped, public)
    except InvalidTag:
        raise Fault("sealing.passphrase") from None


def _cipher(passphrase: str, salt: bytes, cost: int) -> ChaCha20Poly1305:
    if not 2 <= cost <= MAX_COST or cost & (cost - 1):
        raise Fault("sealing.cost", found=cost, most=MAX_COST)
    # Two keyboards may spell one character differently; NFKC gives both the same bytes.
    secret = normalize("NFKC", passphrase).encode()
    return ChaCha20Poly1305(Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(secret))
