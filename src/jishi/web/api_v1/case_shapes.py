"""The shapes of procedures, cases and issued documents. Instants are integer milliseconds UTC, days `YYYY-MM-DD`."""

from typing import Any

from ninja import Schema
from pydantic import Field

from jishi.web.api_v1.shapes import Ms

Both = dict[str, str]


class ProcedureLine(Schema):
    """A procedure in a list; words by language (`zh`, `en`)."""

    id: str
    title: Both
    about: Both
    factor: str
    start: str
    kinds: list[str]
    measures: list[int]


class PublicLine(Schema):
    """One line of a publication or a document, as anybody may read it."""

    name: str
    label: Both
    text: Both


class Publication(Schema):
    """A publication (公示) of a case."""

    id: str
    procedure: str
    division: str
    title: Both
    lines: list[PublicLine]
    from_ms: Ms
    until: str | None
    open: bool
    objections: bool


class PublicationPage(Schema):
    """A page of publications."""

    items: list[Publication]
    next: str | None
    total: int


class PaperOut(Schema):
    """An issued document; `state` is valid, lapsed or revoked."""

    number: str
    title: Both
    state: str
    division: str
    issued_on: str
    valid_until: str | None
    lines: list[PublicLine]
    simulated: bool


class DraftIn(Schema):
    """What a draft says: raw answers by field, counts of votes by vote (members, present, yes, no, abstain)."""

    procedure: str = Field(max_length=80)
    party: str = Field("", max_length=32)
    form: dict[str, Any] = {}
    division: str = Field("", pattern="^[0-9]{0,6}$")
    behalf: str = Field("", max_length=32)
    behalf_how: str = Field("", max_length=60)
    subject: str = Field("", max_length=32)
    votes: dict[str, dict[str, int]] = {}


class SupplementIn(Schema):
    """Answers changed on request."""

    form: dict[str, Any] = {}


class ChoiceIn(Schema):
    """A decision of the applicant's own."""

    decision: str = Field(max_length=60)
    seq: int
    because: str = Field("", max_length=60)
    words: str = Field("", max_length=4000)
    answers: dict[str, Any] = {}


class WithdrawIn(Schema):
    """Why a case is withdrawn."""

    words: str = Field("", max_length=2000)


class ObjectionIn(Schema):
    """What is wrong with a publication."""

    text: str = Field(max_length=4000)


class ObjectionOut(Schema):
    """An objection as it was taken."""

    id: str
    state: str
    at_ms: Ms


class ObjectionCount(Schema):
    """How many objections there are, and how many of them are answered."""

    filed: int
    answered: int


class OwnObjection(ObjectionOut):
    """An objection of the caller's: to which publication or offering, its words, and the answer.

    `state` is open, answered (an offering's), upheld, dismissed, or lapsed where the case ended without an answer.
    """

    to: str
    text: str
    answer: str
    answered_ms: Ms | None


class ObjectionPage(Schema):
    """A page of one's objections."""

    items: list[OwnObjection]
    next: str | None
    total: int


class FileOut(Schema):
    """A document of a case and what it answers."""

    id: str
    need: str
    name: str
    at_ms: Ms


class ActOut(Schema):
    """One act in a case; `words` are those the caller may read."""

    seq: int
    kind: str
    step: str
    choice: str
    because: str
    words: str
    at_ms: Ms


class CaseLine(Schema):
    """A case in a list; `left` is days until its clock runs out, negative once it has."""

    id: str
    number: str
    procedure: str
    title: str
    division: str
    phase: str
    step: str
    role: str
    outcome: str
    paused: str
    due_day: str | None
    left: int | None
    overdue: bool
    started_ms: Ms
    updated_ms: Ms


class CasePage(Schema):
    """A page of one's cases."""

    items: list[CaseLine]
    next: str | None
    total: int


class CaseOut(CaseLine):
    """A case in full; `decisions` are those the caller may take now, `may` the other acts open to them."""

    seq: int
    party: str
    behalf: str
    behalf_how: str
    subject: str
    pack: str
    form: dict[str, Any]
    votes: dict[str, dict[str, Any]]
    files: list[FileOut]
    acts: list[ActOut]
    papers: list[str]
    publications: list[str]
    decisions: list[str]
    may: list[str]
