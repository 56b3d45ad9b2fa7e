"""The form of a register entry, made from the fields its kind declares in the pack."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import FieldKind, RegisterKind, Words, validate_entry
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import format_area
from jishi.platform.context import Context
from jishi.platform.storage import check_upload, store_file
from jishi.platform.words import say
from jishi.web.shell.fields import typed_money
from jishi.web.shell.site import language, market_pack

SPARE_ROWS = 2
LEAST_ROWS = 3
NUMBERED = Words(zh="留空即由登记簿编号", en="Left empty, the register gives the number")
LONG = ("conditions", "present_state")
HINTS = {
    "money": gettext_lazy("In yuan, or with its unit, such as 25.6万元"),
    "area": gettext_lazy("In square metres, or with its unit, such as 45.3亩"),
    "bounds": gettext_lazy("For example ≥40%, 10%~20%, ≤1.8"),
    "entry": gettext_lazy("The number of the other entry"),
    "geometry": gettext_lazy("GeoJSON"),
    "file": gettext_lazy("PDF, PNG, JPEG or ZIP, at most 20 MiB"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """What is shown together: one field, or a table with its heads and rows of fields."""

    label: str
    field: Any = None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    hint: Any = ""


class EntryForm(forms.Form):
    """Hold one input for every field of `kind`, and `rows` rows of inputs for every table.

    Names are `field`, `field-from` and `field-to` of an interval, `field-3-column` of a table's third row.
    """

    fault_fields = {"registers.shape": "geometry", "registers.number": "geometry"}

    def __init__(
        self,
        *args: Any,
        kind: RegisterKind,
        rows: Mapping[str, int],
        ctx: Context | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kind, self.rows, self.ctx = kind, rows, ctx
        for field in kind.fields:
            if kind.numbering and field.name == kind.code_field:
                field = field.model_copy(update={"required": False, "help": NUMBERED})
            for name, made in _inputs(field, rows.get(field.name, LEAST_ROWS)):
                self.fields[name] = made
        if kind.geometry:
            self.fields["geometry"] = forms.CharField(
                label=gettext_lazy("Outline (GeoJSON)"),
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                help_text=f"{' / '.join(kind.geometry.types)}, {kind.geometry.crs}",
            )
        if self.initial:
            self.fields["reason"] = forms.CharField(
                label=gettext_lazy("Reason of the change"), max_length=300
            )

    def clean(self) -> dict[str, Any]:
        """Check everything against the kind; `data` becomes the clean entry, `shape` its outline."""
        said: dict[str, Any] = super().clean() or {}
        raw, places = self._collect(said)
        clean, problems = validate_entry(self.kind, raw)
        if self.kind.numbering:  # the register fills it in on writing
            problems = [
                each
                for each in problems
                if (each.code, each.params.get("field")) != ("entry.required", self.kind.code_field)
            ]
        for problem in problems:
            place = self._place(problem, places)
            if place not in self.errors:  # an empty required field says so already
                named = {**problem.params, "field": self.fields[place].label if place else ""}
                self.add_error(place, say(problem.code, named, language()))
        return {**said, "data": clean, "shape": _read_shape(said.get("geometry", ""))}

    def groups(self) -> Iterator[Group]:
        """Yield what is shown, in the order of the kind."""
        lang = language()
        for field in self.kind.fields:
            label = field.label.say(lang)
            if field.type == "table":
                yield Group(
                    label,
                    heads=tuple(column.label.say(lang) for column in field.columns),
                    rows=tuple(
                        tuple(self[f"{field.name}-{n}-{column.name}"] for column in field.columns)
                        for n in range(1, self.rows.get(field.name, LEAST_ROWS) + 1)
                    ),
                )
            elif field.type == "interval":
                yield Group(label, self[f"{field.name}-from"])
                yield Group(label, self[f"{field.name}-to"])
            else:
                yield Group(label, self[field.name])
        for name in ("geometry", "reason"):
            if name in self.fields:
                yield Group("", self[name])

    def _collect(self, said: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[int]]]:
        """Return the entry's raw data, and for each table which typed row each kept row was."""
        raw: dict[str, Any] = {}
        places: dict[str, list[int]] = {}
        for field in self.kind.fields:
            name = field.name
            if field.type == "table":
                raw[name], places[name] = self._collect_rows(field, said)
            elif field.type == "interval":
                ends = {end: said.get(f"{name}-{end}", "") for end in ("from", "to")}
                raw[name] = ends if any(ends.values()) else None
            elif field.type == "boolean":  # a box never ticked says nothing, rather than no
                raw[name] = said.get(name) or (False if self.initial.get(name) not in (None, "") else None)
            elif field.type == "file":
                raw[name] = self._file(field, said.get(name))
            else:
                raw[name] = said.get(name)
        return raw, places

    def _file(self, field: FieldKind, upload: Any) -> str:
        """Store what was uploaded and return its id; without an upload the file that stood there stays."""
        if not isinstance(upload, UploadedFile) or self.ctx is None:
            return str(self.initial.get(field.name) or "")
        try:
            media = check_upload(content := upload.read())
        except Fault as fault:
            self.add_error(field.name, say(fault.code, fault.params, language()))
            return ""
        owner = f"register/{self.kind.id}"
        name = str(upload.name)[:200]
        return store_file(self.ctx, content, name, owner=owner, media_type=media, public=field.public).id

    def _collect_rows(self, field: FieldKind, said: dict[str, Any]) -> tuple[list[dict[str, Any]], list[int]]:
        rows, places = [], []
        for number in range(1, self.rows.get(field.name, LEAST_ROWS) + 1):
            row = {column.name: said.get(f"{field.name}-{number}-{column.name}") for column in field.columns}
            if any(row.values()):
                rows.append(row)
                places.append(number)
        return rows, places

    def _place(self, problem: Fault, places: dict[str, list[int]]) -> str | None:
        """Return the input a problem's `field` names: `uses[2].code` is the second row kept."""
        name = str(problem.params.get("field", ""))
        table, bracket, rest = name.partition("[")
        if bracket:
            number, _end, column = rest.partition("].")
            name = f"{table}-{places[table][int(number) - 1]}-{column}"
        elif name in places:
            name = f"{name}-1-{self.kind.field(name).columns[0].name}"
        if name not in self.fields:
            name = f"{name}-from"
        return name if name in self.fields else None


def initial_of(kind: RegisterKind, data: Mapping[str, Any], geometry: Any) -> dict[str, Any]:
    """Return what a stored entry fills the form with."""
    shown: dict[str, Any] = {"geometry": json.dumps(geometry, ensure_ascii=False) if geometry else ""}
    for field in kind.fields:
        value = data.get(field.name)
        if field.type == "table":
            for number, row in enumerate(value or (), start=1):
                cells = {column.name: _typed(column, row.get(column.name)) for column in field.columns}
                shown |= {f"{field.name}-{number}-{name}": text for name, text in cells.items()}
        elif field.type == "interval":
            shown |= {f"{field.name}-{end}": (value or {}).get(end, "") for end in ("from", "to")}
        else:
            shown[field.name] = _typed(field, value)
    return shown


def count_rows(kind: RegisterKind, data: Mapping[str, Any], posted: Mapping[str, Any]) -> dict[str, int]:
    """Return how many rows each table shows: those filled and a few spare; "more" adds spare ones."""
    rows = {}
    for field in kind.fields:
        if field.type == "table":
            filled = len(data.get(field.name) or ())
            typed = [
                n
                for n in range(1, 101)
                if any(posted.get(f"{field.name}-{n}-{c.name}") for c in field.columns)
            ]
            most = max([filled, *typed])
            rows[field.name] = max(LEAST_ROWS, most + (SPARE_ROWS if "more" in posted or not posted else 0))
    return rows


def _inputs(field: FieldKind, rows: int) -> Iterator[tuple[str, forms.Field]]:
    if field.type == "table":
        for number in range(1, rows + 1):
            for column in field.columns:
                yield f"{field.name}-{number}-{column.name}", _input(column, required=False)
    elif field.type == "interval":
        for end, word in (("from", _("from")), ("to", _("until"))):
            made = _input(field, required=field.required)
            made.label = f"{made.label} ({word})"
            yield f"{field.name}-{end}", made
    else:
        yield field.name, _input(field, required=field.required)


def _input(field: FieldKind, *, required: bool) -> forms.Field:
    label, lang = field.label.say(language()), language()
    said: dict[str, Any] = {"label": label + (f" ({field.unit})" if field.unit else ""), "required": required}
    said["help_text"] = HINTS.get(field.type, "")
    if field.help:
        said["help_text"] = field.help.say(lang)
    if field.type == "boolean":
        return forms.BooleanField(**{**said, "required": False})
    if field.type == "file":
        return forms.FileField(**{**said, "required": False})
    if field.type == "choice":
        choices = [("", "—"), *((choice.id, choice.title.say(lang)) for choice in field.choices)]
        return forms.ChoiceField(**said, choices=choices)
    if field.type in ("date", "interval"):
        return forms.CharField(**said, widget=forms.TextInput(attrs={"type": "date"}))
    if field.type == "division":
        divisions = market_pack().divisions.values()
        named = [
            (each.code, f"{each.code} {each.name_en if lang == 'en' else each.name_zh}") for each in divisions
        ]
        return forms.ChoiceField(**said, choices=[("", "—"), *named])
    if field.name in LONG or field.type == "geometry":
        return forms.CharField(**said, widget=forms.Textarea(attrs={"rows": 3}))
    return forms.CharField(**said)


def _typed(field: FieldKind, value: Any) -> Any:
    if field.type == "area" and isinstance(value, int):
        return format_area(value)
    if field.type == "money" and isinstance(value, int):
        return typed_money(value)
    return "" if value is None else value


def _read_shape(text: str) -> Any:
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValidationError({"geometry": _("This is not JSON: %s") % error}) from None
