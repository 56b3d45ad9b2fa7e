"""Say the terms of a mechanism as they stand: one line a term, the parts of a list one line each.

Rests on the mechanism's own fields, so a new mechanism is said without a change here. What is not yet a value of its
field's kind, such as a list still being written, is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism.auction_stage import STAGES
from jishi.kernel.mechanism.field import KINDS, Field, Model
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.lottery import MOST_WEIGHT
from jishi.kernel.mechanism.package_slate import HIGHEST_FEN
from jishi.kernel.mechanism.tender_price import WHOLE_BP
from jishi.kernel.mechanism.tender_score import KINDS as CRITERIA
from jishi.kernel.quantity.number import format_number
from jishi.kernel.sealing.suite import NAMES as SUITES
from jishi.platform.words import say
from jishi.platform.words.amount import money_text, say_share
from jishi.platform.words.term import choice_title, term_title

Instants = Callable[[int], str]
PARTS: Final[Mapping[str, Model]] = {
    "lots": (Field("lot", "text"), Field("reserve_fen", "fen", least=0, most=HIGHEST_FEN)),
    "criteria": (
        Field("id", "text"),
        Field("weight_bp", "share_bp"),
        Field("full_marks", "count"),
        Field("kind", "choice", choices=CRITERIA),
    ),
    "credit_bp": (Field("level_bp", "share_bp", most=WHOLE_BP - 1),),
    "weights": (Field("ground", "text"), Field("tickets", "count", most=MOST_WEIGHT)),
}
"""What one line of a list term, or of a table, holds; that of an auction's stages depends on its kind."""
SEALING: Final = (
    Field("suite", "choice", choices=SUITES),
    Field("members", "count"),
    Field("threshold", "count"),
)
SPANS: Final = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000))
PLATFORM: Final = ("lot", "reserve_commitment", "draw_commitment")
"""Terms that no person states: the platform fills them."""
SHORT: Final = 12


class Stated(NamedTuple):
    """One line: what a term or a part of it is called, and its value in words."""

    title: str
    value: str


def list_stated(model: Model, terms: Mapping[str, Any], lang: str, instants: Instants) -> list[Stated]:
    """Say every term of a model that people state; `instants` writes an instant (ms) as a date and time."""
    return [
        line
        for field in model
        if field.name not in PLATFORM and field.name in terms
        for line in _lines(field, terms[field.name], lang, instants)
    ]


def say_span(span_ms: int, lang: str) -> str:
    """Say a span in its largest whole unit, else in seconds.

    >>> say_span(300_000, "en"), say_span(1500, "en")
    ('5 min', '1.5 s')
    """
    unit, size = next((each for each in SPANS if span_ms and span_ms % each[1] == 0), SPANS[-1])
    return say(f"stated.{unit}", {"n": format_number(Fraction(span_ms, size))}, lang)


def say_value(field: Field, value: Any, lang: str, instants: Instants = str) -> str:
    """Say one plain value of a field."""
    if value is None:
        return say("stated.none", {}, lang)
    if field.kind == "fen":
        return money_text(value, lang)
    if field.kind == "instant":
        return instants(value)
    said: dict[str, Callable[[], str]] = {
        "span": lambda: say_span(value, lang),
        "share_bp": lambda: say_share(value),
        "flag": lambda: say(f"stated.{'yes' if value else 'no'}", {}, lang),
        "count": lambda: f"{value:,}",
        "choice": lambda: part_choice(field.name, value, lang),
        "hash": lambda: str(value)[:SHORT],
    }
    return said.get(field.kind, lambda: str(value))()


def part_title(name: str, lang: str) -> str:
    """Return what a part of a term is called."""
    said = say(f"part.{name}", {}, lang)
    return term_title(name, lang) if said == f"part.{name}" else said


def part_choice(name: str, choice: str, lang: str) -> str:
    """Return what a choice of a term, or of a part of one, means."""
    said = say(f"part.{name}.{choice}", {}, lang)
    return choice_title(name, choice, lang) if said == f"part.{name}.{choice}" else said


def stage_title(kind: str, lang: str) -> str:
    """Return what a kind of stage is called."""
    return say(f"stage.{kind}", {}, lang)


def _lines(field: Field, value: Any, lang: str, instants: Instants) -> Iterator[Stated]:
    title = term_title(field.name, lang)
    if value is not None and not is_kind(value, KINDS[field.kind]):
        return
    if value is None or KINDS[field.kind] not in ("list", "object"):
        known = choice_title(field.name, value, lang) if field.choices and value else None
        yield Stated(title, known or say_value(field, value, lang, instants))
    elif field.name == "sealing":
        yield Stated(title, _say_parts(SEALING, value, lang))
    elif field.name == "credit_bp":
        levels = enumerate(value, start=1)
        said = [f"{say('stated.level', {'n': level}, lang)} {_share(share)}" for level, share in levels]
        yield Stated(title, _join(said, lang))
    elif field.kind == "object":
        tickets = [f"{ground} {say('stated.tickets', {'n': count}, lang)}" for ground, count in value.items()]
        yield Stated(title, _join(tickets, lang))
    else:
        yield from _each(field.name, title, value, lang)


def _share(value: Any) -> str:
    return say_share(value) if is_kind(value, "integer") else str(value)


def _each(name: str, title: str, value: list[Any], lang: str) -> Iterator[Stated]:
    for place, part in enumerate(value, start=1):
        if not isinstance(part, Mapping):
            continue
        kind = part.get("kind")
        staged = name == "stages" and isinstance(kind, str)
        model = STAGES.get(str(kind), ()) if staged else PARTS.get(name, ())
        head = f"{title} {place}" + (f" · {stage_title(str(kind), lang)}" if staged else "")
        yield Stated(head, _say_parts(model, part, lang))


def _say_parts(model: Model, part: Mapping[str, Any], lang: str) -> str:
    said = []
    for field in model:
        value = part.get(field.name)
        if value is None or value is False or value == [] or not is_kind(value, KINDS[field.kind]):
            continue
        shown = _join([str(each) for each in value], lang) if field.kind == "list" else None
        between = "：" if lang == "zh" else ": "
        said.append(f"{part_title(field.name, lang)}{between}{shown or say_value(field, value, lang)}")
    return ("；" if lang == "zh" else "; ").join(said)


def _join(said: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(said)
