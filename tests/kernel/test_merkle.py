"""The Merkle tree against RFC 6962's definition, and every small tree."""

from hashlib import sha256

import pytest

from jishi.kernel.evidence.merkle import inclusion_path, is_included, merkle_root
from jishi.kernel.fault import Fault

LEAVES = [sha256(bytes([0, n])).digest() for n in range(70)]


def split_root(leaves):
    """Follow the RFC's own recursion: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    at = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + split_root(leaves[:at]) + split_root(leaves[at:])).digest()


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_root_is_the_recursive_definition(size):
    assert merkle_root(LEAVES[:size]) == split_root(LEAVES[:size])


def test_the_empty_tree_is_the_hash_of_nothing():
    assert merkle_root([]) == sha256(b"").digest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 33, 64, 70])
def test_every_leaf_is_included_at_its_place_only(size):
    leaves = LEAVES[:size]
    root = merkle_root(leaves)
    for index, leaf in enumerate(leaves):
        path = inclusion_path(leaves, index)
        assert is_included(leaf, (index, size), path, root)
        places = [(other, size) for other in range(size) if other != index]
        assert not any(is_included(leaf, place, path, root) for place in places)
        assert not is_included(leaf, (index, size), [*path, leaf], root)
        assert not path or not is_included(leaf, (index, size), path[:-1], root)
        assert not is_included(LEAVES[index - 1 if index else 69], (index, size), path, root) or size == 70


@pytest.mark.parametrize("index", [-1, 3])
def test_no_path_outside_the_tree(index):
    with pytest.raises(Fault) as caught:
        inclusion_path(LEAVES[:3], index)
    assert caught.value.code == "evidence.merkle.index"
    assert not is_included(LEAVES[0], (index, 3), [], LEAVES[0])
