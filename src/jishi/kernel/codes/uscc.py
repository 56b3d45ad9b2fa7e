"""Unified social credit code (统一社会信用代码, GB 32100-2015): 18 signs, the last a check.

Signs: registry 1, kind of body 1, division 6, organisation code 9, check 1. The
alphabet leaves out I O S V Z. The organisation code's own check is not enforced:
GB 32100 asks only for the eighteenth sign.
"""

from jishi.kernel.codes.shape import DIGITS, check_last_digit, check_shape, plain_code

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = [pow(3, power, 31) for power in range(17)]
_BODY = [ALPHABET] * 2 + [DIGITS] * 6 + [ALPHABET] * 9


def check_uscc(text: str) -> str:
    """Return the code normalised; raise `codes.uscc.length`, `.sign` or `.check_digit`.

    >>> check_uscc(" 91350100m000100y43 ")
    '91350100M000100Y43'
    """
    value = plain_code(text)
    check_shape("uscc", value, [*_BODY, ALPHABET])
    check_last_digit("uscc", value, _check_digit(value[:17]))
    return value


def make_uscc(body: str) -> str:
    """Return a code for demonstration: its first 17 signs with the check digit added.

    >>> make_uscc("11220281013524671")
    '11220281013524671G'
    """
    value = plain_code(body)
    check_shape("uscc", value, _BODY)
    return value + _check_digit(value)


def _check_digit(body: str) -> str:
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]
