"""Commitments: fixed bytes, so that one made today opens in ten years; nothing of the value shows."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.sealing.commitment import commit, commit_reserve

SALT = "5a" * 32


def test_the_reserve_commitment_is_the_documented_hash():
    text = f'{{"domain":"jishi.reserve/1","salt":"{SALT}","value":{{"lot":"JL-1","reserve_fen":100}}}}'
    assert commit_reserve("JL-1", 100, SALT) == sha256(text.encode()).hexdigest()


@given(st.integers(1), st.integers(1))
def test_each_part_binds(one, other):
    made = commit_reserve("JL-1", one, SALT)
    assert (commit_reserve("JL-1", other, SALT) == made) == (one == other)
    assert commit_reserve("JL-2", one, SALT) != made
    assert commit_reserve("JL-1", one, "5b" * 32) != made
    assert commit("jishi.party/1", SALT, {"lot": "JL-1", "reserve_fen": one}) != made
