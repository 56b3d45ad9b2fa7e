"""Rules over many cases and one, beside their peers in the same run.

    python -m bench.rules [--rows 20000000] [--residents 24000000] [--peers PLACE | --no-peers]

(a) one table over columns at one date and (b) each case under its own date, beside OpenFisca; (c) one case,
beside zen-engine, and its explanation; (d) loading the Jilin pack; (e) every resident of the province through
its rule on settling in towns; (f) the table as SQL on DuckDB. The peers (requirements/bench.in) go into a
throw-away environment, or one kept at PLACE; where they cannot be had, the figures stand without a ratio.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.peer import PEERS, find_peers, run
from bench.residence import DAY, Cases, law, make_cases
from jishi.kernel.rules.answers import Answers
from jishi.kernel.rules.columns import decide_columns, facts_asked
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.sql import to_sql
from jishi.kernel.rules.sql_writer import Options
from jishi.project.bench.stage import machine

HOUSEHOLD = "labour.household_registration"
HOUSEHOLD_DAY = "2025-06-01"
SAMPLES = 500


def main() -> None:
    """Measure and print ratio lines, then JSON."""
    options = _options()
    if options.only:
        print(json.dumps({"household": _household, "load": _load}[options.only](options)))
        return
    found: dict[str, Any] = {"machine": machine(), "rows": options.rows}
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as place:
        peers = None if options.no_peers else find_peers(options.peers or Path(place) / "peers")
        cases = make_cases(options.rows)
        found |= _columns(cases, _openfisca(peers, cases, Path(place)))
        found["one_case"] = _one_case(cases, peers, Path(place))
        found["sql"] = _sql(options.sql_rows)
    found["pack_load_s"] = min(_own_process("load", options)["seconds"] for _ in range(3))
    found["residents"] = _own_process("household", options)
    _say(found)
    print(json.dumps(found, indent=1))


def _columns(cases: Cases, peer: dict[str, Any] | None) -> dict[str, Any]:
    """Decide the table over all rows: at one date, and each case under its own."""
    mine, columns = law(), cases.columns()
    one, answers = _best(lambda: decide_columns(mine, "residence", columns, DAY))
    own, _ = _best(lambda: decide_columns(mine, "residence", columns, cases.days))
    frame = _frame(cases)
    polars, _ = _best(lambda: decide_columns(mine, "residence", frame, DAY))
    rows = len(answers)
    found: dict[str, Any] = {
        "one_date": {"rows_per_s": round(rows / one), "polars_rows_per_s": round(rows / polars)},
        "own_dates": {"s_per_million": round(own / rows * 1e6, 4)},
        "answers": answers.counts(),
    }  # fmt: skip
    if peer is not None:
        found["one_date"]["openfisca_rows_per_s"] = round(rows / peer["one_day_s"])
        found["one_date"]["ratio"] = round(peer["one_day_s"] / one, 2)
        found["own_dates"]["openfisca_s_per_million"] = round(peer["own_day_s"] / rows * 1e6, 4)
        found["own_dates"]["ratio"] = round(peer["own_day_s"] / own, 1)
    return found


def _one_case(cases: Cases, peers: Path | None, place: Path) -> dict[str, Any]:
    """Decide one case after another, and explain them."""
    mine, day = law(), DAY.toordinal()
    some = [{name: values[at].item() for name, values in cases.values.items()} for at in range(SAMPLES)]
    answers = [mine.decide("residence", case, day).answer for case in some]
    spent, _ = _best(lambda: [mine.decide("residence", case, day) for _ in range(40) for case in some])
    decisions = [mine.decide("residence", case, day) for case in some]
    told, _ = _best(lambda: [explain(mine, each, case) for each, case in zip(decisions, some, strict=True)])
    found: dict[str, Any] = {
        "per_s": round(40 * SAMPLES / spent), "explanation_ms": round(told / SAMPLES * 1000, 4),
    }  # fmt: skip
    if peers is not None:
        path = place / "cases.json"
        path.write_text(json.dumps(some))
        peer = run([str(peers), str(PEERS / "zen_table.py"), str(path), "3"])
        assert peer["answers"] == answers, "the engines disagree"
        found["zen_per_s"] = round(peer["per_s"])
        found["ratio"] = round(found["per_s"] / peer["per_s"], 2)
    return found


def _sql(rows: int) -> dict[str, Any]:
    """Decide the table in DuckDB, and see that it answers as the columns do."""
    import duckdb

    cases, mine = make_cases(rows), law()
    source = _frame(cases).with_row_index("id")
    statement = to_sql(mine, "residence", "source", options=Options(as_of=DAY))
    with duckdb.connect() as connection, tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        source.write_parquet(file.name)  # needs no library between the two
        connection.execute(f"CREATE TABLE source AS SELECT * FROM read_parquet('{file.name}')")
        spent, _ = _best(lambda: connection.execute(f"CREATE OR REPLACE TABLE told AS {statement}"))
        counted = dict(
            connection.execute("SELECT coalesce(answer, status), count(*) FROM told GROUP BY 1").fetchall()
        )
    assert counted == {
        k: n for k, n in decide_columns(mine, "residence", cases.columns(), DAY).counts().items() if n
    }
    return {"rows": rows, "rows_per_s": round(rows / spent)}


def _load(options: argparse.Namespace) -> dict[str, Any]:
    """Load the pack of Jilin, its rules read and checked."""
    from jishi.apps.packs.api import load_pack

    began = time.perf_counter()
    pack = load_pack("jilin")
    return {"seconds": round(time.perf_counter() - began, 3), "rules": len(pack.rules)}


def _household(options: argparse.Namespace) -> dict[str, Any]:
    """Ask of every resident whether they may settle in town; made-up people, real rows."""
    from jishi.apps.packs.api import load_pack

    mine, count = load_pack("jilin").law, options.residents
    columns = _people(mine, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent, answers = _best(
        lambda: decide_columns(mine, HOUSEHOLD, columns, np.datetime64(HOUSEHOLD_DAY).item()), 2
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "rows": count, "seconds": round(spent, 2), "peak_mb": round(peak / 1024), "columns_mb": round(before / 1024),
        "answers": answers.counts(),
    }  # fmt: skip


def _people(mine: Law, count: int) -> dict[str, Any]:
    from jishi.kernel.rules.column import Column

    chance, columns = np.random.default_rng(11), {}
    for name in dict.fromkeys(facts_asked(mine, HOUSEHOLD)):
        fact = mine.book.facts[name]
        if fact.kind == "boolean":
            values: Any = chance.random(count, dtype=np.float32) < 0.3
        else:
            most = len(fact.vocabulary.words) if fact.vocabulary else 12
            values = chance.integers(0, most, count, dtype=np.int16)
        columns[name] = Column(values, chance.random(count, dtype=np.float32) >= 0.03)
    return columns


def _frame(cases: Cases) -> Any:
    import polars as pl

    return pl.DataFrame([
        pl.select(pl.when(pl.Series(cases.known[name])).then(pl.Series(values)).alias(name)).to_series()
        for name, values in cases.values.items()
    ])  # fmt: skip


def _best(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Return the seconds of the quickest of some runs, and what the last gave."""
    spans, found = [], None
    for _ in range(times):
        began = time.perf_counter()
        found = work()
        if isinstance(found, Answers):
            _ = found.determined
        spans.append(time.perf_counter() - began)
    return min(spans), found


def _openfisca(peers: Path | None, cases: Cases, place: Path) -> dict[str, Any] | None:
    if peers is None:
        return None
    folder = place / "columns"
    folder.mkdir()
    for name, values in {**cases.values, "day": cases.days}.items():
        np.save(folder / f"{name}.npy", values)
    found = run([str(peers), str(PEERS / "openfisca_table.py"), str(folder), str(DAY)])
    for path in folder.iterdir():
        path.unlink()
    return found


def _own_process(which: str, options: argparse.Namespace) -> dict[str, Any]:
    return run([sys.executable, "-m", "bench.rules", "--only", which, "--residents", str(options.residents)])


def _say(found: dict[str, Any]) -> None:
    one, own, case = found["one_date"], found["own_dates"], found["one_case"]
    print(f"one date      {one['rows_per_s'] / 1e6:8.1f} M rows/s        OpenFisca × {one.get('ratio', '?')}")
    print(f"own dates     {own['s_per_million']:8.4f} s per million   OpenFisca × {own.get('ratio', '?')}")
    print(f"one case      {case['per_s'] / 1e3:8.1f} k decisions/s   zen-engine × {case.get('ratio', '?')}")
    print(f"explanation   {case['explanation_ms']:8.4f} ms")
    print(f"pack load     {found['pack_load_s']:8.3f} s")
    people = found["residents"]
    print(
        f"residents     {people['seconds']:8.2f} s for {people['rows'] / 1e6:.0f} M, peak {people['peak_mb']} MB"
    )
    print(f"DuckDB        {found['sql']['rows_per_s'] / 1e6:8.1f} M rows/s")


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--rows", type=int, default=20_000_000)
    reader.add_argument("--residents", type=int, default=24_000_000)
    reader.add_argument("--sql-rows", type=int, default=5_000_000)
    reader.add_argument("--peers", type=Path, help="keep the peers' environment here")
    reader.add_argument("--no-peers", action="store_true")
    reader.add_argument("--only", choices=("household", "load"), help=argparse.SUPPRESS)
    return reader.parse_args()


if __name__ == "__main__":
    main()
