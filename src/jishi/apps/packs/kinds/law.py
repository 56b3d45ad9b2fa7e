"""Clauses (条款) with their text in brief, dated parameters, and time limits (期限)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.row import Confidence, Exact, Identity, Row, Words

ClauseId = Annotated[str, StringConstraints(min_length=1)]
Counting = Literal["next_day", "both_ends"]
Sense = Literal["at_least", "within"]


class ClauseRow(Row):
    """State one clause: which document and article, in force from `since` through `until`."""

    id: ClauseId
    source: str
    article: str = ""
    title: Words
    since: date
    until: date | None = None
    confidence: Confidence = "confirmed"
    summary: Words

    @model_validator(mode="after")
    def _dates_in_order(self) -> "ClauseRow":
        return _ordered(self)


class ParameterRow(Row):
    """State one dated step of a parameter, as a line of `parameters/*.csv` says it.

    `status` C is a value confirmed by a public source, U one that is not (待核). Without
    `valid_from` the beginning is not known and the value stands for every earlier day.
    """

    param_id: Identity
    name_zh: str
    value: Exact
    unit: str
    valid_from: date | None = None
    valid_to: date | None = None
    legal_source: str
    article: str = ""
    status: Literal["C", "U"]
    clause: ClauseId
    source_ref: str = ""
    note: str = ""

    @property
    def confidence(self) -> Confidence:
        """Say whether a public source confirms the value."""
        return "confirmed" if self.status == "C" else "unconfirmed"


class LimitRow(Row):
    """Say how the parameter of the same id counts as a time limit, and in which sense it binds."""

    id: Identity
    title: Words
    counting: Counting
    sense: Sense
    confidence: Confidence = "confirmed"
    note: Words | None = None
    cites: Annotated[tuple[ClauseId, ...], Field(min_length=1)]


def _ordered(row: ClauseRow) -> ClauseRow:
    if row.until is not None and row.until < row.since:
        raise PydanticCustomError("pack.dates_reversed", "a day on or after {since}", {"since": str(row.since)})
    return row
