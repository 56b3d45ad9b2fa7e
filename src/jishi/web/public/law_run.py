"""A table being decided for a reader: worked on apart from the request, its state and result kept in files for a while.

Any process can tell how far it is. The table sent is thrown away once decided, the result after KEPT_S.
"""

import csv
import json
import secrets
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from jishi.apps.packs.api import Pack, Run, open_run
from jishi.kernel.fault import Fault
from jishi.platform.durable import write_bytes
from jishi.platform.tables import sink
from jishi.platform.tables.source import STRANGERS, open_table

LARGEST_BYTES = 64 << 20
KEPT_S, LOST_S = 2 * 3600, 20 * 60
MOST_WAITING, MOST_SHOWN, MOST_XLSX = 12, 50, 50_000
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
HEAD = ("row", "column", "value", "valid", "problem")
_WORKER = ThreadPoolExecutor(1, "law-run")  # one table at a time: bidders must not wait for it


@dataclass(frozen=True)
class State:
    """How far a table is: `tally` counts its answers, `problems` are the first of them, `fault` why it was refused."""

    rule: str
    pack: str
    as_of: str
    language: str
    name: str
    status: str = WAITING
    rows: int = 0
    of: int = 0
    at_s: float = 0.0
    xlsx: bool = False
    troubled: int = 0
    tally: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    fault: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.status in (DONE, FAILED)


def start_run(pack: Pack, state: State, sent: UploadedFile) -> str:
    """Keep a table, let it be decided by a pack, and give the name under which to ask for it; Fault `law.many.busy`."""
    _clear()
    if sum(not each.over for each in map(_read, _folders()) if each) >= MOST_WAITING:
        raise Fault("law.many.busy")
    run_id = secrets.token_urlsafe(18)
    folder = _folder(run_id)
    folder.mkdir(parents=True, mode=0o700)
    with (folder / "table").open("wb") as file:
        for piece in sent.chunks():
            file.write(piece)
    _write(folder, state)
    _WORKER.submit(_work, folder, state, pack)
    return run_id


def find_run(run_id: str) -> State | None:
    """Give the state of a run, None where there is none; one that nobody works on any more has failed."""
    if not run_id.replace("-", "").replace("_", "").isalnum():
        return None
    state = _read(_folder(run_id))
    if state is not None and not state.over and time.time() - state.at_s > LOST_S:
        return replace(state, status=FAILED, fault={"code": "law.many.lost", "params": {}})
    return state


def file_of(run_id: str, name: str) -> Path | None:
    """Give a file of a finished run: `result.csv`, `result.xlsx`, `problems.csv`."""
    path = _folder(run_id) / name
    return path if path.is_file() else None


def _work(folder: Path, state: State, pack: Pack) -> None:
    """Decide a table; whatever happens, its state says so. The database is not asked."""
    try:
        state = _decide(folder, state, pack)
    except Fault as fault:
        state = replace(state, status=FAILED, fault={"code": fault.code, "params": fault.params})
    except Exception:
        state = replace(state, status=FAILED, fault={"code": "law.many.lost", "params": {}})
        raise
    finally:
        (folder / "table").unlink(missing_ok=True)
        if folder.is_dir():
            _write(folder, state)


def _decide(folder: Path, state: State, pack: Pack) -> State:
    source = open_table(folder / "table", STRANGERS)
    sink.must_be_plain(source.schema)
    run = open_run(pack.law, state.rule, source, (date.fromisoformat(state.as_of), state.language))
    state = replace(state, status=RUNNING, of=source.count())
    _write(folder, state)
    shown: list[dict[str, Any]] = []
    with (folder / "problems.csv").open("w", newline="", encoding="utf-8-sig") as problems:
        frames = _frames(run, (folder, state), (csv.writer(problems), shown))
        with (folder / "result.csv").open("wb") as file:
            file.writelines(sink.csv_bytes(frames, mark=True))
    if xlsx := run.tally.rows <= MOST_XLSX:
        result = open_table(folder / "result.csv")
        sink.write_xlsx((block.frame for block in result.blocks()), folder / "result.xlsx")
    return replace(_counted(state, run), status=DONE, xlsx=xlsx, problems=shown)


def _frames(
    run: Run, at: tuple[Path, State], told: tuple[Any, list[dict[str, Any]]]
) -> Iterator[pl.DataFrame]:
    (folder, state), (problems, shown) = at, told
    problems.writerow(HEAD)
    for part in run.parts():
        for each in part.troubles:
            said = each.to_json(state.language)
            problems.writerow([*(said[name] for name in HEAD[:-1]), said["sentence"]])
            if len(shown) < MOST_SHOWN:
                shown.append(said)
        _write(folder, _counted(state, run))
        yield part.frame


def _counted(state: State, run: Run) -> State:
    tally, plan = run.tally, run.plan
    told = {
        "answers": dict(tally.answers),
        "missing": dict(tally.missing),
        "unconfirmed": tally.unconfirmed,
        "least": tally.least,
        "greatest": tally.greatest,
        "near": dict(plan.near),
        "absent": list(plan.absent),
    }
    return replace(state, rows=tally.rows, troubled=tally.troubled, tally=told)


def _root() -> Path:
    return Path(settings.JISHI_VAR) / "many"


def _folder(run_id: str) -> Path:
    return _root() / run_id


def _folders() -> list[Path]:
    return list(_root().iterdir()) if _root().is_dir() else []


def _write(folder: Path, state: State) -> None:
    now = replace(state, at_s=time.time())
    write_bytes(folder / "state.json", json.dumps(asdict(now), ensure_ascii=False).encode())


def _read(folder: Path) -> State | None:
    try:
        return State(**json.loads((folder / "state.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _clear() -> None:
    """Throw away what nobody comes for any more."""
    for folder in _folders():
        state = _read(folder)
        if state is None or time.time() - state.at_s > KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)
