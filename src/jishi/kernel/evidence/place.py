"""Where the nodes of a proof stand in a tree: index arithmetic alone, no hashes.

A place is (level, index): the node over the leaves from index · 2^level up to (index + 1) · 2^level,
cut at the tree's size. A node without a sibling rises unchanged, so a cut node has one hash on
every level it reaches. Provers read these places, checkers expect as many hashes and no others.
"""

from collections.abc import Collection, Iterator

MOST_LEAVES = (1 << 64) - 1
"""The largest size of a tree; RFC 9162 counts leaves in 64 bits."""

Place = tuple[int, int]
Span = tuple[int, int]


def siblings(index: int, size: int, level: int = 0) -> Iterator[Place]:
    """Yield the places beside the way from node (level, index) up to the root, lowest first.

    >>> list(siblings(4, 7))
    [(0, 5), (1, 3), (2, 0)]
    """
    last = (size - 1) >> level
    while last:
        if index ^ 1 <= last:
            yield level, index ^ 1
        index, last, level = index >> 1, last >> 1, level + 1


def is_span(start: int, end: int) -> bool:
    """Tell whether leaves start to end (exclusive) are one subtree of every tree that holds them.

    ``start`` must be a multiple of the least power of two that is not below the width
    (draft-ietf-plants-merkle-tree-certs, 4.1).

    >>> [is_span(0, 5), is_span(4, 6), is_span(2, 5)]
    [True, True, False]
    """
    if not 0 <= start <= end <= MOST_LEAVES:
        return False
    return start == end or start & ((1 << (end - start - 1).bit_length()) - 1) == 0


def seed(span: Span, size: int) -> tuple[Place, bool]:
    """Return the node a subtree's consistency proof starts from, and whether it is the whole subtree.

    It is the largest node that ends where the subtree ends; ``span`` is not empty.
    """
    first, last, at_edge = span[0], span[1] - 1, span[1] == size
    level = 0
    while first != last and (last & 1 or at_edge):
        first, last, level = first >> 1, last >> 1, level + 1
    return (level, last), first == last


def subtree_places(span: Span, size: int) -> list[Place]:
    """Return the places of a consistency proof between the subtree ``span`` and the tree of ``size``.

    With a span from 0 this is RFC 9162, 2.1.4.1; with one leaf it is that leaf's inclusion path.

    >>> subtree_places((0, 6), 8)
    [(1, 2), (1, 3), (2, 0)]
    """
    (level, index), whole = seed(span, size)
    beside = list(siblings(index, size, level))
    return beside if whole else [(level, index), *beside]


def shared_places(indices: Collection[int], size: int) -> list[Place]:
    """Return the places that prove all these leaves at once: level by level, left to right, none twice.

    >>> shared_places({0, 1, 5}, 7)
    [(0, 4), (1, 1), (1, 3)]
    """
    row, last, level = sorted(set(indices)), size - 1, 0
    places: list[Place] = []
    while last:
        held = set(row)
        places += [(level, at ^ 1) for at in row if at ^ 1 <= last and at ^ 1 not in held]
        row = list(dict.fromkeys(at >> 1 for at in row))
        last, level = last >> 1, level + 1
    return places
