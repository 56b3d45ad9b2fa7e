"""The tables of a day: results.csv, problems.csv, summary.json."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jishi.apps.simulation.listings.draft import Problem
from jishi.platform.words import say

PROBLEM_COLUMNS = ("row", "column", "read", "needed", "code", "notice_no", "parcel_no")
RESULT_COLUMNS = (
    "row", "rows", "notice_no", "parcel_no", "place", "division", "method", "result", "reason", "start_price_fen",
    "price_fen", "quotes", "registrants", "winner_alias", "awards", "turnover_fen", "reserve_fen", "closed_ms",
    "operator_set", "simulated", "bundle", "release", "contract",
)  # fmt: skip


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a CSV that spreadsheets read as UTF-8; a blank is a blank, and no cell starts a formula."""
    with path.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _cell(row.get(name)) for name in columns} for row in rows)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return "'" + value
    return "" if value is None else value


def problem_row(problem: Problem, lang: str) -> dict[str, Any]:
    """Return a problem as a row of problems.csv, its need said in words."""
    return {
        "row": problem.row,
        "column": problem.column,
        "read": problem.read,
        "needed": say(problem.code, problem.params, lang),
        "code": problem.code,
        "notice_no": problem.notice_no,
        "parcel_no": problem.parcel_no,
    }


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with sorted keys, so that equal values are equal bytes."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
