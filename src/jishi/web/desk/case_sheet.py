"""The answers of a case as the desk reads them: by section of the form, then what deciders filled in by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.web.shell.lot_choice import lot_address
from jishi.web.shell.site import language


@dataclass(frozen=True)
class Sheet:
    """Answers shown together: pairs of label and value, and tables as (title, heads, rows)."""

    title: str
    facts: list[tuple[str, str]]
    tables: list[tuple[str, list[str], list[list[str]]]]


def sheets_of(view: procedures.CaseView, info: procedures.CaseInfo) -> list[Sheet]:
    """Give the answers of the form by section, then what deciders filled in by step."""
    lang, kind = language(), view.kind
    sections = [("", _("Facts stated")), *((each.id, each.title.say(lang)) for each in kind.sections)]
    found = []
    for section, title in sections:
        asked = [
            each for each in kind.questions if (each.section or "") == section and each.name in info.form
        ]
        if asked:
            found.append(_sheet(view, title, asked, info.form))
    for step in kind.steps:
        given = info.answers.get(step.id, {})
        asked = [each for one in step.decisions for each in one.questions if each.name in given]
        if asked:
            named = {each.name: each for each in asked}
            found.append(
                _sheet(view, _("Stated at the step: %s") % step.title.say(lang), [*named.values()], given)
            )
    return found


def _sheet(
    view: procedures.CaseView, title: str, asked: Sequence[packs.FieldKind], answers: Mapping[str, Any]
) -> Sheet:
    lang = language()
    facts, tables = [], []
    for each in asked:
        value, label = answers.get(each.name), each.label.say(lang)
        if each.type == "table" and isinstance(value, list):
            heads = [column.label.say(lang) for column in each.columns]
            cells = [
                [
                    procedures.say_answer(view.pack, column, row.get(column.name), lang)
                    for column in each.columns
                ]
                for row in value
            ]
            tables.append((label, heads, cells))
        else:
            facts.append((label, _said(view, each, value)))
    return Sheet(title, facts, tables)


def _said(view: procedures.CaseView, field: packs.FieldKind, value: Any) -> str:
    """Say an answer, as a link to what it names where that has a page."""
    said, url = procedures.say_answer(view.pack, field, value, language()), lot_address(field, value)
    return format_html('<a href="{}">{}</a>', url, said) if url else said
