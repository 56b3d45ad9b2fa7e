"""Grow a tiled log (瓦片日志): which tiles new records change, from the few tiles they touch.

The tree is never held whole: a full tile of one level is one hash of the next. Names and fills
the tiles; writing them is the platform's.
"""

from collections.abc import Iterator, Sequence

from jishi.kernel.evidence.merkle import HASH_SIZE, merkle_root
from jishi.kernel.evidence.tile import WIDTH, Tile
from jishi.kernel.evidence.tiled import ReadTile


def grow_tiles(
    size: int, record_hashes: Sequence[bytes], read_tile: ReadTile
) -> Iterator[tuple[Tile, bytes]]:
    """Yield each tile that a log of ``size`` has after appending, with its bytes, lower levels first.

    ``read_tile`` gives the partial tiles there were before.
    """
    level, start, fresh = 0, size, list(record_hashes)
    while fresh:
        index, kept = divmod(start, WIDTH)
        raw = read_tile(level, index, kept) if kept else b""
        hashes = [raw[at : at + HASH_SIZE] for at in range(0, len(raw), HASH_SIZE)] + fresh
        full = []
        for at in range(0, len(hashes), WIDTH):
            part = hashes[at : at + WIDTH]
            yield Tile(level, index + at // WIDTH, len(part)), b"".join(part)
            if len(part) == WIDTH:
                full.append(merkle_root(part))
        level, start, fresh = level + 1, index, full
