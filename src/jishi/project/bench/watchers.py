"""How long a bid takes to reach everyone who watches its lot, while many bids a second arrive.

The delay of a bid is from its acknowledgement to the first frame at a watcher that holds it. The streams are read by
one other process, so the figures hold the cost of reading them on the same machine as well.
"""

import asyncio
import json
import subprocess
import sys
import time
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from jishi.project.bench.plan import START_FEN, STEP_FEN, Plan
from jishi.project.bench.stage import Stage, machine, set_stage
from jishi.project.bench.wire import Line, bid_body, bid_head, connect

SETTLE_S = 1.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured: how many watchers, bids a second offered, for how long (s), by how many bidders."""

    watchers: int = 1000
    bids: int = 1000
    seconds: float = 5.0
    bidders: int = 20
    database: str = "sqlite"
    processes: int = 1


def measure(asked: Asked) -> dict[str, Any]:
    """Serve one lot, let a crowd watch it and bidders bid; return delays in ms and memory a watcher in KB."""
    before = machine()
    with set_stage(asked.database, asked.processes) as stage:
        lot = stage.make_lots(Plan(bidders=asked.bidders))["lots"][0]
        stage.start()
        empty = [stage.memory(place) for place in range(stage.count)]
        crowd = _gather(stage, lot["id"], asked.watchers)
        full = [stage.memory(place) for place in range(stage.count)]
        busy_s = stage.cpu_s()
        told, refused, took_s = asyncio.run(_bid(stage, lot, asked))
        time.sleep(SETTLE_S)
        busy_s = stage.cpu_s() - busy_s
        seen, _ = crowd.communicate("\n")
        watched = json.loads(seen.splitlines()[-1])
        after = [stage.memory(place) for place in range(stage.count)]
        counted = [stage.scrape(place) for place in range(stage.count)]
    return {
        "machine": before,
        "asked": {name: getattr(asked, name) for name in Asked.__slots__},
        "accepted": len(told),
        "refused": refused,
        "accepted_per_s": round(len(told) / took_s, 1),
        "frames_sent": int(sum(each["jishi_frames_total"] for each in counted)),
        "accepted_as_counted": int(sum(each["jishi_accepted_total"] for each in counted)),
        "server_cpu_share": round(busy_s / (took_s + SETTLE_S), 3),
        "delay_ms": _delays(told, watched),
        "memory_kb_per_watcher": round((sum(full) - sum(empty)) / asked.watchers / 1024, 1),
        "memory_kb_per_watcher_after_bids": round((sum(after) - sum(empty)) / asked.watchers / 1024, 1),
    }


def _gather(stage: Stage, offering_id: str, watchers: int) -> "subprocess.Popen[str]":
    crowd = subprocess.Popen(
        [sys.executable, "-m", "jishi.project.bench.crowd"],
        env=stage.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert crowd.stdin is not None and crowd.stdout is not None
    asked = {"ports": stage.ports, "path": f"/live/{offering_id}", "watchers": watchers}
    crowd.stdin.write(json.dumps(asked) + "\n")
    crowd.stdin.flush()
    if "ready" not in crowd.stdout.readline():
        raise RuntimeError("the crowd did not get its first frames")
    return crowd


async def _bid(stage: Stage, lot: dict[str, Any], asked: Asked) -> tuple[dict[int, int], int, float]:
    """Offer bids at a steady rate over kept connections; return when each accepted one was told (ns), by sequence."""
    rows = lot["registrations"]
    lines = [await connect(stage.ports[place % stage.count]) for place in range(len(rows))]
    told: dict[int, int] = {}
    prices = iter(range(START_FEN, START_FEN + 10_000_000 * STEP_FEN, STEP_FEN))
    began = time.monotonic()

    async def bidder(place: int, line: Line) -> int:
        head, refused, sent = bid_head(rows[place]["ticket"]), 0, 0
        while (due_s := (sent * len(rows) + place) / asked.bids) < asked.seconds:
            await asyncio.sleep(max(0.0, began + due_s - time.monotonic()))
            status, body = await line.ask(head, bid_body(f"watched-{place}-{sent}", next(prices)))
            now_ns = time.monotonic_ns()
            if status == 200:
                told[json.loads(body)["seq"]] = now_ns
            else:
                refused += 1
            sent += 1
        return refused

    refused = await asyncio.gather(*(bidder(place, line) for place, line in enumerate(lines)))
    took_s = time.monotonic() - began
    for line in lines:
        line.close()
    return told, sum(refused), took_s


def _delays(told: dict[int, int], watched: list[list[list[int]]]) -> dict[str, float]:
    """Return what the bids took to reach the watchers: over all pairs, and of each bid to the last watcher."""
    delays: list[float] = []
    last: dict[int, float] = {}
    missed = 0
    for seen in watched:
        ids = [each[1] for each in seen]
        for seq, at_ns in told.items():
            place = bisect_left(ids, seq)
            if place == len(ids):
                missed += 1
                continue
            delay = max(0.0, (seen[place][0] - at_ns) / 1e6)
            delays.append(delay)
            last[seq] = max(last.get(seq, 0.0), delay)
    delays.sort()
    worst = sorted(last.values())
    return {
        "p50": _at(delays, 0.50),
        "p95": _at(delays, 0.95),
        "p99": _at(delays, 0.99),
        "max": _at(delays, 1.0),
        "last_watcher_p50": _at(worst, 0.50),
        "never_seen": missed,
    }


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else -1.0
