"""Organisation code (组织机构代码, GB 11714-1997): 8 signs and a check, the core of a credit code."""

from jishi.kernel.codes.shape import DIGITS, check_last_digit, check_shape, plain_code

ALPHABET = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2]
_CHECK_DIGITS = "0X987654321"


def check_organisation_code(text: str) -> str:
    """Return the code normalised, without its hyphen.

    Raise `codes.organisation.length`, `.sign` or `.check_digit`.

    >>> check_organisation_code("01352467-1")
    '013524671'
    """
    value = plain_code(text).replace("-", "")
    check_shape("organisation", value, [ALPHABET] * 8 + [DIGITS + "X"])
    check_last_digit("organisation", value, _check_digit(value[:8]))
    return value


def make_organisation_code(body: str) -> str:
    """Return a code for demonstration: its first 8 signs with the check digit added.

    >>> make_organisation_code("M000100Y")
    'M000100Y4'
    """
    value = plain_code(body)
    check_shape("organisation", value, [ALPHABET] * 8)
    return value + _check_digit(value)


def _check_digit(body: str) -> str:
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]
