"""The public log of a simulated day: every entry of every lot in the order of the rows, and the proof in each bundle.

The day's lots run apart, so the log is made once all are done; it is written as the files a live log is served as.
"""

import base64
import json
from collections.abc import Iterable
from pathlib import Path

from jishi.kernel.evidence.bundle import attach_log, read_bundle
from jishi.kernel.evidence.checkpoint import Checkpoint, sign_checkpoint
from jishi.kernel.evidence.record import log_record, record_hashes
from jishi.kernel.evidence.tile import (
    WIDTH,
    Tile,
    bundle_path,
    cut_tile,
    dump_records,
    tile_path,
    tiles_to_write,
)
from jishi.kernel.evidence.tree import Tree
from jishi.platform.secrets import Signer

ORIGIN = "simulated.example/day"


def write_log(out: Path, bundles: Iterable[Path], signer: Signer) -> None:
    """Put every bundle's entries into one log below `out/log` and its proof into every bundle."""
    tree, records, spans = Tree(), [], []
    paths = list(bundles)
    for path in paths:
        found = [log_record(entry) for entry in read_bundle(json.loads(path.read_bytes())).entries]
        spans.append((tree.size, tree.size + len(found)))
        tree.extend(record_hashes(found))
        records += found
    note = _sign(tree, tree.size, signer)
    for path, (start, end) in zip(paths, spans, strict=True):
        indices = list(range(start, end))
        consistent = tree.consistency(start) if 0 < start < tree.size else []
        proof = {
            "checkpoint": note,
            "indices": indices,
            "proof": _texts(tree.inclusion_of(indices)),
            "since": {"checkpoint": _sign(tree, start, signer), "proof": _texts(consistent)},
        }
        path.write_bytes(attach_log(json.loads(path.read_bytes()), proof))
    _write_files(out / "log", tree, records)
    (out / "log" / "checkpoint").write_text(note, "utf-8")


def _sign(tree: Tree, size: int, signer: Signer) -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, size, tree.root(size)), signer.private).decode()


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]


def _write_files(folder: Path, tree: Tree, records: list[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for tile in tiles_to_write(tree.size):
        _write(folder / tile_path(tile), cut_tile(tree, tile))
        if tile.level == 0:
            part = records[tile.index * WIDTH : tile.index * WIDTH + tile.width]
            _write(folder / bundle_path(Tile(0, tile.index, tile.width)), dump_records(part))


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
