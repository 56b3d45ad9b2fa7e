"""Planning conditions as notices write them: `≥40%`, `10%≤绿地率≤20%`, `<1.8`, `25`.

A condition is one interval of exact numbers. Refuses text that states two
conditions for two cases, that is empty as an interval, or that carries a unit
other than the one asked for.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import NUMBER, format_number, read_number
from jishi.kernel.spelling import narrow

Bare = Literal["exact", "least", "most"]
_SPELLINGS = (
    ("不低于", "≥"), ("不少于", "≥"), ("不小于", "≥"), (">=", "≥"), ("≧", "≥"), ("⩾", "≥"),
    ("不高于", "≤"), ("不超过", "≤"), ("不大于", "≤"), ("<=", "≤"), ("≦", "≤"), ("⩽", "≤"),
    ("大于", ">"), ("小于", "<"),
)  # fmt: skip
_UNIT_WORDS = {"m": "米"}
_MIRROR = {"≥": "≤", "≤": "≥", ">": "<", "<": ">"}
_BARE_SIGNS: dict[Bare, tuple[str, ...]] = {"exact": ("≥", "≤"), "least": ("≥",), "most": ("≤",)}


@dataclass(frozen=True)
class Bounds:
    """An interval of exact numbers; None leaves a side unbounded.

    Raise `bounds.empty` if no number lies inside.
    """

    low: Fraction | None = None
    low_open: bool = False
    high: Fraction | None = None
    high_open: bool = False

    def __post_init__(self) -> None:
        if self.low is None or self.high is None:
            return
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            raise Fault("bounds.empty", low=str(self.low), high=str(self.high))

    def contains(self, value: Fraction | int) -> bool:
        """Tell whether the value lies inside.

        >>> parse_bounds("<1.8").contains(Fraction("1.8"))
        False
        """
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below


def parse_bounds(text: str, unit: str = "%", bare: Bare = "exact") -> Bounds:
    """Read one condition; numbers stay as written, with or without the unit.

    A number without a sign is exact, the least or the most, as `bare` says. A name
    beside a sign (绿地率, 建筑系数) is skipped: keep the text where it matters.
    Raise `bounds.unreadable`, `bounds.several`, `bounds.one_sided` or `bounds.empty`.

    >>> parse_bounds("10%≤绿地率≤20%") == Bounds(low=Fraction(10), high=Fraction(20))
    True
    """
    plain = re.sub(r"\s", "", narrow(text))
    for spelling, sign in _SPELLINGS:
        plain = plain.replace(spelling, sign)
    conditions = [part for part in re.split("[;。]", plain) if part]
    if len(conditions) > 1:
        raise Fault("bounds.several", text=text, count=len(conditions))
    if not conditions:
        raise Fault("bounds.unreadable", text=text)
    return _bounds_of(_read_sides(conditions[0], unit, bare, text), text)


def parse_span(low_text: str, high_text: str, unit: str = "") -> Bounds:
    """Read a pair of columns, least and most; a blank one leaves its side unbounded.

    Raise as `parse_bounds`, and `bounds.wrong_side` for `≤` in the first or `≥` in the second.

    >>> parse_span(">1.0", "1.4") == Bounds(Fraction(1), True, Fraction("1.4"), False)
    True
    """
    low = parse_bounds(low_text, unit, "least") if low_text.strip() else Bounds()
    high = parse_bounds(high_text, unit, "most") if high_text.strip() else Bounds()
    if low.high is not None or high.low is not None:
        raise Fault("bounds.wrong_side", low=low_text, high=high_text)
    return Bounds(low.low, low.low_open, high.high, high.high_open)


def format_bounds(bounds: Bounds, unit: str = "") -> str:
    """Write bounds so that `parse_bounds` reads them back; unbounded is blank.

    >>> format_bounds(parse_bounds("40%≤且≤60%"), "%")
    '≥40%且≤60%'
    """
    if bounds.low is not None and bounds.low == bounds.high:
        return format_number(bounds.low) + unit
    low_sign = ">" if bounds.low_open else "≥"
    high_sign = "<" if bounds.high_open else "≤"
    sides = ((low_sign, bounds.low), (high_sign, bounds.high))
    return "且".join(sign + format_number(limit) + unit for sign, limit in sides if limit is not None)


def _read_sides(condition: str, unit: str, bare: Bare, text: str) -> list[tuple[str, Fraction]]:
    """Return what the condition says as (sign, number), the number on the right of the sign."""
    units = "|".join(re.escape(word) for word in (narrow(unit), _UNIT_WORDS.get(unit, "")))
    number, name = f"({NUMBER})(?:{units})?", r"[^\W\d_]*"
    if match := re.fullmatch(number, condition):
        return [(sign, read_number(match[1])) for sign in _BARE_SIGNS[bare]]
    if match := re.fullmatch(f"{number}[~—–-]{number}", condition):
        return [("≥", read_number(match[1])), ("≤", read_number(match[2]))]
    if match := re.fullmatch(f"{name}([≥≤<>]){number}[且、]([≥≤<>]){number}", condition):
        return [(match[1], read_number(match[2])), (match[3], read_number(match[4]))]
    if match := re.fullmatch(f"(?:{number}([≥≤<>]))?{name}(?:([≥≤<>]){number})?", condition):
        before = [(_MIRROR[match[2]], read_number(match[1]))] if match[2] else []
        after = [(match[3], read_number(match[4]))] if match[3] else []
        if before or after:
            return before + after
    raise Fault("bounds.unreadable", text=text)


def _bounds_of(sides: list[tuple[str, Fraction]], text: str) -> Bounds:
    lows = [(number, sign == ">") for sign, number in sides if sign in "≥>"]
    highs = [(number, sign == "<") for sign, number in sides if sign in "≤<"]
    if len(lows) > 1 or len(highs) > 1:
        raise Fault("bounds.one_sided", text=text)
    low, low_open = lows[0] if lows else (None, False)
    high, high_open = highs[0] if highs else (None, False)
    return Bounds(low, low_open, high, high_open)
