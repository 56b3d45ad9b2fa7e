"""Opening: honest bids open whoever publishes, a dishonest one is void whoever publishes."""

from itertools import chain, combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.kernel.sealing.opening import open_all
from tests.kernel import forged_envelope as tricks
from tests.kernel.forged_envelope import BID, BYTES, LOT, Forger, forged, honest, keyed_committee

SEED, OTHER = b"\x11" * 32, b"\x22" * 32
COMMITTEES = [keyed_committee(2, 2), keyed_committee(2, 4), keyed_committee(3, 5)]
FIVE = COMMITTEES[-1]
BIDS = st.dictionaries(
    st.text(max_size=8), st.integers() | st.text(max_size=8) | st.lists(st.booleans()), max_size=4
)


def quorums(keyed):
    """Give every set of members that is large enough to open."""
    count, threshold = len(keyed.committee.publics), keyed.committee.threshold
    return chain.from_iterable(combinations(range(count), size) for size in range(threshold, count + 1))


def verdicts(keyed, envelope, alias="a"):
    """Open one envelope with every quorum; return the verdicts that differ."""
    found = []
    for places in quorums(keyed):
        verdict = open_all(keyed.committee, {alias: envelope}, keyed.some(*places)).openings[alias]
        if verdict not in found:
            found.append(verdict)
    return found


@given(st.sampled_from(COMMITTEES), BYTES, BIDS)
def test_an_honest_bid_opens_whoever_publishes(keyed, seed, bid):
    assume(len(canonical_bytes(bid)) <= 252)
    [verdict] = verdicts(keyed, honest(keyed.committee, "a", seed, bid))
    assert verdict["bid"] == bid
    committed = commit("jishi.bid/1", verdict["salt"], {"lot": LOT, "alias": "a", "bid": bid})
    assert committed == honest(keyed.committee, "a", seed, bid)["commitment"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(COMMITTEES).flatmap(lambda keyed: st.tuples(st.just(keyed), forged(keyed.committee))))
def test_the_verdict_does_not_depend_on_who_published(case):
    """The property determinism is for: no choice is left to a member once the bids are in."""
    keyed, (envelope, seeds) = case
    [verdict] = verdicts(keyed, envelope)
    remade = [honest(keyed.committee, "a", seed, verdict["bid"]) for seed in seeds if "bid" in verdict]
    assert ("bid" in verdict) == (envelope in remade)
    if "void" in verdict:
        assert all(honest(keyed.committee, "a", seed) != envelope for seed in seeds)


VOID = [
    *[(trick, "sealing.void.shares") for trick in tricks.TRICKS[:9]],
    (tricks.commit_to_another_bid, "sealing.void.bid"),
    (tricks.change_the_commitment_afterwards, "sealing.void.shares"),
    (tricks.spoil_the_ciphertext, "sealing.void.bid"),
    (tricks.encrypt_another_bid, "sealing.void.bid"),
    (tricks.pad_with_a_message, "sealing.void.bid"),
    (tricks.copy_a_rival, "sealing.void.shares"),
    (tricks.sit_in_another_committee, "sealing.envelope.other"),
    (tricks.truncate, "sealing.envelope.count"),
]


@pytest.mark.parametrize(("trick", "code"), VOID, ids=lambda value: getattr(value, "__name__", value))
def test_each_trick_voids_the_bid(trick, code):
    forger = Forger(FIVE.committee, "a", SEED)
    assert forger.envelope == honest(FIVE.committee, "a", SEED)
    trick(forger, 3, OTHER)
    assert verdicts(FIVE, forger.envelope) == [{"void": code}]


def test_every_trick_has_a_code():
    assert [trick for trick, _ in VOID] == list(tricks.TRICKS)


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1}', b"[1]", b'{"a":1.5}', b"not json", b"\xff", b"", b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"],
)
def test_what_is_no_canonical_object_is_no_bid(body):
    """Also a bid nested so deep that the commitment to it could not be written."""
    forger = Forger(FIVE.committee, "a", SEED)
    forger.encrypt((len(body).to_bytes(4, "big") + body).ljust(256, b"\0"))
    assert verdicts(FIVE, forger.envelope) == [{"void": "sealing.void.bid"}]


def nested(levels):
    """Give a bid of that many levels."""
    bid: dict[str, object] = {}
    for _ in range(levels - 1):
        bid = {"a": bid}
    return bid


def test_a_bid_too_deep_for_the_log_is_void():
    """Else its opening could not be written down, and one bidder would stop all."""
    forger = Forger(FIVE.committee, "a", SEED, nested(8))
    assert verdicts(FIVE, forger.envelope)[0]["bid"] == nested(8)
    body = canonical_bytes(nested(9))
    forger.encrypt((len(body).to_bytes(4, "big") + body).ljust(256, b"\0"))
    assert verdicts(FIVE, forger.envelope) == [{"void": "sealing.void.bid"}]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_handed_in_gets_a_verdict(value):
    assert "void" in open_all(FIVE.committee, {"a": value}, FIVE.privates).openings["a"]


def test_an_envelope_counts_only_under_its_own_alias():
    envelope = honest(FIVE.committee, "a", SEED)
    opened = open_all(FIVE.committee, {"a": envelope, "b": envelope}, FIVE.privates).openings
    assert opened["a"]["bid"] == BID
    assert opened["b"] == {"void": "sealing.envelope.other"}


def test_fewer_than_k_keys_open_nothing_and_a_wrong_key_names_its_member():
    envelopes = {"a": honest(FIVE.committee, "a", SEED)}
    wrong = FIVE.committee.publics[4].hex()
    keys = {**FIVE.some(0, 1), wrong: FIVE.privates[FIVE.committee.publics[2].hex()]}
    with pytest.raises(Fault) as caught:
        open_all(FIVE.committee, envelopes, keys)
    assert caught.value == Fault("sealing.keys.few", found=2, needed=3)
    opening = open_all(FIVE.committee, envelopes, {**keys, **FIVE.some(2)})
    assert opening.bad_members == (wrong,)
    assert opening.openings["a"]["bid"] == BID


@pytest.mark.parametrize("private", ["", "zz", "00", None, 5, "11" * 31, "11" * 33, "1A" * 32])
def test_a_key_of_no_key_shape_is_a_bad_member_not_a_crash(private):
    bad = FIVE.committee.publics[4].hex()
    opening = open_all(FIVE.committee, {}, {**FIVE.some(0, 1, 2), bad: private})
    assert opening == ({}, (bad,), ())


def test_a_key_nobody_registered_is_refused():
    with pytest.raises(Fault, match=r"sealing\.key\.unknown"):
        open_all(FIVE.committee, {}, {**FIVE.privates, "11" * 32: "22" * 32})
