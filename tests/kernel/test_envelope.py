"""Envelopes: fixed bytes from one seed, one length for all bids, and what is refused on receipt."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import read_committee
from jishi.kernel.sealing.envelope import check_envelope, seal_bid
from jishi.kernel.sealing.opening import open_all
from tests.kernel.forged_envelope import BID, honest, keyed_committee

KNOWN = json.loads((Path(__file__).parent / "data" / "envelopes.json").read_text("utf-8"))["cases"]
EXACT = [case for case in KNOWN if "seed" in case]
FIVE = keyed_committee(3, 5)
SEED = b"\x11" * 32
GOOD = honest(FIVE.committee, "a", SEED)


@pytest.mark.parametrize("case", EXACT, ids=lambda case: case["committee"]["lot"])
def test_a_known_seed_gives_the_known_envelope(case):
    committee = read_committee(case["committee"])
    assert honest(committee, case["alias"], bytes.fromhex(case["seed"]), case["bid"]) == case["envelope"]


@pytest.mark.parametrize("case", KNOWN, ids=lambda case: case["committee"]["lot"])
def test_a_known_envelope_opens(case):
    committee = read_committee(case["committee"])
    opening = open_all(committee, {case["alias"]: case["envelope"]}, case["privates"])
    assert opening.openings == {case["alias"]: case["opening"]}
    assert case["opening"]["bid"] == case["bid"]


@given(st.integers(0, 10**30), st.text(max_size=20))
def test_the_length_tells_nothing_of_the_bid(price_fen, remark):
    envelope = honest(FIVE.committee, "a", SEED, {"price_fen": price_fen, "remark": remark})
    assert len(canonical_bytes(envelope)) == len(canonical_bytes(GOOD))


@given(st.binary(min_size=32, max_size=32), st.integers(0, 9))
def test_only_the_header_is_equal_between_two_seals(seed, price_fen):
    """Neither another seed nor another bid leaves a byte that could be compared."""
    other = honest(FIVE.committee, "a", seed, {"price_fen": price_fen})
    for name in ("commitment", "shares", "share_commitments", "ciphertext"):
        assert other[name] != GOOD[name]


def test_one_seed_under_two_bids_gives_unrelated_keys():
    """A broken generator repeats itself; the key stream must not: all keys depend on the commitment."""
    other = honest(FIVE.committee, "a", SEED, {"price_fen": 88_000_001})
    mixed = int(other["ciphertext"], 16) ^ int(GOOD["ciphertext"], 16)
    assert mixed.bit_count() > 800  # of 2,176; equal keys would leave some 40


def test_all_randomness_is_one_draw():
    draws = iter([SEED])
    assert seal_bid(FIVE.committee, "a", BID, lambda size: next(draws)[:size]) == GOOD


@pytest.mark.parametrize(
    ("bid", "code"),
    [
        ([1], "sealing.bid.type"),
        ("x", "sealing.bid.type"),
        ({"a": "x" * 245}, "sealing.bid.large"),
        ({"a": [[[[[[[[1]]]]]]]]}, "sealing.bid.deep"),
        ({"a": 1.5}, "evidence.canonical.type"),
        ({1: 1}, "evidence.canonical.key"),
    ],
)
def test_refuses_what_is_no_bid(bid, code):
    with pytest.raises(Fault) as caught:
        honest(FIVE.committee, "a", SEED, bid)
    assert caught.value.code == code


def test_the_largest_bid_fits():
    bid = {"a": "x" * 244}
    opened = open_all(FIVE.committee, {"a": honest(FIVE.committee, "a", SEED, bid)}, FIVE.privates)
    assert opened.openings["a"]["bid"] == bid


def changed(**fields):
    return {**GOOD, **fields}


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        (None, "sealing.envelope.shape"),
        ([], "sealing.envelope.shape"),
        (changed(more=1), "sealing.envelope.shape"),
        ({name: value for name, value in GOOD.items() if name != "shares"}, "sealing.envelope.shape"),
        (changed(format="jishi.envelope/2"), "sealing.envelope.other"),
        (changed(suite="sm"), "sealing.envelope.other"),
        (changed(lot="JL-2"), "sealing.envelope.other"),
        (changed(alias="b"), "sealing.envelope.other"),
        (changed(committee="00" * 32), "sealing.envelope.other"),
        (changed(committee=0.5), "sealing.envelope.other"),
        (changed(shares=GOOD["shares"][:4]), "sealing.envelope.count"),
        (changed(shares={}), "sealing.envelope.count"),
        (changed(share_commitments=[*GOOD["share_commitments"], "00" * 32]), "sealing.envelope.count"),
        (changed(shares=[*GOOD["shares"][:4], None]), "sealing.envelope.hex"),
        (changed(shares=[*GOOD["shares"][:4], GOOD["shares"][4].upper()]), "sealing.envelope.hex"),
        (changed(shares=[*GOOD["shares"][:4], GOOD["shares"][4] + "00"]), "sealing.envelope.hex"),
        (changed(share_commitments=[*GOOD["share_commitments"][:4], "0"]), "sealing.envelope.hex"),
        (changed(commitment="x" * 64), "sealing.envelope.hex"),
        (changed(ciphertext=GOOD["ciphertext"][2:]), "sealing.envelope.hex"),
        (changed(ciphertext=" " + GOOD["ciphertext"]), "sealing.envelope.hex"),
    ],
)
def test_refuses_on_receipt(envelope, code):
    with pytest.raises(Fault) as caught:
        check_envelope(FIVE.committee, envelope, "a")
    assert caught.value.code == code
    canonical_bytes(caught.value.params)  # goes into answers and logs


def test_a_good_envelope_is_taken():
    check_envelope(FIVE.committee, GOOD, "a")
    assert json.loads(canonical_bytes(GOOD)) == GOOD
