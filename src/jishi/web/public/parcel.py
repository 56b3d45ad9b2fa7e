"""What a register entry says, field by field, in the words of its kind."""

from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from jishi.apps.packs.api import FieldKind
from jishi.web.public.places import place_name, use_name
from jishi.web.shell.money import area_text, money_text, mu_text
from jishi.web.shell.site import language, market_pack

# said elsewhere on the page, or of no use to a reader
_ELSEWHERE = {"conditions", "source_url", "simulated"}
_FIGURES = {"area", "money", "number", "bounds"}


class Fact(NamedTuple):
    """One labelled value; `width` is "wide" where it needs the whole row."""

    label: str
    value: str
    width: str = ""


class Sheet(NamedTuple):
    """A table of a register field: title, (label, is a figure) of each column, rows of (cell, label, is a figure)."""

    title: str
    head: list[tuple[str, bool]]
    rows: list[list[tuple[str, str, bool]]]


def list_facts(kind_id: str, lot: dict[str, Any], *, inside: bool = False) -> list[Fact]:
    """Return the plain facts of a lot in the order of its register kind; `inside` also those not public."""
    kind = market_pack().register(kind_id)
    plain = [field for field in kind.fields if (field.public or inside) and field.type != "table"]
    said = ((field, lot.get(field.name)) for field in plain if field.name not in _ELSEWHERE)
    return [
        Fact(field.label.say(language()), say_value(field, value))
        for field, value in said
        if value not in (None, "")
    ]


def list_sheets(kind_id: str, lot: dict[str, Any], *, inside: bool = False) -> list[Sheet]:
    """Return the tables of a lot, such as its uses with area, term and plot ratio of each."""
    kind = market_pack().register(kind_id)
    tables = [
        field
        for field in kind.fields
        if (field.public or inside) and field.type == "table" and lot.get(field.name)
    ]
    return [_sheet(field, lot[field.name]) for field in tables]


def _sheet(field: FieldKind, rows: list[dict[str, Any]]) -> Sheet:
    columns = [column for column in field.columns if any(row.get(column.name) for row in rows)]
    head = [(column.label.say(language()), column.type in _FIGURES) for column in columns]
    cells = [
        [(_cell(column, row), *named) for column, named in zip(columns, head, strict=True)] for row in rows
    ]
    return Sheet(field.label.say(language()), head, cells)


def _cell(column: FieldKind, row: dict[str, Any]) -> str:
    if column.name == "name" and row.get("code"):
        return use_name(row["code"], row.get("name", ""))
    value = row.get(column.name)
    return "" if value in (None, "") else say_value(column, value)


def say_value(field: FieldKind, value: Any) -> str:
    """Say a value as its field's type wants it."""
    lang = language()
    if field.type == "area":
        return f"{area_text(value, lang)} ({mu_text(value, lang)})"
    if field.type == "money":
        return money_text(value, lang)
    if field.type == "division":
        return place_name(value)
    if field.type == "choice":
        titles = {choice.id: choice.title.say(lang) for choice in field.choices}
        return titles.get(value, value)
    if field.type == "interval":
        return " — ".join(str(end or "") for end in (value.get("from"), value.get("to")))
    if field.type == "boolean":
        return str(_("yes") if value is True else _("no"))
    if field.type == "geometry":
        return str(_("a shape"))
    if field.type == "bounds":
        value = bounds_text(value)
    if field.type in ("number", "bounds") and field.unit and not str(value).endswith(field.unit):
        return f"{value} {_unit(field.unit, lang)}"
    return value.isoformat() if isinstance(value, date) else str(value)


def bounds_text(bounds: str) -> str:
    """Say bounds such as "≥1.2且≤2" in the reader's language."""
    return bounds.replace("且", " and ") if language() == "en" else bounds


def _unit(unit: str, lang: str) -> str:
    return {"年": "years"}.get(unit, unit) if lang == "en" else unit
