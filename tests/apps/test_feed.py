"""The change feed: whatever was committed before one asked is there, whoever else is writing, and nothing twice."""

import json
from pathlib import Path

import pytest

from tests.web.server import serving

RATE, CHECKS = 90, 500
LEAST_RATE = 72


@pytest.mark.slow
def test_no_reader_misses_an_entry_under_concurrent_commits(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        found = json.loads(
            server.run("tests.web.feed_run", given={"rate": RATE, "writers": 6, "checks": CHECKS})
        )
    assert (found["checks"], found["missed"], found["gaps"], found["twice"]) == (CHECKS, 0, 0, 0)
    assert found["updates_per_s"] >= LEAST_RATE, found
