"""Land area as integer square centimetres: read, written, and multiplied by a unit price.

One mu (亩) is exactly 10000/15 square metres, so most whole mu are not whole
square centimetres: reading them needs a named rounding, or is refused.
"""

import re
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import NUMBER, format_number, read_number
from jishi.kernel.quantity.rounding import half_up, rounded
from jishi.kernel.spelling import narrow

CM2_PER_M2 = 10_000
CM2_PER_UNIT: dict[str, Fraction] = {
    "m2": Fraction(CM2_PER_M2),
    "ha": Fraction(10_000 * CM2_PER_M2),
    "mu": Fraction(10_000 * CM2_PER_M2, 15),
}
_UNIT_OF_WORD = {
    "": "m2",
    "m2": "m2",
    "平方米": "m2",
    "平米": "m2",
    "ha": "ha",
    "hm2": "ha",
    "公顷": "ha",
    "mu": "mu",
    "亩": "mu",
}
_AREA = re.compile(rf"({NUMBER})\s*({'|'.join(_UNIT_OF_WORD)})", re.IGNORECASE)


def parse_area(text: str, rounding: str | None = None) -> int:
    """Read square metres, hectares or mu into cm2; a bare number is square metres.

    Raise `area.unreadable`; raise `area.sub_cm2` if inexact and no rounding is named.

    >>> parse_area("4479.15㎡"), parse_area("45.3亩"), parse_area("1亩", "half_up")
    (44791500, 302000000, 6666667)
    """
    match = _AREA.fullmatch(narrow(text))
    if match is None:
        raise Fault("area.unreadable", text=text)
    area = read_number(match[1]) * CM2_PER_UNIT[_UNIT_OF_WORD[match[2].lower()]]
    if rounding is not None:
        return rounded(area, rounding)
    if area.denominator != 1:
        raise Fault("area.sub_cm2", text=text)
    return area.numerator


def format_area(area_cm2: int) -> str:
    """Write the area in square metres, exactly and without trailing zeros (no unit).

    >>> format_area(44_791_500)
    '4,479.15'
    """
    return format_number(Fraction(area_cm2, CM2_PER_M2), grouped=True)


def mu_of(area_cm2: int) -> Fraction:
    """Return the exact number of mu (亩).

    >>> mu_of(302_000_000)
    Fraction(453, 10)
    """
    return area_cm2 / CM2_PER_UNIT["mu"]


def format_mu(area_cm2: int) -> str:
    """Write the area in mu, rounded half up to two decimals (no unit).

    >>> format_mu(120_380_000)
    '18.06'
    """
    hundredths = half_up(mu_of(area_cm2) * 100)
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"


def exact_total(unit_price_fen: int | Fraction, unit: str, area_cm2: int) -> Fraction:
    """Return unit price (fen per `m2`, `ha` or `mu`) times area, in exact fen.

    Raise `area.unknown_unit`.

    >>> exact_total(21_0000_00, "mu", 120_380_000)
    Fraction(379197000, 1)
    """
    if unit not in CM2_PER_UNIT:
        raise Fault("area.unknown_unit", unit=unit, known=sorted(CM2_PER_UNIT))
    return unit_price_fen * area_cm2 / CM2_PER_UNIT[unit]


def total_from_unit(unit_price_fen: int | Fraction, unit: str, area_cm2: int, rounding: str) -> int:
    """Return the total in fen of a unit price over an area, by a named rounding.

    >>> total_from_unit(384_00, "m2", 44_791_500, "half_up")
    171999360
    """
    return rounded(exact_total(unit_price_fen, unit, area_cm2), rounding)
