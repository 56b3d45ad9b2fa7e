"""Facts (事实): what a rule asks about, how people write the values, and how they are stored.

A stored value is a whole number (fen, cm2, millionths, day ordinal), a truth value or a
choice id; `None` is unknown, never zero and never no. Refuses what it cannot store exactly.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Literal

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import format_area, parse_area
from jishi.kernel.quantity.money import format_fen, parse_fen
from jishi.kernel.quantity.number import format_number, read_number
from jishi.kernel.spelling import narrow

Kind = Literal["boolean", "integer", "money", "area", "ratio", "decimal", "date", "choice"]
Value = bool | int | str
SCALE: dict[str, int] = {
    "boolean": 1, "integer": 1, "money": 100, "area": 10_000, "ratio": 10**6, "decimal": 10**6, "date": 1,
}  # fmt: skip
"""Stored units in one natural unit: yuan, square metres, one."""
MOST = 2**62
TRUE, FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否")
UNKNOWN = ("", "unknown", "未知", "?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Vocabulary:
    """Hold the closed list of a choice: id → (zh, en); `above` gives the next wider id of a code."""

    words: Mapping[str, tuple[str, str]]
    above: Mapping[str, str] = field(default_factory=dict)

    def way_up(self, code: str) -> tuple[str, ...]:
        """List a code and every wider one above it, the nearest first."""
        way = [code]
        while (wider := self.above.get(way[-1])) is not None:
            way.append(wider)
        return tuple(way)

    def under(self, code: str, top: str) -> bool:
        """Tell whether the code is `top` or lies below it."""
        return top in self.way_up(code)


@dataclass(frozen=True)
class Fact:
    """Name something a rule asks about; `rule` computes it unless the case states it."""

    name: str
    kind: Kind
    label: tuple[str, str]
    unit: str | None = None
    vocabulary: Vocabulary | None = None
    rule: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    help: tuple[str, str] | None = None


def read_value(fact: Fact, raw: Any) -> Value | None:
    """Read a value as people or programs write it into the stored form; unknown is None.

    Raise `rules.bad_value` naming the fact and what would be valid, or `rules.out_of_range`.
    """
    if raw is None or (isinstance(raw, str) and narrow(raw).lower() in UNKNOWN):
        return None
    try:
        value = _READERS[fact.kind](fact, raw)
    except Fault as fault:
        raise bad_value(fact, raw) from fault
    if fact.kind != "choice":
        _must_fit(fact, raw, int(value))
    return value


def bad_value(fact: Fact, raw: Any) -> Fault:
    """Give the fault that says what a fact's value may look like."""
    near: list[str] = []
    if fact.vocabulary is not None:
        known = list(fact.vocabulary.words)
        near = get_close_matches(str(raw), known, n=3, cutoff=0.5) or known[:12]
    return Fault("rules.bad_value", fact=fact.name, value=str(raw)[:80], kind=fact.kind, valid=near)


def format_value(fact: Fact, value: Value | None, language: str = "zh") -> str:
    """Write a stored value for people, with its unit where it has one (ids of choices by their words).

    >>> format_value(Fact("share", "ratio", ("份额", "Share")), 350_000)
    '35%'
    """
    if value is None:
        return "未知" if language == "zh" else "unknown"
    if isinstance(value, str):
        words = fact.vocabulary.words.get(value) if fact.vocabulary else None
        return value if words is None else words[0 if language == "zh" else 1]
    return _WRITERS[fact.kind](value, language) if fact.kind in _WRITERS else str(value)


def natural(fact: Fact, value: Value) -> Fraction | int | bool | str:
    """Turn a stored number into its natural unit (yuan, m2, one), exactly."""
    scale = SCALE.get(fact.kind, 1)
    return value if scale == 1 or isinstance(value, str) else Fraction(value, scale)


def _must_fit(fact: Fact, raw: Any, value: int) -> None:
    low = -MOST if fact.minimum is None else fact.minimum
    high = MOST if fact.maximum is None else fact.maximum
    if not low <= value <= high:
        bounds = [
            None if bound is None else format_value(fact, bound) for bound in (fact.minimum, fact.maximum)
        ]
        raise Fault(
            "rules.out_of_range", fact=fact.name, value=str(raw)[:80], least=bounds[0], most=bounds[1]
        )


def _boolean(fact: Fact, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    plain = narrow(str(raw)).lower()
    if plain in TRUE or plain in FALSE:
        return plain in TRUE
    raise bad_value(fact, raw)


def _whole(fact: Fact, raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    sign, rest = _signed(fact, raw)
    number = read_number(rest)
    if number.denominator != 1:
        raise bad_value(fact, raw)
    return sign * number.numerator


def _money(fact: Fact, raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    sign, rest = _signed(fact, raw)
    return sign * parse_fen(rest)


def _area(fact: Fact, raw: Any) -> int:
    """Read an area; most whole mu are no whole cm2, so mu round half up, in conditions (`mu(50)`) as here."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    return parse_area(str(raw), "half_up" if "亩" in str(raw) else None)


def _millionths(fact: Fact, raw: Any) -> int:
    sign, rest = _signed(fact, raw)
    percent = rest.endswith("%")
    number = read_number(rest.removesuffix("%").strip()) / (100 if percent else 1) * 10**6
    if number.denominator != 1:
        raise bad_value(fact, raw)
    return sign * number.numerator


def _date(fact: Fact, raw: Any) -> int:
    if isinstance(raw, date):
        return raw.toordinal()
    if not _DAY.fullmatch(str(raw).strip()):
        raise bad_value(fact, raw)
    try:
        return date.fromisoformat(str(raw).strip()).toordinal()
    except ValueError as error:
        raise bad_value(fact, raw) from error


def _choice(fact: Fact, raw: Any) -> str:
    words = fact.vocabulary.words if fact.vocabulary else {}
    plain = narrow(str(raw))
    if plain in words:
        return plain
    named = [key for key, (zh, en) in words.items() if plain in (zh, en)]
    if len(named) != 1:
        raise bad_value(fact, raw)
    return named[0]


def _signed(fact: Fact, raw: Any) -> tuple[int, str]:
    if isinstance(raw, bool | float):
        raise bad_value(fact, raw)
    plain = narrow(str(raw))
    return (-1, plain[1:].strip()) if plain.startswith("-") else (1, plain)


def _say_boolean(value: int, language: str) -> str:
    return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")


def _say_money(value: int, language: str) -> str:
    return f"{format_fen(value)} 元" if language == "zh" else f"CNY {format_fen(value)}"


def _say_area(value: int, language: str) -> str:
    return f"{format_area(value)} m²"


def _say_ratio(value: int, language: str) -> str:
    return format_number(Fraction(value, 10**4)) + "%"


def _say_decimal(value: int, language: str) -> str:
    return format_number(Fraction(value, 10**6))


def _say_date(value: int, language: str) -> str:
    return date.fromordinal(value).isoformat()


_READERS: dict[str, Callable[[Fact, Any], Value]] = {
    "boolean": _boolean, "integer": _whole, "money": _money, "area": _area,
    "ratio": _millionths, "decimal": _millionths, "date": _date, "choice": _choice,
}  # fmt: skip
_WRITERS: dict[str, Callable[[int, str], str]] = {
    "boolean": _say_boolean, "money": _say_money, "area": _say_area,
    "ratio": _say_ratio, "decimal": _say_decimal, "date": _say_date,
}  # fmt: skip
