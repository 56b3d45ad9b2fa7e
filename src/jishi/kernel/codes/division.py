"""Administrative divisions (行政区划, GB/T 2260): six digits, province, prefecture, county.

The shape is checked without a table. A `DivisionTable` is built from a pack's rows
and knows which codes existed when: a code may have a successor, and an old one
stays readable on the days it was in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jishi.kernel.codes.shape import DIGITS, check_shape, plain_code
from jishi.kernel.fault import Fault

Level = Literal["province", "prefecture", "county"]
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
PROVINCES = frozenset(str(code) for first, last in _PROVINCE_RANGES for code in range(first, last + 1))


def check_division(text: str) -> str:
    """Return the code normalised; whether such a division exists is for a table to say.

    Raise `codes.division.length`, `.sign`, `.province` or `.gap` (a county under no prefecture).

    >>> check_division("２２０１８４")
    '220184'
    """
    value = plain_code(text)
    check_shape("division", value, [DIGITS] * 6)
    if value[:2] not in PROVINCES:
        raise Fault("codes.division.province", value=value, province=value[:2])
    if value[2:4] == "00" and value[4:] != "00":
        raise Fault("codes.division.gap", value=value, expected=value[:2] + "0000")
    return value


def level_of(code: str) -> Level:
    """Return the level a code's shape says.

    >>> level_of("220000"), level_of("220100"), level_of("220184")
    ('province', 'prefecture', 'county')
    """
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def ancestors_of(code: str) -> tuple[str, ...]:
    """Return the codes above, nearest first.

    >>> ancestors_of("220184"), ancestors_of("220000")
    (('220100', '220000'), ())
    """
    above = (code[:4] + "00", code[:2] + "0000")
    return tuple(dict.fromkeys(parent for parent in above if parent != code))


def is_within(code: str, ancestor: str) -> bool:
    """Tell whether a division is another or lies in it.

    >>> is_within("220184", "220100"), is_within("220184", "220300")
    (True, False)
    """
    return ancestor == code or ancestor in ancestors_of(code)


@dataclass(frozen=True)
class Division:
    """A named division, in force from `since` to `until` (both counted; None is open)."""

    code: str
    name_zh: str
    name_en: str = ""
    since: date | None = None
    until: date | None = None
    successor: str | None = None

    def in_force(self, day: date) -> bool:
        """Tell whether the code was in force on the day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class DivisionTable:
    """The divisions of a pack, by code."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        """Check every code; raise `codes.division.twice` for a code met again."""
        self._by_code: dict[str, Division] = {}
        for division in divisions:
            code = check_division(division.code)
            if code in self._by_code:
                raise Fault("codes.division.twice", value=code)
            self._by_code[code] = division

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, str]]) -> "DivisionTable":
        """Build from text rows: code, name_zh and, if present, name_en, since, until, successor."""
        return cls(
            Division(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row.get("name_en", ""),
                since=_day(row.get("since")),
                until=_day(row.get("until")),
                successor=row.get("successor") or None,
            )
            for row in rows
        )

    def find(self, text: str, day: date | None = None) -> Division:
        """Return the division of a code, in force on `day` if one is given.

        Raise as `check_division`, `codes.division.unknown`, or `codes.division.not_in_force`
        naming the successor.
        """
        code = check_division(text)
        if code not in self._by_code:
            raise Fault("codes.division.unknown", value=code)
        division = self._by_code[code]
        if day is not None and not division.in_force(day):
            raise Fault(
                "codes.division.not_in_force",
                value=code,
                day=day.isoformat(),
                successor=division.successor,
            )
        return division

    def path(self, code: str) -> tuple[Division, ...]:
        """Return the division after those above it that the table holds, province first."""
        known = [self._by_code[above] for above in ancestors_of(code) if above in self._by_code]
        return (*reversed(known), self.find(code))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
