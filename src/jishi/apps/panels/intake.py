"""Read a table of experts (CSV, XLSX …) as people keep it, headed in Chinese or English.

Refuses a table without the columns needed; what is wrong with a row is said when the row is taken.
"""

import re
from pathlib import Path
from typing import Any, Final

from jishi.apps.panels.actions.expert import MOST_ROWS, ExpertForm
from jishi.kernel.fault import Fault
from jishi.platform.tables.source import STRANGERS, open_table

COLUMNS: Final = {
    "number": ("编号", "专家编号"),
    "name": ("姓名",),
    "organisation": ("工作单位", "单位"),
    "specialities": ("专业", "评审专业"),
    "titles": ("职称",),
    "division": ("行政区划", "行政区划代码"),
    "email": ("邮箱", "电子邮箱"),
}
NEEDED: Final = ("number", "name", "organisation", "specialities")
_CUT = re.compile(r"[;；、,，|]")


def read_experts(path: Path, division: str) -> list[ExpertForm]:
    """Return the experts of a table; one without a division is of `division`.

    Faults `panels.import.columns`, `panels.import.many`, `table.*`.
    """
    source = open_table(path, STRANGERS)
    named = {column.strip().casefold(): column for column in source.columns}
    places = {
        name: next((named[each] for each in (name, *also) if each in named), None)
        for name, also in COLUMNS.items()
    }
    missing = [name for name in NEEDED if places[name] is None]
    if missing:
        raise Fault("panels.import.columns", missing=", ".join(missing), known=", ".join(COLUMNS))
    if (rows := source.count()) > MOST_ROWS:
        raise Fault("panels.import.many", rows=rows, most=MOST_ROWS)
    found = []
    for block in source.blocks():
        for row in block.frame.iter_rows(named=True):
            cells = {name: _text(row.get(column)) if column else "" for name, column in places.items()}
            cells["division"] = cells["division"] or division
            fields = cut_fields(cells.pop("specialities"))
            found.append(ExpertForm(specialities=fields, **cells))
    return found


def cut_fields(text: str) -> tuple[str, ...]:
    """Return the fields named in one cell, cut at commas, semicolons and bars of either script.

    >>> cut_fields("道路；桥梁, 造价")
    ('道路', '桥梁', '造价')
    """
    return tuple(each.strip() for each in _CUT.split(text) if each.strip())


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
