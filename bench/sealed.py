"""How long it takes to open sealed bids, and to make them: `.venv/bin/python -m bench.sealed`.

The envelopes are made first, then opened from the committee's published keys by one process and by
as many as there are cores; every bid is compared. The bound is measured in the same run: the
multiplications on the curve that no way of opening can do without. Exit code 1 when opening with
all cores takes longer than the aim.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from jishi.kernel.sealing.committee import compose_committee, make_member_key, read_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.kernel.sealing.opening import open_all
from jishi.project.bench.stage import machine

AIM_S = 5.0
CHUNK = 250
Box = tuple[dict[str, Any], dict[str, Any], dict[str, str]]


def main() -> None:
    """Measure both suites, print JSON, and hold opening to the aim."""
    options = _options()
    found: dict[str, Any] = {"machine": machine(), "aim_s": AIM_S}
    found["x25519"] = measure("x25519", options.bids, options)
    found["sm"] = measure("sm", options.sm_bids, options)
    found["x25519"] |= _bound(found["x25519"]["per_bid_us"], options)
    print(json.dumps(found, indent=1))
    sys.exit(found["x25519"]["open_all_cores_s"] > AIM_S)


def measure(suite: str, bids: int, options: argparse.Namespace) -> dict[str, Any]:
    """Seal and open so many bids; the first `threshold` members publish, the others do not."""
    keys = [make_member_key(suite, _seeded(f"member {n}")) for n in range(options.members)]
    committee = compose_committee(
        suite, "bench", [key["public"] for key in keys], threshold=options.threshold
    )
    published = {key["public"]: key["private"] for key in keys[: options.threshold]}
    seal_s, envelopes = _timed(lambda: _make(committee, bids))
    open_s, opened = _timed(lambda: open_some((committee, envelopes, published)))
    cores_s, again = _timed(lambda: _open_on_all_cores((committee, envelopes, published)))
    assert opened == again and [bid["bid"]["price_fen"] for bid in opened.values()] == list(range(bids))
    size = len(json.dumps(envelopes["0"], separators=(",", ":")))
    return {
        "bids": bids,
        "committee": f"{options.threshold} of {options.members}",
        "open_one_core_s": round(open_s, 2),
        "open_all_cores_s": round(cores_s, 2),
        "per_bid_us": round(open_s / bids * 1e6),
        "seal_per_bid_us": round(seal_s / bids * 1e6),
        "envelope_bytes": size,
    }


def open_some(box: Box) -> dict[str, Any]:
    """Open envelopes in one process."""
    committee, envelopes, published = box
    return open_all(read_committee(committee), envelopes, published).openings


def _open_on_all_cores(box: Box) -> dict[str, Any]:
    """Hand out chunks; starting the processes and moving the envelopes counts."""
    committee, envelopes, published = box
    chunks = [dict(part) for part in _batched(envelopes.items())]
    with ProcessPoolExecutor() as pool:
        parts = pool.map(open_some, [(committee, chunk, published) for chunk in chunks])
        return dict(itertools.chain.from_iterable(part.items() for part in parts))


def _batched(items: Any) -> Iterator[list[Any]]:
    left = iter(items)
    while part := list(itertools.islice(left, CHUNK)):
        yield part


def _make(value: dict[str, Any], bids: int) -> dict[str, Any]:
    committee = read_committee(value)
    return {str(n): seal_bid(committee, str(n), {"price_fen": n}, _seeded(f"bid {n}")) for n in range(bids)}


def _bound(per_bid_us: int, options: argparse.Namespace) -> dict[str, Any]:
    """One multiplication makes the ephemeral key again, each member needs one to read or to seal again."""
    times = 2000
    mine, theirs = (X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
    public = theirs.public_key()
    span, _ = _timed(lambda: [mine.exchange(public) for _ in range(times)])
    bound_us = span / times * 1e6 * (options.members + 1)
    return {"bound_us": round(bound_us), "times_bound": round(per_bid_us / bound_us, 2)}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _seeded(name: str) -> Callable[[int], bytes]:
    return lambda size: sha256(name.encode()).digest()[:size]


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--bids", type=int, default=10_000)
    reader.add_argument("--sm-bids", type=int, default=500)
    reader.add_argument("--members", type=int, default=5)
    reader.add_argument("--threshold", type=int, default=3)
    return reader.parse_args()


if __name__ == "__main__":
    main()
