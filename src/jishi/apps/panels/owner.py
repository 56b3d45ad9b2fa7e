"""What a panel must know of whom it works for, and what it asks of its members: marks or a secret ballot.

An owner is a kind and an id. Each kind is registered once by the room that holds it; panels know nothing else of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Rule, Share
from jishi.platform.context import Context

MARKS, BALLOT = "marks", "ballot"
AFTER_RESULT, NEVER = "result", "never"
GROUNDS: Final = ("employer", "represents", "relative", "interest", "handled", "penalty")
"""Grounds of recusal (回避); a member who declines without one has the ground "declined"."""
DECLINED: Final = "declined"


@dataclass(frozen=True, slots=True)
class About:
    """Who a panel works for: number, title and division."""

    number: str
    title: str
    division: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What the law asks of a panel of this owner. `names`: public after the result, or never."""

    least_size: int = 5
    expert_share: Share = (2, 3)
    most_same: int | None = None
    names: str = AFTER_RESULT


@dataclass(frozen=True, slots=True)
class Conflict:
    """Whom recusal keeps out as far as records tell: everyone of an employer by its name, single people by id."""

    organisations: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is marked or voted on: its id, public and without a name in it, and what members read."""

    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is marked, from 0 to the full marks."""

    id: str
    full_marks: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What the members are asked for: marks of each subject by criterion, or a vote on each by a rule."""

    kind: str
    subjects: tuple[Subject, ...]
    criteria: tuple[Criterion, ...] = ()
    rule: Rule | None = None

    @classmethod
    def marks(cls, subjects: tuple[Subject, ...], criteria: tuple[Criterion, ...]) -> "Task":
        """Ask for marks."""
        return cls(MARKS, subjects, criteria)

    @classmethod
    def ballot(cls, subjects: tuple[Subject, ...], rule: Rule) -> "Task":
        """Ask for a secret vote."""
        return cls(BALLOT, subjects, rule=rule)

    def to_json(self) -> dict[str, Any]:
        """Return the task as it is kept with the panel."""
        return {
            "kind": self.kind,
            "subjects": [[each.id, each.label] for each in self.subjects],
            "criteria": [[each.id, each.full_marks, each.label] for each in self.criteria],
            "rule": None if self.rule is None else self.rule._asdict(),
        }


def read_task(value: Mapping[str, Any]) -> Task:
    """Return the task kept with a panel."""
    rule = value["rule"]
    read = rule and Rule(tuple(rule["quorum"]), tuple(rule["majority"]), rule["base"], rule["strict"])
    return Task(
        value["kind"],
        tuple(Subject(*each) for each in value["subjects"]),
        tuple(Criterion(*each) for each in value["criteria"]),
        read or None,
    )


class Owner:
    """What a room that holds owners of one kind answers; a Fault of a hook undoes the whole change."""

    def about(self, owner_id: str) -> About:
        """Say who it is; raise its own fault where there is none."""
        raise NotImplementedError

    def rules(self, owner_id: str) -> Rules:
        """Say what the law asks of the panel."""
        return Rules()

    def require_convenable(self, owner_id: str) -> None:
        """Raise a fault where no panel may be convened."""

    def require_ready(self, owner_id: str) -> None:
        """Raise a fault while the panel may not be drawn yet."""

    def conflict(self, owner_id: str, at_ms: int) -> Conflict:
        """Say whom recusal keeps out."""
        return Conflict()

    def is_sealed(self, owner_id: str) -> bool:
        """Tell whether it has contributions to the seed that nobody can read yet."""
        return False

    def sealed_parts(self, owner_id: str) -> dict[str, str]:
        """Return those contributions once everybody can read them: name -> 64 hex digits."""
        return {}

    def concerned(self, owner_id: str) -> tuple[str, ...]:
        """Name those whom the result concerns, so that members can tell whether they must keep out."""
        return ()

    def task(self, owner_id: str) -> Task:
        """Say what the members are asked for."""
        raise NotImplementedError

    def seated(self, ctx: Context, owner_id: str, aliases: list[str]) -> None:
        """Learn that all members accepted, and again whenever a seat changes hands afterwards."""

    def closed(self, ctx: Context, owner_id: str, result: Mapping[str, Any]) -> None:
        """Take the result."""

    def is_decided(self, owner_id: str) -> bool:
        """Tell whether the result stands, so that the record of the draw may be opened."""
        return True


_owners: dict[str, Owner] = {}


def register_owner(kind: str, owner: Owner) -> None:
    """Let panels be convened for owners of a kind."""
    _owners[kind] = owner


def owner_of(kind: str) -> Owner:
    """Return who answers for a kind; Fault `panels.owner.unknown`."""
    try:
        return _owners[kind]
    except KeyError:
        raise Fault("panels.owner.unknown", kind=kind, known=", ".join(sorted(_owners))) from None
