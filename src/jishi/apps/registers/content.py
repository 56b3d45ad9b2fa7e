"""What an entry says, prepared for storage: clean, masked where the kind says so, indexed, committed to."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from jishi.apps.packs.api import FieldKind, RegisterKind, current_pack, validate_entry
from jishi.apps.registers.models import IndexValue, RegisterEntry
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform.grams import mark

ENTRY_DOMAIN = "jishi.entry/1"
LONGEST_NUMBER = 120
NUMERIC = {"money", "area", "number"}
LONGEST_WORDS = 4000
NOT_INDEXED = {"table", "interval", "geometry", "file"}
_WORDED = {"text", "party", "code", "number", "bounds", "choice", "division"}


@dataclass(frozen=True, slots=True)
class Content:
    """Clean data: `shown` with masked fields masked, `secret` with their originals."""

    kind: RegisterKind
    full: dict[str, Any]

    @property
    def secret(self) -> dict[str, Any]:
        """Return the originals of masked fields."""
        return {name: value for name, value in self.full.items() if self.kind.field(name).masked}

    @property
    def shown(self) -> dict[str, Any]:
        """Return the data with masked fields masked."""
        return self.full | {name: mask(value) for name, value in self.secret.items()}

    @property
    def number(self) -> str:
        """Return what identifies the entry to the public; Faults `registers.number.missing`, `.long`."""
        found = self.full.get(self.kind.code_field) or self.full.get(self.kind.title_field)
        return check_number(str(found or ""), self.kind)

    def lapses(self) -> date | None:
        """Return the day after the last day the entry is valid, None where it has no such day."""
        validity = self.kind.validity
        until = self.full.get(validity.until) if validity else None
        day = until.get("to") if isinstance(until, dict) else until
        return date.fromisoformat(day) + timedelta(days=1) if day else None

    @property
    def title(self) -> str:
        """Return what names the entry in a list."""
        return str(self.shown.get(self.kind.title_field, ""))[:200]

    @property
    def division(self) -> str:
        """Return the division the data names, or empty."""
        names = [field.name for field in self.kind.fields if field.type == "division"]
        return next((self.full[name] for name in names if name in self.full), "")


def read_content(kind: RegisterKind, data: Mapping[str, Any]) -> Content:
    """Return clean data; Fault of the first problem, with the count of all under `problems`."""
    clean, problems = validate_entry(kind, dict(data))
    if problems:
        first = problems[0]
        raise Fault(first.code, **{**first.params, "problems": len(problems)})
    return Content(kind, clean)


def register_kind(kind: str) -> RegisterKind:
    """Return a register kind of the pack; Fault `pack.no_register`."""
    return current_pack().register(kind)


def check_number(number: str, kind: RegisterKind) -> str:
    """Return the number of an entry; Faults `registers.number.missing`, `registers.number.long`."""
    plain = " ".join(number.split())
    if not plain:
        raise Fault("registers.number.missing", fields=f"{kind.code_field}, {kind.title_field}")
    if len(plain) > LONGEST_NUMBER:
        raise Fault("registers.number.long", length=len(plain), most=LONGEST_NUMBER)
    return plain


def mask(value: Any) -> str:
    """Keep the ends of a text that is long enough to stay hidden, and the surname of a Chinese name.

    >>> mask("11010519491231002X"), mask("张三")
    ('1****************X', '张*')
    """
    text = str(value)
    if len(text) > 4:
        return text[0] + "*" * (len(text) - 2) + text[-1]
    if len(text) >= 2 and all("\u4e00" <= sign <= "\u9fff" for sign in text):
        return text[0] + "*" * (len(text) - 1)
    return "*" * len(text)


def public_data(kind: RegisterKind, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the public fields, also of table rows."""
    return _public(kind.fields, shown)


def _public(fields: tuple[FieldKind, ...], row: Mapping[str, Any]) -> dict[str, Any]:
    open_fields = [field for field in fields if field.public and field.name in row]
    return {
        each.name: [_public(each.columns, line) for line in row[each.name]]
        if each.type == "table"
        else row[each.name]
        for each in open_fields
    }


def commitment(salt: str, row: RegisterEntry, content: Content) -> str:
    """Return the commitment to a version of an entry: its data in full and its shape."""
    # As text: a shape has fractions, which canonical bytes refuse.
    drawn = json.dumps(row.geometry, sort_keys=True, separators=(",", ":")) if row.geometry else ""
    said = {"kind": row.kind, "number": row.number, "data": content.full, "geometry": drawn}
    return commit(ENTRY_DOMAIN, salt, said)


def facet_mark(kind: str, field: str, value: str) -> str:
    """Return the mark of a value of an indexed field."""
    return mark(f"{kind}.{field}={value}")


def marks(row: RegisterEntry, values: Iterable[IndexValue]) -> str:
    """Return the marks an entry is chosen by: its register and the values of its indexed fields."""
    own = [facet_mark(row.kind, value.field, value.text) for value in values if value.text]
    return " ".join(dict.fromkeys([mark(f"register={row.kind}"), *own]))


def words(content: Content, *, public: bool) -> str:
    """Return what an entry is found by: the texts of its public fields, or of the others; never a masked one."""
    return " ".join(_words(content.kind.fields, content.full, public=public))[:LONGEST_WORDS]


def _words(fields: tuple[FieldKind, ...], row: Mapping[str, Any], *, public: bool) -> Iterator[str]:
    for field in fields:
        value = row.get(field.name)
        if value is None or field.masked:
            continue
        if field.type == "table":
            for line in value:
                inner = (
                    field.columns
                    if field.public
                    else [c.model_copy(update={"public": False}) for c in field.columns]
                )
                yield from _words(tuple(inner), line, public=public)
        elif field.type in _WORDED and field.public == public:
            yield _said(field, str(value))


def _as_open_as(table: FieldKind) -> tuple[FieldKind, ...]:
    if table.public:
        return table.columns
    return tuple(column.model_copy(update={"public": False}) for column in table.columns)


def _said(field: FieldKind, value: str) -> str:
    if field.type == "choice" and (choice := field.choice(value)):
        return f"{choice.title.zh} {choice.title.en}"
    if field.type == "division" and (place := current_pack().divisions.get(value)):
        return f"{value} {place.name_zh}"
    return value


def index_rows(row: RegisterEntry, content: Content) -> Iterator[IndexValue]:
    """Yield the index rows of an entry; a masked field has none, a table some for each line."""
    for field in content.kind.fields:
        value = content.full.get(field.name)
        if value is None or field.masked:
            continue
        for column in field.columns:
            lines = [line[column.name] for line in value if column.name in line]
            yield from _index(row, column, f"{field.name}.{column.name}", lines, public=field.public)
        yield from _index(row, field, field.name, [value])


def _index(
    row: RegisterEntry, field: FieldKind, name: str, values: list[Any], *, public: bool = True
) -> Iterator[IndexValue]:
    if not field.indexed or field.masked or field.type in NOT_INDEXED:
        return
    public = public and field.public
    for value in values:
        number = Decimal(value) if field.type in NUMERIC else None
        text = "" if number is not None else _text(value)
        yield IndexValue(entry=row, kind=row.kind, field=name, public=public, text=text, number=number)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)[:200]
