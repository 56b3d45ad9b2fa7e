"""The measures (措施) of a policy: what each asks for, who leads, what carries it and what is missing."""

from typing import Annotated, Literal

from pydantic import Field

from jishi.apps.packs.kinds.row import Confidence, Identity, Row, Words

CarrierKind = Literal[
    "rules", "registers", "procedures", "products", "series", "accounts", "matches", "plans", "pages"
]
MeasureState = Literal["none", "partial", "runs"]
"""How far a measure runs: "runs" is claimed only with a named test and nothing missing."""


class Section(Row):
    """Hold one section of the policy, in its chapter."""

    number: Annotated[int, Field(ge=1)]
    chapter_zh: str
    chapter_en: str
    title_zh: str
    title_en: str


class Department(Row):
    """Name a department (部门) of the province."""

    id: Identity
    name_zh: str
    name_en: str
    confidence: Confidence = "confirmed"


class Carriers(Row):
    """List the ids of what carries a measure, by kind; a page is named by its address name.

    Rules and procedures are not listed: they name the measures they carry themselves.
    """

    registers: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


class Measure(Row):
    """Hold one measure: what it asks for, who leads, what is missing and the tests that show it runs."""

    number: Annotated[int, Field(ge=1)]
    section: Annotated[int, Field(ge=1)]
    title: Words
    summary: Words
    lead: Identity
    support: tuple[Identity, ...] = ()
    inferred: bool = True
    missing: Words | None = None
    tests: tuple[Annotated[str, Field(pattern=r"^tests/[\w/]+\.py::\w+$")], ...] = ()
    carriers: Carriers = Carriers()
