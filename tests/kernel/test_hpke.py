"""HPKE composed here against the RFC's own numbers, and against the library in both directions."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.sealing import hpke

AEADS = [hpke.AES_128_GCM, hpke.AES_256_GCM, hpke.CHACHA20_POLY1305]
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
PLAINTEXT = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
PRIVATES = [bytes([n]) * 32 for n in (3, 4, 5)]
PUBLICS = [X25519PrivateKey.from_private_bytes(each).public_key().public_bytes_raw() for each in PRIVATES]

# RFC 9180, A.1.1 and A.2.1: base mode, the first message, whose additional data is "Count-0".
RFC_9180 = [
    (
        hpke.AES_128_GCM,
        "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
        "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
        ("4531685d41d65f03dc48f6b8302c05b0", "56d890e5accaaf011cff4b7d"),
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
    ),
    (
        hpke.CHACHA20_POLY1305,
        "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
        "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
        ("ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91", "5c4d98150661b848853b547f"),
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    ),
]


@pytest.mark.parametrize(("aead", "ephemeral", "public", "scheduled", "ciphertext"), RFC_9180)
def test_the_vectors_of_the_rfc(aead, ephemeral, public, scheduled, ciphertext):
    secret, reader = X25519PrivateKey.from_private_bytes(bytes.fromhex(ephemeral)), bytes.fromhex(public)
    exchanged = secret.exchange(X25519PublicKey.from_public_bytes(reader))
    keys = secret.public_key().public_bytes_raw() + reader
    key, nonce = hpke.schedule(aead, exchanged, keys, INFO)
    assert (key.hex(), nonce.hex()) == scheduled
    assert aead.make(key).encrypt(nonce, PLAINTEXT, b"Count-0").hex() == ciphertext


@pytest.mark.parametrize("aead", AEADS)
@given(
    message=st.binary(max_size=80), info=st.binary(max_size=40), ephemeral=st.binary(min_size=32, max_size=32)
)
def test_the_library_opens_what_we_seal_and_we_open_what_it_seals(aead, message, info, ephemeral):
    messages = [message, message + b"!", b""]
    sealed = hpke.seal_each(PUBLICS, info, messages, ephemeral=ephemeral, aead=aead)
    for private, public, text, each in zip(PRIVATES, PUBLICS, messages, sealed, strict=True):
        secret = X25519PrivateKey.from_private_bytes(private)
        assert aead.suite.decrypt(each, secret, info) == text
        theirs = aead.suite.encrypt(text, X25519PublicKey.from_public_bytes(public), info)
        assert hpke.make_opener(private, aead)(info, theirs) == text
        assert hpke.make_opener(private, aead)(info + b"!", theirs) is None


def test_one_ephemeral_key_gives_each_reader_a_key_of_their_own():
    sealed = hpke.seal_each(PUBLICS, b"", [b"same"] * 3, ephemeral=b"\x09" * 32, aead=hpke.AES_256_GCM)
    assert len({each[: hpke.KEY_SIZE] for each in sealed}) == 1
    assert len({each[hpke.KEY_SIZE :] for each in sealed}) == 3


def test_a_weak_reader_is_refused():
    with pytest.raises(Fault, match=r"sealing\.public_key"):
        hpke.seal_each([bytes(32)], b"", [b"x"], ephemeral=b"\x09" * 32, aead=hpke.AES_256_GCM)
