"""Dated cases of a rule from the pack, as examples: their facts, the answer they assert, and the way to ask them."""

from collections.abc import Mapping
from dataclasses import dataclass

from jishi.apps.packs.rules.cases import DatedCase
from jishi.apps.packs.rules.writing import written
from jishi.kernel.rules.rule import Rule, Wording
from jishi.platform.words import say
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import value_text
from jishi.web.public.law.case import cases_of
from jishi.web.public.law.edition import AS_OF, Edition
from jishi.web.public.law.sheet import numbered
from jishi.web.shell.site import language

MOST_SHOWN = 60


@dataclass(frozen=True)
class Example:
    """One case: the day, its facts as (name, value), the text it looks through, the answer, the deciding row."""

    day: str
    facts: tuple[tuple[str, str], ...]
    text: str
    answer: str
    row: str
    number: int
    url: str


def list_examples(edition: Edition, rule: Rule) -> tuple[list[Example], int]:
    """Give the cases of a rule as examples, the latest day first, and how many there are."""
    cases = sorted(cases_of(edition.pack, rule.id), key=lambda case: case.day, reverse=True)
    numbers = numbered(rule)
    return [_example(edition, rule, case, numbers) for case in cases[:MOST_SHOWN]], len(cases)


def _example(edition: Edition, rule: Rule, case: DatedCase, numbers: Mapping[str, int]) -> Example:
    facts = edition.pack.facts
    sayer = Sayer(edition.pack.book, case.day.toordinal(), language())
    typed = {name: written(facts[name], value) for name, value in case.facts.items() if value is not None}
    expected = case.expected
    text = expected.text or ""
    params = {"ask": "1", **{name: str(value) for name, value in typed.items()}, "text": text}
    return Example(
        day=case.day.isoformat(),
        facts=tuple((sayer.label(name), sayer.value(name, value)) for name, value in case.facts.items()),
        text=text,
        answer=_answer(rule, case, numbers),
        row=expected.row or "",
        number=numbers.get(expected.row or "", 0),
        url=edition.link("rule", rule.id, **params | {AS_OF: case.day.isoformat()}) + "#answer",
    )


def _answer(rule: Rule, case: DatedCase, numbers: Mapping[str, int]) -> str:
    expected = case.expected
    if isinstance(rule, Wording):
        return str(len(expected.finds or ()))
    if expected.answer is None:
        return say("rules.say.undetermined", {}, language())
    return value_text(rule, expected.answer, language())
