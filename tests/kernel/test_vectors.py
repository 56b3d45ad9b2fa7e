"""Published known answers about Merkle proofs, and what a malformed one must not do."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.vectors import judge_vector

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "merkle_vectors.jsonl").read_text("utf-8").splitlines()
]
PROVEN = [vector for vector in VECTORS if not vector["wantErr"] and vector["proof"]]
SIZES = ("leafIdx", "treeSize", "size1", "size2", "start", "end", "size")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["file"].removeprefix("testdata/"))
def test_published_answers(vector):
    assert judge_vector(vector) is not vector["wantErr"]


def test_every_kind_of_question_is_there():
    kinds = {vector["file"].split("/")[1] for vector in PROVEN}
    assert kinds == {"inclusion", "consistency", "subtreeinclusion", "subtreeconsistency"}
    assert len(VECTORS) == 368


@pytest.mark.parametrize("wrong", [True, 1.0, "1", None, -1, 1 << 64, 10**400, [1], {}])
@pytest.mark.parametrize("vector", PROVEN[::3], ids=lambda vector: vector["file"])
def test_a_size_that_is_none_is_refused(vector, wrong):
    for name in SIZES:
        if name in vector and vector[name] != wrong:
            assert judge_vector({**vector, name: wrong}) is False


@pytest.mark.parametrize("wrong", [5, True, {}, "", "AAAA", [5], [None], ["é"], ["AAAA"], [[]], ["A" * 43]])
@pytest.mark.parametrize("vector", PROVEN[::3], ids=lambda vector: vector["file"])
def test_a_proof_that_is_none_is_refused(vector, wrong):
    assert judge_vector({**vector, "proof": wrong}) is False
    for name in ("root", "root1", "root2", "leafHash"):
        if name in vector:
            assert judge_vector({**vector, name: wrong}) is False


@pytest.mark.parametrize("vector", PROVEN[::3], ids=lambda vector: vector["file"])
def test_an_absent_field_is_refused(vector):
    for name in vector.keys() - {"file", "desc", "wantErr"}:
        assert judge_vector({key: value for key, value in vector.items() if key != name}) is False


@pytest.mark.parametrize("nothing", [None, 1, "x", [], {}, {"wantErr": True, "desc": "nothing"}])
def test_what_asks_nothing_has_no_answer(nothing):
    assert judge_vector(nothing) is None


def test_a_missing_proof_is_an_empty_one():
    root = b64encode(bytes(32)).decode()
    assert judge_vector({"size1": 3, "size2": 3, "root1": root, "root2": root}) is True
    assert judge_vector({"size1": 3, "size2": 4, "root1": root, "root2": root}) is False


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(PROVEN), st.data())
def test_no_vector_raises(vector, data):
    name = data.draw(st.sampled_from(sorted(vector.keys() - {"file", "desc", "wantErr"})))
    changed = {**vector, name: data.draw(anything)}
    assert judge_vector(changed) in ({False, True} if changed[name] == vector[name] else {False})
