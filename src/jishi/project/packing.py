"""Show on the terminal what is wrong in a pack, what a release would change, and how two tracks differ. No database."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform.words import say

MARKS = {"error": "[red]✗[/red]", "warning": "[yellow]![/yellow]", "note": "[dim]·[/dim]"}
SOUND = "[green]✓[/green]"


def check_folder(console: Console, path: Path | None, options: tuple[bool, str]) -> bool:
    """Check files, dated cases and rows of a pack (strict, language); return whether it may be released."""
    strict, lang = options
    folder = find_folder(path)
    with _progress(console) as progress:
        task = progress.add_task(say("project.pack.reading", {}, lang), total=None)
        pack, problems = packs.draft_pack(folder)
        progress.update(task, description=say("project.pack.cases", {}, lang))
        failed = [] if pack is None else packs.check_cases(pack)
    _show_problems(console, [*problems, *failed], lang)
    counts = {"error": len(problems) + len(failed), "warning": 0, "note": 0}
    if counts["error"] or (strict and counts["warning"]):
        said = say("project.pack.faulty", {"path": str(folder), "problems": counts["error"]}, lang)
        console.print(said, highlight=False, soft_wrap=True)
        return False
    assert pack is not None
    kinds = ("clauses", "parameters", "registers", "products", "facts", "rules")
    sizes = {kind: len(getattr(pack, kind)) for kind in kinds}
    said = say("project.pack.sound", {"id": pack.id, "version": pack.version, **sizes}, lang)
    console.print(f"{SOUND} {escape(said)}", highlight=False, soft_wrap=True)
    return True


def find_folder(path: Path | str | None) -> Path:
    """Give the folder of a pack: a directory, an installed pack's name, or the default pack."""
    named = str(path) if path is not None else os.environ.get("JISHI_PACK") or "jilin"
    folder = Path(named) if Path(named).is_dir() or os.sep in named else packs.locate_pack(named)
    if not folder.is_dir():
        raise Fault("project.pack.folder", path=str(folder))
    return folder


def _show_problems(console: Console, problems: Sequence[packs.Problem], lang: str) -> None:
    _show(console, "error", (_said(problem, lang) for problem in problems))


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
