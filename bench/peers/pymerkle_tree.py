"""Append to pymerkle's tree in memory and prove from it; run by its own Python, prints JSON.

python pymerkle_tree.py LEAVES PROOFS
"""

import json
import sys
import time

from pymerkle import InmemoryTree


def main() -> None:
    """Measure the seconds of its quicker way to append, of proofs and of their checks."""
    leaves, proofs = int(sys.argv[1]), int(sys.argv[2])
    records = [number.to_bytes(32, "big") for number in range(leaves)]
    found: dict[str, object] = {"append_s": min(_append(records, one) for one in (False, True))}
    tree = InmemoryTree()
    tree.append_entries(records)
    indices = [1 + number * 7919 % leaves for number in range(proofs)]
    root = tree.get_root()
    tree.prove_inclusion(leaves // 2)  # fills its cache of subtrees
    began = time.perf_counter()
    paths = [tree.prove_inclusion(index) for index in indices]
    found["inclusion_s"] = time.perf_counter() - began
    began = time.perf_counter()
    for path, index in zip(paths, indices, strict=True):
        path.verify(tree.get_leaf(index), root)
    found["included_s"] = time.perf_counter() - began
    began = time.perf_counter()
    for index in indices:
        tree.prove_consistency(index)
    found["consistency_s"] = time.perf_counter() - began
    found["root"] = root.hex()
    found["paths"] = [[each.hex() for each in path.path[1:]] for path in paths[:20]]
    print(json.dumps(found))


def _append(records: list[bytes], one: bool) -> float:
    tree = InmemoryTree()
    began = time.perf_counter()
    if one:
        for record in records:
            tree.append_entry(record)
    else:
        tree.append_entries(records)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
