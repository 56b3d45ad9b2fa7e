"""Check the forms of a procedure: names once, conditions that read, facts that fit what is asked."""

from collections.abc import Iterator, Sequence

from jishi.apps.packs.kinds.procedure import Question
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.procedures.asking import KINDS, form_facts, scope_of
from jishi.apps.packs.procedures.pointing import Desk
from jishi.kernel.fault import Fault
from jishi.kernel.rules.grammar import Scope, read_condition

STATED: dict[str, tuple[str, ...]] = {
    "number": ("integer", "decimal", "ratio"), "money": ("money",), "area": ("area",), "date": ("date",),
    "choice": ("choice",), "division": ("choice",), "boolean": ("boolean",), "code": ("choice",),
}  # fmt: skip
"""Type of a question -> kinds of fact it may state."""
FILLED: dict[str, tuple[str, ...]] = {
    "title": ("text",), "number": ("text",), "division": ("division",), "yes": ("boolean",),
}  # fmt: skip
"""What an offering fills in -> types of the questions that take it."""


def check_forms(desk: Desk) -> Iterator[Problem]:
    """Yield what is wrong with the questions of the application and of the decisions."""
    kind = desk.kind
    scope = scope_of(desk.pack, form_facts(desk.pack, kind.questions))
    yield from _questions(desk, "field", kind.questions, scope)
    for group, conditions in {
        "document": [(each.id, each.when) for each in kind.documents],
        "vote": [(each.id, each.when) for each in kind.votes],
        "on_behalf": [(each.id, each.when) for each in kind.behalf],
        "check": [(each.rule, each.when) for each in kind.checks],
        "subject": [("", kind.subject.when)] if kind.subject else [],
    }.items():
        for name, when in conditions:
            yield from condition(desk, f"{group}[{name}].when", when, scope)
    for need in kind.documents:
        yield from _stated(desk, f"document[{need.id}].states", need.states, ("boolean",))
    for step in kind.steps:
        for decision in step.decisions:
            key = f"step[{step.id}].decision[{decision.id}]"
            yield from condition(desk, f"{key}.when", decision.when, scope)
            facts = form_facts(desk.pack, (*kind.questions, *decision.questions))
            yield from _questions(desk, f"{key}.field", decision.questions, scope_of(desk.pack, facts))
            for when in [each.when for each in decision.writes] + [each.when for each in decision.effects]:
                yield from condition(desk, f"{key}.when", when, scope_of(desk.pack, facts))


def condition(desk: Desk, key: str, when: str, scope: Scope) -> Iterator[Problem]:
    """Yield a problem if a condition does not read."""
    if not when:
        return
    try:
        read_condition(when, scope)
    except Fault as fault:
        yield desk.refused(key, when, fault)


def _questions(desk: Desk, key: str, questions: Sequence[Question], scope: Scope) -> Iterator[Problem]:
    names = [each.name for each in questions]
    for name in sorted({each for each in names if names.count(each) > 1}):
        yield desk.wrong(key, name, "pack.twice", first=desk.file)
    for each in questions:
        place = f"{key}[{each.name}]"
        yield from condition(desk, f"{place}.when", each.when, scope)
        yield from desk.points(f"{place}.section", each.section, {part.id for part in desk.kind.sections})
        yield from desk.points(
            f"{place}.register_kind", each.register_kind, desk.pack.registers, "pack.unknown_register"
        )
        yield from _stated(desk, f"{place}.states", each.states, STATED.get(each.type, ()))
        yield from _filled(desk, place, each, questions)
        if each.states is None and each.name in desk.pack.facts and each.type in KINDS:
            yield from _stated(desk, place, each.name, STATED[each.type])


def _filled(desk: Desk, place: str, question: Question, questions: Sequence[Question]) -> Iterator[Problem]:
    types = {each.name: each.type for each in questions}
    if question.fills and question.type != "offering":
        yield desk.wrong(f"{place}.type", question.type, "pack.unknown_name", "offering")
    for name, part in question.fills.items():
        fit = [each for each, kind in types.items() if kind in FILLED[part]]
        yield from desk.points(f"{place}.fills.{part}", name, fit)


def _stated(desk: Desk, key: str, name: str | None, kinds: tuple[str, ...]) -> Iterator[Problem]:
    yield from desk.points(key, name, desk.pack.facts, "pack.unknown_fact")
    fact = desk.pack.facts.get(name or "")
    if fact is not None and fact.kind not in kinds:
        yield desk.wrong(key, name, "pack.fact_kind", ", ".join(kinds) or "—", kind=fact.kind)
