"""A log cut into files and read again: paths, widths, bundles, and every proof from tiles alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.consistency import is_consistent
from jishi.kernel.evidence.merkle import is_included
from jishi.kernel.evidence.record import record_hash, record_hashes
from jishi.kernel.evidence.tile import (
    WIDTH,
    Tile,
    bundle_path,
    cut_tile,
    dump_records,
    load_records,
    read_path,
    tile_path,
    tile_width,
    tiles_to_write,
)
from jishi.kernel.evidence.tiled import TiledTree
from jishi.kernel.evidence.tree import Tree
from jishi.kernel.fault import Fault

MOST = 70_000
RECORDS = [n.to_bytes(32, "big") for n in range(MOST)]
TREE = Tree(record_hashes(RECORDS))
sizes = st.integers(1, 1100) | st.integers(65_400, 65_900) | st.just(MOST)
tiles = st.builds(Tile, st.integers(0, 7), st.integers(0, 1 << 64), st.integers(1, WIDTH))


def cut(level, index, width):
    return cut_tile(TREE, Tile(level, index, width))


def test_the_example_of_the_specification():
    """A tree of 70,000 has 273 full tiles and one of 112, then one full and one of 17, then one of 1."""
    written = list(tiles_to_write(MOST))
    partial = [(tile.level, tile.index, tile.width) for tile in written if tile.width < WIDTH]
    assert [sum(tile.level == level and tile.width == WIDTH for tile in written) for level in (0, 1, 2)] == [
        273, 1, 0,
    ]  # fmt: skip
    assert partial == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert [tile.width for tile in tiles_to_write(256)] == [256, 1]
    assert tile_path(Tile(0, 1234067)) == "tile/0/x001/x234/067"
    assert bundle_path(Tile(0, 273, 112)) == "tile/entries/273.p/112"


@given(tiles)
def test_a_path_names_one_tile(tile):
    assert read_path(tile_path(tile)) == (tile, False)
    leaf = Tile(0, tile.index, tile.width)
    assert read_path(bundle_path(leaf)) == (leaf, True)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0001",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/001/234",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/007",
        "tile/0/000.p/",
        "tile/entries/1",
        "tile/entries/000/",
        "/tile/0/000",
        "tile/0/٠٠٠",
        "tile/0/../000",
        "tile/0/000\n",
    ],
)
def test_other_spellings_are_no_path(path):
    with pytest.raises(Fault) as caught:
        read_path(path)
    assert caught.value.code == "evidence.tile.path"


@given(sizes, sizes)
def test_writing_what_is_new_leaves_every_tile_of_the_size(one, other):
    since, size = sorted((one, other))
    files = {(tile.level, tile.index): tile.width for tile in tiles_to_write(since)}
    new = list(tiles_to_write(size, since))
    files |= {(tile.level, tile.index): tile.width for tile in new}
    assert files == {(tile.level, tile.index): tile.width for tile in tiles_to_write(size)}
    assert all(tile.width > tile_width(tile.level, tile.index, since) for tile in new)
    assert all(tile.width == tile_width(tile.level, tile.index, size) for tile in new)
    assert {tile.level: tile.index for tile in new if tile.width < WIDTH}.keys() <= {0, 1, 2}


@given(sizes, st.data())
def test_every_proof_can_be_read_from_tiles(size, data):
    read = []

    def read_tile(level, index, width):
        read.append(Tile(level, index, width))
        return cut(level, index, width)

    log = TiledTree(size, read_tile)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert log.root() == TREE.root(size)
    path, proof = log.inclusion(index), log.consistency(old)
    assert path == TREE.inclusion(index, size) and proof == TREE.consistency(old, size)
    assert log.inclusion_of({0, index}) == TREE.inclusion_of({0, index}, size)
    assert is_included(record_hash(RECORDS[index]), (index, size), path, log.root())
    assert is_consistent((old, size), proof, (TREE.root(old), log.root()))
    assert len(read) == len(set(read)), "a tile was read twice"
    assert set(read) <= set(tiles_to_write(size))


@given(sizes, st.data())
def test_a_changed_tile_is_found_out(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaf = record_hash(RECORDS[index])
    honest = {}
    path = TiledTree(size, lambda *tile: honest.setdefault(tile, cut(*tile))).inclusion(index)
    changed = data.draw(st.sampled_from(sorted(honest)))
    raw = bytes(byte ^ 1 for byte in honest[changed])
    log = TiledTree(size, lambda *tile: raw if tile == changed else cut(*tile))
    assert (log.root(), log.inclusion(index)) != (TREE.root(size), path)
    told = is_included(leaf, (index, size), log.inclusion(index), TREE.root(size))
    assert told is (log.inclusion(index) == path)


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33 * 32)])
def test_a_tile_of_a_wrong_length_is_refused(wrong):
    with pytest.raises(Fault) as caught:
        TiledTree(32, lambda *_: wrong).root()
    assert caught.value.code == "evidence.tile.length"


def test_more_tiles_than_are_kept():
    log = TiledTree(MOST, cut)
    assert all(log.inclusion(at) == TREE.inclusion(at) for at in range(0, MOST, 200))


@pytest.mark.parametrize("tile", [Tile(0, 274, 1), Tile(0, 273, 113), Tile(3, 0, 1), Tile(0, 0, 0)])
def test_no_tile_outside_the_tree(tile):
    with pytest.raises(Fault) as caught:
        cut_tile(TREE, tile)
    assert caught.value.code == "evidence.tile.outside"


@given(st.lists(st.binary(max_size=300), max_size=WIDTH))
def test_a_bundle_holds_its_records(records):
    raw = dump_records(records)
    assert load_records(raw) == records
    assert len(raw) == sum(2 + len(record) for record in records)
    if records:
        with pytest.raises(Fault) as caught:
            load_records(raw[:-1])
        assert caught.value.code == "evidence.tile.bundle"
    with pytest.raises(Fault):
        load_records(raw + b"\0")


def test_a_bundle_byte_for_byte():
    assert dump_records([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert load_records(dump_records([bytes(65535)])) == [bytes(65535)]
    with pytest.raises(Fault) as caught:
        dump_records([bytes(65536)])
    assert caught.value.code == "evidence.tile.record"


def test_a_bundle_hashes_to_its_tile():
    tile = Tile(0, 273, 112)
    bundle = dump_records(RECORDS[273 * WIDTH :])
    assert b"".join(map(record_hash, load_records(bundle))) == cut_tile(TREE, tile)


def test_no_log_is_larger_than_a_tree_can_be():
    with pytest.raises(Fault) as caught:
        TiledTree(1 << 64, cut)
    assert caught.value.code == "evidence.merkle.size"
