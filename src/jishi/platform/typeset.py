"""Typeset documents by typst as PDF/A: a pack's template, the shipped font, one input; same input, same bytes.

Knows no database and no clock; what the template prints comes as JSON text in `sys.inputs.data`.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import segno
import typst

from jishi.kernel.fault import Fault

STANDARD: Final = "a-2b"


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """Return the PDF of a template and its data; Fault `typeset.template` says what typst refused."""
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    try:
        made = _compiler(template).compile(sys_inputs=inputs, pdf_standards=STANDARD)
    except typst.TypstError as error:
        raise Fault("typeset.template", template=template.name, detail=str(error)) from error
    assert isinstance(made, bytes)
    return made


def qr_svg(text: str) -> str:
    """Return a QR code as SVG text, black on white, with its quiet zone."""
    made: str = segno.make(text, error="m").svg_inline(border=4, dark="#000", light="#fff")
    return made.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


@cache
def _compiler(template: Path) -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(files("jishi.platform").joinpath("fonts"))],
    )
    return typst.Compiler(str(template), font_paths=fonts)
