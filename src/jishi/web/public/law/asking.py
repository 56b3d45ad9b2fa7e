"""Read a what-if question from an address: facts as people write them, the law's day, a text to look through."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Fact, Value, read_value
from jishi.kernel.rules.rule import Rule
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.field import bounds_text, facts_asked

ASK, TEXT = "ask", "text"
LONGEST_VALUE, LONGEST_TEXT, LONGEST_ADDRESS = 200, 20_000, 4_000


@dataclass(frozen=True)
class Asking:
    """A question as it was put: what was typed by fact, what is wrong, the case as stored, the text."""

    asked: bool
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    case: Mapping[str, Value]
    text: str = ""

    def params(self) -> dict[str, str]:
        """Give the facts, and the text, as the parameters of an address that others can open."""
        return {ASK: "1", **self.typed, **({TEXT: self.text} if self.text else {})}


def read_asking(edition: Edition, rule: Rule, given: QueryDict) -> Asking:
    """Read the facts a rule asks about; what cannot be read is told of and left open."""
    typed: dict[str, str] = {}
    errors: dict[str, str] = {}
    case: dict[str, Value] = {}
    for fact in facts_asked(edition, rule):
        raw = given.get(fact.name, "").strip()[:LONGEST_VALUE]
        if not raw:
            continue
        typed[fact.name] = raw
        try:
            value = read_value(fact, raw)
        except Fault as fault:
            errors[fact.name] = _trouble(fact, fault)
            continue
        if value is None:
            del typed[fact.name]
            continue
        case[fact.name] = value
        typed[fact.name] = _settled(value, raw)
    text = given.get(TEXT, "").replace("\r\n", "\n")
    if len(text) > LONGEST_TEXT:
        errors[TEXT] = _("The text is longer than %(most)s characters: look through it in parts.") % {
            "most": f"{LONGEST_TEXT:,}"
        }
    return Asking(bool(given.get(ASK) or typed or text), typed, errors, case, text)


def is_untidy(given: QueryDict) -> bool:
    """Tell whether an address carries empty answers: a shared link should not."""
    return any(not value for _name, values in given.lists() for value in values)


def tidy(given: QueryDict) -> dict[str, str]:
    """Give the parameters of an address without empty answers and without what only a form needs."""
    kept = {name: next((value for value in reversed(values) if value), "") for name, values in given.lists()}
    return {name: value for name, value in kept.items() if value and name != "csrfmiddlewaretoken"}


def _settled(value: Value, raw: str) -> str:
    """Write a choice and a yes or no as the form's own options; leave the rest as it was typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else raw


def _trouble(fact: Fact, fault: Fault) -> str:
    """Say what a value should look like."""
    if fault.code == "rules.out_of_range":
        return bounds_text(fact) or _("This value is out of range.")
    said = {
        "boolean": _("Choose yes, no or not known."),
        "integer": _("Write a whole number, such as 6."),
        "money": _("Write an amount such as 1780 (yuan) or 25.6万元."),
        "area": _("Write an area such as 330 (m²), 45.3亩 or 35公顷."),
        "ratio": _("Write a share such as 35% or 0.35."),
        "decimal": _("Write a number such as 12.5."),
        "date": _("Write a date such as 2020-11-24."),
        "choice": _("Choose one of the values listed."),
    }
    return said[fact.kind]
