"""Read a cell as its field wants it: the spellings people use, never a guess between two meanings."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from shapely import from_wkt
from shapely.errors import ShapelyError
from shapely.geometry import mapping

from jishi.apps.packs.api import FieldKind, Pack
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

YES = frozenset(["是", "有", "对", "真", "√", "yes", "y", "true", "t", "1"])
NO = frozenset(["否", "无", "不", "假", "×", "no", "n", "false", "f", "0"])
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s].*)?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_UNTIL = re.compile(r"\s*(?:至|到|~|～|—+|–| to )\s*")
_PARTS = re.compile(r"[、;；\n]+")
Cell = Callable[[FieldKind, str, Pack], Any]


def read_cell(field: FieldKind, text: str, pack: Pack) -> Any:
    """Return what a cell says as raw data of its field; what it cannot read it leaves to the field's own check."""
    plain = text.strip()
    return READERS[field.type](field, plain, pack) if plain and field.type in READERS else plain


def read_geometry(text: str) -> Mapping[str, Any] | None:
    """Return the shape a cell holds as GeoJSON or WKT, None for a blank; Fault `registers.shape.invalid`."""
    plain = text.strip()
    if not plain:
        return None
    try:
        found = json.loads(plain) if plain.startswith("{") else mapping(from_wkt(plain))
    except (ValueError, ShapelyError, TypeError, AttributeError):
        raise Fault("registers.shape.invalid", reason="GeoJSON, WKT") from None
    found = found.get("geometry", found)
    return found if isinstance(found, dict) else None


def _number(field: FieldKind, text: str, pack: Pack) -> str:
    return narrow(text).replace(",", "").replace(" ", "")


def _date(field: FieldKind, text: str, pack: Pack) -> str:
    match = _DAY.fullmatch(narrow(text))
    if match is None:
        return text
    year, month, day = [part for part in match.groups() if part is not None]
    return f"{year}-{int(month):02}-{int(day):02}"


def _interval(field: FieldKind, text: str, pack: Pack) -> Any:
    if text.startswith("{"):
        return _json(text)
    ends = _UNTIL.split(text)
    if len(ends) != 2:
        return text
    return dict(zip(("from", "to"), (_date(field, end, pack) for end in ends), strict=True))


def _choice(field: FieldKind, text: str, pack: Pack) -> str:
    wanted = narrow(text).casefold()
    for choice in field.choices:
        if wanted in (choice.id.casefold(), choice.title.zh, choice.title.en.casefold()):
            return choice.id
    return text


def _boolean(field: FieldKind, text: str, pack: Pack) -> Any:
    wanted = narrow(text).casefold()
    return True if wanted in YES else False if wanted in NO else text


def _division(field: FieldKind, text: str, pack: Pack) -> str:
    """Read a code, or a name that only one division in force ends with, as `吉林省长春市朝阳区` does."""
    plain = narrow(text)
    if plain.isdecimal():
        return plain
    named = [each for each in pack.divisions.values() if plain.endswith(each.name_zh) and each.until is None]
    longest = max((len(each.name_zh) for each in named), default=0)
    found = [each.code for each in named if len(each.name_zh) == longest]
    return found[0] if len(found) == 1 else plain


def _code(field: FieldKind, text: str, pack: Pack) -> str:
    use = pack.land_use_named(text) if field.scheme == "land_use" else None
    return use.code if use else narrow(text)


def _geometry(field: FieldKind, text: str, pack: Pack) -> Any:
    return read_geometry(text)


def _table(field: FieldKind, text: str, pack: Pack) -> Any:
    """Read JSON, or names apart by 、 or ;, each a line of its own; a code is added where the name is known."""
    if text.startswith("["):
        return _json(text)
    named = next((column for column in field.columns if column.type == "text"), None)
    coded = next((column for column in field.columns if column.scheme == "land_use"), None)
    if named is None:
        return text
    lines = []
    for part in filter(None, map(str.strip, _PARTS.split(text))):
        use = pack.land_use_named(part) if coded else None
        lines.append({named.name: part} | ({coded.name: use.code} if coded and use else {}))
    return lines


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


READERS: dict[str, Cell] = {
    "number": _number,
    "money": _number,
    "area": _number,
    "date": _date,
    "interval": _interval,
    "choice": _choice,
    "boolean": _boolean,
    "division": _division,
    "code": _code,
    "geometry": _geometry,
    "table": _table,
}
