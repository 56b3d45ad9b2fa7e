"""The keys that may stand in a list term written as JSON, each with its meaning, unit and choices.

Made from the very fields that check them, so the page cannot promise a key that would be refused.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from jishi.kernel.mechanism.auction_stage import STAGES
from jishi.kernel.mechanism.field import REQUIRED, Field, Model
from jishi.platform.words.stated import PARTS, part_choice, part_title, stage_title
from jishi.platform.words.term import term_title


class Key(NamedTuple):
    """One key: how it is written, what it means, what stands under it, and whether it must."""

    name: str
    title: str
    holds: str
    needed: bool


class Keys(NamedTuple):
    """The keys of one part of a term; `kind` is the "kind" that a stage states, "" where parts have none."""

    title: str
    kind: str
    rows: tuple[Key, ...]


def list_keys(name: str, lang: str) -> list[Keys]:
    """List the keys of the parts of a term, none of a term that has no parts."""
    if name == "stages":
        head = term_title(name, lang)
        return [
            Keys(f"{head} · {stage_title(kind, lang)}", kind, _rows(model, lang))
            for kind, model in STAGES.items()
        ]
    return [Keys(term_title(name, lang), "", _rows(PARTS[name], lang))] if name in PARTS else []


def _rows(model: Model, lang: str) -> tuple[Key, ...]:
    return tuple(
        Key(field.name, part_title(field.name, lang), _holds(field, lang), field.default is REQUIRED)
        for field in model
    )


def _holds(field: Field, lang: str) -> str:
    if field.choices:
        between = "；" if lang == "zh" else "; "
        return between.join(f'"{each}" {part_choice(field.name, each, lang)}' for each in field.choices)
    units: Mapping[str, str] = {
        "fen": _("whole number of fen (1 yuan = 100)"),
        "span": _("whole number of milliseconds (1 minute = 60000)"),
        "count": _("whole number"),
        "share_bp": _("ten-thousandths (70% = 7000)"),
        "flag": _("true or false"),
        "list": _("list of texts"),
        "text": _("text"),
    }
    return units.get(field.kind, field.kind)
