"""Consistency proofs (一致性证明): one tree, or one subtree, is part of a later tree, nothing rewritten.

Refuses quietly: a wrong length, a wrong size or a wrong hash is a False.
"""

from collections.abc import Sequence

from jishi.kernel.evidence.merkle import EMPTY_ROOT, are_hashes, is_included, node_hash
from jishi.kernel.evidence.place import MOST_LEAVES, is_span, seed, siblings

Roots = tuple[bytes, bytes]


def is_consistent(sizes: tuple[int, int], proof: Sequence[bytes], roots: Roots) -> bool:
    """Tell whether the tree of the second size and root continues that of the first (RFC 9162, 2.1.4.2).

    An empty first tree proves nothing and is refused, as in the RFC.
    """
    return sizes[0] > 0 and is_subtree((0, *sizes), proof, roots)


def is_subtree(place: tuple[int, int, int], proof: Sequence[bytes], roots: Roots) -> bool:
    """Tell whether the leaves start to end have the first root and stand in the tree of the second.

    ``place`` = (start, end, size). draft-ietf-plants-merkle-tree-certs, 4.4.3; with start 0 this
    is RFC 9162's consistency of two trees.
    """
    start, end, size = place
    node, root = roots
    if not is_span(start, end) or not end <= size <= MOST_LEAVES:
        return False
    if start == end:
        return not proof and node == EMPTY_ROOT
    if end - start == size:
        return not proof and node == root
    return are_hashes(node, *proof) and _joins(place, proof, roots)


def is_in_subtree(leaf: bytes, place: tuple[int, int, int], path: Sequence[bytes], node: bytes) -> bool:
    """Tell whether ``path`` proves the leaf hash in a subtree; ``place`` = (index, start, end).

    The index counts from the start of the whole tree; ``node`` is the subtree's hash.
    """
    index, start, end = place
    return is_span(start, end) and is_included(leaf, (index - start, end - start), path, node)


def _joins(place: tuple[int, int, int], proof: Sequence[bytes], roots: Roots) -> bool:
    """Build both roots from the proof: left siblings within the subtree belong to both."""
    start, end, size = place
    (level, index), whole = seed((start, end), size)
    beside = list(siblings(index, size, level))
    given = [roots[0], *proof] if whole else list(proof)
    if len(given) != 1 + len(beside):
        return False
    inner = outer = given[0]
    for (height, at), sibling in zip(beside, given[1:], strict=True):
        if at & 1:
            outer = node_hash(outer, sibling)
            continue
        outer = node_hash(sibling, outer)
        if at << height >= start:
            inner = node_hash(sibling, inner)
    return (inner, outer) == roots
