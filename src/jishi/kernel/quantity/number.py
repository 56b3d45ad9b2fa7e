"""Decimal numbers as people write them, read and written without loss.

Refuses signs, exponents and misplaced thousands separators: a price that can
be read in two ways must not be read at all.
"""

import re
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,24})(?:\.[0-9]{1,12})?"
_NUMBER = re.compile(NUMBER)


def read_number(text: str) -> Fraction:
    """Read a plain decimal of zero or more; raise `number.unreadable` otherwise.

    >>> read_number("1,234.50")
    Fraction(2469, 2)
    """
    plain = narrow(text)
    if not _NUMBER.fullmatch(plain):
        raise Fault("number.unreadable", text=text)
    return Fraction(plain.replace(",", ""))


def format_number(value: Fraction | int, grouped: bool = False) -> str:
    """Write the value exactly, without trailing zeros; raise `number.not_decimal` if it has no end.

    >>> format_number(Fraction(51, 2)), format_number(1234567, grouped=True)
    ('25.5', '1,234,567')
    """
    exact = Fraction(value)
    places = _decimal_places(exact)
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).zfill(places + 1)
    whole, tail = digits[: len(digits) - places], digits[len(digits) - places :]
    sign = "-" if exact < 0 else ""
    return sign + (f"{int(whole):,}" if grouped else whole) + (f".{tail}" if tail else "")


def _decimal_places(value: Fraction) -> int:
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        raise Fault("number.not_decimal", value=str(value))
    return max(twos, fives)
