"""What every command writes to, and how a fault is told there. Refuses to show a trace for what was wrongly asked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

console = Console()
errors = Console(stderr=True, highlight=False)
LANG = "en" if os.environ.get("JISHI_LANG", os.environ.get("LANG", "zh")).startswith("en") else "zh"


@contextmanager
def plainly() -> Iterator[None]:
    """Say a fault in the reader's language and end with 2, instead of showing where in the code it arose."""
    from jishi.kernel.fault import Fault
    from jishi.platform.words import say

    try:
        yield
    except Fault as fault:
        errors.print(f"[red]✗[/red] {escape(say(fault.code, fault.params, LANG))}", soft_wrap=True)
        raise typer.Exit(2) from None
