"""Verify a bundle of many bids: how long a stranger waits, against reading the same file as JSON alone.

    python -m bench.verify [--bids 10000]

Required: a bundle of 10,000 bids in less than a second.
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

from jishi.kernel.evidence.bundle import build_bundle
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.contract import Refusal, advance
from jishi.kernel.mechanism.listing import LISTING

KEY = b"jishi-bench-key".ljust(32, b".")
PACK = {"id": "bench", "version": "1", "hash": "00" * 32}
HOUR = 3_600_000
TERMS = {
    "lot": "bench",
    "listing_start": HOUR,
    "listing_end": 300 * HOUR,
    "registration_end": 200 * HOUR,
    "start_price_fen": 1_000_000,
    "increment_fen": 100,
}


def make_bundle(bids: int) -> bytes:
    """Return the bundle of a listing in which two bidders outbid each other so many times."""
    state = LISTING.open(LISTING.read_terms(TERMS))
    entries: list[Entry] = []

    def write(kind: str, at_ms: int, data: dict[str, Any]) -> None:
        entries.append(Entry("offering/bench", len(entries) + 1, kind, at_ms, at_ms, data))

    def keep(given: inputs.Input, at_ms: int, events: Any) -> None:
        write("MechanismStepped", at_ms, {"input": inputs.to_json(given), "events": list(events)})

    mechanism = {"id": "listing", "version": 1}
    notice = {"mechanism": mechanism, "terms": LISTING.dump_terms(state.terms), "limits": [], "pack": PACK}
    write("NoticePublished", 0, notice)
    moves: list[tuple[inputs.Input, int]] = []
    for alias in ("a", "b"):
        for kind in ("RegistrationFiled", "RegistrationQualified", "DepositSecured"):
            write(kind, 1, {"alias": alias})
        moves.append((inputs.Admit(alias), 2))
    for each in range(bids):
        moves.append((inputs.Bid("ab"[each % 2], 1_000_000 + 100 * each), HOUR + 1 + 10 * each))
    for given, at_ms in moves:
        for tick, due_ms, step in advance(LISTING, state, at_ms):
            keep(tick, due_ms, step.events)
            state = step.state
        result = LISTING.step(state, given, at_ms)
        assert not isinstance(result, Refusal), result
        keep(given, at_ms, result.events)
        state = result.state
    signer = {"key": public_key(KEY), "name": "bench", "simulated": True}
    return build_bundle(
        subject="offering/bench",
        pack=PACK,
        entries=entries,
        outcome=LISTING.outcome(state),
        signer=signer,
        sign=lambda message: sign(KEY, message),
    )


def timed(run: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Return the shortest of a few runs in seconds, and what it gave."""
    best, found = float("inf"), None
    for _ in range(times):
        began = time.perf_counter()
        found = run()
        best = min(best, time.perf_counter() - began)
    return best, found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bids", type=int, default=10_000)
    raw = make_bundle(parser.parse_args().bids)
    reading, _ = timed(lambda: json.loads(raw))
    verifying, report = timed(lambda: verify(raw))
    assert report.ok, [check for check in report.checks if not check.ok]
    print(f"bundle {len(raw) / 1e6:.1f} MB: read as JSON {reading:.3f} s, verified {verifying:.3f} s")


if __name__ == "__main__":
    main()
