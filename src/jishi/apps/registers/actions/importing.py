"""Bring a file into a register: try every row, then write the good ones piece by piece.

A piece is one transaction of the run's deadline, so a crash repeats nothing and loses nothing; what is wrong with a
row is kept beside it and stops no other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import transaction

from jishi.apps.packs.api import current_pack
from jishi.apps.registers.actions.settling import Settled, settle
from jishi.apps.registers.content import register_kind
from jishi.apps.registers.exchange.column import check_columns, match_columns
from jishi.apps.registers.exchange.reading import Reader
from jishi.apps.registers.exchange.sheet import SheetRow, open_sheet
from jishi.apps.registers.info import ImportInfo
from jishi.apps.registers.models import ImportProblem, ImportRun
from jishi.apps.registers.reads.importing import import_info, sheet_of
from jishi.kernel.fault import Fault
from jishi.platform import access, evidence
from jishi.platform.access import Target, require
from jishi.platform.batch import insert_rows
from jishi.platform.context import Actor, Context
from jishi.platform.deadline import set_deadline
from jishi.platform.entropy import new_id
from jishi.platform.models import User
from jishi.platform.storage import path_of, store_file

IMPORT = "register.import"
LARGEST = 200 << 20
TRIED_AT_ONCE, TRIED, WRITTEN = 200, 400, 100
PAUSE_MS = 20
MOST_OPEN = 8
MODES = ("new", "update")
_rows: dict[tuple[str, str, int], tuple[int, Iterator[SheetRow]]] = {}


def start_import(
    ctx: Context, kind: str, content: bytes, *, name: str, division: str = "", mode: str = "new"
) -> ImportInfo:
    """Take a file in and try its first rows; the rest is tried when its deadline runs.

    `mode` "new" refuses numbers that exist, "update" amends those entries. Faults: `table.*`, `file.empty`,
    `file.size`, `registers.map.*`, `registers.import.mode`.
    """
    require(ctx, "register.edit", Target(division=division))
    if not content or len(content) > LARGEST:
        code = "file.size" if content else "file.empty"
        raise Fault(code, size=len(content), most=LARGEST)
    if mode not in MODES:
        raise Fault("registers.import.mode", mode=mode, valid=", ".join(MODES))
    found, owner = register_kind(kind), new_id(ctx.entropy)
    with transaction.atomic():
        file = store_file(
            ctx,
            content,
            name[:200],
            owner=f"import/{owner}",
            media_type="application/octet-stream",
            public=False,
        )
        sheet = open_sheet(path_of(file))
        run = ImportRun.objects.create(
            id=owner,
            kind=kind,
            division=division,
            mode=mode,
            file=file.id,
            name=name[:200],
            form=sheet.form,
            columns=match_columns(found, sheet.columns),
            state="trying",
            rows=sheet.count,
            by_id=ctx.actor.user_id,
            started_ms=ctx.now_ms(),
            updated_ms=ctx.now_ms(),
        )
        _advance(ctx, run, TRIED_AT_ONCE)
    return import_info(run)


def choose_columns(ctx: Context, run_id: str, columns: Mapping[str, str]) -> ImportInfo:
    """Say which column goes to which field, and try again. Faults `registers.column.*`, `registers.import.state`."""
    with transaction.atomic():
        run = _lock(ctx, run_id, ("trying", "tried"))
        run.columns = check_columns(register_kind(run.kind), sheet_of(run).columns, columns)
        _restart(run, "trying")
        _advance(ctx, run, TRIED_AT_ONCE)
    return import_info(run)


def write_import(ctx: Context, run_id: str) -> ImportInfo:
    """Begin to write the good rows of a file that was tried whole. Fault `registers.import.state`."""
    with transaction.atomic():
        run = _lock(ctx, run_id, ("tried",))
        _restart(run, "writing")
        _advance(ctx, run, WRITTEN)
    return import_info(run)


def stop_import(ctx: Context, run_id: str) -> ImportInfo:
    """Stop a run; what is written stays. Fault `registers.import.state`."""
    with transaction.atomic():
        run = _lock(ctx, run_id, ("trying", "tried", "writing"))
        run.state = "stopped"
        _store(ctx, run)
    return import_info(run)


def run_piece(ctx: Context, run_id: str) -> None:
    """Go on with a run by one piece, as the clerk who began it may now; the handler of its deadline."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().filter(id=run_id).first()
        if run is None or run.state not in ("trying", "writing"):
            set_deadline(IMPORT, run_id, None)
            return
        _advance(replace(ctx, actor=_clerk(ctx, run)), run, TRIED if run.state == "trying" else WRITTEN)


def _advance(ctx: Context, run: ImportRun, size: int) -> None:
    """Try or write the next rows of a locked run."""
    rows = _next_rows(run, size)
    reader = Reader(register_kind(run.kind), current_pack(), run.columns, run.division)
    settled = settle(ctx, run, [reader.read(row) for row in rows])
    run.done += len(rows)
    run.good += settled.good
    run.unchanged += settled.unchanged
    insert_rows(_problems(run, settled))
    if run.done >= run.rows or not rows:
        _finish(ctx, run)
    _store(ctx, run)


def _finish(ctx: Context, run: ImportRun) -> None:
    _rows.pop(_place(run), None)
    if run.state == "trying":
        run.state = "tried"
        return
    run.state = "done"
    told = {"import": run.id, "register": run.kind, "rows": run.rows, "written": run.good}
    evidence.append(
        evidence.lock(f"register/{run.kind}"), ctx.now_ms(), [("EntriesImported", told, ctx.now_ms())]
    )


def _next_rows(run: ImportRun, size: int) -> list[SheetRow]:
    """Return the next rows; a reader left open by the piece before goes on where it stands."""
    place, rows = _rows.pop(_place(run), (-1, iter(())))
    if place != run.done:
        rows = sheet_of(run).rows(run.done)
    found = list(islice(rows, size))
    if len(_rows) >= MOST_OPEN:
        _rows.clear()
    _rows[_place(run)] = (run.done + len(found), rows)
    return found


def _place(run: ImportRun) -> tuple[str, str, int]:
    return run.id, run.name, run.rows


def _problems(run: ImportRun, settled: Settled) -> list[ImportProblem]:
    return [
        ImportProblem(
            run=run,
            row=row,
            field=str(fault.params.get("field", ""))[:80],
            code=fault.code,
            params={name: value for name, value in fault.params.items() if name not in ("row", "problems")},
        )
        for row, faults in settled.faults.items()
        for fault in faults
    ]


def _restart(run: ImportRun, state: str) -> None:
    ImportProblem.objects.filter(run=run).delete()
    run.state, run.done, run.good, run.unchanged = state, 0, 0, 0


def _store(ctx: Context, run: ImportRun) -> None:
    run.updated_ms = ctx.now_ms()
    run.save()
    running = run.state in ("trying", "writing")
    set_deadline(IMPORT, run.id, ctx.now_ms() + PAUSE_MS if running else None)


def _lock(ctx: Context, run_id: str, states: tuple[str, ...]) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise Fault("registers.import.unknown", run=run_id)
    require(ctx, "register.edit", Target(division=run.division))
    if run.state not in states:
        raise Fault("registers.import.state", state=run.state, valid=", ".join(states))
    return run


def _clerk(ctx: Context, run: ImportRun) -> Actor:
    if run.by_id is None:
        return ctx.actor
    user: Any = User.objects.get(pk=run.by_id)
    return Actor(run.by_id, user.display_name, access.permits_of(user, ctx.now_ms()))
