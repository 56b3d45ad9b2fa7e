"""Resident identity number (公民身份号码, GB 11643-1999): division 6, birthday 8, sequence 3, check 1.

The division is the one of first registration, so codes long abolished stay valid:
only the province is checked. The number is personal: a fault shows it masked.
"""

from datetime import date
from typing import Literal

from jishi.kernel.codes.division import PROVINCES
from jishi.kernel.codes.shape import DIGITS, check_last_digit, check_shape, plain_code
from jishi.kernel.fault import Fault

_WEIGHTS = [pow(2, 17 - position, 11) for position in range(17)]
_CHECK_DIGITS = "10X98765432"
# 83: residence permits of Taiwan residents, numbered like identity cards since 2018.
_PROVINCES = PROVINCES | {"83"}
_EARLIEST_YEAR = 1850
_BODY = [DIGITS] * 17


def check_resident(text: str, today: date | None = None) -> str:
    """Return the number normalised; refuse a birthday after `today` if one is given.

    Raise `codes.resident.length`, `.sign`, `.province`, `.birthday` or `.check_digit`.

    >>> check_resident("11010519491231002x")
    '11010519491231002X'
    """
    value = plain_code(text)
    check_shape("resident", value, [*_BODY, DIGITS + "X"], mask_resident)
    if value[:2] not in _PROVINCES:
        raise Fault("codes.resident.province", value=mask_resident(value), province=value[:2])
    born = _read_birthday(value)
    if born is None or born.year < _EARLIEST_YEAR or (today is not None and born > today):
        raise Fault("codes.resident.birthday", value=mask_resident(value))
    check_last_digit("resident", value, _check_digit(value[:17]), mask_resident)
    return value


def mask_resident(value: str) -> str:
    """Keep the first six signs and the last four (前6后4); of other lengths keep nothing.

    >>> mask_resident("11010519491231002X")
    '110105********002X'
    """
    if len(value) != 18:
        return "*" * len(value)
    return value[:6] + "*" * 8 + value[-4:]


def birthday_of(value: str) -> date:
    """Return the birthday in a checked number.

    >>> birthday_of("11010519491231002X")
    datetime.date(1949, 12, 31)
    """
    return date(int(value[6:10]), int(value[10:12]), int(value[12:14]))


def sex_of(value: str) -> Literal["female", "male"]:
    """Return the sex in a checked number: an odd sequence is male.

    >>> sex_of("11010519491231002X")
    'female'
    """
    return "male" if int(value[16]) % 2 else "female"


def make_resident(division: str, born: date, sequence: int) -> str:
    """Return a number for demonstration; `sequence` is 0 to 999.

    >>> make_resident("110105", date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    body = f"{division}{born:%Y%m%d}{sequence:03d}"
    check_shape("resident", body, _BODY, mask_resident)
    return check_resident(body + _check_digit(body))


def _read_birthday(value: str) -> date | None:
    try:
        return birthday_of(value)
    except ValueError:
        return None


def _check_digit(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]
