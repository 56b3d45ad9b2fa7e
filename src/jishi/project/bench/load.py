"""Bidders who bid as fast as they are answered, in one process: `python -m jishi.project.bench.load < asked.json`.

Given {ports, lots, connections, warm_s, seconds, wrong_every, told}: every connection is kept, has one bid on its way,
and bids for its bidders in turn. Requests are bytes made before; answers are put aside and read afterwards, so that the
load takes little of the machine it shares with the server. Writes what was asked and answered to the file `told`, a
line a bid.
"""

import asyncio
import contextlib
import gc
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from jishi.project.bench.plan import START_FEN, STEP_FEN
from jishi.project.bench.stage import HOST, raise_file_limit

LONGEST_WAIT_S = 20.0
BODY = b'{"key":"%08x","input":{"type":"bid","price_fen":%d}}'
LENGTH = len(BODY % (0, START_FEN))
"""Keys and prices keep their width, so that every body has the same length."""
BLANK = b"\r\n\r\n"


class Bidding(NamedTuple):
    """One bidder of a lot: the head of each request, and the prices of the lot, taken in turn by all its bidders."""

    lot: int
    alias: str
    head: bytes
    prices: Iterator[int]


class Told(NamedTuple):
    """One bid: its key, who bid what on which lot, when it went (s), how long the answer took, status and body."""

    key: int
    lot: int
    alias: str
    price_fen: int
    began_s: float
    took_s: float
    status: int
    body: bytes


class Line(asyncio.Protocol):
    """One kept connection with one bid on its way."""

    def __init__(self, bidding: list[Bidding], keys: Iterator[int], ends_s: float) -> None:
        self.bidding = itertools.cycle(bidding)
        self.keys, self.ends_s = keys, ends_s
        self.told: list[Told] = []
        self.idle = asyncio.get_running_loop().create_future()
        self._part = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line; the first bid goes with `send`."""
        self.transport = cast(asyncio.WriteTransport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the answer will not come."""
        if not self.idle.done():
            self.idle.set_exception(ConnectionError("the server closed a line"))

    def send(self) -> None:
        """Bid, unless the time is over."""
        now_s = time.perf_counter()
        if now_s >= self.ends_s:
            self.idle.set_result(None)
            return
        self.now = next(self.bidding)
        self.key, self.price_fen, self.began_s = next(self.keys), next(self.now.prices), now_s
        self.transport.write(self.now.head + BODY % (self.key, self.price_fen))

    def data_received(self, data: bytes) -> None:
        """Put an answer aside once it is whole, and bid again."""
        if self._part:
            data = self._part + data
        end = data.find(BLANK)
        at = data.find(b"content-length:") + 15
        if end < 0 or len(data) < end + 4 + int(data[at : data.find(b"\r", at)]):
            self._part = data
            return
        self._part = b""
        now, took_s = self.now, time.perf_counter() - self.began_s
        asked = (self.key, now.lot, now.alias, self.price_fen, self.began_s)
        self.told.append(Told(*asked, took_s, int(data[9:12]), data[end + 4 :]))
        self.send()


def main() -> None:
    """Bid for the time asked, and print what the answers were."""
    raise_file_limit()
    asked = json.load(sys.stdin)
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    gc.disable()  # nothing here makes cycles
    told, began_s, busy_s = asyncio.run(_bid(asked))
    with Path(asked["told"]).open("wb") as out:
        for each in told:
            head = json.dumps([f"{each.key:08x}", each.lot, each.alias, each.price_fen, each.status])
            out.write(b"%b\t%b\n" % (head.encode(), each.body))
    found = summarise(told, began_s, asked["seconds"])
    print(json.dumps({**found, "answered_in_all": len(told), "load_cpu_s": round(busy_s, 2)}))


async def _bid(asked: dict[str, Any]) -> tuple[list[Told], float, float]:
    """Bid on every line; return all that was told, the instant from which it counts (s), and the processor time."""
    loop, keys = asyncio.get_running_loop(), itertools.count()
    bidding, ports = _list_bidding(asked["lots"], asked["wrong_every"]), asked["ports"]
    begins_s = time.perf_counter() + 1.0
    ends_s = begins_s + asked["warm_s"] + asked["seconds"]
    lines = []
    for place in range(asked["connections"]):
        line = Line(bidding[place :: asked["connections"]] or bidding, keys, ends_s)
        await loop.create_connection(lambda each=line: each, HOST, ports[place % len(ports)])  # type: ignore[misc]
        lines.append(line)
    await asyncio.sleep(max(0.0, begins_s - time.perf_counter()))
    busy_s = time.process_time()
    for line in lines:
        line.send()
    longest_s = ends_s - time.perf_counter() + LONGEST_WAIT_S
    await asyncio.wait_for(asyncio.gather(*(line.idle for line in lines)), longest_s)
    busy_s = time.process_time() - busy_s
    told = [each for line in lines for each in line.told]
    return told, begins_s + asked["warm_s"], busy_s


def _list_bidding(lots: list[dict[str, Any]], wrong_every: int) -> list[Bidding]:
    """List the bidders of all lots, the first of each lot first."""
    found = []
    for place, lot in enumerate(lots):
        prices = _prices(wrong_every)
        for row in lot["registrations"]:
            found.append(Bidding(place, row["alias"], _head(row["ticket"]), prices))
    lots_of = len(lots)
    each = len(found) // lots_of
    return [found[lot * each + place] for place in range(each) for lot in range(lots_of)]


def _prices(wrong_every: int) -> Iterator[int]:
    """Give each rung in turn, and every so often (0: never) a price between two rungs, which is refused."""
    for number in itertools.count(1):
        yield START_FEN + number * STEP_FEN + (1 if wrong_every and number % wrong_every == 0 else 0)


def _head(ticket: str) -> bytes:
    lines = [
        "POST /live/bids HTTP/1.1",
        f"Host: {HOST}",
        "Content-Type: application/json",
        f"Authorization: Bearer {ticket}",
        f"Content-Length: {LENGTH}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def summarise(told: list[Told], from_s: float, seconds: float) -> dict[str, Any]:
    """Return rates a second and latencies (ms) of the bids that were answered in the time that counts."""
    inside = [each for each in told if from_s <= each.began_s + each.took_s < from_s + seconds]
    spans = sorted(each.took_s for each in inside)
    by_status: dict[int, int] = {}
    refused: dict[str, int] = {}
    for each in inside:
        by_status[each.status] = by_status.get(each.status, 0) + 1
        if each.status != 200:
            code = json.loads(each.body).get("code", "?")
            refused[code] = refused.get(code, 0) + 1
    decided = by_status.get(200, 0) + by_status.get(409, 0)
    return {
        "decisions_per_s": round(decided / seconds, 1),
        "accepted_per_s": round(by_status.get(200, 0) / seconds, 1),
        "accepted_share": round(by_status.get(200, 0) / max(1, decided), 4),
        "refused": dict(sorted(refused.items())),
        "latency_ms": {name: _at(spans, share) for name, share in SHARES.items()},
        "answered": len(inside),
    }


SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def _at(ordered: list[float], share: float) -> float:
    place = min(len(ordered) - 1, int(share * len(ordered)))
    return round(ordered[place] * 1000, 2) if ordered else -1.0


if __name__ == "__main__":
    main()
