"""Hold the ways a product sells by against the kernel and the law (交易方式): mechanisms, their terms, the method rule.

Refuses a mechanism or version the kernel has not, a term it does not take, and a mechanism that the rule of
`[guard] method` does not permit: a regional equity product, say, sold by a call auction (集中竞价).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from jishi.apps.packs.kinds.product import MechanismChoice, Product
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import HOMES, find
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import Value, read_value
from jishi.kernel.rules.footing import dated_rows
from jishi.kernel.rules.rule import Rule, Table

VALID = ("expected", "least", "most", "known")


def check_methods(pack: Pack, product: Product, file: str) -> Iterator[Problem]:
    """Yield a problem for each mechanism of a product that cannot be run or may not be used."""
    for choice in product.mechanisms:
        yield from _check_terms(choice, file)
    rule = pack.rules.get(product.guard.method or "")
    if rule is None:
        return
    if not isinstance(rule, Table):
        yield Problem(file, "guard.method", rule.id, "pack.guard_not_table", "table")
        return
    for choice in product.mechanisms:
        yield from _check_permitted(pack, product, (choice, rule), file)


def known_facts(pack: Pack, rule: str, stated: Mapping[str, Any]) -> dict[str, Value | None]:
    """Return of stated facts those a rule asks for, as stored; what no vocabulary knows is unknown."""
    known: dict[str, Value | None] = {}
    for name in pack.rule(rule).facts:
        if stated.get(name) is None or name not in pack.facts:
            continue
        try:
            known[name] = read_value(pack.facts[name], stated[name])
        except Fault:
            continue
    return known


def last_change(rule: Rule) -> int:
    """Return the day ordinal from which a rule stays as the pack last states it."""
    begins = [row.since for row in dated_rows(rule)]
    ends = [row.until + 1 for row in dated_rows(rule) if row.until is not None]
    return max([1, *begins, *ends])


def _check_terms(choice: MechanismChoice, file: str) -> Iterator[Problem]:
    if (choice.id, choice.version) not in HOMES:
        valid = ", ".join(f"{name} {version}" for name, version in HOMES)
        yield Problem(file, "mechanism", f"{choice.id} {choice.version}", "pack.unknown_mechanism", valid)
        return
    mechanism = find(choice.id, choice.version)
    for term in choice.terms:
        try:
            mechanism.check_term(term.name, term.value)
        except Fault as fault:
            key = f"mechanism[{choice.id}].term[{term.name}]"
            valid = ", ".join(str(fault.params[each]) for each in VALID if each in fault.params)
            yield Problem(file, key, str(term.value)[:80], "pack.bad_term", valid)


def _check_permitted(
    pack: Pack, product: Product, asked: tuple[MechanismChoice, Table], file: str
) -> Iterator[Problem]:
    """Ask the rule as the pack last states it: a pack reads the same on every day."""
    choice, rule = asked
    facts = known_facts(pack, rule.id, product.facts_with(choice.id))
    decision = pack.law.decide(rule.id, facts, last_change(rule))
    if not decision.determined:
        valid = ", ".join(decision.missing)
        yield _problem((file, choice), decision, "pack.method_undetermined", valid)
    elif not pack.permits(decision):
        yield _problem((file, choice), decision, "pack.method_refused", "；".join(decision.clauses))


def _problem(place: tuple[str, MechanismChoice], decision: Decision, code: str, valid: str) -> Problem:
    file, choice = place
    params = {"mechanism": choice.id, "rule": decision.rule, "row": decision.row or "—"}
    params |= {"clauses": "；".join(decision.clauses)}
    return Problem(file, f"mechanism[{choice.id}]", choice.id, code, valid, params)
