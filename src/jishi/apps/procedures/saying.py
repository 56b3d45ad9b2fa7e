"""Values of a case in words: what a choice, a sum, an area, a division or a yes means, in either language."""

from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.kernel.quantity.area import format_area
from jishi.kernel.quantity.money import format_fen
from jishi.platform.words.condition import unit_text

LANGUAGES = ("zh", "en")


def say_value(pack: packs.Pack, kind: packs.ProcedureKind, value: Any, source: object = "") -> dict[str, str]:
    """Say a value in both languages; `source` is the mapping it came from, which tells its type where it is plain."""
    field = _field(kind, str(source))
    return {language: _say(pack, field, value, language) for language in LANGUAGES}


def say_answer(pack: packs.Pack, field: packs.FieldKind, value: Any, language: str) -> str:
    """Say the answer to one question, or one cell of a table, in a language."""
    return _say(pack, field, value, language)


def _field(kind: packs.ProcedureKind, source: str) -> packs.FieldKind | None:
    head, _, name = source.rpartition(".")
    if head == "form":
        return next((each for each in kind.questions if each.name == name), None)
    if head.startswith("step."):
        step = next((each for each in kind.steps if f"step.{each.id}" == head), None)
        asked = [each for one in step.decisions for each in one.questions] if step else []
        return next((each for each in asked if each.name == name), None)
    return None


def _say(pack: packs.Pack, field: packs.FieldKind | None, value: Any, language: str) -> str:
    if value is None or value == "":
        return "——"
    if isinstance(value, bool):
        return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
    kind = field.type if field is not None else ""
    if kind == "money" and isinstance(value, int):
        return f"{format_fen(value)} 元" if language == "zh" else f"CNY {format_fen(value)}"
    if kind == "area" and isinstance(value, int):
        return f"{format_area(value)} m²"
    if field is not None and kind == "choice" and (choice := field.choice(str(value))):
        return choice.title.say(language)
    if kind == "division" and str(value) in pack.divisions:
        place = pack.divisions[str(value)]
        return place.name_zh if language == "zh" else place.name_en
    if kind == "offering" and (offering := market.find_named(str(value))):
        return f"{offering.number} {offering.title}"
    if kind == "interval" and isinstance(value, dict):
        return f"{value['from']} — {value['to']}"
    if kind == "number" and field is not None and field.unit:
        return f"{value} {unit_text(field.unit, language)}"
    return str(value)
