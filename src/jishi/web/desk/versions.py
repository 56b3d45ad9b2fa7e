"""The versions of an entry (版本), each with what it changed, in the words of its kind."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers import api as registers
from jishi.web.public.parcel import say_value
from jishi.web.shell.site import language

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """A version and (label, before, after) of each field it changed."""

    version: registers.VersionInfo
    changes: list[tuple[str, str, str]]


def changed_lines(kind: RegisterKind, versions: list[registers.VersionInfo]) -> list[Told]:
    """Return the versions, the newest first; the first one changed nothing."""
    told = []
    for before, after in zip([None, *versions], versions, strict=False):
        changes = registers.changes(before, after) if before else []
        told.append(Told(after, [_line(kind, change) for change in changes]))
    return told[::-1]


def _line(kind: RegisterKind, change: registers.Change) -> tuple[str, str, str]:
    if change.field == "#state":
        words = {state.id: state.title.say(language()) for state in kind.states}
        return _("State"), words.get(change.before, change.before), words.get(change.after, change.after)
    if change.field == "#shape":
        return _("Outline"), _shape(change.before), _shape(change.after)
    field = next((each for each in kind.fields if each.name == change.field), None)
    if field is None:
        return change.field, str(change.before or ""), str(change.after or "")
    return field.label.say(language()), _said(field, change.before), _said(field, change.after)


def _shape(drawn: Any) -> str:
    return _("drawn") if drawn else _("none")


def _said(field: Any, value: Any) -> str:
    if value is None:
        return "—"
    if field.type == "table":
        lines = [" ".join(_said(c, row[c.name]) for c in field.columns if c.name in row) for row in value]
        return "; ".join(lines)[:LONGEST]
    return say_value(field, value)[:LONGEST]
