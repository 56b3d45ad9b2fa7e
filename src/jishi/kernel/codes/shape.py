"""What every code check does first: one spelling, the right length, signs of the alphabet.

Faults name the code's kind, so `uscc` raises `codes.uscc.length` and so on. They
carry the text as given, except where a kind is personal and asks for a mask.
"""

from collections.abc import Callable

from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

DIGITS = "0123456789"


def plain_code(text: str) -> str:
    """Return the code half-width, upper-case and without blanks.

    >>> plain_code(" 220113 001 002 gb ")
    '220113001002GB'
    """
    return "".join(narrow(text).upper().split())


def check_shape(kind: str, value: str, alphabets: list[str], show: Callable[[str], str] = str) -> None:
    """Check length and signs, one alphabet per position.

    Raise `codes.<kind>.length` or `codes.<kind>.sign` naming the position, from 1.
    """
    if len(value) != len(alphabets):
        raise Fault(f"codes.{kind}.length", value=show(value), length=len(value), expected=len(alphabets))
    for position, (sign, alphabet) in enumerate(zip(value, alphabets, strict=True), start=1):
        if sign not in alphabet:
            raise Fault(
                f"codes.{kind}.sign",
                value=show(value),
                position=position,
                sign=sign,
                expected=alphabet,
            )


def check_last_digit(kind: str, value: str, expected: str, show: Callable[[str], str] = str) -> None:
    """Raise `codes.<kind>.check_digit` unless the last sign is the expected one."""
    if value[-1] != expected:
        raise Fault(
            f"codes.{kind}.check_digit",
            value=show(value),
            position=len(value),
            found=value[-1],
            expected=expected,
        )
