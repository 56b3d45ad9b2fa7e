"""The shapes of rules, decisions and findings. Days are `YYYY-MM-DD`; stored values are whole numbers or ids."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Facts = Annotated[
    dict[str, Any],
    Field(
        max_length=200,
        description='as people write them ("25.6万元", "35%", "2020-11-24") or stored whole numbers (fen, cm²); '
        "what is left out is unknown",
        examples=[{"months_resident": 6, "stable_job": True}],
    ),
]
AsOf = Annotated[
    Day | None, Field(description="the day whose law applies; today in the market's zone if absent")
]
PackHash = Annotated[
    str | None, Field(pattern="^[0-9a-f]{64}$", description="the hash of an older version of the pack")
]


class Words(Schema):
    """A wording in both languages."""

    zh: str
    en: str


class Edition(Schema):
    """Which version of the law was asked, on which day."""

    pack: dict[str, str]
    as_of: Day


class RuleLine(Schema):
    """A rule in a list; `rows` counts rows, entries or patterns, `unconfirmed` those that rest on what is 待核."""

    id: str
    kind: str
    area: str
    title: Words
    question: Words
    measures: list[int]
    facts: list[str]
    rows: int
    unconfirmed: int
    page: str


class RulePage(Edition):
    """A page of rules in the order of the pack; of a search, the nearest first."""

    items: list[RuleLine]
    next: str | None
    total: int


class FactOut(Schema):
    """A fact: its kind, unit and bounds, and the closed list of a choice (`above`: the wider code of a code)."""

    name: str
    kind: str
    unit: str | None
    label: Words
    help: Words | None
    rule: str | None
    minimum: str | None
    maximum: str | None
    written: str
    choices: dict[str, Words] | None
    above: dict[str, str] | None


class RuleFull(Edition):
    """A rule in full. Only the parts of its own kind are there: rows, items, entries or patterns.

    `inner` are the facts that rules of derived facts ask for; `derived` names those rules by fact.
    """

    id: str
    kind: str
    title: Words
    question: Words
    note: Words | None
    measures: list[int]
    facts: list[FactOut]
    inner: list[FactOut]
    derived: dict[str, str]
    parameters: list[dict[str, Any]]
    answers: list[dict[str, Any]] | None = None
    value: dict[str, Any] | None = None
    rows: list[dict[str, Any]] | None = None
    cap: int | None = None
    items: list[dict[str, Any]] | None = None
    entries: list[dict[str, Any]] | None = None
    needs: Words | None = None
    grounds: dict[str, Words] | None = None
    patterns: list[dict[str, Any]] | None = None


class DecideIn(Schema):
    """One case."""

    facts: Facts = {}
    as_of: AsOf = None
    explain: bool = Field(False, description="say why, why not, and what would change it")
    pack: PackHash = None


class DecisionOut(Schema):
    """A decision. `answer` is an answer's id or a stored whole number, null while undetermined.

    `missing` is the shortest list of facts that would settle it, whatever their values; `via` are the
    decisions that computed derived facts; `pack` is the hash of the version that decided.
    """

    rule: str
    as_of: Day
    status: str
    answer: str | int | None
    row: str | None
    also: list[str]
    reason: str
    clauses: list[str]
    confidence: str
    used: dict[str, Any]
    missing: list[str]
    via: list[dict[str, Any]]
    pack: str
    told: dict[str, Any] | None = None


class ScanIn(Schema):
    """A text to be looked through."""

    text: str = Field(max_length=200_000)
    facts: Facts = {}
    as_of: AsOf = None
    pack: PackHash = None


class ScanOut(Schema):
    """What the law objects to in a text, in order of place; `start` and `end` count its characters.

    `certain` is false where a fact decides that is not known: `needs` names it.
    """

    rule: str
    as_of: Day
    pack: str
    findings: list[dict[str, Any]]


class ClauseOut(Schema):
    """A clause (条款) in our own words."""

    id: str
    source: str
    article: str
    title: str
    since: Day | None
    until: Day | None
    confidence: str
    summary: Words


class ClauseFull(ClauseOut, Edition):
    """A clause with everything that cites it."""

    cited_by: list[dict[str, Any]]


class ClausePage(Edition):
    """A page of clauses."""

    items: list[ClauseOut]
    next: str | None
    total: int


class ParameterPage(Edition):
    """A page of dated numbers the law sets; values are exact texts."""

    items: list[dict[str, Any]]
    next: str | None
    total: int
