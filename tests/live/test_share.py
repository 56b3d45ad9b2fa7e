"""A party gets no more by asking every process at once: the rate and the share are those of all of them together."""

import asyncio
import time

from jishi.apps.market.actions.line import BURST, RATE
from jishi.project.bench.plan import START_FEN, STEP_FEN, Plan
from jishi.project.bench.stage import set_stage
from jishi.project.bench.wire import bid_body, bid_head, connect

SECONDS, LINES = 4.0, 4


async def _bid(ports: list[int], ticket: str) -> dict[int, int]:
    """Bid from so many lines, shared out to the processes; count the answers by status."""
    found: dict[int, int] = {}
    ends_s = time.monotonic() + SECONDS

    async def one(place: int) -> None:
        line, sent = await connect(ports[place % len(ports)]), 0
        while time.monotonic() < ends_s:
            sent += 1
            price_fen = START_FEN + (place * 10_000 + sent) * STEP_FEN
            status, _ = await line.ask(bid_head(ticket), bid_body(f"line{place}-{sent:05d}", price_fen))
            found[status] = found.get(status, 0) + 1
            await asyncio.sleep(0.01)
        line.close()

    await asyncio.gather(*(one(place) for place in range(LINES)))
    return found


def test_two_processes_give_a_party_no_more_than_one() -> None:
    with set_stage("postgres", 2, {"JISHI_NO_RATE_LIMITS": "0"}) as stage:
        lot = stage.make_lots(Plan(bidders=1, closes_ms=24 * 3_600_000, free_quotes="any"))["lots"][0]
        stage.start()
        began_s = time.monotonic()
        found = asyncio.run(_bid(stage.ports, lot["registrations"][0]["ticket"]))
        took_s = time.monotonic() - began_s
    decided = found.get(200, 0) + found.get(409, 0)
    assert set(found) <= {200, 409, 429}
    assert found[429] > 0
    assert BURST < decided <= BURST + RATE * took_s
