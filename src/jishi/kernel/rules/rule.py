"""What a rule is: a question and the dated, cited rows that answer it, of one of five kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from jishi.kernel.law.clause import Clause, Confidence
from jishi.kernel.law.parameter import Parameter
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.node import Node

Words = tuple[str, str]
"""A wording in Chinese and in English."""
DEFAULT_RANK = -(10**6)
"""The rank of a row without `when`: below every other."""


@dataclass(frozen=True)
class Row:
    """Answer `then` where `when` holds (None: always, as the default), from `since` to `until` (day ordinals).

    `then` is an answer id in a table, an expression in a formula or a score.
    """

    id: str
    when: Node | None
    then: str | Node
    rank: int
    cites: tuple[str, ...]
    since: int
    until: int | None
    confidence: Confidence = "confirmed"
    rounding: str = ""
    note: Words | None = None
    when_text: str = ""
    then_text: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer of the closed list; `permits` lets a guarded action go on."""

    id: str
    words: Words
    permits: bool = False


@dataclass(frozen=True)
class Rule:
    """What every kind shares; `facts` in the order a form asks them."""

    id: str
    title: Words
    question: Words
    facts: tuple[str, ...]
    measures: tuple[int, ...] = ()
    note: Words | None = None


@dataclass(frozen=True)
class Table(Rule):
    """Answer out of a closed list (规则表)."""

    answers: tuple[Answer, ...] = ()
    rows: tuple[Row, ...] = ()

    def answer(self, identity: str) -> Answer:
        """Give an answer by its id."""
        return next(each for each in self.answers if each.id == identity)


@dataclass(frozen=True)
class Entry:
    """A value for keys (`*` fits anything) from `since` to `until`."""

    id: str
    keys: tuple[str | int, ...]
    value: int | str
    cites: tuple[str, ...]
    since: int
    until: int | None
    confidence: Confidence = "confirmed"
    note: Words | None = None


@dataclass(frozen=True)
class Schedule(Rule):
    """Look a value up by keys and date (标准表); `needs` says who fills it where it is empty."""

    value: Fact = field(default=Fact("value", "integer", ("", "")))
    entries: tuple[Entry, ...] = ()
    needs: Words | None = None


@dataclass(frozen=True)
class Formula(Rule):
    """Calculate a value exactly and round it by name (公式)."""

    value: Fact = field(default=Fact("value", "integer", ("", "")))
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Item:
    """One line of a points table with its own cap."""

    id: str
    label: Words
    cap: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Score(Rule):
    """Sum points, each item and the whole under a cap (积分表)."""

    value: Fact = field(default=Fact("value", "integer", ("", ""), "point"))
    cap: int = 0
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """Wording to look for: a match of `match` that overlaps no match of `unless`."""

    id: str
    ground: str
    level: Literal["block", "warn"]
    match: tuple[str, ...]
    unless: tuple[str, ...]
    when: Node | None
    cites: tuple[str, ...]
    since: int
    until: int | None
    confidence: Confidence = "confirmed"
    suggestion: Words | None = None
    note: Words | None = None
    when_text: str = ""


@dataclass(frozen=True)
class Wording(Rule):
    """Find wording in a text that the law objects to (用语表)."""

    grounds: Mapping[str, Words] = field(default_factory=dict)
    patterns: tuple[Pattern, ...] = ()


Kind = Literal["table", "schedule", "formula", "score", "wording"]
KINDS: dict[str, type[Rule]] = {
    "table": Table, "schedule": Schedule, "formula": Formula, "score": Score, "wording": Wording,
}  # fmt: skip


def kind_of(rule: Rule) -> str:
    """Give the name of a rule's kind."""
    return next(name for name, made in KINDS.items() if type(rule) is made)


@dataclass(frozen=True)
class RuleBook:
    """Hold the rules of one pack version with what they rest on; `hash` is that version's."""

    hash: str
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    clauses: Mapping[str, Clause]
    rules: Mapping[str, Rule]
