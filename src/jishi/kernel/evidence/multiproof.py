"""One proof for many leaves of a tree: every node above them that they do not determine themselves, once.

The hashes come level by level from the leaves up, left to right within a level
(`place.shared_places`). For the entries of one offering among many this is a fraction of the
single proofs, which repeat the upper levels.
"""

from collections.abc import Mapping, Sequence

from jishi.kernel.evidence.merkle import are_hashes, node_hash
from jishi.kernel.evidence.place import MOST_LEAVES


def are_included(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``proof`` proves each leaf hash at its index in the tree of ``size`` under ``root``.

    Refuses no leaves at all, which would prove nothing.
    """
    if not leaves or not 0 <= min(leaves) <= max(leaves) < size <= MOST_LEAVES:
        return False
    if not are_hashes(*leaves.values(), *proof):
        return False
    row, last, rest = dict(sorted(leaves.items())), size - 1, list(reversed(proof))
    while last:
        above: dict[int, bytes] = {}
        for index, node in row.items():
            if index >> 1 in above:  # joined from the left
                continue
            other = row.get(index ^ 1)
            if other is None and index ^ 1 <= last:
                if not rest:
                    return False
                other = rest.pop()
            above[index >> 1] = node if other is None else _join(index, node, other)
        row, last = above, last >> 1
    return not rest and row[0] == root


def _join(index: int, node: bytes, other: bytes) -> bytes:
    return node_hash(other, node) if index & 1 else node_hash(node, other)
