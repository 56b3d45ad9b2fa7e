"""Decide a file of cases on the terminal: a result beside it, its problems, and a summary. No database."""

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.kernel.rules.frame import UNDECIDED
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.reading import DAY
from jishi.platform.tables import sink
from jishi.platform.tables.source import open_table
from jishi.platform.words import say
from jishi.platform.words.ruling import value_text

FORMS = (".csv", ".parquet", ".xlsx")
HEAD = ("row", "column", "value", "valid", "problem")


def decide_file(console: Console, asked: tuple[str, Path, date], how: tuple[Path | None, str]) -> bool:
    """Decide (rule, table of cases, date) into (file, language); tell whether every row got a definite answer.

    Faults `project.decide.no_file`, `project.decide.out`, `table.*`, `rules.frame_*`, `rules.unknown_rule`.
    """
    rule, path, day = asked
    out, lang = how
    law = packs.default_pack().law
    law.decider(rule)
    if not path.is_file():
        raise Fault("project.decide.no_file", path=str(path))
    target = _target(path, out)
    source = open_table(path)
    run = packs.open_run(law, rule, source, (day, lang))
    if target.suffix != ".parquet":
        sink.must_be_plain(source.schema)
    _write(console, run, target)
    _show(console, run, (target, lang))
    return not run.tally.undetermined and not run.tally.troubled


def problems_path(target: Path) -> Path:
    """Give where the problems of a result are listed: beside it."""
    return target.with_name(f"{target.stem}.problems.csv")


def _target(path: Path, out: Path | None) -> Path:
    """Give where the result goes: as asked, else beside the table."""
    kept = ".parquet" if path.suffix in (".parquet", ".arrow") else ".csv"
    target = out or path.with_name(f"{path.stem}.decided{kept}")
    if target.suffix not in FORMS or target.resolve() == path.resolve() or not target.parent.is_dir():
        raise Fault("project.decide.out", path=str(target), valid=FORMS)
    return target


def _write(console: Console, run: packs.Run, target: Path) -> None:
    """Write result and problems whole or not at all."""
    part, listed = (each.with_name(each.name + ".part") for each in (target, problems_path(target)))
    try:
        with ExitStack() as held:
            told = held.enter_context(listed.open("w", newline="", encoding="utf-8-sig"))
            frames = _frames(run, _tracker(held, console, run), csv.writer(told))
            if target.suffix == ".parquet":
                sink.write_parquet(frames, part)
            elif target.suffix == ".xlsx":
                sink.write_xlsx(frames, part)
            else:
                with part.open("wb") as file:
                    file.writelines(sink.csv_bytes(frames, mark=True))
        part.replace(target)
        if run.tally.troubled or problems_path(target).exists():
            listed.replace(problems_path(target))
    finally:
        for each in (part, listed):
            each.unlink(missing_ok=True)


def _frames(run: packs.Run, track: Any, problems: Any) -> Iterator[pl.DataFrame]:
    problems.writerow(HEAD)
    for part in run.parts():
        for each in part.troubles:
            told = each.to_json(run.language or "en")
            problems.writerow([told[name] for name in (*HEAD[:-1], "sentence")])
        track(run.tally.rows)
        yield part.frame


def _tracker(held: ExitStack, console: Console, run: packs.Run) -> Any:
    """Show progress where there is a terminal to show it on."""
    if not console.is_terminal:
        return lambda rows: None
    lang = run.language or "en"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = held.enter_context(Progress(*columns, console=console, transient=True))
    task = progress.add_task(say("project.decide.counting", {}, lang), total=None)
    progress.update(task, total=run.source.count(), description=say("project.decide.deciding", {}, lang))
    return lambda rows: progress.update(task, completed=rows)


def _show(console: Console, run: packs.Run, how: tuple[Path, str]) -> None:
    target, lang = how
    tally, rule = run.tally, run.plan.law.book.rules[run.plan.rule]
    at = int(lang == "en")
    _say(console, "[bold]" + escape(rule.question[at]) + "[/bold]")
    _say(console, say("project.decide.rows", {"rows": f"{tally.rows:,}", "day": run.day.isoformat()}, lang))
    console.print(_answers(run, lang))
    for name, count in tally.missing.most_common():
        label = (DAY if name == AS_OF else run.plan.law.book.facts[name]).label[at]
        _say(console, "  " + say("project.decide.missing", {"fact": label, "count": f"{count:,}"}, lang))
    if tally.unconfirmed:
        _say(console, say("project.decide.doubtful", {"count": f"{tally.unconfirmed:,}"}, lang))
    for column, fact in run.plan.near.items():
        _say(console, "[yellow]" + escape(say("project.decide.near", {"column": column, "fact": fact}, lang)))
    if run.plan.absent:
        _say(console, say("project.decide.absent", {"facts": run.plan.absent}, lang))
    if tally.troubled:
        params = {"rows": f"{tally.troubled:,}", "path": str(problems_path(target))}
        _say(console, "[yellow]" + escape(say("project.decide.problems", params, lang)))
    _say(console, escape(say("project.decide.written", {"path": str(target)}, lang)))


def _answers(run: packs.Run, lang: str) -> Grid:
    """Lay out how often each answer was given."""
    grid, rule, tally = Grid.grid(padding=(0, 2, 0, 0)), run.plan.law.book.rules[run.plan.rule], run.tally
    grid.add_column()
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    for answer, count in tally.answers.most_common():
        if not count:
            continue
        if answer in (UNDECIDED, "conflict", "known"):
            said = say(f"project.decide.{answer}", {}, lang)
        else:
            said = value_text(rule, answer, lang)
        grid.add_row("  " + escape(said), f"{count:,}", f"{100 * count / tally.rows:.1f}%")
    if tally.least is not None and tally.greatest is not None:
        least, greatest = (value_text(rule, each, lang) for each in (tally.least, tally.greatest))
        params = {"least": least, "greatest": greatest}
        grid.add_row("  " + escape(say("project.decide.between", params, lang)), "", "")
    return grid


def _say(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)
