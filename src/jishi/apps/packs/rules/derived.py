"""Hold derived facts against the rules that compute them: there, of one kind and unit, never in a circle."""

from collections.abc import Mapping

from jishi.apps.packs.problem import Problem
from jishi.apps.packs.rules.build import near
from jishi.apps.packs.rules.facts import WITH_UNIT
from jishi.apps.packs.rules.report import Report
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.rule import Formula, Rule, Schedule, Score, Table


def check_derived(
    facts: Mapping[str, Fact], rules: Mapping[str, Rule], homes: Mapping[str, str], problems: list[Problem]
) -> None:
    """Report derived facts whose rule is missing, of another kind, or computed from the fact itself."""
    for fact in facts.values():
        if fact.rule is None:
            continue
        report, key = Report(homes[fact.name], problems), f"fact[{fact.name}].rule"
        rule = rules.get(fact.rule)
        if rule is None:
            if not any(problem.file.startswith(f"rules/{fact.rule}.") for problem in problems):
                report.add(key, fact.rule, "pack.unknown_rule", near(fact.rule, rules))
            continue
        wrong = _mismatch(fact, rule)
        if wrong:
            report.add(key, fact.rule, "pack.derived_kind", wrong, fact=fact.name)
        way = _circle(fact, facts, rules)
        if way:
            report.add(key, fact.rule, "pack.derived_circle", " → ".join(way))


def _mismatch(fact: Fact, rule: Rule) -> str:
    """Say what the rule answers with, if a fact of this kind cannot hold it."""
    if isinstance(rule, Schedule | Formula | Score):
        value = rule.value
        counted = fact.kind in WITH_UNIT
        if value.kind != fact.kind or (counted and value.unit != fact.unit):
            return " ".join(filter(None, (value.kind, value.unit)))
        said = list(value.vocabulary.words) if value.vocabulary else []
    elif isinstance(rule, Table):
        if fact.kind != "choice":
            return "choice"
        said = [answer.id for answer in rule.answers]
    else:
        return "table, schedule, formula, score"
    words = fact.vocabulary.words if fact.vocabulary else {}
    return ", ".join(each for each in said if each not in words)


def _circle(fact: Fact, facts: Mapping[str, Fact], rules: Mapping[str, Rule]) -> tuple[str, ...]:
    """Give the way from a fact through its rule's facts back to itself, () if there is none."""
    ways: list[tuple[str, ...]] = [(fact.name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        rule = rules.get((facts[way[-1]].rule if way[-1] in facts else None) or "")
        for name in rule.facts if rule else ():
            if name == fact.name:
                return (*way, name)
            if name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()
