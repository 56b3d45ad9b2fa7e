"""Go's own log packages judge ours: every proof and note is accepted, every tampered one rejected.

`golang.org/x/mod/sumdb/{tlog,note}` come with Go's sources (the `go` command itself uses them) or
from Debian's golang-golang-x-mod-dev, so nothing is fetched. Skips where Go is missing.
"""

import json
import os
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from jishi.kernel.evidence.checkpoint import Checkpoint, sign_checkpoint
from jishi.kernel.evidence.cosignature import add_signature, cosign, witness_key
from jishi.kernel.evidence.note import log_key, open_note, read_key, read_note
from jishi.kernel.evidence.record import record_hashes
from jishi.kernel.evidence.tile import Tile, cut_tile, tile_path, tile_width, tiles_to_write
from jishi.kernel.evidence.tiled import TiledTree
from jishi.kernel.evidence.tree import Tree

PROGRAM = Path(__file__).parent / "go" / "judge.go"
DEBIAN = Path("/usr/share/gocode/src/golang.org/x")
SIZES = (1, 2, 3, 5, 8, 255, 256, 257, 512, 700, 65_536, 65_793, 70_000)
RECORDS = [n.to_bytes(32, "big") for n in range(max(SIZES))]
TREE = Tree(record_hashes(RECORDS))
LOG, WITNESS = b"l" * 32, b"w" * 32
KEY, WITNESS_KEY = log_key("log.example/jilin", LOG), witness_key("witness.example/w1", WITNESS)


def text_of(raw):
    return b64encode(raw).decode()


def flipped(raw, bit=100):
    return (int.from_bytes(raw, "big") ^ 1 << bit).to_bytes(len(raw), "big")


def sources(go):
    """Return the folder of golang.org/x that holds the packages, None if there is none."""
    root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
    found = (Path(root) / "src" / "cmd" / "vendor" / "golang.org" / "x", DEBIAN)
    return next((place for place in found if (place / "mod" / "sumdb" / "tlog").is_dir()), None)


@pytest.fixture(scope="session")
def judge(tmp_path_factory):
    """Build the program and return what asks it: requests in, verdicts out."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is not installed (Debian: golang-go)")
    packages = sources(go)
    if packages is None:
        pytest.skip("Go's sources hold no golang.org/x/mod (Debian: golang-golang-x-mod-dev)")
    place = tmp_path_factory.mktemp("go")
    for name in ("mod/sumdb/tlog", "mod/sumdb/note", "crypto/ed25519"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, place / "src" / "golang.org" / "x" / name)
    offline = {"GO111MODULE": "off", "GOPATH": str(place), "GOFLAGS": "", "GOPROXY": "off"}
    environment = {**os.environ, **offline}
    environment.setdefault("HOME", str(place))
    program = place / "judge"
    built = subprocess.run(
        [go, "build", "-o", program, PROGRAM], env=environment, cwd=place, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stderr

    def ask(requests):
        lines = "".join(json.dumps(each) + "\n" for each in requests)
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Write the tiles of every size, as a log does that publishes a checkpoint at each."""
    place, since = tmp_path_factory.mktemp("log"), 0
    for size in SIZES:
        for tile in tiles_to_write(size, since):
            path = place / tile_path(tile)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(cut_tile(TREE, tile))
        since = size
    return place


def pairs():
    """Yield (old, size): every pair of small sizes, and chosen ones of the large."""
    yield from ((old, size) for size in range(1, 20) for old in range(1, size + 1))
    for size in SIZES:
        yield from ((old, size) for old in {1, size // 3 or 1, size // 2 or 1, size - 1 or 1, size})


def included(index, size, proof, leaf=None, root=None):
    leaf = leaf or record_hashes([RECORDS[index]])[0]
    return {
        "op": "included", "size": size, "index": index, "hash": text_of(leaf),
        "root": text_of(root or TREE.root(size)), "proof": [text_of(each) for each in proof],
    }  # fmt: skip


def consistent(old, size, proof, roots=None):
    old_root, root = roots or (TREE.root(old), TREE.root(size))
    return {
        "op": "consistent", "size": size, "oldSize": old, "root": text_of(root), "oldRoot": text_of(old_root),
        "proof": [text_of(each) for each in proof],
    }  # fmt: skip


def from_files(folder, old, size):
    """Ask for both proofs from files: of the last leaf of the old size, and of its growth."""
    proof, leaf = (
        TREE.inclusion(old - 1, size) + TREE.consistency(old, size),
        record_hashes([RECORDS[old - 1]])[0],
    )
    files = {"op": "tiles", "folder": str(folder), "index": old - 1, "hash": text_of(leaf)}
    return {**consistent(old, size, proof), **files}


def test_go_accepts_every_proof_read_from_tiles(judge, folder):
    asked = []
    for old, size in pairs():
        log = TiledTree(size, lambda *tile: read_or_cut(folder, *tile))
        asked += [
            included(old - 1, size, log.inclusion(old - 1)),
            consistent(old, size, log.consistency(old)),
        ]
    assert refused(judge(asked)) == []


def test_go_rejects_every_tampered_proof(judge):
    asked = []
    for old, size in pairs():
        index, root = old - 1, TREE.root(size)
        path, proof = TREE.inclusion(index, size), TREE.consistency(old, size)
        for wrong in spoiled(path):
            asked.append(included(index, size, wrong))
        for wrong in spoiled(proof):
            asked.append(consistent(old, size, wrong))
        asked.append(included(index, size, path, leaf=flipped(root)))
        asked.append(included(index, size, path, root=flipped(root)))
        asked.append(consistent(old, size, proof, (flipped(TREE.root(old)), root)))
        asked.append(consistent(old, size, proof, (TREE.root(old), flipped(root))))
    said = judge(asked)
    assert len(said) == len(asked) and not any(each["ok"] for each in said)


def test_go_makes_the_same_proofs_from_our_files(judge, folder):
    asked = [from_files(folder, old, size) for size in SIZES for old in {1, size // 2 or 1, size}]
    assert refused(judge(asked)) == []


@pytest.mark.parametrize("at", [None, 0, 40, 255])
def test_go_rejects_a_changed_tile(judge, tmp_path, at):
    size, index = 700, 299
    for tile in tiles_to_write(size):
        raw = bytearray(cut_tile(TREE, tile))
        if tile == Tile(0, 1) and at is not None:
            raw[at * 32] ^= 1
        (tmp_path / tile_path(tile)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / tile_path(tile)).write_bytes(raw)
    [said] = judge([from_files(tmp_path, index + 1, size)])
    assert said["ok"] is (at is None), said


def test_go_builds_the_same_tree_from_our_records(judge):
    sizes = [*range(1, 40), 300, 1000]
    asked = [
        {
            "op": "records",
            "root": text_of(TREE.root(size)),
            "entries": [text_of(each) for each in RECORDS[:size]],
        }
        for size in sizes
    ]
    assert refused(judge(asked)) == []
    [said] = judge([{**asked[-1], "root": text_of(bytes(32))}])
    assert not said["ok"]


def test_go_opens_our_checkpoint_and_no_changed_one(judge):
    raw = sign_checkpoint(Checkpoint(KEY.name, 700, TREE.root(700)), LOG)
    text = read_note(raw).text
    raw = add_signature(raw, cosign(text, 1_679_315_147, WITNESS_KEY.name, WITNESS)).decode()
    good = {"op": "opened", "note": raw, "keys": [KEY.text]}
    cosigned = {**good, "witness": WITNESS_KEY.text}
    wrong = [
        {**good, "note": raw.replace("\n700\n", "\n701\n")},
        {**good, "note": raw.replace("\n700\n", "\n0700\n")},
        {**good, "keys": [log_key(KEY.name, WITNESS).text]},
        {**good, "keys": [KEY.text.replace("jilin", "other")]},
        {**cosigned, "note": raw.replace("\n700\n", "\n701\n"), "keys": []},
        {**cosigned, "witness": witness_key(WITNESS_KEY.name, LOG).text},
    ]
    said = judge([good, cosigned, *wrong])
    assert [each["ok"] for each in said] == [True, True] + [False] * len(wrong), said


def test_we_open_what_go_signed(judge):
    asked = [
        {"op": "signed", "name": name, "text": text}
        for name in ("go.example/log", "日志")
        for text in ("a\n", "吉\n\nb\n")
    ]
    for given, said in zip(asked, judge(asked), strict=True):
        key = read_key(said["key"])
        opened = open_note(said["note"].encode(), [key])
        assert key.name == given["name"] and opened.text == given["text"] and len(opened.signatures) == 1


def read_or_cut(folder, level, index, width):
    """Read a published tile; those of the small sizes nobody published are cut."""
    path = folder / tile_path(Tile(level, index, width))
    assert 0 < width <= tile_width(level, index, TREE.size)
    return path.read_bytes() if path.exists() else cut_tile(TREE, Tile(level, index, width))


def spoiled(proof):
    """Yield the proof with a bit changed in each element, one element less, one more, and two exchanged."""
    for at, each in enumerate(proof):
        yield [*proof[:at], flipped(each), *proof[at + 1 :]]
    yield [*proof, bytes(32)]
    yield [bytes(32), *proof]
    if proof:
        yield proof[1:]
        yield proof[:-1]
    if len(set(proof)) > 1:
        yield [proof[-1], *proof[1:-1], proof[0]]


def refused(said):
    assert said
    return [each for each in said if not each["ok"]]
