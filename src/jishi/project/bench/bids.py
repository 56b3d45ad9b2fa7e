"""How many bids a second are decided and made durable, through HTTP, and how long a bidder waits for the answer.

Server processes as in production, kept connections, tickets of bidders who were admitted by the real actions.
Afterwards everything that was answered is held against what is stored. The bounds are measured in the same run: one
transaction a bid through the same code, bare group commits of the same rows, and how often this disk makes a block
durable.
"""

from dataclasses import asdict, dataclass
from typing import Any

from jishi.project.bench.plan import Plan
from jishi.project.bench.stage import Stage, machine, set_stage

FAST_FSYNC_PER_S = 1000.0
BOUND_S = 2.0
CLOSES_MS = 24 * 3_600_000
PLAIN_LOT = "P"
PLAIN_BIDDERS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured; `bidders` are those of all lots together.

    `rule`: any (each rung of the ladder counts) or improve (only what tops the price). `fsync_ms` is what each flush
    of the disk takes longer; every `wrong_every`th bid (0: none) names a price between two rungs.
    """

    database: str = "sqlite"
    processes: int = 1
    lots: int = 1
    bidders: int = 1000
    seconds: float = 10.0
    connections: int = 256
    rule: str = "any"
    warm_s: float = 2.0
    bundles: int = 1
    fsync_ms: float = 0.0
    wrong_every: int = 10


def measure(asked: Asked) -> dict[str, Any]:
    """Serve the lots, bid, check and measure the bounds; return the figures."""
    before = machine()
    with set_stage(asked.database, asked.processes, shimmed=bool(asked.fsync_ms)) as stage:
        if stage.shim:
            stage.shim.slow_fsync(asked.fsync_ms)
        made = stage.make_lots(_plan(asked))
        plain = stage.make_lots(Plan(name=PLAIN_LOT, bidders=PLAIN_BIDDERS, closes_ms=CLOSES_MS))
        stage.start()
        found, batches = _bid(stage, made, asked)
        stage.stop()
        kept = stage.run("jishi.project.bench.kept", _kept(stage, made, asked))
        bound = stage.run(
            "jishi.project.bench.bound",
            {"lot": plain["lots"][0], "batch": batches["mean"], "seconds": BOUND_S},
        )
    return {
        "machine": before,
        "asked": asdict(asked),
        **found,
        "batch_size": batches,
        "kept": kept,
        "bound": {**bound, **_ratios(found, bound)},
    }


def _plan(asked: Asked) -> Plan:
    each = max(1, asked.bidders // asked.lots)
    return Plan(
        lots=asked.lots, bidders=each, closes_ms=CLOSES_MS, free_quotes=asked.rule, apart=asked.lots > 1
    )


def _told(stage: Stage) -> str:
    return str(stage.var / "told.tsv")


def _bid(stage: Stage, made: dict[str, Any], asked: Asked) -> tuple[dict[str, Any], dict[str, float]]:
    given = {
        "ports": stage.ports,
        "lots": made["lots"],
        "connections": asked.connections,
        "warm_s": asked.warm_s,
        "seconds": asked.seconds,
        "wrong_every": asked.wrong_every,
        "told": _told(stage),
    }
    busy_s = stage.cpu_s()
    found = stage.run("jishi.project.bench.load", given)
    found["server_cpu_s"] = round(stage.cpu_s() - busy_s, 2)
    found["decisions_per_server_cpu_s"] = round(found.pop("answered_in_all") / found["server_cpu_s"], 1)
    counted = [stage.scrape(place) for place in range(stage.count)]
    batches = sum(each["jishi_batch_size_count"] for each in counted)
    mean = sum(each["jishi_batch_size_sum"] for each in counted) / max(1.0, batches)
    return found, {"batches": batches, "mean": round(mean, 1)}


def _kept(stage: Stage, made: dict[str, Any], asked: Asked) -> dict[str, Any]:
    ids = [lot["id"] for lot in made["lots"]]
    return {"told": _told(stage), "lots": ids, "bundles": asked.bundles, "all_answered": True}


def _ratios(found: dict[str, Any], bound: dict[str, float]) -> dict[str, Any]:
    return {
        "to_plain": round(found["decisions_per_s"] / bound["plain_per_s"], 1),
        "to_group_commit": round(found["decisions_per_s"] / bound["group_commit_per_s"], 3),
        "fsync_takes_less_than_1_ms": bound["fsync_per_s"] > FAST_FSYNC_PER_S,
    }


def holds(found: dict[str, Any]) -> bool:
    """Tell whether nothing that was acknowledged is missing, changed or there twice."""
    return not any(found["kept"]["wrong"].values())
