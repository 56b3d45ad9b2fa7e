"""Contracts as PDF/A by typst: the pack's template, the shipped font, a fixed document date; same input, same bytes.

Knows no database and no clock.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import typst

from jishi.kernel.fault import Fault

STANDARD: Final = "a-2b"
SHARE = 16  # contracts handed to a process at a time
Text = tuple[Path, dict[str, Any]]


def render_contracts(batch: Sequence[Text], workers: int = 1) -> list[bytes]:
    """Return the PDF of each (template, data), in order; Fault `settlement.contract.template` where one fails.

    The compiler holds the interpreter's lock and does not survive a fork, so `workers` are fresh processes.
    """
    if workers <= 1 or len(batch) <= SHARE:
        return [_render(each) for each in batch]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_render, batch, chunksize=SHARE))


def _render(text: Text) -> bytes:
    template, data = text
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    try:
        made = _compiler(template).compile(sys_inputs=inputs, pdf_standards=STANDARD)
    except typst.TypstError as error:
        raise Fault("settlement.contract.template", template=template.name, detail=str(error)) from error
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(template: Path) -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(files("jishi.platform").joinpath("fonts"))],
    )
    return typst.Compiler(str(template), font_paths=fonts)
