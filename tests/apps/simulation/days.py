"""Market days run through the command line, as a stranger runs them, and what they leave behind."""

import csv
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.apps.simulation.listing_rows import (
    BY_HEADCOUNT,
    HOMES,
    INDUSTRIAL,
    PART_OF_HOMES,
    PART_OF_SHOPS,
    PER_MU_STEP,
    table,
)

once = pytest.mark.skipif(
    os.environ.get("JISHI_DATABASE_URL", "").startswith("postgres"), reason="a day is on SQLite of its own"
)
ROOT = Path(__file__).resolve().parents[3]
BESIDE = ROOT.parent / "shared" / "data" / "land_listings.csv"
CAPPED = INDUSTRIAL | {"parcel_no": "capped", "cap_price_cny": "2570000"}
STEPLESS = INDUSTRIAL | {"parcel_no": "stepless", "increment_cny": ""}
ENDLESS = INDUSTRIAL | {"parcel_no": "9" * 100}  # read without fault, refused by the market
UNKNOWN = INDUSTRIAL | {"parcel_no": "unknown", "method": "双边报价"}
MANY = tuple(INDUSTRIAL | {"parcel_no": f"{INDUSTRIAL['parcel_no']}-{place}"} for place in range(5))
SAMPLE = table(
    *MANY, HOMES, PER_MU_STEP, BY_HEADCOUNT, STEPLESS, PART_OF_HOMES, PART_OF_SHOPS, CAPPED, ENDLESS, UNKNOWN
)


@dataclass(frozen=True, slots=True)
class Day:
    """A finished day: the announcements it read and the folder it wrote."""

    listings: Path
    out: Path

    @property
    def results(self) -> list[dict[str, str]]:
        """Return the rows of results.csv."""
        return read_csv(self.out / "results.csv")

    @property
    def problems(self) -> list[dict[str, str]]:
        """Return the rows of problems.csv."""
        return read_csv(self.out / "problems.csv")

    @property
    def summary(self) -> dict[str, Any]:
        """Return summary.json."""
        found: dict[str, Any] = json.loads((self.out / "summary.json").read_bytes())
        return found

    @property
    def bundles(self) -> list[Path]:
        """Return the bundle files in order."""
        return sorted((self.out / "bundles").iterdir())

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file by its path in the folder."""
        files = sorted(path for path in self.out.rglob("*") if path.is_file())
        return {str(path.relative_to(self.out)): sha256(path.read_bytes()).hexdigest() for path in files}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a table as a spreadsheet reads it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def jishi(*args: object, tmp: Path | None = None, lang: str = "en") -> "subprocess.CompletedProcess[str]":
    """Run `jishi` with a language of its own, and a folder for temporary files where one is given."""
    own = {"JISHI_LANG": lang, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "400"}
    if tmp is not None:
        own["TMPDIR"] = str(tmp)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JISHI_")}
    command = [sys.executable, "-m", "jishi.project.cli", *map(str, args)]
    return subprocess.run(
        command, env={**environment, **own}, cwd=ROOT, capture_output=True, text=True, timeout=600
    )


def run_day(out: Path, listings: Path, options: Sequence[object], tmp: Path | None = None) -> Day:
    """Run a day that must succeed."""
    done = jishi(
        "day", "--listings", listings, "--out", out, "--date", "2026-11-23", "--increment", "1%", *options,
        tmp=tmp,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Day(listings, out)


def find_listings() -> Path:
    """Return the table of real announcements, or skip the test loudly."""
    path = Path(os.environ.get("JISHI_LISTINGS") or BESIDE)
    if not path.is_file():
        warnings.warn(f"THE DAY IS NOT RUN ON REAL ANNOUNCEMENTS: none at {path}", stacklevel=2)
        pytest.skip(f"no announcements at {path}; set JISHI_LISTINGS to their CSV")
    return path.resolve()
