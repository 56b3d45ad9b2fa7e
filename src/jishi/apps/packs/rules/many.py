"""Decide a table in a file: block by block, its own columns untouched, what was decided beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact, format_value
from jishi.kernel.rules.frame import ADDED, Plan, decide_frame, plan_frame
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.reading import DAY, CellProblem
from jishi.kernel.rules.tally import Tally
from jishi.platform.tables.source import Block, Source
from jishi.platform.words import say
from jishi.platform.words.ruling import value_text

WRITTEN = {
    "boolean": "true, false, 是, 否", "integer": "6", "money": "1780, 25.6万元", "area": "330, 45.3亩, 2公顷",
    "ratio": "35%, 0.35", "decimal": "12.5", "date": "2020-11-24",
}  # fmt: skip
"""How people write a value of each kind."""
CELL = ("rules.bad_value", "rules.out_of_range")
TEXT = "answer_text"
PREFIX = "decided_"


@dataclass(frozen=True)
class Trouble:
    """Name a cell that could not be read, or a row that could not be decided (`column` empty), and what is valid.

    `row` counts from the first row below the header; 0 is the whole column.
    """

    row: int
    column: str
    value: str
    valid: str
    fault: Fault

    def to_json(self, language: str) -> dict[str, Any]:
        """Return JSON values."""
        if self.fault.code in CELL:
            params = {"column": self.column, "value": self.value, "valid": self.valid}
            sentence = say("rules.cell", params, language)
        else:
            sentence = say(self.fault.code, self.fault.params, language)
        told = {"row": self.row, "column": self.column, "value": self.value, "valid": self.valid}
        return {**told, "code": self.fault.code, "sentence": sentence}


class Part(NamedTuple):
    """Some rows of the table with what was decided, and their problems."""

    frame: pl.DataFrame
    troubles: list[Trouble]


@dataclass
class Run:
    """One table under way: `tally` counts what was decided so far; `names` are those of the added columns."""

    source: Source
    plan: Plan
    names: Mapping[str, str]
    language: str | None
    tally: Tally = field(default_factory=Tally)

    @property
    def day(self) -> date:
        """Give the day whose law applies where a row states none."""
        return date.fromordinal(self.plan.day)

    @property
    def pack(self) -> str:
        """Give the hash of the pack that decides."""
        return self.plan.law.book.hash

    def parts(self) -> Iterator[Part]:
        """Decide block by block."""
        known: set[tuple[str, str]] = set()
        for block in self.source.blocks():
            decided = decide_frame(self.plan, block.frame, block.start, block.broken)
            self.tally.add(decided)
            troubles = [_trouble(self.plan, each) for each in decided.problems]
            fresh = [each for each in troubles if each.row or (each.column, each.fault.code) not in known]
            known.update((each.column, each.fault.code) for each in fresh if not each.row)
            yield Part(block.frame.hstack(self._added(decided.frame, block)), fresh)

    def _added(self, frame: pl.DataFrame, block: Block) -> list[pl.Series]:
        problems = frame["problems"]
        for place, fault in block.broken.items():
            problems[place] = say(fault.code, fault.params, self.language or "en")
        columns = {name: frame[name] for name in ADDED} | {"problems": problems}
        if self.language is not None:
            columns[TEXT] = answers_said(self.plan, frame["answer"], self.language)
        return [columns[name].alias(shown) for name, shown in self.names.items()]


def open_run(law: Law, rule_id: str, source: Source, how: tuple[date, str | None]) -> Run:
    """Match a table to a rule; with a language, the answers are also said in words. Faults `rules.frame_*`."""
    day, language = how
    plan = plan_frame(law, rule_id, source.columns, day.toordinal())
    added = ADDED if language is None else ("answer", TEXT, *ADDED[1:])
    prefix = ""
    while any(prefix + name in source.columns for name in added):
        prefix += PREFIX
    return Run(source, plan, {name: prefix + name for name in added}, language)


def answers_said(plan: Plan, answers: pl.Series, language: str) -> pl.Series:
    """Say the answers of a column in words."""
    rule = plan.law.book.rules[plan.rule]
    held = answers.drop_nulls().unique().to_list()
    said = [value_text(rule, each, language) for each in held]
    return answers.replace_strict(held, said, default=None, return_dtype=pl.String)


def valid_of(fact: Fact, near: list[str] | None = None) -> str:
    """Say what may be written for a fact: the nearest values of a choice, else a form and its bounds."""
    if fact.vocabulary is not None:
        return ", ".join([*(near or fact.vocabulary.words)][:12])
    low, high = (
        "" if bound is None else format_value(fact, bound, "en") for bound in (fact.minimum, fact.maximum)
    )
    bounds = f" ({low} … {high})" if low or high else ""
    return WRITTEN[fact.kind] + bounds


def _trouble(plan: Plan, problem: CellProblem) -> Trouble:
    """Tell a problem by the column it stands in."""
    name, fault = problem.column, problem.fault
    if not name:
        return Trouble(problem.row, "", problem.value, "", fault)
    fact = DAY if name == AS_OF else plan.law.book.facts[name]
    shown = {each: column for column, each in plan.facts.items()} | {AS_OF: plan.as_of or AS_OF}
    valid = valid_of(fact, fault.params.get("valid") if fault.code == "rules.bad_value" else None)
    return Trouble(problem.row, shown[name], problem.value, valid, fault)
