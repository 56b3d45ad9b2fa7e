"""Run the day: read the announcements, share out the lots, write what came of each."""

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from jishi.apps.packs import api as packs
from jishi.apps.simulation.day import worker
from jishi.apps.simulation.day.folder import clear_folders, read_file
from jishi.apps.simulation.day.log import write_log
from jishi.apps.simulation.day.options import DayOptions, reader_options
from jishi.apps.simulation.day.tables import (
    PROBLEM_COLUMNS,
    RESULT_COLUMNS,
    problem_row,
    write_json,
    write_table,
)
from jishi.apps.simulation.day.work import Draft, LotResult, Share, day_signer, work
from jishi.apps.simulation.listings.draft import Problem
from jishi.apps.simulation.listings.reader import read_listings
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.money import format_fen
from jishi.platform.batch import batched
from jishi.platform.words import say

PART = 10  # lots of a share: what a share costs beside its lots is what a sixth of a lot costs


def run_day(chosen: DayOptions, console: Console, lang: str) -> dict[str, Any]:
    """Run the day `chosen` describes on this process's database; return the summary it wrote.

    Faults: `day.listings`, `day.out` for paths that cannot be read or written, `listings.file.*` for no table at all.
    """
    began = time.monotonic()
    day = chosen.day or date.today()  # noqa: DTZ011 - the operator's calendar, outside the engine
    options = reader_options(packs.default_pack(), chosen, day)
    drafts, problems = read_listings(read_file(chosen.listings), options)
    _require_table(problems)
    clear_folders(chosen.out)
    call_command("migrate", verbosity=0, interactive=False)
    results = sorted(_run(chosen, drafts, console), key=lambda result: result.row)
    problems += [problem for result in results if result.fault for problem in _stopped(result, drafts)]
    summary = _summarise(chosen, (drafts, problems, results), day)
    write_log(chosen.out, _bundles(chosen.out, results), day_signer(chosen.seed))
    _write(chosen.out, [problem_row(problem, lang) for problem in problems], results, summary)
    spent = {"seconds": f"{time.monotonic() - began:.1f}", "out": str(chosen.out)}
    _report(console, summary, spent, lang)
    return summary


def _require_table(problems: Sequence[Problem]) -> None:
    for problem in problems:
        if problem.code.startswith("listings.file."):
            raise Fault(problem.code, **problem.params)


def _run(chosen: DayOptions, drafts: Sequence[Draft], console: Console) -> Iterator[LotResult]:
    prepared = Path(connections["default"].settings_dict["NAME"])
    connections.close_all()
    parts = batched(drafts, PART)
    shares = [
        Share(i, part, chosen.bidders, chosen.seed, chosen.out, prepared) for i, part in enumerate(parts)
    ]
    workers = min(chosen.workers or os.cpu_count() or 1, max(1, len(shares)))
    start = partial(worker.start, Path(settings.JISHI_VAR), prepared)
    with Progress(
        *Progress.get_default_columns(), MofNCompleteColumn(), console=console, transient=True
    ) as progress:
        task = progress.add_task("lots · 宗地", total=len(drafts))
        with ProcessPoolExecutor(workers, get_context("spawn"), start) as pool:
            for done in as_completed([pool.submit(work, share) for share in shares]):
                found = done.result()
                progress.advance(task, len(found))
                yield from found


def _bundles(out: Path, results: Sequence[LotResult]) -> list[Path]:
    return [out / result.values["bundle"] for result in results if result.values]


def _stopped(result: LotResult, drafts: Sequence[Draft]) -> list[Problem]:
    """Account for every row of a lot that could not stand."""
    draft = next(d for d in drafts if d.row == result.row)
    fault = result.fault
    assert fault is not None
    ids = (draft.notice_no, draft.parcel_no)
    return [Problem(row, "", "", fault.code, fault.params, *ids) for row in draft.rows]


def _summarise(
    chosen: DayOptions, found: tuple[list[Draft], list[Problem], list[LotResult]], day: date
) -> dict[str, Any]:
    drafts, problems, results = found
    values = [result.values for result in results if result.values]
    rows = {row for draft in drafts for row in draft.rows} | {problem.row for problem in problems}
    return {
        "rows": len(rows),
        "lots": len(values),
        "sold": sum(v["result"] == "sold" for v in values),
        "unsold": sum(v["result"] != "sold" for v in values),
        "rows_with_problems": len({problem.row for problem in problems}),
        "problems": len(problems),
        "quotes": sum(v["quotes"] for v in values),
        "methods": dict(sorted(Counter(v["method"] for v in values).items())),
        "turnover_fen": sum(v["turnover_fen"] for v in values if v["result"] == "sold"),
        "date": day.isoformat(),
        "increment": chosen.increment,
        "bidders": chosen.bidders,
        "seed": chosen.seed,
        "pack": packs.default_pack().reference(),
        "signer": day_signer(chosen.seed).public,
        "simulated": True,
    }


def _write(
    out: Path, problems: list[dict[str, Any]], results: list[LotResult], summary: dict[str, Any]
) -> None:
    write_table(out / "results.csv", RESULT_COLUMNS, [result.values for result in results if result.values])
    write_table(out / "problems.csv", PROBLEM_COLUMNS, sorted(problems, key=lambda row: row["row"]))
    write_json(out / "summary.json", summary)
    (out / "signer.pub").write_text(summary["signer"] + "\n")


def _report(console: Console, summary: dict[str, Any], spent: dict[str, str], lang: str) -> None:
    said = {**summary, **spent, "turnover": format_fen(summary["turnover_fen"])}
    for code in ("day.done", "day.place"):
        console.print(say(code, said, lang), highlight=False, soft_wrap=True, markup=False)
