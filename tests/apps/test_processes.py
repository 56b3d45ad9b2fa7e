"""Two server processes on one PostgreSQL: what is bid at one is seen at the other at once; each tells its figures."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from jishi.project.bench.stage import fetch
from tests.web.server import Server, serving
from tests.web.test_live import LONGEST_DELAY_S, Room, Watcher, _bid

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class Pair(NamedTuple):
    """The room of the first process, and the second process."""

    room: Room
    second: Server


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Serve one lot with two bidders from two processes."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite is for one process")
    with serving(tmp_path) as first:
        made = first.make_lots(bidders=2)
        second = Server(tmp_path, first.database_url)
        try:
            first.start()
            yield Pair(Room(first, made, ""), second.start())
        finally:
            second.stop()


def test_a_bid_at_one_process_is_seen_at_the_other(pair: Pair) -> None:
    watcher = Watcher(pair.second, pair.room.lot["id"])
    watcher.next()
    for turn in range(4):
        price_fen, told_at = _bid(pair.room, turn % 2)
        assert watcher.until(price_fen).at - told_at < LONGEST_DELAY_S
    text = fetch(pair.second.port, "/metrics").decode()
    watching = next(each for each in text_string_to_metric_families(text) if each.name == "jishi_watchers")
    assert len({sample.labels["process"] for sample in watching.samples}) == 2
    assert sum(sample.value for sample in watching.samples) == 1
    assert b'"ready": true' in fetch(pair.second.port, "/health/ready")
