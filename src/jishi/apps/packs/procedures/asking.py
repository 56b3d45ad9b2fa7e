"""The conditions of a form: questions as facts that `when` may name, and the values an answer gives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from jishi.apps.packs.kinds.field import FieldKind
from jishi.apps.packs.kinds.procedure import Question
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.rules.facts import vocabularies
from jishi.kernel.fault import Fault
from jishi.kernel.rules.evaluate import Setting, truth
from jishi.kernel.rules.fact import Fact, Kind, Vocabulary, natural, read_value
from jishi.kernel.rules.grammar import Scope, read_condition
from jishi.kernel.rules.node import parameters_of
from jishi.platform.words.condition import Sayer

KINDS: dict[str, Kind] = {
    "number": "decimal", "money": "money", "area": "area", "date": "date", "choice": "choice",
    "division": "choice", "boolean": "boolean",
}  # fmt: skip
"""Type of a question -> kind of fact; the other types stand in no condition."""
Ask = Callable[[str, Mapping[str, Any]], bool | None]
"""Tell whether a condition holds of answers; None where that is unknown."""


def form_facts(pack: Pack, questions: Sequence[FieldKind]) -> dict[str, Fact]:
    """Give the questions a condition may name, as facts."""
    return {each.name: _fact(pack, each) for each in questions if each.type in KINDS}


def scope_of(pack: Pack, facts: Mapping[str, Fact]) -> Scope:
    """Give what a condition may name: these facts and every parameter."""
    return Scope(facts, {key: parameter.unit for key, parameter in pack.parameters.items()})


def holds(pack: Pack, facts: Mapping[str, Fact], day: date) -> Ask:
    """Give the function that tells whether a condition holds of answers; None where that is unknown."""
    scope = scope_of(pack, facts)

    def ask(condition: str, answers: Mapping[str, Any]) -> bool | None:
        node = read_condition(condition, scope)
        steps = {name: pack.parameter(name).at(day) for name in parameters_of(node)}
        numbers = {name: None if step is None else step.value for name, step in steps.items()}
        return truth(node, Setting(_known(facts, answers), numbers, day.toordinal()))

    return ask


def say_condition(pack: Pack, questions: Sequence[FieldKind], condition: str, place: tuple[date, str]) -> str:
    """Say a condition over questions on a day in a language; a Fault where it names what none of them asks."""
    facts, (day, language) = form_facts(pack, questions), place
    node = read_condition(condition, scope_of(pack, facts))
    return Sayer(replace(pack.book, facts=facts), day.toordinal(), language).condition(node)


def shown(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    ask: Ask,
) -> tuple[Question, ...]:
    """Give the questions that are asked, given the answers so far: those whose condition holds."""
    return tuple(each for each in questions if not each.when or ask(each.when, answers) is True)


def _fact(pack: Pack, field: FieldKind) -> Fact:
    words: Vocabulary | None = None
    if field.type == "choice":
        words = Vocabulary({each.id: (each.title.zh, each.title.en) for each in field.choices})
    elif field.type == "division":
        words = vocabularies(pack.divisions.values(), ())["division"]
    return Fact(field.name, KINDS[field.type], (field.label.zh, field.label.en), vocabulary=words)


def _known(facts: Mapping[str, Fact], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, fact in facts.items():
        try:
            value = read_value(fact, answers.get(name))
        except Fault:
            continue
        found[name] = None if value is None else natural(fact, value)
    return found
