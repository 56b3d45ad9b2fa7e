"""Follow what an entry points at: other entries by number, stored files, shapes among its fields."""

import json
from typing import Any

from jishi.apps.packs.api import FieldKind
from jishi.apps.registers.content import Content
from jishi.apps.registers.models import RegisterEntry
from jishi.apps.registers.shape import read_shape
from jishi.kernel.fault import Fault
from jishi.platform.storage import find_file


def follow(content: Content) -> Content:
    """Return the content with every entry it names by its id.

    Faults `registers.reference.unknown`, `registers.reference.several`, `registers.file.unknown`, and those of
    shapes; each names its `field`.
    """
    full = dict(content.full)
    for field in content.kind.fields:
        if field.name not in full:
            continue
        if field.type == "table":
            full[field.name] = [
                {c.name: _followed(c, line[c.name]) for c in field.columns if c.name in line}
                for line in full[field.name]
            ]
        else:
            full[field.name] = _followed(field, full[field.name])
    return Content(content.kind, full)


def _followed(field: FieldKind, value: Any) -> Any:
    if field.type == "entry":
        return _entry(field, value)
    if field.type == "file" and find_file(value) is None:
        raise Fault("registers.file.unknown", field=field.name, file=value)
    if field.type == "geometry":
        try:
            read_shape(json.loads(value))
        except Fault as fault:
            raise Fault(fault.code, **{**fault.params, "field": field.name}) from None
    return value


def _entry(field: FieldKind, value: str) -> str:
    rows = RegisterEntry.objects.filter(kind=field.register_kind)
    if found := rows.filter(id=value).values_list("id", flat=True).first():
        return found
    same = list(rows.filter(number=value).values_list("id", flat=True)[:2])
    if len(same) != 1:
        code = "registers.reference.several" if same else "registers.reference.unknown"
        raise Fault(code, field=field.name, value=value, register=field.register_kind)
    return same[0]
