"""`jishi bench`: measure the running server by hand; each prints what it found, with `--json` as JSON alone."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from jishi.kernel.fault import Fault
from jishi.platform.words import say

app = typer.Typer(no_args_is_help=True, help="Measure the server: real processes on a database of their own.")
console = Console(highlight=False)
Database = Annotated[str, typer.Option(help="sqlite or postgres.")]
Processes = Annotated[int, typer.Option(min=1, max=8, help="Server processes.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


@app.command()
def bids(
    database: Database = "sqlite",
    lots: Annotated[int, typer.Option(min=1, help="Lots that are bid for at once.")] = 1,
    bidders: Annotated[int, typer.Option(min=1, help="Admitted bidders, over all lots.")] = 1000,
    seconds: Annotated[
        float, typer.Option(min=0.5, help="For how long, after two seconds to warm up.")
    ] = 10.0,
    *,
    processes: Processes = 1,
    connections: Annotated[int, typer.Option(min=1, help="Kept connections, one bid on its way each.")] = 256,
    rule: Annotated[
        str, typer.Option(help="any: every rung counts; improve: only what tops the price.")
    ] = "any",
    fsync_ms: Annotated[float, typer.Option(min=0.0, help="What each flush takes longer, by a shim.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """How many bids a second are decided and durable; exits with 1 if an acknowledged one is not stored as told."""
    from jishi.project.bench import bids as bench

    asked = bench.Asked(database, processes, lots, bidders, seconds, connections, rule, fsync_ms=fsync_ms)
    with plainly():
        found = bench.measure(asked)
        show(found, as_json)
        if not bench.holds(found):
            raise typer.Exit(1)


@app.command()
def faults(
    schedules: Annotated[int, typer.Option(min=1, help="How many random schedules.")] = 20,
    seed: Annotated[int, typer.Option(help="The first schedule's seed; the next have the next.")] = 1,
    database: Annotated[str, typer.Option(help="sqlite, postgres or both.")] = "both",
    *,
    as_json: AsJson = False,
) -> None:
    """Bids while servers, database, disk, clock and lines fail; exits with 1 if anything was lost or came twice."""
    from jishi.project.bench import faults as bench

    with plainly():
        found = bench.measure(schedules, seed, ("sqlite", "postgres") if database == "both" else (database,))
        show(found, as_json)
        if found["bad_schedules"]:
            raise typer.Exit(1)


@app.command()
def watchers(
    watchers: Annotated[int, typer.Option(min=1, max=20_000, help="Open streams on one lot.")] = 1000,
    bids: Annotated[int, typer.Option(min=1, help="Bids offered a second.")] = 1000,
    seconds: Annotated[float, typer.Option(min=1.0, help="For how long.")] = 5.0,
    database: Database = "sqlite",
    *,
    processes: Processes = 1,
    as_json: AsJson = False,
) -> None:
    """How long a bid takes to reach everyone who watches, while many bids a second arrive."""
    from jishi.project.bench import watchers as bench

    asked = bench.Asked(watchers=watchers, bids=bids, seconds=seconds, database=database, processes=processes)
    with plainly():
        show(bench.measure(asked), as_json)


@app.command()
def closings(
    lots: Annotated[int, typer.Option(min=1, help="Lots that close.")] = 800,
    spread: Annotated[float, typer.Option(min=0.0, help="Over how many seconds; 0: at one instant.")] = 60.0,
    database: Database = "sqlite",
    *,
    processes: Processes = 1,
    as_json: AsJson = False,
) -> None:
    """Many lots that close in the same minute: each exactly once, and how late."""
    from jishi.project.bench import closings as bench

    with plainly():
        show(bench.measure(lots, round(spread * 1000), database, processes), as_json)


@contextmanager
def plainly() -> Iterator[None]:
    """Say in both languages why a bench cannot run, and end with 2."""
    try:
        yield
    except Fault as fault:
        for lang in ("zh", "en"):
            print(say(fault.code, fault.params, lang), file=sys.stderr)
        raise typer.Exit(2) from None


def show(found: dict[str, Any], as_json: bool) -> None:
    """Print what a bench found."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        console.print_json(data=found)
