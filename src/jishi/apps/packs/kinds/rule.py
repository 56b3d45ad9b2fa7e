"""Rules as rows: facts, and the five kinds of rule file — table, schedule, formula, score, wording."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.row import Confidence, Identity, Row, Words

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
FactKind = Literal["boolean", "integer", "money", "area", "ratio", "decimal", "date", "choice"]
Written = int | bool | date | str
"""A value as people write it in TOML."""


class Option(Words):
    """Name one value of a choice."""

    id: Text


class FactRow(Row):
    """Declare a fact: what it is called, what it measures, which values it may take."""

    name: Name
    kind: FactKind
    unit: Name | None = None
    label: Words
    help: Words | None = None
    minimum: Written | None = None
    maximum: Written | None = None
    choices: tuple[Option, ...] = ()
    vocabulary: Literal["land_use", "division"] | None = None
    rule: Identity | None = None


class ValueRow(Row):
    """Say what a schedule, formula or score answers with."""

    kind: FactKind
    unit: Text | None = None
    choices: tuple[Option, ...] = ()


class DatedRow(Row):
    """What every row of a rule says: which clauses it rests on, since when, how sure it is."""

    id: Name
    cites: Annotated[tuple[ClauseId, ...], Field(min_length=1)]
    since: date
    until: date | None = None
    confidence: Confidence = "confirmed"
    note: Words | None = None


class TableRow(DatedRow):
    """Answer `then` where `when` holds; without `when` it is the default."""

    when: Text | None = None
    then: Text
    rank: int = 0


class SumRow(DatedRow):
    """Calculate `then` where `when` holds, rounded by name."""

    when: Text | None = None
    then: int | Text
    rank: int = 0
    round: Literal["half_up", "half_even", "down", "up"]


class PointsRow(DatedRow):
    """Give points where `when` holds."""

    when: Text | None = None
    points: int | Text
    rank: int = 0


class ItemRow(Row):
    """Group the rows of one line of a points table under its own cap."""

    id: Name
    label: Words
    cap: int
    rows: Annotated[tuple[PointsRow, ...], Field(alias="row", min_length=1)]


class PatternRow(DatedRow):
    """Look for wording of one ground."""

    ground: Name
    level: Literal["block", "warn"]
    match: Annotated[tuple[Text, ...], Field(min_length=1)]
    unless: tuple[Text, ...] = ()
    when: Text | None = None
    suggestion: Words | None = None


class EntryRow(DatedRow):
    """Give a value for the keys of one line of a schedule."""

    value: Text


class AnswerRow(Option):
    """Name one answer of a table; `permits` lets a guarded action go on."""

    permits: bool = False


class RuleRow(Row):
    """What every rule file says first."""

    id: Identity
    kind: str
    title: Words
    question: Words
    measures: tuple[Annotated[int, Field(ge=1)], ...] = ()
    facts: tuple[Name, ...] = ()
    note: Words | None = None


class TableFile(RuleRow):
    """Answer out of a closed list."""

    answers: Annotated[tuple[AnswerRow, ...], Field(min_length=1)]
    rows: Annotated[tuple[TableRow, ...], Field(alias="row", min_length=1)]


class ScheduleFile(RuleRow):
    """Look a value up by keys; the rows stand in a CSV file of the same name."""

    value: ValueRow
    needs: Words | None = None


class FormulaFile(RuleRow):
    """Calculate a value exactly."""

    value: ValueRow
    rows: Annotated[tuple[SumRow, ...], Field(alias="row", min_length=1)]


class ScoreFile(RuleRow):
    """Sum points under caps."""

    value: ValueRow = ValueRow(kind="integer", unit="point")
    cap: int
    items: Annotated[tuple[ItemRow, ...], Field(alias="item", min_length=1)]


class WordingFile(RuleRow):
    """Find wording in a text."""

    grounds: Annotated[tuple[Option, ...], Field(min_length=1)]
    patterns: Annotated[tuple[PatternRow, ...], Field(alias="pattern", min_length=1)]


RULE_FILES: dict[str, type[RuleRow]] = {
    "table": TableFile, "schedule": ScheduleFile, "formula": FormulaFile, "score": ScoreFile,
    "wording": WordingFile,
}  # fmt: skip
