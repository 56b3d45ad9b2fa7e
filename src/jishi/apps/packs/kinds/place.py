"""Divisions (行政区划) with the codes they once had, and land-use classes (土地利用现状分类)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, StringConstraints

from jishi.apps.packs.kinds.row import Confidence, Row

DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]
LandUseCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2})?$")]


def _split(value: object) -> object:
    return tuple(value.split()) if isinstance(value, str) else value


class Division(Row):
    """Hold one division code; an old code names its `successor` and the last day it was valid."""

    code: DivisionCode
    name_zh: str
    name_en: str
    type: Literal[
        "province",
        "prefecture_city",
        "autonomous_prefecture",
        "district",
        "county",
        "county_city",
        "autonomous_county",
    ]
    parent: DivisionCode | None = None
    since: date | None = None
    until: date | None = None
    successor: DivisionCode | None = None
    confidence: Confidence = "confirmed"
    note: str = ""

    def in_force(self, day: date) -> bool:
        """Say whether the code is valid on `day`; an open end has no limit."""
        return (self.since or day) <= day <= (self.until or day)


class LandUse(Row):
    """Hold one class of GB/T 21010-2017: two digits a first-level class, four a second-level one."""

    code: LandUseCode
    name_zh: str
    name_en: str
    category: Literal["farmland", "construction", "unused", ""] = ""


class LandUseAlias(Row):
    """Map a wording met in announcements to a land-use code."""

    wording: Annotated[str, StringConstraints(min_length=1)]
    code: LandUseCode


class NamedSystem(Row):
    """Name a system the policy names, what is to carry it, and the ids ("kind:id") that do carry it here.

    `standing` says what they are: real, an adapter to a system elsewhere, simulated, or none yet.
    """

    name_zh: str
    name_en: str
    type: str
    operator: str
    measures: str
    carrier: str
    standing: Literal["real", "adapter", "simulated", "none"] = "none"
    carried_by: Annotated[tuple[str, ...], BeforeValidator(_split)] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Give the numbers of the measures that name it."""
        return tuple(int(number) for number in self.measures.split(",") if number.strip().isdecimal())

    @property
    def carriers(self) -> tuple[tuple[str, str], ...]:
        """Give kind and id of each thing that carries it."""
        parted = (each.partition(":") for each in self.carried_by)
        return tuple((kind, name) for kind, _, name in parted)
