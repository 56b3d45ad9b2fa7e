"""What other rooms and pages say to the procedures and learn from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Filing:
    """Ask to begin a case: whose, where, about which entry, with which answers.

    `form` holds raw answers by question; `votes` counts by vote: members, present, yes, no, abstain. `behalf`
    is the party filed for, `behalf_how` which of the procedure's ways allows it.
    """

    procedure: str
    form: Mapping[str, Any] = field(default_factory=dict)
    division: str = ""
    party: str = ""
    behalf: str = ""
    behalf_how: str = ""
    subject: str = ""
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision as a person takes it: `because` one of its listed reasons, `words` their own.

    `seq` is the state of the case the person looked at; another act since then refuses the decision.
    """

    decision: str
    seq: int
    because: str = ""
    words: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `left` is days until its clock runs out, negative once it has, None without one."""

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
    due_day: date | None
    left: int | None
    overdue: bool
    assignee: int | None
    started_ms: int
    updated_ms: int
    seq: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A document of a case, with the id of the stored file."""

    id: str
    need: str
    file: str
    name: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ActRow:
    """One line of the timeline; `words` are what the person wrote, empty for those who may not read them."""

    seq: int
    kind: str
    step: str
    choice: str
    because: str
    words: str
    told: dict[str, Any]
    by: int | None
    by_name: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Way:
    """A decision possible now, or why the actor cannot take it (`refusal`: a code with its parameters)."""

    decision: str
    next: str
    refusal: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What a rule says of the case now; `missing` facts make it undetermined."""

    rule: str
    permits: bool
    determined: bool
    answer: str
    missing: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """An issued document as anybody may verify it: masked public lines, valid, lapsed or revoked.

    `paper` is which document of its procedure it is.
    """

    paper: str
    number: str
    title: dict[str, str]
    lines: tuple[dict[str, Any], ...]
    issued_on: date
    valid_until: date | None
    state: str
    division: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A publication as anybody may read it."""

    id: str
    case: str
    procedure: str
    division: str
    title: dict[str, str]
    lines: tuple[dict[str, Any], ...]
    from_ms: int
    until: date | None
    open: bool
    objections: bool


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """An objection and its answer; empty texts for those who may not read them."""

    id: str
    notice: str
    text: str
    answer: str
    state: str
    at_ms: int
    answered_ms: int | None


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """A case in full, as the actor may see it: `form` masked for those who may not read the originals."""

    row: CaseRow
    party: str
    behalf: str
    behalf_how: str
    subject: str
    pack: str
    seq: int
    form: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    votes: dict[str, dict[str, int]]
    kept: dict[str, str]
    files: tuple[FileRow, ...]
    acts: tuple[ActRow, ...]
    papers: tuple[PaperRow, ...]
    notices: tuple[NoticeRow, ...]
    objections: tuple[ObjectionRow, ...]
