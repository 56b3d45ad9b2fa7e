"""Exact arithmetic over many cases at once: fractions whose parts are 64-bit whole numbers.

Every step bounds what it could reach; where 64 bits might not hold it, `Overflow` is raised and
the caller works the cases out one by one. Unknown parts make the result unknown, as in `evaluate`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.rules.evaluate import LARGEST_POWER
from jishi.kernel.rules.node import Arithmetic, Call, Compare, Const, FactRef, Node, ParamRef
from jishi.kernel.rules.spans import months_apart, years_apart

LIMIT = 2**62
Known = NDArray[np.bool_] | bool
Whole = NDArray[Any] | int


class Overflow(ArithmeticError):
    """Say that 64 bits might not hold a step."""


@dataclass(frozen=True)
class Quantity:
    """`top / bottom` for each case; `most` bounds the size of `top`, `least` that of `bottom` (always > 0)."""

    top: Whole
    bottom: Whole
    most: int
    deep: int
    known: Known = True


Reader = Callable[[FactRef | ParamRef], Quantity]


def quantity(node: Node, read: Reader) -> Quantity:
    """Work a number out for every case; raise Overflow where 64 bits might not hold it."""
    match node:
        case Const(value=value):
            return UNKNOWN if isinstance(value, str) else constant(value)
        case FactRef() | ParamRef():
            return read(node)
        case Arithmetic(op=op, left=left, right=right):
            return OPERATIONS[op](quantity(left, read), quantity(right, read))
        case Call(name=name, args=args):
            found = [quantity(each, read) for each in args]
            result = found[0]
            for each in found[1:]:
                result = FUNCTIONS[name](result, each)
            return result
        case _:
            raise TypeError(f"not a number: {node!r}")


def holds(node: Compare, read: Reader) -> tuple[NDArray[np.bool_] | bool, Known]:
    """Compare for every case: the truth, and where it is known."""
    left, right = _level(quantity(node.left, read), quantity(node.right, read))
    return COMPARE[node.op](left.top, right.top), both(left.known, right.known)


def constant(value: Fraction | int) -> Quantity:
    """Give one number for all cases."""
    exact = Fraction(value)
    return _bounded(
        Quantity(exact.numerator, exact.denominator, abs(exact.numerator), exact.denominator, True)
    )


def whole(values: NDArray[Any], scale: int, known: NDArray[np.bool_] | None) -> Quantity:
    """Give stored numbers of `scale` units to one; what is unknown is taken as 0 and marked."""
    kept = values if known is None else np.where(known, values, 0)
    wide = kept.astype(np.int64, copy=False)
    most = max(abs(int(wide.max(initial=0))), abs(int(wide.min(initial=0))))
    return _bounded(Quantity(wide, scale, most, scale, True if known is None else known))


def rounded_whole(value: Quantity, scale: int, rounding: str) -> NDArray[np.int64]:
    """Round `scale` times the number to a whole one by name, half away from zero or to even."""
    shared = gcd(scale, value.bottom) if isinstance(value.bottom, int) else 1
    scaled = _times(value, constant(Fraction(scale)), shared)
    top, bottom = np.asarray(scaled.top, dtype=np.int64), np.asarray(scaled.bottom, dtype=np.int64)
    if scaled.most * 2 + scaled.deep >= LIMIT:
        raise Overflow
    size = np.abs(top)
    floor = size // bottom
    rest = size - floor * bottom
    more = {
        "down": np.zeros_like(rest, dtype=bool),
        "up": rest > 0,
        "half_up": 2 * rest >= bottom,
        "half_even": (2 * rest > bottom) | ((2 * rest == bottom) & (floor % 2 == 1)),
    }[rounding]
    found: NDArray[np.int64] = np.sign(top) * (floor + more)
    return found


def both(left: Known, right: Known) -> Known:
    """Give where both are known."""
    if left is True or right is False:
        return right
    return left if right is True or left is False else left & right


def _bounded(found: Quantity) -> Quantity:
    if found.most >= LIMIT or found.deep >= LIMIT:
        raise Overflow
    return found


def _level(left: Quantity, right: Quantity) -> tuple[Quantity, Quantity]:
    """Bring two fractions to one bottom."""
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        bottom: Whole = lcm(left.bottom, right.bottom)
        first, second, deep = bottom // left.bottom, bottom // right.bottom, int(bottom)
        grown = (left.most * int(first), right.most * int(second))
    else:
        first, second, bottom = right.bottom, left.bottom, left.bottom * right.bottom
        deep, grown = left.deep * right.deep, (left.most * right.deep, right.most * left.deep)
    if max(*grown, deep) >= LIMIT:
        raise Overflow
    return (
        Quantity(left.top * first, bottom, grown[0], deep, left.known),
        Quantity(right.top * second, bottom, grown[1], deep, right.known),
    )


def _add(left: Quantity, right: Quantity) -> Quantity:
    a, b = _level(left, right)
    return _bounded(Quantity(a.top + b.top, a.bottom, a.most + b.most, a.deep, both(a.known, b.known)))


def _subtract(left: Quantity, right: Quantity) -> Quantity:
    a, b = _level(left, right)
    return _bounded(Quantity(a.top - b.top, a.bottom, a.most + b.most, a.deep, both(a.known, b.known)))


def _multiply(left: Quantity, right: Quantity) -> Quantity:
    return _times(left, right, 1)


def _times(left: Quantity, right: Quantity, shared: int) -> Quantity:
    """Multiply; `shared` is a factor of the left's bottom and the right's top that is taken out first."""
    bottom, top = (left.bottom // shared, right.top // shared) if shared > 1 else (left.bottom, right.top)
    most, deep = left.most * (right.most // shared), (left.deep // shared) * right.deep
    if max(most, deep) >= LIMIT:
        raise Overflow
    return Quantity(left.top * top, bottom * right.bottom, most, deep, both(left.known, right.known))


def _divide(left: Quantity, right: Quantity) -> Quantity:
    if isinstance(right.top, int):
        if right.top == 0:
            return UNKNOWN
        sign = -1 if right.top < 0 else 1
        return _multiply(
            left, Quantity(right.bottom * sign, abs(right.top), right.deep, right.most, right.known)
        )
    zero = right.top == 0
    size = np.where(zero, 1, np.abs(right.top))
    upside = Quantity(
        np.sign(right.top) * right.bottom, size, right.deep, right.most, both(right.known, ~zero)
    )
    return _multiply(left, upside)


def _power(left: Quantity, right: Quantity) -> Quantity:
    if not isinstance(right.top, int) or not isinstance(right.bottom, int):
        raise Overflow  # an exponent that differs from case to case
    times = Fraction(right.top, right.bottom)
    if times.denominator != 1 or abs(times) > LARGEST_POWER:
        return UNKNOWN
    found = replace(constant(1), known=both(left.known, right.known))
    for _ in range(abs(int(times))):
        found = _multiply(found, left)
    return found if times >= 0 else _divide(constant(1), found)


def _extreme(choose: Callable[..., Any]) -> Callable[[Quantity, Quantity], Quantity]:
    def chosen(left: Quantity, right: Quantity) -> Quantity:
        a, b = _level(left, right)
        numbers = isinstance(a.top, int) and isinstance(b.top, int)
        top = int(choose(a.top, b.top)) if numbers else choose(a.top, b.top)
        return Quantity(top, a.bottom, max(a.most, b.most), a.deep, both(a.known, b.known))

    return chosen


def _span(count: Callable[[Any, Any], Any]) -> Callable[[Quantity, Quantity], Quantity]:
    def counted(start: Quantity, end: Quantity) -> Quantity:
        if not (isinstance(start.bottom, int) and start.bottom == end.bottom == 1):
            raise Overflow
        first, last = (np.asarray(each.top, dtype=np.int64) for each in (start, end))
        return _bounded(
            Quantity(count(first, last), 1, start.most + end.most, 1, both(start.known, end.known))
        )

    return counted


UNKNOWN = Quantity(0, 1, 0, 1, False)
OPERATIONS: Mapping[str, Callable[[Quantity, Quantity], Quantity]] = {
    "+": _add, "-": _subtract, "*": _multiply, "/": _divide, "**": _power,
}  # fmt: skip
FUNCTIONS: Mapping[str, Callable[[Quantity, Quantity], Quantity]] = {
    "min": _extreme(np.minimum), "max": _extreme(np.maximum), "days": _span(lambda a, b: b - a),
    "months": _span(months_apart), "years": _span(years_apart),
}  # fmt: skip
COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
