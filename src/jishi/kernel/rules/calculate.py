"""Calculate a formula's row exactly and round it by the name the clause gives."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from jishi.kernel.quantity.rounding import rounded
from jishi.kernel.rules.decision import Reason
from jishi.kernel.rules.evaluate import Setting, number
from jishi.kernel.rules.fact import MOST, SCALE, Fact, Value, natural
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Node, facts_of, parameters_of
from jishi.kernel.rules.rule import Row, RuleBook

Outcome = tuple[int | None, tuple[str, ...], Reason]
"""The stored value or None, the facts missing, and why there is none."""


def calculate(row: Row, value: Fact, case: Mapping[str, Value | None], law: tuple[RuleBook, int]) -> Outcome:
    """Give the row's value in stored units; unknown facts, lapsed parameters and divisions by zero give none."""
    book, day = law
    assert isinstance(row.then, Node)
    names = [name for name in facts_of(row.then) if name != AS_OF]
    missing = tuple(name for name in names if case.get(name) is None)
    if missing:
        return None, missing, "missing"
    exact = number(row.then, setting_for(row.then, case, law))
    if exact is None:
        lapsed = any(
            book.parameters[each].at(date.fromordinal(day)) is None for each in parameters_of(row.then)
        )
        return None, (), "not_in_force" if lapsed else "inexact"
    stored = rounded(Fraction(exact) * SCALE[value.kind], row.rounding or "half_up")
    return (stored, (), "") if abs(stored) <= MOST else (None, (), "inexact")


def setting_for(node: Node, case: Mapping[str, Value | None], law: tuple[RuleBook, int]) -> Setting:
    """Give the natural values of the facts in a node, with the parameters of the day."""
    book, day = law
    on = date.fromordinal(day)
    steps = {each: book.parameters[each].at(on) for each in parameters_of(node)}
    facts = {
        name: None if (held := case.get(name)) is None else natural(book.facts[name], held)
        for name in facts_of(node)
        if name != AS_OF
    }
    return Setting(facts, {each: None if step is None else step.value for each, step in steps.items()}, day)
