"""Inputs for the typed questions of a pack: one form for the desk and for applicants.

The form checks nothing itself: the engine does, and `tell` puts its faults beside the inputs they name. So a draft
may be saved half filled in, and there is one place that knows what an answer must be.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import FieldKind
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import format_area
from jishi.platform.words import say
from jishi.platform.words.condition import unit_text
from jishi.web.shell.fields import typed_money
from jishi.web.shell.lot_choice import LotChoice, choose_lot, take_picks, typed_lot
from jishi.web.shell.site import language, market_pack

LEAST_ROWS, SPARE_ROWS, MOST_ROWS = 3, 2, 100
YES, NO = "yes", "no"
HINTS = {
    "money": gettext_lazy("In yuan, or with its unit, such as 25.6万元"),
    "area": gettext_lazy("In square metres, or with its unit, such as 45.3亩"),
    "bounds": gettext_lazy("For example ≥40%, 10%~20%, ≤1.8"),
    "entry": gettext_lazy("The number of the entry in the register"),
    "geometry": gettext_lazy("GeoJSON"),
    "offering": gettext_lazy("The number in its notice, or its title"),
}


@dataclass(frozen=True, slots=True)
class TypedGroup:
    """What is shown together: one input, with the lots to pick from, or a table with its heads and rows of inputs."""

    label: str
    field: Any = None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    lots: LotChoice | None = None


class TypedForm(forms.Form):
    """Hold the inputs of `questions`; names are `name`, `name-from`, `name-to` and `name-3-column` of a table.

    `rows` says how many rows each table shows, `parties` whose own lots are offered first.
    """

    def __init__(
        self,
        data: Any = None,
        *args: Any,
        questions: Sequence[FieldKind] = (),
        rows: Mapping[str, int] | None = None,
        parties: Sequence[str] = (),
        **options: Any,
    ) -> None:
        names = [each.name for each in questions if each.type == "offering"]
        super().__init__(take_picks(data, names), *args, **options)
        self.questions, self.rows, self.parties = tuple(questions), dict(rows or {}), tuple(parties)
        for question in self.questions:
            for name, made in make_inputs(question, self.rows.get(question.name, LEAST_ROWS)):
                self.fields[name] = made

    def full_clean(self) -> None:
        """Find nothing wrong: what an answer must be the engine says."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def raw(self) -> dict[str, Any]:
        """Give the answers as the engine reads them; what is left empty is left out."""
        found = {each.name: self._raw(each) for each in self.questions}
        return {name: value for name, value in found.items() if value not in (None, "", [])}

    def text(self, name: str) -> str:
        """Give what was typed into one input."""
        return str(self[name].data or "").strip()

    def tell(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside the input it names, else above the form; a denial is raised again."""
        for fault in faults:
            if fault.code == "access.denied":
                raise fault
            place = self.place(str(fault.params.get("field", "")))
            label = self.fields[place].label if place else fault.params.get("field", "")
            self.add_error(place, say(fault.code, {**fault.params, "field": label}, language()))

    def place(self, name: str) -> str | None:
        """Give the input a fault's `field` names: `uses[2].code` is the second row kept."""
        table, bracket, rest = name.partition("[")
        if bracket:
            number, _end, column = rest.partition("].")
            kept = [n for n in self._numbers(table) if any(self._row(table, n).values())]
            place = int(number) - 1 if number.isdecimal() else 0
            name = f"{table}-{kept[place] if place < len(kept) else 1}-{column}"
        options = (name, f"{name}-from", name.replace(".", "-"))
        first = next((each for each in self.fields if each.startswith(f"{name}-1-")), None)
        return next((each for each in options if each in self.fields), first)

    def groups(self, section: str | None = None) -> Iterator[TypedGroup]:
        """Yield what is shown, in the order of the file; `section` keeps one section's ("" is without)."""
        for question in self.questions:
            if section is not None and (getattr(question, "section", None) or "") != section:
                continue
            label = question.label.say(language())
            if question.type == "table":
                rows = tuple(
                    tuple(self[f"{question.name}-{n}-{column.name}"] for column in question.columns)
                    for n in self._numbers(question.name)
                )
                yield TypedGroup(label, None, tuple(c.label.say(language()) for c in question.columns), rows)
            elif question.type == "interval":
                yield TypedGroup(label, self[f"{question.name}-from"])
                yield TypedGroup(label, self[f"{question.name}-to"])
            elif question.type == "offering":
                lots = choose_lot(question.name, str(self[question.name].value() or ""), self.parties)
                yield TypedGroup(label, self[question.name], lots=lots)
            else:
                yield TypedGroup(label, self[question.name])

    def _raw(self, question: FieldKind) -> Any:
        if question.type == "table":
            rows = [self._row(question.name, n) for n in self._numbers(question.name)]
            return [row for row in rows if row]
        if question.type == "interval":
            ends = {end: self.text(f"{question.name}-{end}") for end in ("from", "to")}
            return ends if any(ends.values()) else None
        return _answer(question, self.text(question.name))

    def _row(self, table: str, number: int) -> dict[str, Any]:
        columns = next((each.columns for each in self.questions if each.name == table), ())
        cells = {each.name: _answer(each, self.text(f"{table}-{number}-{each.name}")) for each in columns}
        return {name: value for name, value in cells.items() if value not in (None, "")}

    def _numbers(self, table: str) -> range:
        return range(1, self.rows.get(table, LEAST_ROWS) + 1)


def make_inputs(question: FieldKind, rows: int = LEAST_ROWS) -> Iterator[tuple[str, forms.Field]]:
    """Yield the inputs of one question by name."""
    if question.type == "table":
        for number in range(1, rows + 1):
            for column in question.columns:
                yield f"{question.name}-{number}-{column.name}", _input(column)
    elif question.type == "interval":
        for end, word in (("from", _("from")), ("to", _("until"))):
            made = _input(question)
            made.label = f"{made.label} ({word})"
            yield f"{question.name}-{end}", made
    else:
        yield question.name, _input(question)


def typed_initial(questions: Sequence[FieldKind], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give what stored answers fill the inputs with, as one types them."""
    shown: dict[str, Any] = {}
    for question in questions:
        value = answers.get(question.name)
        if question.type == "table":
            for number, row in enumerate(value if isinstance(value, list) else (), start=1):
                for column in question.columns:
                    shown[f"{question.name}-{number}-{column.name}"] = _typed(column, row.get(column.name))
        elif question.type == "interval":
            ends = value if isinstance(value, dict) else {}
            shown |= {f"{question.name}-{end}": ends.get(end, "") for end in ("from", "to")}
        else:
            shown[question.name] = _typed(question, value)
    return shown


def count_typed_rows(
    questions: Sequence[FieldKind], answers: Mapping[str, Any], posted: Mapping[str, Any]
) -> dict[str, int]:
    """Give how many rows each table shows: those filled and a few spare."""
    found = {}
    for question in questions:
        if question.type == "table":
            filled = answers.get(question.name)
            typed = [
                n
                for n in range(1, MOST_ROWS + 1)
                if any(posted.get(f"{question.name}-{n}-{c.name}") for c in question.columns)
            ]
            most = max([len(filled) if isinstance(filled, list) else 0, *typed])
            found[question.name] = min(MOST_ROWS, max(LEAST_ROWS, most + SPARE_ROWS))
    return found


def _input(question: FieldKind) -> forms.Field:
    lang = language()
    label = question.label.say(lang) + (f" ({unit_text(question.unit, lang)})" if question.unit else "")
    help_text = question.help.say(lang) if question.help else HINTS.get(question.type, "")
    said: dict[str, Any] = {"label": label, "required": question.required, "help_text": help_text}
    if question.type == "boolean":
        return forms.ChoiceField(**said, choices=[("", "—"), (YES, _("Yes")), (NO, _("No"))])
    if question.type == "choice":
        named = [(each.id, each.title.say(lang)) for each in question.choices]
        return forms.ChoiceField(**said, choices=[("", "—"), *named])
    if question.type == "division":
        places = [
            (each.code, f"{each.code} {each.name_en if lang == 'en' else each.name_zh}")
            for each in market_pack().divisions.values()
        ]
        return forms.ChoiceField(**said, choices=[("", "—"), *places])
    if question.type in ("date", "interval"):
        return forms.CharField(**said, widget=forms.TextInput(attrs={"type": "date"}))
    if question.type == "geometry":
        return forms.CharField(**said, widget=forms.Textarea(attrs={"rows": 3}))
    if question.type in ("number", "money", "area"):
        return forms.CharField(**said, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    return forms.CharField(**said)


def _answer(question: FieldKind, text: str) -> Any:
    """Give what was typed as the engine reads it: yes and no are truth values, all else is text."""
    if question.type == "boolean":
        return {YES: True, NO: False}.get(text)
    return text


def _typed(question: FieldKind, value: Any) -> Any:
    if value is True or value is False:
        return YES if value else NO
    if question.type == "area" and isinstance(value, int):
        return format_area(value)
    if question.type == "money" and isinstance(value, int):
        return typed_money(value)
    if question.type == "offering" and value:
        return typed_lot(str(value))
    return "" if value is None else value
