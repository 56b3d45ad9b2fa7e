"""How long a bid takes to reach everyone who watches: 500 server-sent event streams on one lot.

    python -m bench.watchers [--watchers 500] [--bids 20]

The delay of a bid is from its acknowledgement to the frame at each watcher; one process reads all streams, so
the figures hold the cost of reading them as well.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.bids import PATH, machine
from bench.wire import HOST, connect, post_head
from tests.web.plan import START_FEN, STEP_FEN
from tests.web.server import serving

BETWEEN_S = 0.5
LONGEST_S = 10.0


def main() -> None:
    """Measure and print JSON."""
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--watchers", type=int, default=500)
    reader.add_argument("--bids", type=int, default=20)
    options, before = reader.parse_args(), machine()
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as place, serving(Path(place)) as server:
        made = server.make_lots(bidders=2)
        server.start()
        found = asyncio.run(_measure(server.port, made, options))
    print(
        json.dumps({"machine": before, "watchers": options.watchers, "bids": options.bids, **found}, indent=1)
    )


async def _measure(port: int, made: dict[str, Any], options: argparse.Namespace) -> dict[str, float]:
    lot = made["lots"][0]
    seen: list[dict[int, float]] = [{} for _ in range(options.watchers)]
    watching = [asyncio.create_task(_watch(port, lot["id"], heard)) for heard in seen]
    while not all(seen):
        await asyncio.sleep(0.05)
    told: dict[int, float] = {}
    line = await connect(port)
    for turn in range(options.bids):
        price_fen = START_FEN + turn * STEP_FEN
        body = {"registration": lot["registrations"][turn % 2], "price_fen": price_fen}
        token = made["bidders"][turn % 2]["token"]
        head = post_head(PATH, Authorization=f"Bearer {token}", Idempotency_Key=f"watched-{turn}")
        status, answer = await line.ask(head, json.dumps(body).encode())
        assert status == 200, answer
        told[price_fen] = time.perf_counter()
        await asyncio.sleep(BETWEEN_S)
    ends_at = time.perf_counter() + LONGEST_S
    while time.perf_counter() < ends_at and not all(max(told) in heard for heard in seen):
        await asyncio.sleep(0.05)
    for task in watching:
        task.cancel()
    delays = sorted(heard[price] - at for heard in seen for price, at in told.items() if price in heard)
    return {
        "frames_expected": len(told) * len(seen),
        "frames_seen": len(delays),
        "p50_ms": round(delays[len(delays) // 2] * 1000, 1),
        "p99_ms": round(delays[int(len(delays) * 0.99)] * 1000, 1),
        "max_ms": round(delays[-1] * 1000, 1),
    }


async def _watch(port: int, offering_id: str, heard: dict[int, float]) -> None:
    """Note when each price was first seen; the standing on arrival counts as price 0."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"GET /live/{offering_id} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    try:
        while text := await reader.readline():
            if text.startswith(b"data: {") and b"price_fen" in text:
                heard.setdefault(json.loads(text[6:])["price_fen"] or 0, time.perf_counter())
    finally:
        writer.close()


if __name__ == "__main__":
    main()
