"""Ed25519 as base64 text: RFC 8032's own answer, and one spelling a signature."""

import pytest

from jishi.kernel.evidence.signature import check, decode_text, encode_text, public_key, sign
from jishi.kernel.fault import Fault

# RFC 8032, 7.1, test 2
PRIVATE = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_the_published_answer():
    assert public_key(PRIVATE) == encode_text(PUBLIC)
    assert sign(PRIVATE, b"\x72") == encode_text(SIGNATURE)
    assert check(encode_text(PUBLIC), b"\x72", encode_text(SIGNATURE))


def test_another_message_key_or_signature_fails():
    public, signature = public_key(PRIVATE), sign(PRIVATE, b"price")
    assert not check(public, b"prize", signature)
    assert not check(public_key(b"k" * 32), b"price", signature)
    assert not check(public, b"price", sign(b"k" * 32, b"price"))


@pytest.mark.parametrize("text", ["", "=", "é", "AAAA", "A" * 88])
def test_what_is_no_key_or_signature_fails_quietly(text):
    assert not check(public_key(PRIVATE), b"", text)
    assert not check(text, b"", sign(PRIVATE, b""))


def test_a_signature_has_one_spelling():
    text = sign(PRIVATE, b"price")
    last = text[-3]
    for spelling in (text + "\n", text.rstrip("="), text[:-3] + chr(ord(last) + 1) + "==", " " + text):
        assert not check(public_key(PRIVATE), b"price", spelling)
    with pytest.raises(Fault) as caught:
        decode_text(text, 32)
    assert caught.value.code == "evidence.signature.base64"
