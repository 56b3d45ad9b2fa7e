"""Write anew what is made from something else.

The lists of cases from the cases (the desk's inbox, what waits for whom, what wakes when), the deadlines of prices
from the contracts, the full-text index from the rows it finds.
"""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from jishi.apps.procedures import api as procedures
from jishi.apps.settlement import api as settlement
from jishi.platform.clock import SystemClock
from jishi.platform.search import rebuild_index
from jishi.platform.words import say


def rebuild_lists(console: Console, lang: str) -> int:
    """Write them anew, showing how far it is, and say how many cases there were; safe while the server runs."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(say("project.lists.rebuilding", {}, lang), total=None)
        count = procedures.rebuild_lists(
            SystemClock().now_ms(), lambda done, total: progress.update(task, completed=done, total=total)
        )
    settlement.watch_again()
    console.print(say("project.lists.rebuilt", {"count": count}, lang), highlight=False)
    return count


def rebuild_words(console: Console, lang: str) -> int:
    """Make the full-text index anew and say of how many rows; on PostgreSQL the server may run."""
    with console.status(say("project.words.rebuilding", {}, lang)):
        count = rebuild_index()
    console.print(say("project.words.rebuilt", {"count": count}, lang), highlight=False)
    return count
