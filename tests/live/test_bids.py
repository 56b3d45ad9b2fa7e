"""The bench of bids finds what is stored as it was told, and would find it if it were not."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from jishi.project.bench import bids
from jishi.project.bench.load import Told, summarise
from jishi.project.bench.plan import Plan
from jishi.project.bench.stage import Stage, set_stage

ASKED = bids.Asked(bidders=20, lots=2, seconds=1.0, connections=20, warm_s=0.3, bundles=2)

Ran = tuple[Stage, list[str], dict[str, Any]]


def _check(stage: Stage, lots: list[str], lines: list[bytes]) -> dict[str, int]:
    told = stage.var / "changed.tsv"
    told.write_bytes(b"\n".join(lines))
    given = {"told": str(told), "lots": lots, "bundles": len(lots), "all_answered": True}
    wrong = stage.run("jishi.project.bench.kept", given)["wrong"]
    return {name: count for name, count in wrong.items() if count}


@pytest.fixture(scope="module")
def ran() -> Iterator[Ran]:
    """Let twenty bidders bid for two lots, and stop the server."""
    with set_stage("sqlite") as stage:
        made = stage.make_lots(bids._plan(ASKED))
        stage.start()
        found, batches = bids._bid(stage, made, ASKED)
        stage.stop()
        assert batches["batches"] > 0
        yield stage, [lot["id"] for lot in made["lots"]], found


def test_what_was_told_is_stored(ran: Ran) -> None:
    stage, lots, found = ran
    lines = (stage.var / "told.tsv").read_bytes().splitlines()
    assert _check(stage, lots, lines) == {}
    assert len(lines) > 0
    assert found["refused"]


def test_what_is_not_as_told_is_found(ran: Ran) -> None:
    stage, lots, _ = ran
    lines = (stage.var / "told.tsv").read_bytes().splitlines()
    heads = [json.loads(line.partition(b"\t")[0]) for line in lines]
    taken = [place for place, head in enumerate(heads) if head[4] == 200]
    refused = next(place for place, head in enumerate(heads) if head[4] == 409)

    def changed(place: int, key: str = "", **changes: object) -> bytes:
        answer = json.loads(lines[place].partition(b"\t")[2]) | changes
        head = [key or heads[place][0], *heads[place][1:]]
        return f"{json.dumps(head)}\t{json.dumps(answer)}".encode()

    lines[taken[0]] = changed(taken[0], seq=10**6)
    lines[taken[1]] = changed(taken[1], leaf_hash="0" * 64)
    lines += [lines[taken[2]], changed(refused, key="forgotten")]
    del lines[taken[3]]
    found = {"lost": 1, "changed": 1, "twice": 1, "unasked": 1, "records": 2}
    assert _check(stage, lots, lines) == found


def test_rates_count_what_was_answered_in_time() -> None:
    told = [Told(n, 0, "A", 1, 0.1 * n, 0.05, 200 if n % 4 else 409, b'{"code":"low"}') for n in range(40)]
    found = summarise(told, 1.0, 2.0)
    assert found["answered"] == 20
    assert (found["decisions_per_s"], found["accepted_per_s"], found["refused"]) == (10.0, 7.5, {"low": 5})
    assert found["latency_ms"]["p99"] == 50.0


def test_a_plan_shares_bidders_out() -> None:
    assert bids._plan(bids.Asked(lots=100, bidders=1000)) == Plan(
        lots=100, bidders=10, closes_ms=bids.CLOSES_MS, free_quotes="any", apart=True
    )
    assert not bids._plan(bids.Asked()).apart
