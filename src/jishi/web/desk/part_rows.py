"""Rows of a list or a table among the terms: one small form a part, from the model that checks the part.

A button of the form adds, removes or moves a row; nothing is judged then, and nothing typed is lost. An auction's
stage has the fields of its kind. Refuses two rows of one name; what contradicts between rows is the mechanism's check.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.auction_stage import STAGES
from jishi.kernel.mechanism.field import REQUIRED, Field, Model, check_field
from jishi.platform.words import say
from jishi.platform.words.stated import PARTS, part_choice, part_title, stage_title
from jishi.web.desk.term_field import make_fields, say_beside
from jishi.web.shell.site import language

STAGED: Final = "stages"
BUTTONS: Final = ("add", "remove", "up", "down")
NUMBERS: Final = ("stage", "at", "place")
"""What the faults of a part call its place in the list, from 1."""
_NUMBER = re.compile(r"\d{1,9}")


class RowError(ValidationError):
    """What is wrong with a row; `target` is the id of the element where it is said."""

    def __init__(self, text: str, target: str) -> None:
        super().__init__(text)
        self.target = target


class Row(forms.Form):
    """One part of a term as typed; `number` tells it from the other rows, `kind` is that of a stage, else empty.

    What a template reads of a row has no name that a field of a part has.
    """

    def __init__(self, term: str, kind: str, number: str, **options: Any) -> None:
        super().__init__(prefix=f"{term}-{number}", **options)
        self.kind, self.number = kind, number
        self.model: Model = STAGES.get(kind, ()) if term == STAGED else PARTS[term]
        if term == STAGED:
            self.fields["kind"] = forms.ChoiceField(
                choices=[(each, each) for each in STAGES], widget=forms.HiddenInput, initial=kind
            )
        for field in self.model:
            label = part_title(field.name, language())
            self.fields.update(make_fields(field, label, say_choice=part_choice))

    @property
    def title(self) -> str:
        """Return what its kind is called, nothing where rows have none."""
        return stage_title(self.kind, language()) if self.kind else ""

    @property
    def typed(self) -> dict[str, Any]:
        """Return what stands in its fields, read or not."""
        return {bound.name: bound.data for bound in self}

    @property
    def part(self) -> dict[str, Any]:
        """Return the part as the mechanism reads it; what was left empty is left out."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        """Hold each value that could be read to its field of the model."""
        said = super().clean() or self.cleaned_data
        for field in self.model:
            if field.name in self.part:
                try:
                    check_field(self.model, field.name, self.part[field.name])
                except Fault as fault:
                    self.add_error(field.name, self.say(fault))
        return said

    def say(self, fault: Fault) -> str:
        """Say a fault of this part, its fields and values as the page does."""
        field = self.find(fault)
        if field is None:
            named = {"kind": self.title} if fault.params.get("kind") in STAGES else {}
            return say(fault.code, {**fault.params, **named}, language())
        return say_beside(fault, field, part_title(field.name, language()))

    def find(self, fault: Fault) -> Field | None:
        """Return the field a fault names, None where it names none of this part."""
        return next((each for each in self.model if each.name == fault.params.get("field")), None)

    def place(self, name: str) -> str:
        """Return the id of a field's element, or of the row itself."""
        return str(self[name].id_for_label) if name in self.fields else str(self.prefix)


class RowsWidget(forms.Widget):
    """Stands for rows, which a template of their own draws."""

    use_fieldset = True


class RowsField(forms.Field):
    """Take the rows of a list or a table term; give its value, None without any row."""

    widget = RowsWidget

    def __init__(self, term: Field, **options: Any) -> None:
        super().__init__(**options)
        self.term = term

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> "Rows":
        """Return the rows of a form."""
        return Rows(form, self, field_name)

    def clean(self, value: list[Row]) -> Any:
        """Return the value that sound rows have together; ValidationError says each fault with its row."""
        self._refuse_twice(value)
        wrong = [
            RowError(self.say(place, row, name, str(text)), row.place(name))
            for place, row in enumerate(value, start=1)
            for name, texts in row.errors.items()
            for text in texts
        ]
        if wrong:
            raise ValidationError(cast(list[Any], wrong))
        found = join_parts(self.term, [row.part for row in value]) if value else None
        self.validate(found)
        return found

    def say(self, place: int, row: Row, name: str, text: str) -> str:
        """Say what is wrong with a row where the row itself is out of sight."""
        title = row.fields[name].label if name in row.fields else row.title
        return f"{self.label} {place}{' · ' if title else ''}{title}: {text}"

    def _refuse_twice(self, rows: Iterable[Row]) -> None:
        """Refuse a row named as one before it; rows with one field, and stages, have no name."""
        seen: dict[str, int] = {}
        for place, row in enumerate(rows, start=1):
            key = row.model[0].name if not row.kind and len(row.model) > 1 else ""
            name = row.is_valid() and row.part.get(key)
            if name and name in seen:
                row.add_error(key, say("field.row_twice", {"text": name, "row": seen[name]}, language()))
            elif name:
                seen[name] = place


class Rows(forms.BoundField):
    """The rows of a term in a form: those typed, else those of its value."""

    field: RowsField
    removed = False
    """A row was just removed: what has the focus now is the button that adds one."""

    @cached_property
    def rows(self) -> list[Row]:
        """Return the rows in their order."""
        if self.form.is_bound:
            return [Row(self.name, self._kind(each), each, data=self.form.data) for each in self._numbers()]
        parts = split_parts(self.field.term, self.initial)
        return [self._row(str(place), str(part.get("kind", "")), part) for place, part in enumerate(parts)]

    @property
    def data(self) -> list[Row]:
        """Return what the field cleans: the rows."""
        return self.rows

    @property
    def whole(self) -> list[str]:
        """Return what is wrong with the list itself, not with one of its rows."""
        return [each.messages[0] for each in self.errors.as_data() if not isinstance(each, RowError)]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Return all that is wrong, each with the id of the element where it is said."""
        own = [(f"{self.label}: {text}", str(self.auto_id)) for text in self.whole]
        return own + [
            (each.messages[0], each.target) for each in self.errors.as_data() if isinstance(each, RowError)
        ]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """Return the kinds a row may have with their titles, none where all rows are alike."""
        return [(kind, stage_title(kind, language())) for kind in STAGES] if self.name == STAGED else []

    @property
    def asked(self) -> tuple[str, str] | None:
        """Return the button that was pressed and the number of the row it belongs to, None if none was."""
        pressed = (name for name in BUTTONS if f"{self.name}-{name}" in self.form.data)
        return next(((name, str(self.form.data[f"{self.name}-{name}"])) for name in pressed), None)

    def rearranged(self) -> list[Row]:
        """Return the rows as typed after what the button asks for, to be shown and not judged."""
        rows = [self._row(row.number, row.kind, row.typed, begun=False) for row in self.rows]
        button, number = self.asked or ("", "")
        if button == "add":
            return [*rows, self._fresh()]
        at = next((place for place, row in enumerate(rows) if row.number == number), None)
        if button and at is not None:
            moved = rows.pop(at)
            if button != "remove":
                rows.insert(max(0, at + (-1 if button == "up" else 1)), moved)
        return rows

    def find(self, fault: Fault) -> Row | None:
        """Return the row a fault is about."""
        number = next((fault.params[name] for name in NUMBERS if name in fault.params), 0)
        return self.rows[number - 1] if isinstance(number, int) and 1 <= number <= len(self.rows) else None

    def tell(self, row: Row, fault: Fault) -> None:
        """Say a fault of the mechanism beside the field of the row it concerns."""
        field = row.find(fault)
        name, text = field.name if field else NON_FIELD_ERRORS, row.say(fault)
        row.add_error(None if field is None else name, text)
        said = self.field.say(self.rows.index(row) + 1, row, name, text)
        self.form.add_error(self.name, RowError(said, row.place(name)))

    def _numbers(self) -> list[str]:
        sent = cast("MultiValueDict[str, str]", self.form.data).getlist(f"{self.name}-row")
        return [each for each in dict.fromkeys(sent) if _NUMBER.fullmatch(each)]

    def _kind(self, number: str) -> str:
        return str(self.form.data.get(f"{self.name}-{number}-kind", "")) if self.name == STAGED else ""

    def _row(self, number: str, kind: str, part: Mapping[str, Any], *, begun: bool = True) -> Row:
        row = Row(self.name, kind if self.name == STAGED else "", number)
        row.initial = {**(_defaults(row.model) if begun else {}), **part}
        return row

    def _fresh(self) -> Row:
        kind = str(self.form.data.get(f"{self.name}-new", ""))
        number = 1 + max((int(each) for each in self._numbers()), default=-1)
        row = self._row(str(number), kind if kind in STAGES else next(iter(STAGES)), {})
        first = next(iter(row.visible_fields()), None)
        if first is not None:
            first.field.widget.attrs["autofocus"] = True
        return row


def make_term(field: Field, label: str, hint: str = "") -> dict[str, forms.Field]:
    """Make the form fields of one term by their names: rows for a list or a table of parts."""
    if field.name != STAGED and field.name not in PARTS:
        return make_fields(field, label, hint)
    needed = field.default is REQUIRED or not field.optional
    return {field.name: RowsField(field, label=label, required=needed, help_text=hint)}


def split_parts(term: Field, value: Any) -> list[dict[str, Any]]:
    """Return the parts of a term's value: pairs of a table and bare values of a list by the names of their model.

    >>> split_parts(Field("credit_bp", "list"), [500]), split_parts(Field("weights", "object"), {"本地": 2})
    ([{'level_bp': 500}], [{'ground': '本地', 'tickets': 2}])
    """
    names = [field.name for field in PARTS.get(term.name, ())]
    if term.kind == "object":
        return [dict(zip(names, pair, strict=True)) for pair in (value or {}).items()]
    return [{names[0]: each} if len(names) == 1 else dict(each) for each in value or ()]


def join_parts(term: Field, parts: list[dict[str, Any]]) -> Any:
    """Return the value that parts make, as `split_parts` takes it apart.

    >>> join_parts(Field("weights", "object"), [{"ground": "本地", "tickets": 2}])
    {'本地': 2}
    """
    if term.kind == "object":
        return dict(tuple(part.values()) for part in parts)
    bare = len(PARTS.get(term.name, ())) == 1
    return [next(iter(part.values())) if bare else part for part in parts]


def _defaults(model: Model) -> dict[str, Any]:
    return {field.name: field.default for field in model if field.default is not REQUIRED}
