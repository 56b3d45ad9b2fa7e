"""Proofs of a growing tree: any size, any pair, any set of leaves; whatever is changed is found out."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.consistency import is_consistent, is_in_subtree, is_subtree
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.kernel.evidence.merkle import EMPTY_ROOT, inclusion_path, is_included, merkle_root
from jishi.kernel.evidence.multiproof import are_included
from jishi.kernel.evidence.place import is_span
from jishi.kernel.evidence.record import log_record, record_hash, record_hashes
from jishi.kernel.evidence.tree import Tree
from jishi.kernel.fault import Fault

MOST = 300
LEAVES = record_hashes(n.to_bytes(32, "big") for n in range(MOST))
TREE = Tree(LEAVES)
sizes = st.integers(1, MOST)


@st.composite
def pairs(draw):
    size = draw(sizes)
    return draw(st.integers(1, size)), size


@st.composite
def spans(draw):
    """Draw a subtree and the size of a tree that holds it."""
    size = draw(sizes)
    width = draw(st.integers(1, size))
    step = 1 << (width - 1).bit_length()
    start = draw(st.integers(0, (size - width) // step)) * step
    return start, start + width, size


@st.composite
def chosen(draw):
    size = draw(sizes)
    return draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=40)), size


@st.composite
def changed(draw, proof):
    """Draw a proof that differs from this one by a bit, an element more, one less, or their order."""
    proof = list(proof)
    ways = (
        ["more"] + (["bit", "less", "short"] if proof else []) + (["turned"] if len(set(proof)) > 1 else [])
    )
    way = draw(st.sampled_from(ways))
    at = draw(st.integers(0, max(0, len(proof) - 1)))
    if way == "more":
        proof.insert(draw(st.integers(0, len(proof))), draw(st.binary(min_size=32, max_size=32)))
    elif way == "less":
        del proof[at]
    elif way == "short":
        proof[at] = proof[at][:-1]
    elif way == "turned":
        proof = proof[1:] + proof[:1] if proof[1:] + proof[:1] != proof else proof[::-1]
    else:
        proof[at] = flipped(proof[at], draw(st.integers(0, 255)))
    return proof


def flipped(value, bit):
    return (int.from_bytes(value, "big") ^ 1 << bit).to_bytes(len(value), "big")


@given(st.lists(st.integers(0, 60), max_size=8), st.data())
def test_batches_give_the_tree_of_all_leaves(batches, data):
    tree, held = Tree(), []
    for count in batches:
        added = LEAVES[len(held) : len(held) + count][: MOST - len(held)]
        tree.extend(added)
        held += added
        assert tree.size == len(held) and tree.root() == merkle_root(held)
    size = data.draw(st.integers(0, len(held)))
    assert tree.root(size) == merkle_root(held[:size])


@given(pairs(), st.data())
def test_an_inclusion_path_is_the_one_of_the_list(pair, data):
    index, size = pair[0] - 1, pair[1]
    path = TREE.inclusion(index, size)
    root = TREE.root(size)
    assert path == inclusion_path(LEAVES[:size], index)
    assert is_included(LEAVES[index], (index, size), path, root)
    assert not is_included(LEAVES[index], (index, size), data.draw(changed(path)), root)
    assert not is_included(flipped(LEAVES[index], 7), (index, size), path, root)
    assert not is_included(LEAVES[index], (index, size), path, flipped(root, 9))


@given(pairs(), st.data())
def test_consistency_of_any_two_sizes(pair, data):
    old, size = pair
    proof, roots = TREE.consistency(old, size), (TREE.root(old), TREE.root(size))
    assert is_consistent(pair, proof, roots)
    assert not is_consistent(pair, data.draw(changed(proof)), roots)
    bit = data.draw(st.integers(0, 255))
    assert not is_consistent(pair, proof, (flipped(roots[0], bit), roots[1]))
    assert not is_consistent(pair, proof, (roots[0], flipped(roots[1], bit)))
    other = data.draw(st.integers(0, MOST + 1))
    assert not is_consistent((other, size), proof, roots) or other == old
    assert old == size or not is_consistent((old, size), proof, roots[::-1])


@given(pairs(), st.data())
def test_a_rewritten_leaf_breaks_consistency(pair, data):
    old, size = pair
    at = data.draw(st.integers(0, old - 1))
    later = Tree([*LEAVES[:at], flipped(LEAVES[at], 0), *LEAVES[at + 1 : size]])
    assert not is_consistent(pair, later.consistency(old), (TREE.root(old), later.root()))


@given(spans(), st.data())
def test_a_subtree_stands_in_its_tree(span, data):
    start, end, size = span
    roots = merkle_root(LEAVES[start:end]), TREE.root(size)
    proof = TREE.subtree((start, end), size)
    assert is_subtree(span, proof, roots)
    assert not is_subtree(span, data.draw(changed(proof)), roots)
    assert not is_subtree(span, proof, (roots[0], flipped(roots[1], 3)))
    assert not is_subtree(span, proof, (flipped(roots[0], 3), roots[1]))
    index = data.draw(st.integers(start, end - 1))
    path = inclusion_path(LEAVES[start:end], index - start)
    assert is_in_subtree(LEAVES[index], (index, start, end), path, roots[0])
    assert not is_in_subtree(LEAVES[index], (index, start, end), data.draw(changed(path)), roots[0])


@given(pairs())
def test_one_leaf_is_a_subtree_and_its_proof_the_inclusion_path(pair):
    index, size = pair[0] - 1, pair[1]
    assert TREE.subtree((index, index + 1), size) == TREE.inclusion(index, size)


@given(chosen(), st.data())
def test_one_proof_for_many_leaves_says_what_single_ones_say(choice, data):
    indices, size = choice
    leaves, root = {index: LEAVES[index] for index in indices}, TREE.root(size)
    proof = TREE.inclusion_of(indices, size)
    single = {node for index in indices for node in TREE.inclusion(index, size)}
    assert set(proof) <= single and len(set(proof)) == len(proof)
    assert are_included(leaves, size, proof, root)
    assert not are_included(leaves, size, data.draw(changed(proof)), root)
    index = data.draw(st.sampled_from(sorted(indices)))
    assert not are_included({**leaves, index: flipped(LEAVES[index], 5)}, size, proof, root)
    assert not are_included(leaves, size, proof, flipped(root, 200))
    fewer = {at: leaf for at, leaf in leaves.items() if at != index}
    assert not are_included(fewer, size, proof, root)
    stranger = data.draw(st.integers(0, MOST))
    assert stranger in leaves or not are_included({**leaves, stranger: LEAVES[0]}, size, proof, root)


@given(sizes)
def test_one_proof_for_one_leaf_or_all(size):
    assert TREE.inclusion_of([size - 1], size) == TREE.inclusion(size - 1, size)
    assert TREE.inclusion_of(range(size), size) == []
    assert are_included(dict(enumerate(LEAVES[:size])), size, [], TREE.root(size))


def test_a_multiproof_worked_by_hand():
    """Seven leaves, of which 0, 1 and 5: needed are leaf 4, the pair 2-3, and leaf 6."""
    pair = sha256(b"\x01" + LEAVES[2] + LEAVES[3]).digest()
    assert TREE.inclusion_of({5, 1, 0}, 7) == [LEAVES[4], pair, LEAVES[6]]


def test_nothing_proves_nothing():
    assert not are_included({}, 0, [], EMPTY_ROOT)
    assert not are_included({}, 3, [], TREE.root(3))
    assert TREE.inclusion_of([], 3) == []
    assert not is_consistent((0, 3), [], (EMPTY_ROOT, TREE.root(3)))
    assert is_subtree((2, 2, 3), [], (EMPTY_ROOT, TREE.root(3)))
    assert not is_subtree((2, 2, 1), [], (EMPTY_ROOT, TREE.root(1)))


@pytest.mark.parametrize("size", [-1, 0, 1 << 64, 10**60])
def test_sizes_no_tree_has_are_refused(size):
    assert not is_included(LEAVES[0], (0, size), [], LEAVES[0])
    assert not is_consistent((size, size), [], (LEAVES[0], LEAVES[0]))
    assert not are_included({0: LEAVES[0]}, size, [], LEAVES[0])
    assert not are_included({-1: LEAVES[0]}, 1, [], LEAVES[0])


def test_a_path_of_the_greatest_tree_is_walked():
    last = (1 << 64) - 1
    assert not is_included(LEAVES[0], (5, last), LEAVES[:64], LEAVES[0])
    assert not is_consistent((last - 1, last), LEAVES[:64], (LEAVES[0], LEAVES[0]))


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: TREE.inclusion(MOST), "evidence.merkle.index"),
        (lambda: TREE.inclusion(-1), "evidence.merkle.index"),
        (lambda: TREE.inclusion(3, 3), "evidence.merkle.index"),
        (lambda: TREE.inclusion_of([1, 3], 3), "evidence.merkle.index"),
        (lambda: TREE.inclusion(0, 0), "evidence.merkle.size"),
        (lambda: TREE.root(MOST + 1), "evidence.merkle.size"),
        (lambda: TREE.root(-1), "evidence.merkle.size"),
        (lambda: TREE.consistency(0), "evidence.merkle.span"),
        (lambda: TREE.consistency(4, 3), "evidence.merkle.span"),
        (lambda: TREE.subtree((2, 5), 8), "evidence.merkle.span"),
        (lambda: Tree([LEAVES[0], b"short"]), "evidence.merkle.hash"),
    ],
)
def test_what_lies_outside_the_tree_is_refused(ask, code):
    with pytest.raises(Fault) as caught:
        ask()
    assert caught.value.code == code


def test_a_wrong_leaf_appends_none():
    tree = Tree(LEAVES[:5])
    with pytest.raises(Fault):
        tree.extend([LEAVES[5], LEAVES[6] + b"\0"])
    assert tree.size == 5 and tree.root() == TREE.root(5)


@pytest.mark.parametrize(("start", "end"), [(-1, 0), (1, 0), (1, 3), (2, 5), (0, (1 << 64) + 1)])
def test_what_is_no_subtree(start, end):
    assert not is_span(start, end)


def test_the_log_records_a_hash_and_never_the_entry():
    entry = Entry("offering/1", 1, "BidAccepted", 5, 6, {"alias": "a"})
    assert log_record(entry) == leaf_hash(entry)
    assert record_hash(log_record(entry)) == sha256(b"\x00" + leaf_hash(entry)).digest()
    assert record_hashes([log_record(entry)]) == [record_hash(log_record(entry))]


def test_many_roots_are_asked_for():
    """More sizes than edges are kept, so that forgetting them is tried."""
    tree = Tree(LEAVES[:64])
    assert [tree.root(size) for size in range(65)] == [merkle_root(LEAVES[:size]) for size in range(65)]
