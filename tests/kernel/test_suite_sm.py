"""The Chinese suite: standards' own numbers, honest bids open, and what the rule can still decide."""

from itertools import chain, combinations

import gmssl_pyx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import check_public_key
from jishi.kernel.sealing.envelope import PAYLOAD_SIZE, check_envelope
from jishi.kernel.sealing.opening import open_all
from jishi.kernel.sealing.suite_sm import Sm
from tests.kernel import forged_envelope as tricks
from tests.kernel.forged_envelope import BID, Forger, forged, honest, keyed_committee

THREE = keyed_committee(2, 3, "sm")
SEED, OTHER = b"\x11" * 32, b"\x22" * 32
QUORUMS = list(chain.from_iterable(combinations(range(3), size) for size in (2, 3)))


def opened(envelope, *places):
    return open_all(THREE.committee, {"a": envelope}, THREE.some(*places))


def test_sm3_of_the_standard():
    """GB/T 32905-2016, A.1: the message "abc"."""
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert Sm().digest(b"abc").hex() == known


def test_sm4_gcm_of_rfc_8998():
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    data = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plaintext = bytes.fromhex("".join(pair * 8 for pair in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
    ciphertext, tag = gmssl_pyx.sm4_gcm_encrypt(key, nonce, data, plaintext)
    assert tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert ciphertext.hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.integers(1, 200))
def test_the_derivation_is_hkdf_over_sm3(seed, label, size):
    """RFC 5869 written out with the other library's HMAC."""
    key, block, stream = gmssl_pyx.sm3_hmac(bytes(32), seed), b"", b""
    for number in range(1, 8):
        block = gmssl_pyx.sm3_hmac(key, block + label + bytes([number]))
        stream += block
    assert Sm().derive(seed, label, size) == stream[:size]


def test_every_quorum_opens_an_honest_bid():
    envelope = honest(THREE.committee, "a", SEED)
    check_envelope(THREE.committee, envelope, "a")
    assert {str(opened(envelope, *places).openings) for places in QUORUMS} == {
        str({"a": {"bid": BID, "salt": opened(envelope, 0, 1).openings["a"]["salt"]}})
    }
    assert opened(envelope, 0, 2).unchecked == (THREE.committee.publics[1].hex(),)
    assert opened(envelope, 0, 1, 2).unchecked == ()


@settings(max_examples=60, deadline=None)
@given(forged(THREE.committee))
def test_one_more_key_can_void_and_never_revive(case):
    envelope, _ = case
    verdict = {places: opened(envelope, *places).openings["a"] for places in QUORUMS}
    for fewer, more in combinations(QUORUMS, 2):
        if set(fewer) < set(more) and "bid" in verdict[more]:
            assert verdict[fewer] == verdict[more]
    assert len({str(each) for each in verdict.values() if "bid" in each}) <= 1


def test_a_spoilt_share_is_seen_only_with_its_key():
    """The weakness the documentation states: a colluding member chooses by publishing or not."""
    forger = Forger(THREE.committee, "a", SEED)
    tricks.spoil_payload(forger, 2, OTHER)
    assert opened(forger.envelope, 0, 1).openings["a"]["bid"] == BID
    assert opened(forger.envelope, 0, 1, 2).openings["a"] == {"void": "sealing.void.shares"}


def test_a_share_off_the_polynomial_is_seen_by_everybody():
    """Commitments are recomputed in this suite too, so a share cannot be wrong and owned up to."""
    forger = Forger(THREE.committee, "a", SEED)
    tricks.leave_the_polynomial(forger, 2, OTHER)
    for places in QUORUMS:
        assert opened(forger.envelope, *places).openings["a"] == {"void": "sealing.void.shares"}


def test_sealed_shares_have_the_sizes_the_receipt_takes():
    sizes = Sm().sealed_sizes(PAYLOAD_SIZE)
    public = THREE.committee.publics[0]
    found = {len(gmssl_pyx.sm2_encrypt(public, bytes(PAYLOAD_SIZE))) for _ in range(300)}
    assert found <= set(sizes) and max(found) == sizes[-1]


@pytest.mark.parametrize("public", ["00" * 64, "11" * 64, "04" + "11" * 64, "11" * 32])
def test_refuses_what_is_no_point(public):
    with pytest.raises(Fault, match=r"sealing\.committee\.key"):
        check_public_key("sm", public)


def test_a_wrong_tag_is_not_authentic():
    suite, key = Sm(), bytes(16)
    sealed = suite.encrypt(key, b"x" * 256)
    assert suite.decrypt(key, sealed) == b"x" * 256
    assert suite.decrypt(key, tricks.flip(sealed, -1)) is None
    assert suite.decrypt(key, tricks.flip(sealed, 0)) is None
