"""A log as static files: the tree cut into tiles (瓦片) of 256 hashes, records into bundles (C2SP tlog-tiles).

A tile of level l holds the nodes of tree level 8·l; only the last of a level is partial. Names the
files and fills them; writing and serving them is the platform's. Refuses paths in any spelling
but the one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jishi.kernel.evidence.tree import Tree
from jishi.kernel.fault import Fault

HEIGHT = 8
WIDTH = 1 << HEIGHT
MOST_RECORD = (1 << 16) - 1

_PATH = re.compile(r"tile/(entries|[0-7])/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """Name a tile: its level, its place in the level from 0, and how many hashes it holds."""

    level: int
    index: int
    width: int = WIDTH


def tile_path(tile: Tile) -> str:
    """Return the path of a tile below the log's address.

    >>> tile_path(Tile(0, 1234067, 7))
    'tile/0/x001/x234/067.p/7'
    """
    return _path(str(tile.level), tile)


def bundle_path(tile: Tile) -> str:
    """Return the path of the records whose hashes a tile of level 0 holds.

    >>> bundle_path(Tile(0, 5))
    'tile/entries/005'
    """
    return _path("entries", tile)


def read_path(path: str) -> tuple[Tile, bool]:
    """Return the tile a path names, and whether it is a bundle of records.

    Raises ``evidence.tile.path`` for anything but the one spelling.
    """
    found = _PATH.fullmatch(path)
    if found:
        kind, digits, width = found.groups()
        index = int(digits.replace("/", "").replace("x", ""))
        tile = Tile(0 if kind == "entries" else int(kind), index, int(width or WIDTH))
        if _path(kind, tile) == path and tile.width <= WIDTH:
            return tile, kind == "entries"
    raise Fault("evidence.tile.path", path=path[:200])


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes a tile holds in a log of ``size``; 0 where there is no such tile."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def tiles_to_write(size: int, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles a log of ``size`` has and one of ``since`` had not, or had narrower.

    Those of level 0 are the bundles to write as well.

    >>> list(tiles_to_write(257, since=255))
    [Tile(level=0, index=0, width=256), Tile(level=0, index=1, width=1), Tile(level=1, index=0, width=1)]
    """
    level = 0
    while nodes := size >> HEIGHT * level:
        before = since >> HEIGHT * level
        if nodes > before:
            for index in range(before // WIDTH, (nodes - 1) // WIDTH + 1):
                yield Tile(level, index, tile_width(level, index, size))
        level += 1


def cut_tile(tree: Tree, tile: Tile) -> bytes:
    """Return the bytes of a tile, 32 a hash; raises ``evidence.tile.outside`` beyond the tree."""
    start = tile.index * WIDTH
    if not 0 < tile.width <= tile_width(tile.level, tile.index, tree.size):
        raise Fault("evidence.tile.outside", path=tile_path(tile), size=tree.size)
    return tree.row(HEIGHT * tile.level, start, start + tile.width)


def dump_records(records: Iterable[bytes]) -> bytes:
    """Return the bundle of some records, each behind its length in two bytes, high one first.

    Raises ``evidence.tile.record`` for one that is too long.
    """
    parts: list[bytes] = []
    for record in records:
        if len(record) > MOST_RECORD:
            raise Fault("evidence.tile.record", length=len(record), most=MOST_RECORD)
        parts += (len(record).to_bytes(2, "big"), record)
    return b"".join(parts)


def load_records(raw: bytes) -> list[bytes]:
    """Read the records of a bundle; raises ``evidence.tile.bundle`` when it ends within one."""
    records, at = [], 0
    while at < len(raw):
        start = at + 2
        end = start + int.from_bytes(raw[at:start], "big")
        if start > len(raw) or end > len(raw):
            raise Fault("evidence.tile.bundle", position=at, size=len(raw))
        records.append(raw[start:end])
        at = end
    return records


def _path(kind: str, tile: Tile) -> str:
    digits = str(tile.index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *upper, lowest = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return "/".join(["tile", kind, *(f"x{each}" for each in upper), lowest + partial])
