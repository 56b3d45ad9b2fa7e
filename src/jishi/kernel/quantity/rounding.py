"""Named roundings of an exact fraction to an integer.

Every rounding in the exchange says its name; there is no silent one.
"""

from collections.abc import Callable
from fractions import Fraction

from jishi.kernel.fault import Fault


def down(value: Fraction) -> int:
    """Drop the fraction, towards zero (舍去).

    >>> down(Fraction(-7, 4))
    -1
    """
    return abs(value).__floor__() * _sign(value)


def up(value: Fraction) -> int:
    """Round away from zero unless whole (进一).

    >>> up(Fraction(5, 4))
    2
    """
    return abs(value).__ceil__() * _sign(value)


def half_up(value: Fraction) -> int:
    """Round to the nearest integer, a half away from zero (四舍五入).

    >>> half_up(Fraction(5, 2)), half_up(Fraction(-5, 2))
    (3, -3)
    """
    return (abs(value) + Fraction(1, 2)).__floor__() * _sign(value)


def half_even(value: Fraction) -> int:
    """Round to the nearest integer, a half to the even one (四舍六入五成双).

    >>> half_even(Fraction(5, 2)), half_even(Fraction(7, 2))
    (2, 4)
    """
    return round(value)


ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "half_up": half_up,
    "half_even": half_even,
    "down": down,
    "up": up,
}


def rounded(value: Fraction, rounding: str) -> int:
    """Round by name; raise `rounding.unknown` for any other name.

    >>> rounded(Fraction(1, 2), "half_up")
    1
    """
    if rounding not in ROUNDINGS:
        raise Fault("rounding.unknown", name=rounding, known=sorted(ROUNDINGS))
    return ROUNDINGS[rounding](value)


def _sign(value: Fraction) -> int:
    return -1 if value < 0 else 1
