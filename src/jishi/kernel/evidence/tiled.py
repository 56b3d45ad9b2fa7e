"""A log read from its published tiles: any proof, from the few files it needs.

What is read comes from a stranger. A tile of a wrong length is refused here; a wrong hash shows
when the proof made from it is checked against a root that is trusted.
"""

from collections.abc import Callable

from jishi.kernel.evidence.merkle import HASH_SIZE, merkle_root
from jishi.kernel.evidence.place import MOST_LEAVES
from jishi.kernel.evidence.proving import ProvingTree
from jishi.kernel.evidence.tile import HEIGHT, WIDTH, Tile, tile_path, tile_width
from jishi.kernel.fault import Fault

ReadTile = Callable[[int, int, int], bytes]
"""Give the bytes of the tile of a level, index and width."""

TILES_KEPT = 256


class TiledTree(ProvingTree):
    """Prove things of a published log of a stated size, reading each tile as it is needed."""

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        """Raise ``evidence.merkle.size`` for a size no log has."""
        super().__init__()
        if not 0 <= size <= MOST_LEAVES:
            raise Fault("evidence.merkle.size", size=size, least=0, most=MOST_LEAVES)
        self._size = size
        self._read = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """Return the number of leaves the log states."""
        return self._size

    def complete(self, level: int, index: int) -> bytes:
        """Return the hash of a node all whose leaves are there; raises ``evidence.tile.length``."""
        tile_level, height = divmod(level, HEIGHT)
        start = index << height
        tile = self._tile(tile_level, start // WIDTH)
        at = start % WIDTH * HASH_SIZE
        hashes = tile[at : at + (HASH_SIZE << height)]
        return merkle_root([hashes[n : n + HASH_SIZE] for n in range(0, len(hashes), HASH_SIZE)])

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._tiles:
            tile = Tile(level, index, tile_width(level, index, self._size))
            raw = self._read(tile.level, tile.index, tile.width)
            if len(raw) != tile.width * HASH_SIZE:
                raise Fault(
                    "evidence.tile.length",
                    path=tile_path(tile),
                    found=len(raw),
                    needed=tile.width * HASH_SIZE,
                )
            if len(self._tiles) >= TILES_KEPT:
                self._tiles.clear()
            self._tiles[level, index] = raw
        return self._tiles[level, index]
