"""Clauses (条款) with their text in brief, dated parameters, and time limits (期限)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jishi.apps.packs.kinds.row import Confidence, Exact, Identity, Row, Words
from jishi.kernel.calendar.limit import Counting, Sense

ClauseId = Annotated[str, StringConstraints(min_length=1)]


class ClauseRow(Row):
    """State one clause: which document and article, in force from `since` (absent: not known) through `until`."""

    id: ClauseId
    source: str
    article: str = ""
    title: str
    since: date | None = None
    until: date | None = None
    confidence: Confidence = "confirmed"
    summary_zh: str
    summary_en: str


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
