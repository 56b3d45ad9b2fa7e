"""What every tree that can be read node by node proves: roots, inclusion, consistency, subtrees.

A tree in memory and one read from published tiles differ only in `complete`. Refuses what lies
outside the tree; a proof is made from what is there and judged by the checks, not here.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable

from jishi.kernel.evidence.merkle import EMPTY_ROOT, node_hash
from jishi.kernel.evidence.place import Place, Span, is_span, shared_places, siblings, subtree_places
from jishi.kernel.fault import Fault

EDGES_KEPT = 16


class ProvingTree(ABC):
    """Prove things of a tree whose complete nodes can be read; any earlier size may be asked for."""

    def __init__(self) -> None:
        self._edges: dict[int, list[bytes]] = {}

    @property
    @abstractmethod
    def size(self) -> int:
        """Return the number of leaves."""

    @abstractmethod
    def complete(self, level: int, index: int) -> bytes:
        """Return the hash of a node all whose leaves are there."""

    def root(self, size: int | None = None) -> bytes:
        """Return the root hash at ``size``, now if absent; raises ``evidence.merkle.size``."""
        size = self._at(size, least=0)
        return self._edge(size)[-1] if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the inclusion path of a leaf, for `is_included`; raises ``evidence.merkle.index``."""
        size = self._at(size)
        _check_index(index, size)
        return self._nodes(siblings(index, size), size)

    def inclusion_of(self, indices: Collection[int], size: int | None = None) -> list[bytes]:
        """Return one proof for several leaves, for `are_included`; raises ``evidence.merkle.index``."""
        size = self._at(size)
        for index in indices:
            _check_index(index, size)
        return self._nodes(shared_places(indices, size), size) if indices else []

    def consistency(self, old_size: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the tree continues that of ``old_size``, for `is_consistent`.

        RFC 9162, 2.1.4.1. Raises ``evidence.merkle.span`` for an empty or a larger old tree.
        """
        return self.subtree((0, old_size), size)

    def subtree(self, span: Span, size: int | None = None) -> list[bytes]:
        """Return the proof that the leaves ``span`` = (start, end) stand in the tree, for `is_subtree`.

        Raises ``evidence.merkle.span`` for what is no subtree of the tree or empty.
        """
        size = self._at(size)
        start, end = span
        if not is_span(start, end) or not start < end <= size:
            raise Fault("evidence.merkle.span", start=start, end=end, size=size)
        return self._nodes(subtree_places(span, size), size)

    def _nodes(self, places: Iterable[Place], size: int) -> list[bytes]:
        """Return the hashes at these places in the tree of ``size``, cut ones from its edge."""
        edge, last, read = self._edge(size), size - 1, self.complete
        return [(index == last >> level and edge[level]) or read(level, index) for level, index in places]

    def _edge(self, size: int) -> list[bytes]:
        """Return the hash of the last node of every level at ``size``; the last one is the root.

        Empty below the level where the last node is complete. It never changes while the tree
        grows, so a few are kept.
        """
        if size not in self._edges:
            if len(self._edges) >= EDGES_KEPT:
                self._edges.clear()
            self._edges[size] = self._make_edge(size)
        return self._edges[size]

    def _make_edge(self, size: int) -> list[bytes]:
        last, level = size - 1, (size & -size).bit_length() - 1
        edge = [b""] * level + [self.complete(level, last >> level)]
        for height in range(level, last.bit_length()):
            index = last >> height
            edge.append(node_hash(self.complete(height, index - 1), edge[-1]) if index & 1 else edge[-1])
        return edge

    def _at(self, size: int | None, least: int = 1) -> int:
        if size is None:
            size = self.size
        if not least <= size <= self.size:
            raise Fault("evidence.merkle.size", size=size, least=least, most=self.size)
        return size


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise Fault("evidence.merkle.index", index=index, size=size)
