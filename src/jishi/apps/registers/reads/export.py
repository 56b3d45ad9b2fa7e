"""Entries as rows of a file, page after page, so that a million never stand in memory."""

import json
from collections.abc import Iterator
from typing import Any

from jishi.apps.packs.api import FieldKind, RegisterKind
from jishi.apps.registers.content import Content, register_kind
from jishi.apps.registers.info import EntryInfo, EntryQuery
from jishi.apps.registers.reads.listing import list_entries
from jishi.kernel.quantity.area import format_area
from jishi.kernel.quantity.money import format_fen

_PIECE = 1000


def iterate_entries(query: EntryQuery) -> Iterator[EntryInfo]:
    """Yield every chosen entry, the last changed first; masked fields stay masked."""
    cursor: str | None = None
    while True:
        page = list_entries(query, cursor, _PIECE, counted=False)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def export_fields(kind: str, *, public_only: bool) -> list[FieldKind]:
    """Return the fields that stand in an export."""
    return [field for field in register_kind(kind).fields if field.public or not public_only]


def export_cells(kind: RegisterKind, entry: EntryInfo, fields: list[FieldKind]) -> list[str]:
    """Return what an entry says as cells that an import reads again: yuan, square metres, tables as JSON."""
    data = shown(kind, entry)
    return [export_cell(field, data.get(field.name)) for field in fields]


def export_cell(field: FieldKind, value: Any) -> str:
    """Return one value as a cell."""
    if value is None:
        return ""
    if field.type == "money" and isinstance(value, int):
        return format_fen(value).replace(",", "")
    if field.type == "area" and isinstance(value, int):
        return format_area(value)
    if field.type == "interval":
        return f"{value.get('from', '')}~{value.get('to', '')}"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def shown(kind: RegisterKind, entry: EntryInfo) -> dict[str, Any]:
    """Return what an entry says with masked fields masked, whoever asks: a file goes from hand to hand."""
    return Content(kind, dict(entry.data)).shown
