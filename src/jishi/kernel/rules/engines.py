"""Engines: each kind of rule over a block of cases; derived facts are decided first, by their own rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jishi.kernel.rules.block import INEXACT, tester, values_of
from jishi.kernel.rules.coding import Block, Coder
from jishi.kernel.rules.column import Known
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import (
    FormulaDecider,
    RowsDecider,
    ScheduleDecider,
    ScoreDecider,
    TableDecider,
)
from jishi.kernel.rules.outcome import (
    Outcome,
    as_column,
    filled,
    in_conflict,
    spread,
    taken,
    unknown_rows,
)
from jishi.kernel.rules.parts import Digits, EntriesPart, RowsPart
from jishi.kernel.rules.rowwise import CONFLICT, NONE, Rowwise
from jishi.kernel.rules.rule import Row
from jishi.kernel.rules.schedule_axes import schedule_axes, schedule_epochs

TABLE = 1 << 16
"""The most codes worked out beforehand; beyond, each block is worked out as it comes."""


@dataclass(frozen=True)
class Shape:
    """What the columns are like: which there are (and may be unknown), the one day or None, what a conflict does."""

    nullable: Mapping[str, bool]
    day: int | None
    report: bool
    size: int = 0
    """How many cases there are: few are not worth a table."""


class Engine:
    """Decide one rule over blocks; built once for the shape of the columns."""

    words: tuple[str, ...] | None = None
    """What the answers number, or None where they are stored values."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        self.law, self.book, self.decider = law, law.book, law.decider(rule_id)
        asked = {name: rule for name, rule in self.decider.derived.items() if shape.nullable.get(name, True)}
        self.subs = {name: engine_for(law, rule, shape) for name, rule in asked.items()}
        self.shape = replace(shape, nullable={**shape.nullable, **dict.fromkeys(asked, True)})

    def work(self, block: Block) -> Outcome:
        """Decide the cases of a block."""
        if not self.subs:
            return self._ask(block)
        full, conflict = self._derived(block)
        return in_conflict(self._ask(full), conflict, self.words is None)

    def trace(self, block: Block, fine: bool) -> Digits:
        """Tell apart what is decided differently; `fine` also what needs other facts to be settled."""
        digits: Digits = []
        for name, sub in self.subs.items():
            digits += sub.trace(block, fine)
            given = block.parts.get(name)
            if given is not None and given[1] is not None:
                digits.append((2, given[1].view(np.uint8)))
        return digits + self._trace(self._derived(block)[0], fine)

    def _ask(self, block: Block) -> Outcome:
        raise NotImplementedError

    def _trace(self, block: Block, fine: bool) -> Digits:
        raise NotImplementedError

    def _derived(self, block: Block) -> tuple[Block, Known]:
        """Add the derived facts to a block: those the cases state are kept, the others decided."""
        held, conflict = dict(block.parts), None
        for name, sub in self.subs.items():
            given = block.parts.get(name)
            at = None if given is None else unknown_rows(given[1])
            found = sub.work(block if at is None else taken(block, at))
            column = as_column(found, sub.words, self.book.facts[name])
            mine = found.conflict
            if given is not None and at is not None:
                column = filled(given, at, column)
                mine = None if mine is None else spread(mine, at, block.size)
            held[name] = column
            conflict = mine if conflict is None else conflict if mine is None else conflict | mine
        return replace(block, parts=held), conflict

    def part(self, decider: RowsDecider, value: Callable[[Row], int]) -> RowsPart:
        """Give a part that chooses among the rows of a decider; `value` says what a row stands for."""
        selector = decider.selector
        test = tester(self.book, selector)
        coder = Coder(selector.axes, selector.epochs, self.shape.nullable, self.shape.day, test)
        codes = min(TABLE, self.shape.size)
        return RowsPart(coder, Rowwise(selector, value), codes, self.shape.report, self.book.facts)


class TableEngine(Engine):
    """Decide a table."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, TableDecider)
        self.words = tuple(dict.fromkeys(str(row.then) for row in self.decider.selector.rows))
        place = {word: at for at, word in enumerate(self.words)}
        self.rows = self.part(self.decider, lambda row: place[str(row.then)])

    def _ask(self, block: Block) -> Outcome:
        answer = self.rows.choose(block)
        if not self.shape.report or not self.rows.clashes:
            return Outcome(answer, None)
        return Outcome(np.maximum(answer, NONE), None, answer == CONFLICT)

    def _trace(self, block: Block, fine: bool) -> Digits:
        return self.rows.trace(block, fine)


class ScheduleEngine(Engine):
    """Look a schedule up."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, ScheduleDecider)
        rule, axes = self.decider.rule, schedule_axes(self.decider.rule, self.book.facts)
        test = tester(self.book, None)
        coder = Coder(axes, schedule_epochs(rule), self.shape.nullable, shape.day, test)
        self.entries = EntriesPart(coder, self.decider.lookup)
        values = [entry.value for entry in rule.entries]
        if rule.value.vocabulary is not None:
            self.words = tuple(rule.value.vocabulary.words)
            values = [self.words.index(str(value)) for value in values]
        self.values = np.array([*values, 0 if self.words is None else NONE], dtype=np.int64)

    def _ask(self, block: Block) -> Outcome:
        entry = self.entries.choose(block)
        answer = self.values[entry]  # NONE takes the last
        return Outcome(answer, entry >= 0) if self.words is None else Outcome(answer, None)

    def _trace(self, block: Block, fine: bool) -> Digits:
        return self.entries.trace(block, fine)


class FormulaEngine(Engine):
    """Choose a formula's row, then calculate it; also one item of a score."""

    def __init__(self, law: Law, rule_id: str, shape: Shape, decider: FormulaDecider | None = None) -> None:
        super().__init__(law, rule_id, shape)
        mine = decider or self.decider
        assert isinstance(mine, FormulaDecider)
        number = {id(row): at for at, row in enumerate(mine.selector.rows)}
        self.rule, self.all = mine.rule, mine.selector.rows
        self.rows = self.part(mine, lambda row: number[id(row)])

    def _ask(self, block: Block) -> Outcome:
        row: Any = self.rows.choose(block)
        values, why = np.zeros(block.size, dtype=np.int64), np.full(block.size, INEXACT, dtype=np.uint8)
        for each in np.flatnonzero(np.bincount(np.maximum(row, NONE) + 1)[1:]):
            at = np.flatnonzero(row == each)
            some = block if len(at) == block.size else taken(block, at)
            values[at], why[at] = values_of(self.all[each], self.rule.value, self.book, some)  # type: ignore[union-attr]
        return Outcome(values, why == 0, row == CONFLICT if self.shape.report else None, why)

    def _trace(self, block: Block, fine: bool) -> Digits:
        why = self._ask(block).why
        assert why is not None
        return [*self.rows.trace(block, fine), (INEXACT + 1, why)]


class ScoreEngine(Engine):
    """Add the points of the items up, each and the whole under its cap."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, ScoreDecider)
        self.cap = self.decider.rule.cap
        self.items = [
            (item.cap, FormulaEngine(law, rule_id, self.shape, decider))
            for item, decider in self.decider.items
        ]

    def _ask(self, block: Block) -> Outcome:
        total, known = np.zeros(block.size, dtype=np.int64), np.ones(block.size, dtype=bool)
        conflict = np.zeros(block.size, dtype=bool)
        for cap, item in self.items:
            found = item._ask(block)
            total += np.minimum(found.answer, cap)
            known &= np.asarray(found.known)
            conflict |= False if found.conflict is None else found.conflict
        return Outcome(
            np.minimum(total, self.cap), known & ~conflict, conflict if self.shape.report else None
        )

    def _trace(self, block: Block, fine: bool) -> Digits:
        return [digit for _, item in self.items for digit in item._trace(block, fine)]


def engine_for(law: Law, rule_id: str, shape: Shape) -> Engine:
    """Give the engine of a rule for the shape of some columns."""
    made: dict[type, type[Engine]] = {
        TableDecider: TableEngine, FormulaDecider: FormulaEngine,
        ScheduleDecider: ScheduleEngine, ScoreDecider: ScoreEngine,
    }  # fmt: skip
    return made[type(law.decider(rule_id))](law, rule_id, shape)
