"""A whole market day, timed: `./jishi day` over many generated lots. Required: 60 s and 500 MB on two cores.

    python -m bench.day --listings land_listings.csv [--lots 1000] [--bidders 20] [--seed 1]

The rows are drawn from the rows of a file of real announcements: a new number for each, areas and prices moved by up to
a fifth. Only rows are drawn that a market day takes as they stand, so that every generated lot is run.
"""

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jishi.project.bench.stage import machine
from tests.web.server import ROOT

MOST_S, MOST_MB = 60.0, 500.0
LOOK_EVERY_S = 0.1
DAY = "2026-03-02"
DATES = ("notice_date", "listing_start", "listing_end", "registration_deadline")
SCALED = ("area_m2", "start_price_cny", "deposit_cny", "cap_price_cny")
Row = dict[str, str]


def main() -> None:
    """Generate the lots, run the day, print JSON; exit with 1 when it took more than is required."""
    options, before = _options(), machine()
    with tempfile.TemporaryDirectory(prefix="jishi-bench-day-") as place:
        folder = Path(place)
        with options.listings.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        made = _generate(_runnable(rows, folder), options.lots, options.seed)
        found = _time_day(_write(folder / "lots.csv", made), folder / "out", options)
    found = {"machine": before, "lots": options.lots, "bidders": options.bidders, **found}
    print(json.dumps(found, indent=1, ensure_ascii=False))
    sys.exit(found["seconds"] > MOST_S or found["peak_mb"] > MOST_MB)


def _runnable(rows: Sequence[Row], folder: Path) -> list[Row]:
    """Return the rows that a market day opens as they stand, without their dates."""
    priced = [
        row for row in rows if row["start_price_cny"] or row["start_unit_price"]
    ]  # not parts of another
    plain = [{**row, **dict.fromkeys(DATES, "")} for row in priced]
    out = folder / "probe"
    _run_day(_write(folder / "probe.csv", plain), out, 2, "1")
    with (out / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        refused = {int(problem["row"]) for problem in csv.DictReader(file)}
    return [row for number, row in enumerate(plain, start=2) if number not in refused]


def _generate(rows: Sequence[Row], count: int, seed: str) -> list[Row]:
    chance = random.Random(seed)
    made = []
    for number in range(count):
        row = dict(chance.choice(rows))
        row["notice_no"], row["parcel_no"] = f"BENCH-{number:05d}", f"B-{number:05d}"
        scale = chance.randint(80, 120)
        for name in SCALED:
            row[name] = _scaled(row[name], scale)
        made.append(row)
    return made


def _scaled(text: str, percent: int) -> str:
    """Return a plain whole number moved by a percentage; anything else stays as published."""
    return str(int(text) * percent // 100) if text.isdigit() else text


def _write(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _time_day(listings: Path, out: Path, options: argparse.Namespace) -> dict[str, Any]:
    began, worked = time.perf_counter(), _cpu_seconds()
    memory = _run_day(listings, out, options.bidders, options.seed)
    seconds, cpu_seconds = time.perf_counter() - began, _cpu_seconds() - worked
    summary = json.loads((out / "summary.json").read_text())
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu_seconds, 1),
        "peak_mb": round(memory, 1),
        "largest_process_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
        "required": {"seconds": MOST_S, "mb": MOST_MB},
        **{key: summary[key] for key in ("sold", "unsold", "problems", "quotes")},
        "bundles": len(list((out / "bundles").iterdir())),
    }


def _cpu_seconds() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _run_day(listings: Path, out: Path, bidders: int, seed: str) -> float:
    """Run the day; return the most memory (MB) its processes held together, shared pages counted once."""
    command = [
        sys.executable,
        "-m",
        "jishi.project.cli",
        "day",
        "--listings",
        str(listings),
        "--out",
        str(out),
    ]
    command += ["--date", DAY, "--increment", "1%", "--bidders", str(bidders), "--seed", seed]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    most: list[float] = [0.0]
    looking = threading.Thread(target=_look, args=(process, most))
    looking.start()
    said, _ = process.communicate()
    looking.join()
    if process.returncode:
        raise RuntimeError(said.decode())
    return most[0]


def _look(process: subprocess.Popen[bytes], most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], sum(_proportional_mb(pid) for pid in _family(process.pid)))
        time.sleep(LOOK_EVERY_S)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _proportional_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it ended between the looks
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _options() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument(
        "--listings", type=Path, required=True, help="announcements in the columns of land_listings.csv"
    )
    reader.add_argument("--lots", type=int, default=1000)
    reader.add_argument("--bidders", type=int, default=20)
    reader.add_argument("--seed", default="1")
    return reader.parse_args()


if __name__ == "__main__":
    main()
