"""The fields of a what-if form: one a fact, every one may be left open; derived facts ask for their own facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jishi.kernel.rules.fact import Fact, Vocabulary, format_value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.rule import Rule
from jishi.platform.words.condition import Sayer
from jishi.web.public.law.edition import Edition, word
from jishi.web.shell.site import language

FEW = 12
"""A choice of up to so many values is one flat list."""


@dataclass(frozen=True)
class Option:
    """One value to choose."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """One fact to be asked: `groups` are (head, options) of a choice; `inner` the facts that compute it."""

    name: str
    label: str
    widget: str
    unit: str
    hint: str
    value: str
    error: str
    needed: bool
    groups: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    inner: tuple["Field", ...] = ()
    rule_title: str = ""
    rule_url: str = ""

    @property
    def id(self) -> str:
        """Give the id of the field on its page."""
        return f"fact-{self.name}"

    @property
    def open(self) -> bool:
        """Tell whether something inside was filled in, is wrong or is needed."""
        return any(each.value or each.error or each.needed or each.open for each in self.inner)

    def walk(self) -> Iterator["Field"]:
        """Yield this field and those inside it."""
        yield self
        for each in self.inner:
            yield from each.walk()


@dataclass(frozen=True)
class Filled:
    """What was typed, what is wrong with it, and which facts are still needed, by fact."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    needed: frozenset[str] = frozenset()


def list_fields(edition: Edition, rule: Rule, filled: Filled) -> tuple[Field, ...]:
    """Give the fields of a rule in the order it asks; a fact is asked once, where it comes first."""
    return _fields(edition, rule, filled, set())


def facts_asked(edition: Edition, rule: Rule) -> list[Fact]:
    """List the facts a form about a rule can take, those inside derived ones too, each once."""
    found: dict[str, Fact] = {}
    ways = [rule]
    for each in ways:
        for name in each.facts:
            if name not in found and name != AS_OF:
                fact = found[name] = edition.pack.facts[name]
                source = edition.pack.rules.get(fact.rule or "")
                ways += [] if source is None else [source]
    return list(found.values())


def _fields(edition: Edition, rule: Rule, filled: Filled, seen: set[str]) -> tuple[Field, ...]:
    made = []
    for name in rule.facts:
        if name not in seen and name != AS_OF:
            seen.add(name)
            made.append(_field(edition, edition.pack.facts[name], filled, seen))
    return tuple(made)


def _field(edition: Edition, fact: Fact, filled: Filled, seen: set[str]) -> Field:
    typed = filled.typed.get(fact.name, "")
    source = edition.pack.rules.get(fact.rule or "")
    return Field(
        name=fact.name,
        label=word(fact.label),
        widget=_widget(fact),
        unit=_unit(edition, fact),
        hint=" · ".join(filter(None, (word(fact.help), _hint(fact)))),
        value=typed,
        error=filled.errors.get(fact.name, ""),
        needed=fact.name in filled.needed,
        groups=groups_of(fact, typed),
        inner=() if source is None else _fields(edition, source, filled, seen),
        rule_title="" if source is None else word(source.title),
        rule_url="" if source is None else edition.rule_link(source.id),
    )


def _widget(fact: Fact) -> str:
    return {"boolean": "yesno", "choice": "choice", "date": "date", "integer": "whole"}.get(fact.kind, "text")


def _unit(edition: Edition, fact: Fact) -> str:
    if fact.kind == "money":
        return "元" if language() == "zh" else "CNY"
    if fact.kind == "area":
        return "m²"
    return Sayer(edition.pack.book, edition.on, language()).unit(fact.unit).strip()


def _hint(fact: Fact) -> str:
    """Say how a value is written, and between which bounds."""
    forms = {
        "money": _("In yuan, or with its unit, such as 25.6万元."),
        "area": _("In m², or with its unit, such as 45.3亩 or 35公顷."),
        "ratio": _("As 35% or 0.35."),
    }
    return " · ".join(filter(None, (forms.get(fact.kind, ""), bounds_text(fact))))


def bounds_text(fact: Fact) -> str:
    """Say the bounds of a fact, empty where it has none."""
    low, high = (
        None if each is None else format_value(fact, each, language())
        for each in (fact.minimum, fact.maximum)
    )
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s.") % {"low": low, "high": high}
    if high is not None:
        return _("At most %(high)s.") % {"high": high}
    return _("At least %(low)s.") % {"low": low} if low is not None and fact.minimum != 0 else ""


def groups_of(fact: Fact, typed: str) -> tuple[tuple[str, tuple[Option, ...]], ...]:
    """Give the values of a choice: one flat list, or by the wider code they lie under."""
    words = fact.vocabulary
    if words is None:
        return ()
    if not words.above or len(words.words) <= FEW:
        return (("", tuple(_option(words, each, typed) for each in words.words)),)
    single = sum(code not in words.above for code in words.words) == 1
    heads: dict[str, list[str]] = {}
    for code in words.words:
        heads.setdefault(_head(words, code, single), []).append(code)
    at = 1 if language() == "en" else 0
    return tuple(
        (words.words[head][at] if head else "", tuple(_option(words, code, typed) for code in codes))
        for head, codes in heads.items()
    )


def _head(words: Vocabulary, code: str, single: bool) -> str:
    """Give the widest code above one; where a single root holds all, the widest below it."""
    way = words.way_up(code)
    if not single:
        return way[-1]
    return way[-2] if len(way) > 1 else ""


def _option(words: Vocabulary, code: str, typed: str) -> Option:
    label = words.words[code][language() == "en"]
    return Option(code, f"{code} {label}" if code[:1].isdigit() else label, code == typed)
