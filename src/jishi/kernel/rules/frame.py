"""A table of cases as people keep it: columns matched to facts, cells read, every row decided, none lost.

Columns are named by a fact or by its label; other columns are the table's own. A cell that cannot be
read is unknown, and told; a row whose day cannot be read is left undecided.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import polars as pl

from jishi.kernel.fault import Fault
from jishi.kernel.rules.answers import COLUMNS, Answers
from jishi.kernel.rules.column import EPOCH_DAY
from jishi.kernel.rules.columns import decide_columns, facts_asked
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import UNKNOWN, Fact
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.reading import DAY, CellProblem, read_frame
from jishi.kernel.spelling import narrow

ADDED = (*COLUMNS, "reason", "problems")
TAKEN_BACK = ("answer", "row", "clauses", "confidence", "reason")
UNDECIDED = "undetermined"
MOST_CONFLICTS = 20
LONGEST_SHOWN = 80
Broken = Mapping[int, Fault]


@dataclass(frozen=True)
class Plan:
    """How a table is read: which column states which fact; `day` is for rows that state none of their own."""

    law: Law
    rule: str
    day: int
    facts: Mapping[str, str]
    as_of: str | None
    unused: tuple[str, ...]
    absent: tuple[str, ...]
    near: Mapping[str, str]


@dataclass(frozen=True)
class Decided:
    """What became of some rows: the columns ADDED, the problems of single cells (rows from 1), and the answers."""

    frame: pl.DataFrame
    problems: list[CellProblem]
    answers: Answers


def plan_frame(law: Law, rule_id: str, names: Sequence[str], day: int) -> Plan:
    """Match the columns of a table to the facts a rule asks about, those of its derived facts too.

    Faults `rules.frame_twice` where two columns state one fact, `rules.frame_facts` where none does.
    """
    law.decider(rule_id)
    asked = {name: law.book.facts[name] for name in facts_asked(law, rule_id) if name != AS_OF}
    found: dict[str, str] = {}
    for column in names:
        name = _fact_of(column, {**asked, AS_OF: DAY})
        if name is None:
            continue
        if name in found.values():
            twice = next(each for each, fact in found.items() if fact == name)
            raise Fault("rules.frame_twice", fact=name, columns=[twice, column])
        found[column] = name
    facts = {column: name for column, name in found.items() if name != AS_OF}
    if asked and not facts:
        raise Fault("rules.frame_facts", rule=rule_id, columns=list(names)[:20], valid=list(asked))
    unused = tuple(column for column in names if column not in found)
    absent = tuple(name for name in law.rule(rule_id).facts if name in asked and name not in facts.values())
    near = {each: close[0] for each in unused if (close := get_close_matches(each, absent, n=1, cutoff=0.75))}
    days = next((column for column, name in found.items() if name == AS_OF), None)
    return Plan(law, rule_id, day, facts, days, unused, absent, near)


def decide_frame(plan: Plan, frame: pl.DataFrame, start: int = 0, broken: Broken | None = None) -> Decided:
    """Decide the rows of a table, `start` rows into it; `broken` names by place the rows not to be decided."""
    broken = broken or {}
    raw = frame.select(pl.col(column).alias(name) for column, name in plan.facts.items())
    if plan.as_of is not None:
        raw = raw.with_columns(frame[plan.as_of].alias(AS_OF))
    columns, problems = read_frame(plan.law.book.facts, raw, aside=())
    bad = {name: _unread(raw[name], values) for name, values in columns.items()}
    days = columns.pop(AS_OF, None)
    lost = bad.get(AS_OF, pl.repeat(False, len(frame), dtype=pl.Boolean, eager=True))
    if broken:
        lost = lost | pl.int_range(len(frame), eager=True).is_in(list(broken))
    answers = decide_columns(
        plan.law, plan.rule, columns, _days(plan, days, len(frame)), on_conflict="report"
    )
    told = answers.to_polars(ADDED[:-1]).with_columns(_problem_texts(raw, bad, broken))
    told = _left_open(told, lost, bad.get(AS_OF))
    return Decided(told, list(_told(answers, problems, (start, broken))), answers)


def _fact_of(column: str, facts: Mapping[str, Fact]) -> str | None:
    """Find the fact a column is named after: by its name, or by its label where only one has it."""
    plain = narrow(column)
    if plain.lower() in facts:
        return plain.lower()
    named = [name for name, fact in facts.items() if plain in fact.label]
    return named[0] if len(named) == 1 else None


def _unread(raw: pl.Series, values: pl.Series) -> pl.Series:
    """Tell which cells say something that could not be read."""
    open_ = values.is_null() & raw.is_not_null()
    if not open_.any():
        return open_
    texts = raw.cast(pl.String)
    unknown = [each for each in texts.filter(open_).unique() if narrow(each).lower() in UNKNOWN]
    return open_ & ~texts.is_in(unknown)


def _days(plan: Plan, days: pl.Series | None, size: int) -> pl.Series:
    stated = pl.Series(AS_OF, [None], dtype=pl.Int64).new_from_index(0, size) if days is None else days
    ordinals = stated.to_physical().cast(pl.Int64) + EPOCH_DAY if days is not None else stated
    return ordinals.fill_null(plan.day)


def _problem_texts(raw: pl.DataFrame, bad: Mapping[str, pl.Series], broken: Broken) -> pl.Series:
    """Say beside each row which of its cells could not be read, as `column: text`."""
    said = [
        pl.when(pl.lit(mask)).then(pl.lit(f"{name}: ") + pl.col(name).cast(pl.String).str.head(LONGEST_SHOWN))
        for name, mask in bad.items()
        if mask.any()
    ]
    if not said:
        found = pl.Series("problems", [None], dtype=pl.String).new_from_index(0, len(raw))
    else:
        joined = pl.concat_str(said, separator="; ", ignore_nulls=True).alias("problems")
        found = raw.select(pl.when(joined != "").then(joined)).to_series()
    for place, fault in broken.items():
        found[place] = fault.code
    return found.alias("problems")


def _left_open(told: pl.DataFrame, lost: pl.Series, days: pl.Series | None) -> pl.DataFrame:
    """Take back what was decided of rows that were not to be."""
    plain = told.with_columns(pl.exclude("answer").cast(pl.String))
    if isinstance(told["answer"].dtype, pl.Enum):
        plain = plain.with_columns(pl.col("answer").cast(pl.String))
    if not lost.any():
        return plain
    gone, day = pl.lit(lost), pl.lit(False) if days is None else pl.lit(days)
    return plain.with_columns(
        *(pl.when(~gone).then(pl.col(name)).alias(name) for name in TAKEN_BACK),
        pl.when(gone).then(pl.lit(UNDECIDED)).otherwise(pl.col("status")).alias("status"),
        pl.when(gone & day).then(pl.lit(AS_OF)).when(~gone).then(pl.col("missing")).alias("missing"),
    )  # fmt: skip


def _told(answers: Answers, problems: list[CellProblem], at: tuple[int, Broken]) -> Iterator[CellProblem]:
    """Yield the problems, counted from the table's first row; whole columns first."""
    start, broken = at
    yield from (each for each in problems if each.row == 0 and each.fault.code != "rules.more_cells")
    found = [each for each in problems if each.row]
    for place, fault in broken.items():
        found.append(CellProblem(place + 1, "", str(fault.params.get("read", "")), fault))
    for place in _conflicts(answers):
        found.append(CellProblem(place + 1, "", "", _conflict(answers, place)))
    for each in sorted(found, key=lambda each: each.row):
        yield CellProblem(start + each.row, each.column, each.value, each.fault)


def _conflicts(answers: Answers) -> list[int]:
    found: Any = [] if answers.conflict is None else answers.conflict.nonzero()[0][:MOST_CONFLICTS].tolist()
    return list(found)


def _conflict(answers: Answers, place: int) -> Fault:
    try:
        answers.decision(place)
    except Fault as fault:
        return fault
    raise AssertionError(place)
