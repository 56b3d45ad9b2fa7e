"""Show on the terminal what is wrong in a pack, what a release would change, and how two tracks differ. No database."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform.words import say

MARKS = {"error": "[red]✗[/red]", "warning": "[yellow]![/yellow]", "note": "[dim]·[/dim]"}
SOUND = "[green]✓[/green]"


def check_folder(console: Console, path: Path | None, options: tuple[bool, bool, str]) -> bool:
    """Check files, dated cases and rows of a pack (strict, notes, language); return whether it may be released."""
    strict, notes, lang = options
    folder = find_folder(path)
    with _progress(console) as progress:
        task = progress.add_task(say("project.pack.reading", {}, lang), total=None)
        pack, problems = packs.draft_pack(folder)
        progress.update(task, description=say("project.pack.cases", {}, lang))
        failed = [] if pack is None else packs.check_cases(pack)
        found = [] if pack is None else packs.lint_pack(pack, _today(), _following(progress, task, lang))
    _show(console, "error", (_said(problem, lang) for problem in [*problems, *failed]))
    for level in ("error", "warning", "note") if notes else ("error", "warning"):
        _show(console, level, (_told(pack, each, lang) for each in found if each.level == level and pack))
    counts: Counter[str] = Counter(each.level for each in found)
    counts["error"] += len(problems) + len(failed)
    sound = not counts["error"] and not (strict and counts["warning"])
    _close(console, pack, (folder, counts, sound), lang)
    return sound


def _following(progress: Progress, task: TaskID, lang: str) -> Callable[[str], None]:
    def told(rule: str) -> None:
        progress.update(task, description=say("project.pack.rows", {"rule": rule}, lang))

    return told


def _close(
    console: Console, pack: packs.Pack | None, result: tuple[Path, Counter[str], bool], lang: str
) -> None:
    folder, counts, sound = result
    if sound and pack is not None:
        kinds = ("clauses", "parameters", "registers", "products", "facts", "rules")
        sizes = {kind: len(getattr(pack, kind)) for kind in kinds}
        said = say("project.pack.sound", {"id": pack.id, "version": pack.version, **sizes}, lang)
        console.print(f"{SOUND} {escape(said)}", highlight=False, soft_wrap=True)
    levels = {level: counts[level] for level in MARKS}
    said = say("project.pack.counts", {"path": str(folder), **levels}, lang)
    console.print(escape(said), highlight=False, soft_wrap=True)


def _told(pack: packs.Pack | None, finding: packs.Finding, lang: str) -> str:
    assert pack is not None
    sentence = say(finding.code, packs.finding_params(pack, finding), lang)
    return f"rules/{finding.rule}: {sentence}" if finding.rule else sentence


def _today() -> date:
    return datetime.now(tz=UTC).date()


def find_folder(path: Path | str | None) -> Path:
    """Give the folder of a pack: a directory, an installed pack's name, or the default pack."""
    named = str(path) if path is not None else os.environ.get("JISHI_PACK") or "jilin"
    folder = Path(named) if Path(named).is_dir() or os.sep in named else packs.locate_pack(named)
    if not folder.is_dir():
        raise Fault("project.pack.folder", path=str(folder))
    return folder


def _said(problem: packs.Problem, lang: str) -> str:
    sentence = say(problem.code, problem.fault.params, lang)
    return f"{problem.place}: {sentence}" if problem.place else sentence


def _show(console: Console, level: str, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(f"{MARKS[level]} {escape(line)}", highlight=False, soft_wrap=True)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
