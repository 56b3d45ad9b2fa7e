"""The public log's tree beside pymerkle in the same run: appends, proofs and their checks.

    python -m bench.log [--leaves 200000] [--proofs 10000] [--batch 1000] [--peers PLACE | --no-peers]

Records of 32 bytes are hashed and appended in batches, with a root after each; pymerkle's tree in
memory takes the quicker of its two ways. Rounds of both alternate and the best of each counts, so
that other work on the machine falls on both. Roots and paths must be the same.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.peer import PEERS, find_peers, run
from jishi.kernel.evidence.merkle import is_included
from jishi.kernel.evidence.multiproof import are_included
from jishi.kernel.evidence.record import record_hash, record_hashes
from jishi.kernel.evidence.tree import Tree
from jishi.project.bench.stage import machine

ROUNDS = 3
ENTRIES = 10_000
TIMES = ("append_s", "inclusion_s", "consistency_s", "included_s")


def main() -> None:
    """Measure and print ratio lines, then JSON."""
    options = _options()
    found: dict[str, Any] = {
        "machine": machine(), "leaves": options.leaves, "proofs": options.proofs, "batch": options.batch,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as place:
        peers = None if options.no_peers else find_peers(options.peers or Path(place) / "peers")
        mine, theirs = [], []
        for _ in range(ROUNDS):
            mine.append(_ours(options))
            if peers is not None:
                command = [str(peers), str(PEERS / "pymerkle_tree.py")]
                theirs.append(run([*command, str(options.leaves), str(options.proofs)]))
    if theirs:
        assert all(each[name] == mine[0][name] for each in theirs for name in ("root", "paths")), (
            "they disagree"
        )
    for name in TIMES:
        count = options.leaves if name == "append_s" else options.proofs
        own = min(each[name] for each in mine)
        found[name.removesuffix("_s")] = {"per_s": round(count / own)}
        if theirs:
            peer = min(each[name] for each in theirs)
            found[name.removesuffix("_s")] |= {
                "pymerkle_per_s": round(count / peer),
                "ratio": round(peer / own, 2),
            }
    found["many"] = _many(options.leaves)
    _say(found)
    print(json.dumps(found, indent=1))


def _ours(options: argparse.Namespace) -> dict[str, Any]:
    """Measure one round of ours, as the peer's program measures one of its own."""
    leaves = options.leaves
    records = [number.to_bytes(32, "big") for number in range(leaves)]
    tree = Tree()
    began = time.perf_counter()
    for start in range(0, leaves, options.batch):
        tree.extend(record_hashes(records[start : start + options.batch]))
        root = tree.root()
    found: dict[str, Any] = {"append_s": time.perf_counter() - began, "root": root.hex()}
    indices = [number * 7919 % leaves for number in range(options.proofs)]
    found["inclusion_s"], paths = _timed(lambda: [tree.inclusion(index) for index in indices])
    checks = list(zip(indices, paths, strict=True))
    found["included_s"], good = _timed(
        lambda: all(
            is_included(tree.complete(0, index), (index, leaves), path, root) for index, path in checks
        )
    )
    assert good
    found["consistency_s"], _ = _timed(lambda: [tree.consistency(index + 1) for index in indices])
    found["paths"] = [[each.hex() for each in path] for path in paths[:20]]
    return found


def _many(leaves: int) -> dict[str, Any]:
    """Prove entries strewn over the log at once, as the bundle of one offering does."""
    tree = Tree(record_hashes(number.to_bytes(32, "big") for number in range(leaves)))
    chosen = sorted(random.Random(1).sample(range(leaves), min(ENTRIES, leaves)))
    proving, proof = _timed(lambda: tree.inclusion_of(chosen))
    hashes = {index: record_hash(index.to_bytes(32, "big")) for index in chosen}
    checking, good = _timed(lambda: are_included(hashes, leaves, proof, tree.root()))
    assert good
    return {
        "entries": len(chosen), "proof_s": round(proving, 4), "check_s": round(checking, 4),
        "hashes": len(proof), "hashes_of_single_proofs": sum(len(tree.inclusion(index)) for index in chosen),
    }  # fmt: skip


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _say(found: dict[str, Any]) -> None:
    for name, what in (
        ("append", "appends"), ("inclusion", "inclusion proofs"), ("consistency", "consistency proofs"),
        ("included", "checks of inclusion"),
    ):  # fmt: skip
        print(f"{what:20} {found[name]['per_s']:>9,}/s   pymerkle × {found[name].get('ratio', '?')}")
    many = found["many"]
    print(
        f"{many['entries']:,} entries at once: {many['hashes']:,} hashes for {many['hashes_of_single_proofs']:,}, "
        f"made in {many['proof_s']} s, checked in {many['check_s']} s"
    )


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--leaves", type=int, default=200_000)
    reader.add_argument("--proofs", type=int, default=10_000)
    reader.add_argument("--batch", type=int, default=1_000, help="records appended between two roots")
    reader.add_argument("--peers", type=Path, help="keep the peers' environment here")
    reader.add_argument("--no-peers", action="store_true")
    return reader.parse_args()


if __name__ == "__main__":
    main()
