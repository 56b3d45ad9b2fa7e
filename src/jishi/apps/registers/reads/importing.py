"""Answer how an import stands: its progress, what keeps rows out, what its first rows will become."""

from functools import lru_cache
from itertools import islice
from pathlib import Path

from jishi.apps.packs.api import current_pack
from jishi.apps.registers.content import register_kind
from jishi.apps.registers.exchange.reading import Reader
from jishi.apps.registers.exchange.sheet import Sheet, open_sheet
from jishi.apps.registers.info import ImportInfo, PreviewRow, ProblemInfo
from jishi.apps.registers.models import ImportProblem, ImportRun
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.storage import find_file, path_of


def get_import(ctx: Context, run_id: str) -> ImportInfo:
    """Return a run to whoever may edit in its division; Fault `registers.import.unknown`."""
    run = ImportRun.objects.filter(id=run_id).first()
    if run is None:
        raise Fault("registers.import.unknown", run=run_id)
    require(ctx, "register.edit", Target(division=run.division))
    return import_info(run)


def list_imports(kind: str, divisions: tuple[str, ...], size: int = 10) -> list[ImportInfo]:
    """Return the last runs into a register of the divisions, the newest first."""
    rows = ImportRun.objects.filter(kind=kind, division__in=[*divisions, ""]).order_by("-started_ms")
    return [import_info(row) for row in rows[:size]]


def list_problems(run_id: str, after_row: int = 0, size: int = 200) -> list[ProblemInfo]:
    """Return what keeps rows out, by row, those after `after_row`."""
    rows = ImportProblem.objects.filter(run_id=run_id, row__gt=after_row).order_by("row", "id")
    return [ProblemInfo(each.row, each.field, each.code, each.params) for each in rows[:size]]


def count_bad(run_id: str) -> int:
    """Return how many rows have a problem."""
    return ImportProblem.objects.filter(run_id=run_id).values("row").distinct().count()


def preview_import(run_id: str, size: int = 20) -> tuple[tuple[str, ...], list[PreviewRow]]:
    """Return the file's columns, and its first rows as cells beside what they will become."""
    run = ImportRun.objects.get(id=run_id)
    sheet = sheet_of(run)
    reader = Reader(register_kind(run.kind), current_pack(), run.columns, run.division)
    rows = []
    for row in islice(sheet.rows(), size):
        read = reader.read(row)
        rows.append(PreviewRow(row.number, dict(row.cells), read.form, read.faults))
    return sheet.columns, rows


def import_info(run: ImportRun) -> ImportInfo:
    """Return a run as other rooms see it."""
    return ImportInfo(
        id=run.id,
        kind=run.kind,
        division=run.division,
        mode=run.mode,
        name=run.name,
        form=run.form,
        columns=dict(run.columns),
        state=run.state,
        rows=run.rows,
        done=run.done,
        good=run.good,
        unchanged=run.unchanged,
        by=run.by_id,
        started_ms=run.started_ms,
    )


def sheet_of(run: ImportRun) -> Sheet:
    """Open the file of a run."""
    file = find_file(run.file)
    if file is None:
        raise Fault("file.missing", name=run.name)
    return _sheet(path_of(file))


@lru_cache(maxsize=4)
def _sheet(path: Path) -> Sheet:
    """Keep what was opened last: files stand under the hash of their content, so none changes."""
    return open_sheet(path)
