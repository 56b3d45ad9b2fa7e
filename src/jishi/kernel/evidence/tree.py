"""The log's tree in memory, to append to: each level's complete nodes as one run of bytes.

64 bytes a leaf. Nodes are hashed level by level as leaves come in batches, never twice. Refuses
leaf hashes of another length.
"""

from collections.abc import Iterable
from hashlib import sha256
from struct import Struct

import numpy as np

from jishi.kernel.evidence.merkle import HASH_SIZE
from jishi.kernel.evidence.place import Place
from jishi.kernel.evidence.proving import ProvingTree
from jishi.kernel.fault import Fault

_PAIR = 2 * HASH_SIZE
_BATCH = 1 << 13  # leaves hashed upwards at a time, so that a level stays in the processor's cache
_FEW = 32
_read = Struct(f"{HASH_SIZE}s").unpack_from


class Tree(ProvingTree):
    """Hold a tree that grows at its end; proofs for any size it has had."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        super().__init__()
        self._levels = [bytearray()]
        self.extend(leaf_hashes)

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self._levels[0]) // HASH_SIZE

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Append leaves, quickest in large batches; raises ``evidence.merkle.hash`` and appends none."""
        added = list(leaf_hashes)
        if set(map(len, added)) - {HASH_SIZE}:
            at = next(at for at, each in enumerate(added) if len(each) != HASH_SIZE)
            raise Fault("evidence.merkle.hash", place=at, length=len(added[at]), needed=HASH_SIZE)
        for start in range(0, len(added), _BATCH):
            self._levels[0] += b"".join(added[start : start + _BATCH])
            self._rise()

    def complete(self, level: int, index: int) -> bytes:
        """Return the hash of a node all whose leaves are there."""
        node: bytes = _read(self._levels[level], index * HASH_SIZE)[0]
        return node

    def _nodes(self, places: Iterable[Place], size: int) -> list[bytes]:
        """Return the hashes at these places without a call for each, which makes proofs a tenth quicker."""
        levels, edge, last = self._levels, self._edge(size), size - 1
        return [
            (index == last >> level and edge[level]) or _read(levels[level], index * HASH_SIZE)[0]
            for level, index in places
        ]

    def row(self, level: int, start: int, end: int) -> bytes:
        """Return the complete nodes ``start`` to ``end`` of a level, joined."""
        return bytes(self._levels[level][start * HASH_SIZE : end * HASH_SIZE])

    def _rise(self) -> None:
        """Hash the pairs of each level that have no parent yet; where there is none, there is none above."""
        level = 0
        while True:
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            below, above = self._levels[level], self._levels[level + 1]
            done, end = len(above) * 2, len(below) // _PAIR * _PAIR
            if done == end:
                return
            above += _parents(bytes(below[done:end]))
            level += 1


def _parents(pairs: bytes) -> bytes:
    """Hash each run of two hashes; before many the prefix is set at once, which saves a tenth."""
    if len(pairs) < _FEW * _PAIR:
        return b"".join(
            [sha256(b"\x01" + pairs[at : at + _PAIR]).digest() for at in range(0, len(pairs), _PAIR)]
        )
    rows = np.empty((len(pairs) // _PAIR, 1 + _PAIR), np.uint8)
    rows[:, 0] = 1
    rows[:, 1:] = np.frombuffer(pairs, np.uint8).reshape(-1, _PAIR)
    return b"".join([sha256(row).digest() for row in rows.view(f"V{1 + _PAIR}").ravel().tolist()])
