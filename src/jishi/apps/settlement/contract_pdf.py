"""Contracts as PDF/A: the pack's template, a fixed document date; same input, same bytes.

Knows no database and no clock.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from jishi.platform.typeset import typeset

SHARE = 16  # contracts handed to a process at a time
Text = tuple[Path, dict[str, Any]]


def render_contracts(batch: Sequence[Text], workers: int = 1) -> list[bytes]:
    """Return the PDF of each (template, data), in order; Fault `typeset.template` where one fails.

    The compiler holds the interpreter's lock and does not survive a fork, so `workers` are fresh processes.
    """
    if workers <= 1 or len(batch) <= SHARE:
        return [_render(each) for each in batch]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_render, batch, chunksize=SHARE))


def _render(text: Text) -> bytes:
    template, data = text
    return typeset(template, data)
