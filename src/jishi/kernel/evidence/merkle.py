"""The Merkle tree of RFC 6962 and RFC 9162 over leaf hashes, and proofs of inclusion (包含证明).

A leaf hash is SHA-256 of 0x00 and the leaf; a node is SHA-256 of 0x01 and its two children;
the empty tree is SHA-256 of nothing. Leaf hashes come in ready made.
"""

from collections.abc import Sequence
from hashlib import sha256

from jishi.kernel.evidence.place import MOST_LEAVES, siblings
from jishi.kernel.fault import Fault

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def merkle_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the tree's root hash (RFC 9162, 2.1.1).

    >>> merkle_root([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    if not leaf_hashes:
        return EMPTY_ROOT
    level = leaf_hashes
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the siblings from leaf ``index`` (from 0) up to the root (RFC 9162, 2.1.3.1).

    Raises ``evidence.merkle.index`` outside the tree.
    """
    if not 0 <= index < len(leaf_hashes):
        raise Fault("evidence.merkle.index", index=index, size=len(leaf_hashes))
    path, level = [], leaf_hashes
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = _parents(level), index >> 1
    return path


def inclusion_paths(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Return the `inclusion_path` of every leaf, each node hashed once."""
    levels = [leaf_hashes]
    while len(levels[-1]) > 1:
        levels.append(_parents(levels[-1]))
    rows = list(enumerate(levels[:-1]))
    return [
        [row[beside] for level, row in rows if (beside := index >> level ^ 1) < len(row)]
        for index in range(len(leaf_hashes))
    ]


def is_included(leaf: bytes, place: tuple[int, int], path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``path`` proves the leaf hash at ``place`` = (index, size) under ``root``.

    RFC 9162, 2.1.3.2.
    """
    index, size = place
    if not 0 <= index < size <= MOST_LEAVES or not are_hashes(leaf, *path):
        return False
    beside = list(siblings(index, size))
    if len(path) != len(beside):
        return False
    node = leaf
    for (_, at), sibling in zip(beside, path, strict=True):
        node = node_hash(node, sibling) if at & 1 else node_hash(sibling, node)
    return node == root


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node from those of its two children."""
    return sha256(b"\x01" + left + right).digest()


def are_hashes(*values: bytes) -> bool:
    """Tell whether every value has the length of a hash, so that joining two is unambiguous."""
    return all(len(value) == HASH_SIZE for value in values)


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Join neighbours; a node without one rises unchanged, which is the RFC's split."""
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [node_hash(left, right) for left, right in pairs]
    return [*parents, level[-1]] if len(level) % 2 else parents
