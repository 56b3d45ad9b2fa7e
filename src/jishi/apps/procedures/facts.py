"""What a case states to rules: answers of its form, documents it has, what its checks map; and the questions asked."""

from collections.abc import Iterable
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures.view import CaseView
from jishi.apps.rulings import api as rulings
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import Value, read_value

FILING = "filing"


def case_facts(view: CaseView, rule: str) -> dict[str, Value | None]:
    """Give the facts a case states to a rule, as stored; what it does not say is unknown."""
    facts = packs.current_pack().facts
    raw = _stated(view)
    for check in view.kind.checks:
        if check.rule == rule and view.holds(check.when):
            raw.update({name: view.value(source) for name, source in check.facts.items()})
    found: dict[str, Value | None] = {}
    for name, value in raw.items():
        if name not in facts or value is None:
            continue
        try:
            found[name] = read_value(facts[name], value)
        except Fault:
            continue
    return found


def question_of(view: CaseView, rule: str) -> rulings.Question:
    """Give the question a rule is asked about a case, under the law of the day its check names."""
    check = next((each for each in view.kind.checks if each.rule == rule), None)
    basis = check.basis if check else "decision"
    filed = view.row.started_ms or view.at_ms
    day = view.day(filed) if basis == FILING else view.today
    subject = rulings.Subject("case", view.row.id, view.row.division, view.row.title)
    return rulings.Question(rule, subject, case_facts(view, rule), day, basis)


def rules_at(view: CaseView, place: str) -> list[packs.Check]:
    """Give the checks made at a step, or at the filing, that apply to this case."""
    return [each for each in view.kind.checks if place in each.at and view.holds(each.when)]


def questions_of(view: CaseView, rules: Iterable[str]) -> list[rulings.Question]:
    """Give the questions of several rules, each once."""
    return [question_of(view, rule) for rule in dict.fromkeys(rules)]


def _stated(view: CaseView) -> dict[str, Any]:
    known = packs.current_pack().facts
    raw: dict[str, Any] = {}
    groups: list[tuple[tuple[packs.Question, ...], dict[str, Any]]] = [
        (view.kind.questions, view.said.get("form", {}))
    ]
    for step in view.kind.steps:
        answers = view.said.get("step", {}).get(step.id, {})
        groups += [(one.questions, answers) for one in step.decisions]
    for questions, answers in groups:
        for each in questions:
            name = each.states or (each.name if each.name in known else "")
            if name and each.name in answers:
                raw[name] = answers[each.name]
    for need in view.kind.documents:
        if need.states:
            raw[need.states] = need.id in view.files
    return raw
