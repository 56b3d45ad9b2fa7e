"""Show verification and pack checks on the terminal. No database, no Django."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from jishi.kernel.evidence.report import Report
from jishi.kernel.evidence.verify import verify
from jishi.platform.words import say


def verify_files(console: Console, paths: Sequence[Path], options: tuple[str | None, bool, str]) -> bool:
    """Verify each file under (trusted key or key file, quiet, language); return whether all passed."""
    trust, quiet, lang = options
    if trust and Path(trust).is_file():
        trust = Path(trust).read_text().strip()
    good = 0
    for path in paths:
        try:
            report = verify(path.read_bytes(), trust)
        except OSError as error:
            console.print(f"[red]✗[/red] {path}: {error.strerror}", highlight=False)
            continue
        good += report.ok
        _show(console, path, report, (quiet, lang))
    console.print(f"{good} / {len(paths)} ✓", highlight=False)
    return good == len(paths)


def _show(console: Console, path: Path, report: Report, options: tuple[bool, str]) -> None:
    quiet, lang = options
    mark = "[green]✓[/green]" if report.ok else "[red]✗[/red]"
    console.print(f"{mark} {path}: {say(report.verdict, {}, lang)}", highlight=False, soft_wrap=True)
    for check in report.checks:
        if quiet and check.ok:
            continue
        sign = "[green]✓[/green]" if check.ok else "[red]✗[/red]"
        said = say(check.code, check.params, lang)
        console.print(f"    {sign} {check.name}: {said}", highlight=False, soft_wrap=True)


def check_pack_folder(console: Console, path: Path | None, lang: str) -> bool:
    """Check the pack at `path` (or the installed one) and list what is wrong; return whether nothing is."""
    from jishi.apps.packs import api as packs

    folder = path or packs.locate_pack("jilin")
    problems = packs.check_pack(folder)
    for problem in problems:
        console.print(f"[red]✗[/red] {say(problem.fault.code, problem.fault.params, lang)}", highlight=False)
    if not problems:
        pack = packs.load_pack_from(folder)
        parts = (
            f"{len(pack.clauses)} clauses, {len(pack.parameters)} parameters, {len(pack.registers)} registers"
        )
        console.print(f"[green]✓[/green] {pack.id} {pack.version}: {parts}, {len(pack.products)} products")
    return not problems
