"""Facts as a program gives them, read into stored values; everything wrong with them is told at once."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from jishi.apps.packs.api import valid_of
from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact, Value, read_value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.rule import Wording
from jishi.platform.words import say

MOST_TOLD = 50


def read_facts(law: Law, rule_id: str, given: Mapping[str, Any], language: str) -> dict[str, Value | None]:
    """Read the facts of a case; Fault `api.facts` lists field, value and what is valid of every wrong one."""
    facts = {name: law.book.facts[name] for name in _names(law, rule_id)}
    case: dict[str, Value | None] = {}
    wrong: list[dict[str, str]] = []
    for name, raw in given.items():
        try:
            case[name] = read_value(facts[name], plain(raw))
        except KeyError:
            near = get_close_matches(name, facts, n=3, cutoff=0.4) or list(facts)
            wrong.append(_wrong(name, raw, ", ".join(near), ("api.no_fact", language)))
        except Fault as fault:
            valid = _valid(facts[name], fault)
            wrong.append(_wrong(name, raw, valid, ("api.bad_fact", language)))
    if wrong:
        told = "; ".join(each["problem"] for each in wrong[:MOST_TOLD])
        raise Fault("api.facts", rule=rule_id, fields=told, errors=wrong[:MOST_TOLD])
    return case


def plain(raw: Any) -> Any:
    """Give a number with decimals as the text it was written as, which reads exactly.

    >>> plain(0.35), plain(1e-06), plain(6)
    ('0.35', '0.000001', 6)
    """
    return format(Decimal(repr(raw)), "f") if isinstance(raw, float) else raw


def _names(law: Law, rule_id: str) -> Iterable[str]:
    rule = law.rule(rule_id)
    names = rule.facts if isinstance(rule, Wording) else facts_asked(law, rule_id)
    return (name for name in names if name != AS_OF)


def _valid(fact: Fact, fault: Fault) -> str:
    return valid_of(fact, fault.params.get("valid") if fault.code == "rules.bad_value" else None)


def _wrong(name: str, raw: Any, valid: str, how: tuple[str, str]) -> dict[str, str]:
    code, language = how
    field, value = f"facts.{name[:80]}", str(raw)[:80]
    problem = say(code, {"field": field, "value": value, "valid": valid}, language)
    return {"field": field, "value": value, "valid": valid, "problem": problem}
