"""The Merkle tree of RFC 6962 and RFC 9162 over leaf hashes, and proofs of inclusion.

A leaf hash is SHA-256 of 0x00 and the leaf; a node is SHA-256 of 0x01 and its two children;
the empty tree is SHA-256 of nothing. Leaf hashes come in ready made.
"""

from collections.abc import Sequence
from hashlib import sha256

from jishi.kernel.fault import Fault

HASH_SIZE = 32


def merkle_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the tree's root hash (RFC 9162, 2.1.1).

    >>> merkle_root([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    if not leaf_hashes:
        return sha256(b"").digest()
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


def is_included(leaf: bytes, place: tuple[int, int], path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``path`` proves the leaf hash at ``place`` = (index, size) under ``root``.

    RFC 9162, 2.1.3.2.
    """
    index, size = place
    if not 0 <= index < size or any(len(item) != HASH_SIZE for item in (leaf, *path)):
        return False
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            node = _node(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = _node(node, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and node == root


def _parents(level: Sequence[bytes]) -> list[bytes]:
    """Join neighbours; a node without one rises unchanged, which is the RFC's split."""
    pairs = zip(level[::2], level[1::2], strict=False)
    parents = [_node(left, right) for left, right in pairs]
    return [*parents, level[-1]] if len(level) % 2 else parents


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
