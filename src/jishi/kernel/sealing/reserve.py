"""The sealed reserve price (底价): two officers together open it, neither alone, nobody earlier.

A fresh key K = s1 xor s2 encrypts the price and its salt; s1 is encrypted to the first officer,
s2 to the second. Each share alone is a random number. The commitment in the notice decides
whether what was opened is what was sealed. Holds no key and keeps nothing.
"""

from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit_reserve
from jishi.kernel.sealing.hpke import KEY_SIZE, seal, unseal
from jishi.kernel.sealing.officer import Randomness

FORMAT = "jishi.sealed_reserve/1"
OFFICERS = 2
SALT_SIZE = 32

_BOUND = ("format", "lot", "commitment", "officers")
_PRICE_SIZE = 16
_NONCE = bytes(12)  # K is drawn afresh and encrypts once


def seal_reserve(
    lot: str, reserve_fen: int, salt: str, *, officers: Sequence[str], randomness: Randomness
) -> dict[str, Any]:
    """Seal a reserve price in fen to two officers' public keys (hex); return a JSON object.

    ``salt`` is 64 hex digits. Raises ``sealing.reserve.officers`` unless two different keys are
    given, ``sealing.reserve.price``, ``sealing.reserve.salt`` or ``sealing.public_key``.
    """
    publics = [_from_hex(key, KEY_SIZE, "sealing.public_key") for key in officers]
    if len(set(publics)) != OFFICERS or len(publics) != OFFICERS:
        raise Fault("sealing.reserve.officers", found=len(set(publics)), needed=OFFICERS)
    plaintext = _plaintext(reserve_fen, salt)
    sealed = {
        "format": FORMAT,
        "lot": lot,
        "commitment": commit_reserve(lot, reserve_fen, salt),
        "officers": list(officers),
    }
    shares = [randomness(KEY_SIZE) for _ in publics]
    sealed["shares"] = [
        seal(public, _info(sealed, index), share, randomness(KEY_SIZE)).hex()
        for index, (public, share) in enumerate(zip(publics, shares, strict=True))
    ]
    sealed["ciphertext"] = _cipher(shares).encrypt(_NONCE, plaintext, _header(sealed)).hex()
    return sealed


def open_share(sealed: dict[str, Any], index: int, private_key: bytes) -> str:
    """Return officer ``index``'s share (0 or 1) as hex; it tells nothing without the other.

    Raises ``sealing.private_key`` when the key is not that officer's.
    """
    return unseal(private_key, _info(sealed, index), bytes.fromhex(sealed["shares"][index])).hex()


def open_reserve(sealed: dict[str, Any], shares: Sequence[str]) -> tuple[int, str]:
    """Return the reserve price in fen and its salt from both shares.

    Raises ``sealing.reserve.shares`` when they do not fit, ``sealing.reserve.commitment`` when
    the sealed price is not the one the notice committed to.
    """
    parts = [_from_hex(share, KEY_SIZE, "sealing.reserve.shares") for share in shares]
    if len(parts) != OFFICERS:
        raise Fault("sealing.reserve.shares")
    try:
        plain = _cipher(parts).decrypt(_NONCE, bytes.fromhex(sealed["ciphertext"]), _header(sealed))
    except InvalidTag:
        raise Fault("sealing.reserve.shares") from None
    reserve_fen, salt = int.from_bytes(plain[:_PRICE_SIZE], "big"), plain[_PRICE_SIZE:].hex()
    if commit_reserve(sealed["lot"], reserve_fen, salt) != sealed["commitment"]:
        raise Fault("sealing.reserve.commitment", lot=sealed["lot"])
    return reserve_fen, salt


def _plaintext(reserve_fen: int, salt: str) -> bytes:
    """Use a fixed width, so that the ciphertext's length does not tell the price's digits."""
    if not 0 < reserve_fen < 1 << 8 * _PRICE_SIZE:
        raise Fault("sealing.reserve.price", found=reserve_fen)
    return reserve_fen.to_bytes(_PRICE_SIZE, "big") + _from_hex(salt, SALT_SIZE, "sealing.reserve.salt")


def _from_hex(text: str, size: int, code: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raise Fault(code, needed=2 * size) from None
    if raw.hex() != text or len(raw) != size:
        raise Fault(code, needed=2 * size)
    return raw


def _cipher(shares: Sequence[bytes]) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(bytes(a ^ b for a, b in zip(*shares, strict=True)))


def _header(sealed: dict[str, Any]) -> bytes:
    return canonical_bytes({name: sealed[name] for name in _BOUND})


def _info(sealed: dict[str, Any], index: int) -> bytes:
    return _header(sealed) + index.to_bytes(1, "big")
