"""Check typed data against their fields: a register entry (登记簿记载) by its kind, a form by its questions.

Clean data is JSON-safe and without floats: money whole fen, area whole square
centimetres, other numbers and conditions canonical text, days ISO text. Text given
for money is read as yuan, for an area as square metres; a whole number is already in
the stored unit. A shape is GeoJSON text, a file the id of a stored one, an entry the id
or number of another, an offering the id, number or title of one. Checking clean data again gives the same data.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from jishi.apps.packs.kinds.field import FieldKind
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.kernel.codes.division import check_division
from jishi.kernel.codes.land_use import check_land_use
from jishi.kernel.codes.resident import check_resident
from jishi.kernel.codes.unit_code import check_unit_code
from jishi.kernel.codes.uscc import check_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import parse_area
from jishi.kernel.quantity.bounds import format_bounds, parse_bounds
from jishi.kernel.quantity.money import parse_fen
from jishi.kernel.quantity.number import format_number, read_number

Cleaned = dict[str, Any]
Checked = tuple[Any, list[Fault]]


def validate_entry(kind: RegisterKind, data: Mapping[str, Any]) -> tuple[Cleaned, list[Fault]]:
    """Give the clean fields of an entry and every fault, as `validate_fields`."""
    return validate_fields(kind.fields, data)


def validate_fields(fields: Sequence[FieldKind], data: Mapping[str, Any]) -> tuple[Cleaned, list[Fault]]:
    """Give the clean fields and every fault; each fault names its `field`, in a table `uses[2].code`.

    A blank optional field is left out; an unknown field is a fault.
    """
    return _clean_fields(fields, data, "")


def _clean_fields(
    fields: Sequence[FieldKind], data: Mapping[str, Any], prefix: str
) -> tuple[Cleaned, list[Fault]]:
    known = {field.name: field for field in fields}
    strange = sorted(str(name) for name in data.keys() - known.keys())
    faults = [Fault("entry.unknown_field", field=prefix + name, known=list(known)) for name in strange]
    clean: Cleaned = {}
    for name, field in known.items():
        value = data.get(name)
        if _blank(value):
            faults += [Fault("entry.required", field=prefix + name)] if field.required else []
            continue
        clean[name], found = _clean(field, value, prefix + name)
        faults += found
    return {name: value for name, value in clean.items() if value is not None}, faults


def _blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _clean(field: FieldKind, value: Any, place: str) -> Checked:
    if field.type == "table":
        return _clean_table(field, value, place)
    try:
        return READERS[field.type](field, value), []
    except Fault as fault:
        return None, [Fault(fault.code, **{**fault.params, "field": place})]


def _clean_table(field: FieldKind, value: Any, place: str) -> Checked:
    if not isinstance(value, (list, tuple)) or not all(isinstance(row, Mapping) for row in value):
        return None, [Fault("entry.not_table", field=place, value=str(value))]
    checked = [
        _clean_fields(field.columns, row, f"{place}[{number}].") for number, row in enumerate(value, start=1)
    ]
    return [row for row, _ in checked], [fault for _, found in checked for fault in found]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault("entry.not_text", value=str(value))
    return value.strip()


def _read_text(field: FieldKind, value: Any) -> str:
    return _text(value)


def _read_whole(parse: Callable[[str], int]) -> Callable[[FieldKind, Any], int]:
    """Make a reader that takes a stored whole number as it is and text through `parse`."""

    def read(field: FieldKind, value: Any) -> int:
        whole = value if isinstance(value, int) and not isinstance(value, bool) else parse(_text(value))
        _hold_range(field, Fraction(whole))
        return whole

    return read


def _read_number(field: FieldKind, value: Any) -> str:
    plain = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    number = read_number(plain.removesuffix(field.unit))
    _hold_range(field, number)
    return format_number(number)


def _hold_range(field: FieldKind, number: Fraction) -> None:
    low, high = field.minimum, field.maximum
    if (low is not None and number < Fraction(low)) or (high is not None and number > Fraction(high)):
        raise Fault("entry.out_of_range", value=str(number), minimum=low, maximum=high, unit=field.unit)


def _read_date(field: FieldKind, value: Any) -> str:
    try:
        return value.isoformat() if type(value) is date else date.fromisoformat(_text(value)).isoformat()
    except ValueError:
        raise Fault("entry.not_date", value=str(value)) from None


def _read_interval(field: FieldKind, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or set(value) != {"from", "to"}:
        raise Fault("entry.not_interval", value=str(value))
    since, until = _read_date(field, value["from"]), _read_date(field, value["to"])
    if until < since:
        raise Fault("entry.dates_reversed", since=since, until=until)
    return {"from": since, "to": until}


def _read_choice(field: FieldKind, value: Any) -> str:
    allowed = [choice.id for choice in field.choices]
    if value not in allowed:
        raise Fault("entry.not_choice", value=str(value), allowed=allowed)
    return _text(value)


def _read_code(field: FieldKind, value: Any) -> str:
    return SCHEMES[field.scheme or ""](_text(value))


def _read_division(field: FieldKind, value: Any) -> str:
    return check_division(_text(value))


def _read_bounds(field: FieldKind, value: Any) -> str:
    return format_bounds(parse_bounds(_text(value), field.unit), field.unit)


def _read_boolean(field: FieldKind, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Fault("entry.not_boolean", value=str(value))
    return value


def _read_offering(field: FieldKind, value: Any) -> str:
    return _text(value)[:200]


def _read_entry(field: FieldKind, value: Any) -> str:
    return _text(value)[:120]


def _read_file(field: FieldKind, value: Any) -> str:
    if not re.fullmatch("[0-9a-f]{32}", text := _text(value)):
        raise Fault("entry.not_file", value=text[:80])
    return text


def _read_geometry(field: FieldKind, value: Any) -> str:
    """Read GeoJSON, as text or as its parts; give its text. Whether the shape is sound the register says."""
    try:
        shape = json.loads(value) if isinstance(value, str) else value
        plain = {"type": shape["type"], "coordinates": shape["coordinates"]}
        numbers = list(_numbers(plain["coordinates"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Fault("entry.not_geometry", value=str(value)[:80], allowed=list(field.shapes)) from None
    if plain["type"] not in field.shapes or not numbers:
        raise Fault("entry.not_geometry", value=str(plain["type"])[:80], allowed=list(field.shapes))
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _numbers(coordinates: Any) -> Iterator[float]:
    for each in coordinates:
        if isinstance(each, (list, tuple)):
            yield from _numbers(each)
        elif isinstance(each, (int, float)) and not isinstance(each, bool) and abs(each) < 1e9:
            yield each
        else:
            raise TypeError


SCHEMES: dict[str, Callable[[str], str]] = {
    "real_estate_unit": check_unit_code,
    "land_use": check_land_use,
    "unified_social_credit": check_uscc,
    "resident_id": check_resident,
}
READERS: dict[str, Callable[[FieldKind, Any], Any]] = {
    "text": _read_text,
    "party": _read_text,
    "entry": _read_entry,
    "offering": _read_offering,
    "geometry": _read_geometry,
    "file": _read_file,
    "number": _read_number,
    "money": _read_whole(parse_fen),
    "area": _read_whole(parse_area),
    "date": _read_date,
    "interval": _read_interval,
    "choice": _read_choice,
    "code": _read_code,
    "division": _read_division,
    "bounds": _read_bounds,
    "boolean": _read_boolean,
}
