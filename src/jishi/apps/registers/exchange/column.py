"""Match the columns of a file with the fields of a register: by name, label or alias, else by hand."""

import re
from collections.abc import Iterable, Iterator, Mapping

from jishi.apps.packs.api import FieldKind, RegisterKind
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

NUMBER, STATE, GEOMETRY = "#number", "#state", "#geometry"
APART: dict[str, tuple[str, ...]] = {
    NUMBER: ("#number", "entry number", "登记编号"),
    STATE: ("#state", "state", "status", "状态"),
    GEOMETRY: ("#geometry", "geometry", "wkt", "geojson", "the_geom", "shape", "图形", "界址"),
}
_BRACKETS = re.compile(r"[(\[【][^)\]】]*[)\]】]")


def match_columns(kind: RegisterKind, columns: Iterable[str]) -> dict[str, str]:
    """Return which field each column goes to; a column nothing claims is left out, a field is claimed once."""
    wanted: dict[str, str] = {}
    for field, names in _names(kind):
        for name in names:
            wanted.setdefault(plain(name), field)
    found: dict[str, str] = {}
    for column in columns:
        field_name = wanted.get(plain(column)) or wanted.get(plain(_BRACKETS.sub("", narrow(column))))
        if field_name and field_name not in found.values():
            found[column] = field_name
    return found


def check_columns(kind: RegisterKind, columns: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the columns chosen by hand; Faults `registers.column.unknown`, `registers.column.twice`."""
    valid = [field for field, _ in _names(kind)]
    known = set(columns)
    found: dict[str, str] = {}
    for column, field in chosen.items():
        if not field:
            continue
        if column not in known or field not in valid:
            raise Fault("registers.column.unknown", column=column, field=field, valid=", ".join(valid))
        if field in found.values():
            raise Fault("registers.column.twice", column=column, field=field)
        found[column] = field
    return found


def missing_fields(kind: RegisterKind, chosen: Mapping[str, str]) -> list[FieldKind]:
    """Return the required fields that no column fills."""
    filled = set(chosen.values())
    own = {kind.code_field} if kind.numbering else set()
    return [field for field in kind.fields if field.required and field.name not in filled | own]


def plain(name: str) -> str:
    """Return a heading without case, blanks and marks, as two people would write it alike.

    >>> plain("宗地 面积_(㎡)"), plain("Area_CM2")
    ('宗地面积m2', 'areacm2')
    """
    return re.sub(r"[\W_]+", "", narrow(name).casefold())


def _names(kind: RegisterKind) -> Iterator[tuple[str, tuple[str, ...]]]:
    for field in kind.fields:
        yield field.name, (field.name, field.label.zh, field.label.en, *field.aliases)
    yield NUMBER, APART[NUMBER]
    yield STATE, APART[STATE]
    if kind.geometry:
        yield GEOMETRY, APART[GEOMETRY]
