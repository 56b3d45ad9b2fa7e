"""Work a tree out on one case: exact numbers, three-valued truth (Kleene), unknown where a part is.

This is the reading every other form (cells, columns, SQL) must agree with.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import (
    All,
    Any_,
    Arithmetic,
    Call,
    Compare,
    Const,
    FactRef,
    Node,
    Not,
    OneOf,
    ParamRef,
)  # fmt: skip

Number = Fraction | int
LARGEST_POWER = 1000


@dataclass(frozen=True)
class Setting:
    """One case at one date: natural values of facts (None unknown), parameters in force, the day."""

    facts: Mapping[str, Number | bool | str | None]
    parameters: Mapping[str, Number | None]
    as_of: int


def truth(node: Node, setting: Setting) -> bool | None:
    """Give true, false or None (unknown)."""
    match node:
        case Compare(op=op, left=left, right=right):
            first, second = number(left, setting), number(right, setting)
            return None if first is None or second is None else compare(op, first, second)
        case OneOf(fact=fact, ids=ids):
            value = setting.facts.get(fact.name)
            return None if value is None else value in ids
        case Not(part=part):
            found = truth(part, setting)
            return None if found is None else not found
        case All(parts=parts):
            return every([truth(part, setting) for part in parts])
        case Any_(parts=parts):
            return some([truth(part, setting) for part in parts])
        case FactRef(name=name):
            held = setting.facts.get(name)
            return None if held is None else bool(held)
        case _:
            raise TypeError(f"not a condition: {node!r}")


def every(parts: list[bool | None]) -> bool | None:
    """And: false wins, then unknown.

    >>> every([True, None]), every([False, None])
    (None, False)
    """
    if False in parts:
        return False
    return None if None in parts else True


def some(parts: list[bool | None]) -> bool | None:
    """Or: true wins, then unknown.

    >>> some([True, None]), some([False, None])
    (True, None)
    """
    if True in parts:
        return True
    return None if None in parts else False


def number(node: Node, setting: Setting) -> Number | None:
    """Give an exact number in natural units (a day as its ordinal), None if a part is unknown."""
    match node:
        case Const(value=value):
            return value if not isinstance(value, str) else None
        case FactRef(name=name):
            held = setting.as_of if name == AS_OF else setting.facts.get(name)
            return None if held is None or isinstance(held, str) else held
        case ParamRef(id=identity, scale=scale):
            step = setting.parameters.get(identity)
            return None if step is None else step * scale
        case Arithmetic(op=op, left=left, right=right):
            first, second = number(left, setting), number(right, setting)
            return None if first is None or second is None else calculate(op, first, second)
        case Call(name=name, args=args):
            values = [number(each, setting) for each in args]
            known = [each for each in values if each is not None]
            return FUNCTIONS[name](*known) if len(known) == len(values) else None
        case _:
            raise TypeError(f"not a number: {node!r}")


def compare(op: str, left: Number, right: Number) -> bool:
    """Compare two exact numbers."""
    return COMPARE[op](left, right)


def calculate(op: str, left: Number, right: Number) -> Number | None:
    """Calculate exactly; unknown for a division by zero, a fractional or an enormous power."""
    if op == "/":
        return None if right == 0 else Fraction(left) / right
    if op == "**":
        exponent = Fraction(right)
        undefined = exponent.denominator != 1 or abs(exponent) > LARGEST_POWER or (left == 0 and exponent < 0)
        return None if undefined else Fraction(left) ** int(exponent)
    return SUMS[op](left, right)


def months_between(start: Number, end: Number) -> int:
    """Count whole months from one day to another; the last day of a month stands for days it lacks (民法典 202).

    >>> months_between(date(2020, 1, 31).toordinal(), date(2020, 2, 29).toordinal())
    1
    """
    first, last = int(start), int(end)
    if last < first:
        return -months_between(last, first)
    a, b = date.fromordinal(first), date.fromordinal(last)
    whole = (b.year - a.year) * 12 + b.month - a.month
    short = b.day < a.day and b.day < monthrange(b.year, b.month)[1]
    return whole - short


def years_between(start: Number, end: Number) -> int:
    """Count whole years from one day to another.

    >>> years_between(date(2019, 3, 1).toordinal(), date(2020, 2, 29).toordinal())
    0
    """
    months = months_between(start, end)
    return -(-months // 12) if months < 0 else months // 12


COMPARE: dict[str, Callable[[Number, Number], bool]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
SUMS: dict[str, Callable[[Number, Number], Number]] = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Number]] = {
    "years": years_between, "months": months_between, "days": lambda a, b: int(b - a), "min": min, "max": max,
}  # fmt: skip
