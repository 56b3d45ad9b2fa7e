"""Many lots that close in the same minute: each exactly once, and how late.

The lag of a close is from the instant it was due to the commit that wrote it, as the servers' own histogram has it,
and from due to recorded as the evidence has it. Afterwards the database is asked how often each lot closed.
"""

import time
from dataclasses import replace
from typing import Any

from jishi.kernel.fault import Fault
from jishi.project.bench.plan import Plan
from jishi.project.bench.stage import Stage, machine, set_stage

TRIAL_LOTS = 10
QUESTION_MS = 10_000
"""After its listing a lot asks who goes on; nobody does, and it closes at the end of that."""
START_MS = 20_000
"""Time for the server to start after the lots are made."""
LONGEST_S = 60.0


def measure(lots: int, spread_ms: int, database: str, processes: int) -> dict[str, Any]:
    """Make lots that close evenly over `spread_ms` (0: at one instant), serve them, and count what closed."""
    before = machine()
    with set_stage(database, processes) as stage:
        made = _make(stage, lots, spread_ms)
        stage.start()
        first_ms = min(lot["closes_ms"] for lot in made["lots"])
        if time.time_ns() // 1_000_000 > first_ms:
            raise Fault("bench.late")
        last_ms = max(lot["closes_ms"] for lot in made["lots"])
        found = _await_closed(stage, made, last_ms)
        figures = [stage.scrape(place) for place in range(stage.count)]
    asked = {"lots": lots, "spread_ms": spread_ms, "database": database, "processes": processes}
    return {"machine": before, "asked": asked, **found, **_lag(figures)}


def _make(stage: Stage, lots: int, spread_ms: int) -> dict[str, Any]:
    """Make the lots so that the first closes once all are made and served; a few made before tell how long it takes."""
    trial = stage.make_lots(Plan(name="T", lots=TRIAL_LOTS, quotes=1, tickets=False))
    closes_ms = START_MS + round(1.5 * trial["took_ms"] / TRIAL_LOTS * lots)
    plan = Plan(lots=lots, closes_ms=closes_ms, spread_ms=spread_ms, quotes=1, tickets=False)
    return stage.make_lots(replace(plan, question_ms=QUESTION_MS))


def _await_closed(stage: Stage, made: dict[str, Any], last_ms: int) -> dict[str, Any]:
    ends_at = (last_ms + QUESTION_MS) / 1000 + LONGEST_S
    ids = [lot["id"] for lot in made["lots"]]
    # nothing is asked while lots close: the asking would take the time of the closing
    time.sleep(max(0.0, (last_ms + QUESTION_MS) / 1000 - time.time() + 1.0))
    while True:
        found: dict[str, Any] = stage.run("jishi.project.bench.closed", ids)
        if found["closed"] == len(ids) or time.time() > ends_at:
            return found
        time.sleep(5.0)


def _lag(figures: list[dict[str, float]]) -> dict[str, Any]:
    """Return the share of ticks committed within each bound (s), over all processes."""
    total = sum(each.get("jishi_tick_lag_seconds_count", 0.0) for each in figures)
    name = "jishi_tick_lag_seconds_bucket{le="
    bounds = sorted(
        {
            float(key[len(name) : -1])
            for each in figures
            for key in each
            if key.startswith(name) and "Inf" not in key
        }
    )
    within = {
        bound: sum(each.get(f"{name}{bound}}}", 0.0) for each in figures) / total if total else 0.0
        for bound in bounds
    }
    p99 = next((bound for bound, share in within.items() if share >= 0.99), None)
    return {
        "ticks": int(total),
        "ticks_by_process": [int(each.get("jishi_tick_lag_seconds_count", 0.0)) for each in figures],
        "committed_lag_p99_ms_at_most": None if p99 is None else round(p99 * 1000),
        "committed_within": {f"{bound * 1000:g} ms": round(share, 4) for bound, share in within.items()},
        "failures": int(sum(each.get("jishi_tick_failures_total", 0.0) for each in figures)),
    }
