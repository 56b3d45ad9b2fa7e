"""Verification without a library agrees with RFC 8032 and with the library, on good and on bad signatures."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.evidence import signature
from jishi.kernel.evidence.ed25519 import is_signed

# RFC 8032, 7.1: public key, message, signature.
KNOWN = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize("case", KNOWN)
def test_the_vectors_of_the_standard(case: tuple[str, str, str]) -> None:
    public, message, signed = map(bytes.fromhex, case)
    assert is_signed(public, message, signed)
    for place in (0, 31, 32, 63):
        assert not is_signed(public, message, _flip(signed, place * 8))
        assert not is_signed(_flip(public, place % 32 * 8), message, signed)
    assert not is_signed(public, message + b"\0", signed)


@settings(max_examples=40, deadline=None)
@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), data=st.data())
def test_agrees_with_the_library(secret: bytes, message: bytes, data: Any) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public, signed = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public, message, signed)
    bit = data.draw(st.integers(0, 8 * 96 - 1))
    changed = _flip(public + signed, bit)
    given = changed[:32], message, changed[32:]
    assert signature.HAS_LIBRARY
    assert is_signed(*given) is signature.check_bytes(*given) is False


def test_refuses_a_second_spelling_and_a_wrong_length() -> None:
    public, message, signed = map(bytes.fromhex, KNOWN[1])
    scalar = int.from_bytes(signed[32:], "little")
    assert not is_signed(public, message, signed[:32] + (scalar + ORDER).to_bytes(32, "little"))
    assert not is_signed(public[:31], message, signed)
    assert not is_signed(public, message, signed + b"\0")
    neutral, no_scalar = (1).to_bytes(32, "little"), bytes(32)
    assert is_signed(
        neutral, message, neutral + no_scalar
    )  # a key of order one signs anything: trust names keys
    for spelling in ((1 | 1 << 255), 2**255 - 18):  # y = 1 with a sign, y = 1 + p
        assert not is_signed(spelling.to_bytes(32, "little"), message, neutral + no_scalar)
    assert not is_signed((2).to_bytes(32, "little"), message, neutral + no_scalar)  # on no point of the curve


def test_stands_in_where_the_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    public, message, signed = map(bytes.fromhex, KNOWN[2])
    monkeypatch.setattr(signature, "HAS_LIBRARY", False)
    monkeypatch.delattr(signature, "Ed25519PublicKey")
    assert signature.check_bytes(public, message, signed)
    assert not signature.check_bytes(public, message, _flip(signed, 5))


def _flip(raw: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(raw))
