"""The sealed reserve price: both officers open it, neither alone, and no byte can be changed."""

import itertools
from contextlib import contextmanager
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hpke as library
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit_reserve
from jishi.kernel.sealing.hpke import seal, unseal
from jishi.kernel.sealing.officer import make_officer_key, unwrap_officer_key
from jishi.kernel.sealing.reserve import open_reserve, open_share, seal_reserve

SALT = "5a" * 32
SUITE = library.Suite(library.KEM.X25519, library.KDF.HKDF_SHA256, library.AEAD.CHACHA20_POLY1305)


@contextmanager
def refused(code: str):
    with pytest.raises(Fault) as caught:
        yield
    assert caught.value.code == code


def seeded(seed: str):
    counter = itertools.count()

    def draw(size: int) -> bytes:
        return sha256(f"{seed}/{next(counter)}".encode()).digest()[:size]

    return draw


@pytest.fixture(scope="module")
def officers():
    return [make_officer_key(f"口令{n}", seeded(f"officer{n}"), cost=16) for n in range(2)]


@pytest.fixture(scope="module")
def privates(officers):
    return [unwrap_officer_key(key, f"口令{n}") for n, key in enumerate(officers)]


def sealed_for(officers, reserve_fen=88_000_000):
    keys = [key["public"] for key in officers]
    return seal_reserve("JL-1", reserve_fen, SALT, officers=keys, randomness=seeded("seal"))


@given(reserve_fen=st.integers(1, 10**20))
def test_two_officers_open_what_was_sealed(officers, privates, reserve_fen):
    sealed = sealed_for(officers, reserve_fen)
    shares = [open_share(sealed, n, private) for n, private in enumerate(privates)]
    assert open_reserve(sealed, shares) == (reserve_fen, SALT)
    assert sealed["commitment"] == commit_reserve("JL-1", reserve_fen, SALT)


def test_the_same_randomness_gives_the_same_bytes(officers):
    assert sealed_for(officers) == sealed_for(officers)


def test_the_length_does_not_tell_the_price(officers):
    lengths = {len(sealed_for(officers, price)["ciphertext"]) for price in (1, 10**15)}
    assert len(lengths) == 1


def test_one_officer_alone_opens_nothing(officers, privates):
    sealed = sealed_for(officers)
    mine = open_share(sealed, 0, privates[0])
    with refused("sealing.private_key"):
        open_share(sealed, 1, privates[0])
    for guess in ([mine], [mine, mine], [mine, "00" * 32], [mine, "zz"], [mine, mine, mine]):
        with refused("sealing.reserve.shares"):
            open_reserve(sealed, guess)


@pytest.mark.parametrize("name", ["lot", "commitment"])
def test_a_changed_header_does_not_open(officers, privates, name):
    sealed = sealed_for(officers)
    shares = [open_share(sealed, n, private) for n, private in enumerate(privates)]
    changed = {**sealed, name: "00" * 32}
    with refused("sealing.private_key"):
        open_share(changed, 0, privates[0])
    with refused("sealing.reserve.shares"):
        open_reserve(changed, shares)


def test_a_sealer_who_lied_about_the_price_is_found_out(officers, privates, monkeypatch):
    monkeypatch.setattr("jishi.kernel.sealing.reserve.commit_reserve", lambda *_: "00" * 32)
    sealed = sealed_for(officers)
    monkeypatch.undo()
    shares = [open_share(sealed, n, private) for n, private in enumerate(privates)]
    with refused("sealing.reserve.commitment"):
        open_reserve(sealed, shares)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"officers": ["11" * 32]}, "sealing.reserve.officers"),
        ({"officers": ["11" * 32] * 2}, "sealing.reserve.officers"),
        ({"officers": ["00" * 32, "11" * 32]}, "sealing.public_key"),
        ({"officers": ["no", "11" * 32]}, "sealing.public_key"),
        ({"reserve_fen": 0}, "sealing.reserve.price"),
        ({"salt": "00"}, "sealing.reserve.salt"),
        ({"salt": "5A" * 32}, "sealing.reserve.salt"),
    ],
)
def test_refuses_what_would_not_be_a_secret(officers, change, code):
    good = {
        "lot": "JL-1",
        "reserve_fen": 1,
        "salt": SALT,
        "officers": [key["public"] for key in officers],
        "randomness": seeded("x"),
    }
    with refused(code):
        seal_reserve(**{**good, **change})


def test_a_wrong_passphrase_or_cost_is_refused(officers):
    with refused("sealing.passphrase"):
        unwrap_officer_key(officers[0], "口令1")
    with refused("sealing.passphrase"):
        unwrap_officer_key({**officers[0], "public": officers[1]["public"]}, "口令0")
    for cost in (0, 3, 2**21):
        with refused("sealing.cost"):
            make_officer_key("x", seeded("x"), cost=cost)
    with refused("sealing.officer_key.format"):
        unwrap_officer_key({**officers[0], "format": "other"}, "口令0")


def test_full_width_and_plain_letters_are_one_passphrase():
    key = make_officer_key("ａｂｃ", seeded("x"), cost=16)
    assert unwrap_officer_key(key, "abc")


@given(st.binary(max_size=80), st.binary(max_size=40))
def test_our_encryption_is_rfc_9180(message, info):
    """Hold both directions against the library, which implements the RFC on its own."""
    secret = X25519PrivateKey.from_private_bytes(b"\x07" * 32)
    public = secret.public_key().public_bytes_raw()
    assert SUITE.decrypt(seal(public, info, message, b"\x09" * 32), secret, info) == message
    theirs = SUITE.encrypt(message, X25519PublicKey.from_public_bytes(public), info)
    assert unseal(b"\x07" * 32, info, theirs) == message


@pytest.mark.parametrize("sealed", [b"", b"\x00" * 48, b"\x01" * 60])
def test_garbage_does_not_open(sealed):
    with refused("sealing.private_key"):
        unseal(b"\x07" * 32, b"", sealed)
