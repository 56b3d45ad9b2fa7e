"""A server that lives without a database it can write: no lot ends while nobody can bid, and the time comes back."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from jishi.project.bench.plan import START_FEN, STEP_FEN, Plan
from jishi.project.bench.shim import has_compiler
from jishi.project.bench.stage import Stage, set_stage
from jishi.project.bench.wire import bid_head, connect
from tests.live.test_faults import _has_postgres

ROUND_MS = 6_000
SILENT_S = 7.5
"""Longer than the round, and than the five seconds that stop no clock."""
PLAN = Plan(bidders=2, closes_ms=6_000, question_ms=ROUND_MS, round_ms=ROUND_MS, free_quotes="improve")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not has_compiler(), reason="no C compiler for the shim")]


class Lot:
    """The one lot of a stage, its bidders by number, and what the public sees of it."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.made = stage, stage.make_lots(PLAN)["lots"][0]

    def say(self, key: str, bidder: int, **given: Any) -> int:
        """Give an input under a key; return the status of the answer."""
        body = json.dumps({"key": f"silence-{key}", "input": given}).encode()
        head = bid_head(self.made["registrations"][bidder]["ticket"])
        return asyncio.run(_ask(self.stage.ports[0], head, body))

    def read(self, part: str = "") -> Any:
        """Return what the interface tells of the lot."""
        with urllib.request.urlopen(
            f"{self.stage.urls[0]}/api/v1/offerings/{self.made['id']}{part}"
        ) as answer:
            return json.load(answer)

    def await_phase(self, phase: str, seconds: float = 20) -> None:
        """Wait until the lot is in a phase."""
        _await(lambda: self.read()["phase"] == phase, seconds)


async def _ask(port: int, head: bytes, body: bytes) -> int:
    line = await connect(port)
    try:
        return (await asyncio.wait_for(line.ask(head, body), 10))[0]
    finally:
        line.close()


def _await(holds: Callable[[], bool], seconds: float) -> None:
    ends_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_s
        time.sleep(0.1)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_was_lost_in_a_silence_comes_back(database: str) -> None:
    if database == "postgres" and not _has_postgres():
        pytest.skip("no PostgreSQL to start")
    with set_stage(database, shimmed=True) as stage:
        stage.start()
        lot = Lot(stage)
        assert lot.say("first", 0, type="bid", price_fen=START_FEN) == 200
        lot.await_phase("question")
        assert lot.say("go-on", 1, type="continue") == 200
        assert lot.say("second", 1, type="bid", price_fen=START_FEN + STEP_FEN) == 200
        _silence(stage, True)
        time.sleep(SILENT_S)
        assert lot.say("third", 0, type="bid", price_fen=START_FEN + 2 * STEP_FEN) == 503
        _silence(stage, False)
        _await(lambda: lot.say("third", 0, type="bid", price_fen=START_FEN + 2 * STEP_FEN) == 200, 10)
        assert [each["kind"] for each in lot.read("/notices")].count("outage") == 1
        lot.await_phase("sold")
        assert lot.read()["price_fen"] == START_FEN + 2 * STEP_FEN


def _silence(stage: Stage, silent: bool) -> None:
    if stage.postgres is None:
        assert stage.shim is not None
        stage.shim.fill_disk(silent)
    elif silent:
        stage.postgres.kill()
    else:
        stage.postgres.start()
