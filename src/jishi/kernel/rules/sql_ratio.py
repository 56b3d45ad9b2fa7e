"""Exact fractions in SQL: two whole numbers, `top / bottom`, compared by cross multiplication."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import lcm

from jishi.kernel.rules.sql_text import whole


@dataclass(frozen=True)
class Ratio:
    """A number as SQL: whole `top` over `bottom` (a number above 0, or SQL that is above 0 or NULL)."""

    top: str
    bottom: int | str = 1


def level(left: Ratio, right: Ratio) -> tuple[str, str]:
    """Bring two numbers to one bottom and give their tops."""
    bottom = common(left, right)
    if isinstance(bottom, int) and isinstance(left.bottom, int) and isinstance(right.bottom, int):
        return _grown(left.top, bottom // left.bottom), _grown(right.top, bottom // right.bottom)
    return f"({left.top} * {bottom_sql(right.bottom)})", f"({right.top} * {bottom_sql(left.bottom)})"


def add(left: Ratio, right: Ratio) -> Ratio:
    """Write a sum."""
    first, second = level(left, right)
    return Ratio(f"({first} + {second})", common(left, right))


def subtract(left: Ratio, right: Ratio) -> Ratio:
    """Write a difference."""
    first, second = level(left, right)
    return Ratio(f"({first} - {second})", common(left, right))


def multiply(left: Ratio, right: Ratio) -> Ratio:
    """Write a product."""
    return Ratio(f"({left.top} * {right.top})", _product(left.bottom, right.bottom))


def divide(left: Ratio, right: Ratio) -> Ratio:
    """Write a quotient; NULL where the divisor is 0."""
    sign, size = f"SIGN({right.top})", f"NULLIF(ABS({right.top}), 0)"
    return Ratio(f"({left.top} * {sign} * {bottom_sql(right.bottom)})", _product(left.bottom, size))


def _product(left: int | str, right: int | str) -> int | str:
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return f"({bottom_sql(left)} * {bottom_sql(right)})"


def common(left: Ratio, right: Ratio) -> int | str:
    """Give the bottom two numbers share when level."""
    if isinstance(left.bottom, int) and isinstance(right.bottom, int):
        return lcm(left.bottom, right.bottom)
    return _product(left.bottom, right.bottom)


def _grown(top: str, times: int) -> str:
    return top if times == 1 else f"({top} * {whole(times)})"


def bottom_sql(bottom: int | str) -> str:
    """Write a bottom."""
    return whole(bottom) if isinstance(bottom, int) else bottom


def chosen(which: str, left: str, right: str, values: tuple[str, str]) -> str:
    """Write the smaller or the larger; unknown where either is."""
    first, second = ("<=", ">") if which == "min" else (">=", "<")
    return f"(CASE WHEN {left} {first} {right} THEN {values[0]} WHEN {left} {second} {right} THEN {values[1]} END)"


OPERATIONS: Mapping[str, Callable[[Ratio, Ratio], Ratio]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide,
}  # fmt: skip
