"""Engines: each kind of rule over a block of cases; derived facts are decided first, by their own rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from jishi.kernel.rules.block import INEXACT, tester, values_of
from jishi.kernel.rules.coding import Block, Coder
from jishi.kernel.rules.column import Ints, Known
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import (
    FormulaDecider,
    RowsDecider,
    ScheduleDecider,
    ScoreDecider,
    TableDecider,
)
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.parts import CONFLICT, NONE, Part, schedule_axes, schedule_chooser, schedule_epochs
from jishi.kernel.rules.rule import Row
from jishi.kernel.rules.select import Key

CONFLICTING = INEXACT + 1


@dataclass(frozen=True)
class Shape:
    """What the columns are like: which there are (and may be unknown), the one day or None, what a conflict does."""

    nullable: Mapping[str, bool]
    day: int | None
    report: bool


@dataclass(frozen=True)
class Outcome:
    """Answers of a block: numbers of words (NONE: no answer) or stored values, where known, what led there."""

    answer: Ints
    known: Known
    parts: list[Ints]
    conflict: Known = None


class Engine:
    """Decide one rule over blocks; built once for the shape of the columns."""

    words: tuple[str, ...] | None = None
    """What the answers number, or None where they are stored values."""
    kinds: list[Any]
    """The array types of `Outcome.parts`."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        self.law, self.book, self.decider = law, law.book, law.decider(rule_id)
        asked = {name: rule for name, rule in self.decider.derived.items() if shape.nullable.get(name, True)}
        self.subs = {name: engine_for(law, rule, shape) for name, rule in asked.items()}
        self.shape = Shape({**shape.nullable, **dict.fromkeys(asked, True)}, shape.day, shape.report)
        self.kinds = [kind for sub in self.subs.values() for kind in sub.kinds]

    def work(self, block: Block) -> Outcome:
        """Decide the cases of a block."""
        if not self.subs:
            return self._ask(block)
        held, parts, conflicts = dict(block.parts), [], []
        for name, sub in self.subs.items():
            found = sub.work(block)
            parts += found.parts
            conflicts.append(found.conflict)
            held[name] = _filled(held.get(name), _as_column(found, sub.words, self.book.facts[name]))
        mine = self._ask(Block(block.start, block.size, held, block.days))
        return self._with(mine, parts, conflicts)

    def sizes(self) -> list[int]:
        """Count, for each of `Outcome.parts`, the codes it may hold."""
        return [size for sub in self.subs.values() for size in sub.sizes()] + self._sizes()

    def _ask(self, block: Block) -> Outcome:
        raise NotImplementedError

    def _sizes(self) -> list[int]:
        raise NotImplementedError

    def _with(self, mine: Outcome, parts: list[Ints], conflicts: list[Known]) -> Outcome:
        conflict = _either([mine.conflict, *conflicts])
        if conflict is None or self.words is not None:
            answer = mine.answer if conflict is None else np.where(conflict, NONE, mine.answer)
            return Outcome(answer, mine.known, parts + mine.parts, conflict)
        known = ~conflict if mine.known is None else mine.known & ~conflict
        return Outcome(mine.answer, known, parts + mine.parts, conflict)

    def part(self, decider: RowsDecider, number: Callable[[Row], int]) -> Part:
        """Give a part that chooses among the rows of a decider; `number` says what a row stands for."""
        selector = decider.selector
        coder = Coder(
            selector.axes, selector.epochs, self.shape.nullable, self.shape.day, tester(self.book, selector)
        )

        def resolve(key: Key) -> int:
            row = selector.select(key).row
            return NONE if row is None else number(selector.rows[row])

        return Part(coder, resolve, self.shape.report, self.book.facts, len(selector.rows))


class TableEngine(Engine):
    """Decide a table."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, TableDecider)
        rows = self.decider.selector.rows
        self.words = tuple(dict.fromkeys(str(row.then) for row in rows))
        place = {word: at for at, word in enumerate(self.words)}
        self.rows = self.part(self.decider, lambda row: place[str(row.then)])
        self.kinds.append(self.rows.kind)

    def _ask(self, block: Block) -> Outcome:
        code, answer = self.rows.choose(block)
        conflict = answer == CONFLICT if self.shape.report else None
        return Outcome(answer if conflict is None else np.maximum(answer, NONE), None, [code], conflict)

    def _sizes(self) -> list[int]:
        return [self.rows.size()]


class ScheduleEngine(Engine):
    """Look a schedule up."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, ScheduleDecider)
        rule = self.decider.rule
        axes = schedule_axes(rule, self.book.facts)
        coder = Coder(
            axes, schedule_epochs(rule), self.shape.nullable, shape.day, lambda axis, block: block.days
        )
        resolve = schedule_chooser(self.decider.lookup, axes)
        self.entries = Part(coder, resolve, False, self.book.facts, len(rule.entries))
        self.kinds.append(self.entries.kind)
        values = [entry.value for entry in rule.entries]
        if rule.value.vocabulary is not None:
            self.words = tuple(rule.value.vocabulary.words)
            values = [self.words.index(str(value)) for value in values]
        self.values = np.array([*values, 0 if self.words is None else NONE], dtype=np.int64)

    def _ask(self, block: Block) -> Outcome:
        code, entry = self.entries.choose(block)
        known = None if self.words is not None else entry >= 0
        answer = self.values.take(entry)  # NONE takes the last
        return Outcome(answer if self.words is None else answer.astype(np.int16), known, [code])

    def _sizes(self) -> list[int]:
        return [self.entries.size()]


class FormulaEngine(Engine):
    """Choose a formula's row, then calculate it; also one item of a score."""

    def __init__(self, law: Law, rule_id: str, shape: Shape, decider: FormulaDecider | None = None) -> None:
        super().__init__(law, rule_id, shape)
        mine = decider or self.decider
        assert isinstance(mine, FormulaDecider)
        number = {id(row): at for at, row in enumerate(mine.selector.rows)}
        self.rule, self.all = mine.rule, mine.selector.rows
        self.rows = self.part(mine, lambda row: number[id(row)])
        self.kinds += [self.rows.kind, np.uint8]

    def _ask(self, block: Block) -> Outcome:
        code, row = self.rows.choose(block)
        values, why = np.zeros(block.size, dtype=np.int64), np.full(block.size, INEXACT, dtype=np.uint8)
        for each in np.flatnonzero(np.bincount(np.maximum(row, NONE) + 1)[1:]):
            at = np.flatnonzero(row == each)
            some = block if len(at) == block.size else _taken(block, at)
            values[at], why[at] = values_of(self.all[each], self.rule.value, self.book, some)  # type: ignore[union-attr]
        conflict = row == CONFLICT if self.shape.report else None
        return Outcome(values, why == 0, [code, why], conflict)

    def _sizes(self) -> list[int]:
        return [self.rows.size(), CONFLICTING]


class ScoreEngine(Engine):
    """Add the points of the items up, each and the whole under its cap."""

    def __init__(self, law: Law, rule_id: str, shape: Shape) -> None:
        super().__init__(law, rule_id, shape)
        assert isinstance(self.decider, ScoreDecider)
        self.cap = self.decider.rule.cap
        self.items = [
            (item.cap, _Item(law, rule_id, self.shape, decider)) for item, decider in self.decider.items
        ]
        self.kinds += [kind for _, item in self.items for kind in item.kinds]

    def _ask(self, block: Block) -> Outcome:
        total, known = np.zeros(block.size, dtype=np.int64), np.ones(block.size, dtype=bool)
        parts, conflicts = [], []
        for cap, item in self.items:
            found = item._ask(block)
            total += np.minimum(found.answer, cap)
            known &= np.asarray(found.known)
            parts += found.parts
            conflicts.append(found.conflict)
        mine = Outcome(np.minimum(total, self.cap), known, parts)
        return self._with(mine, [], conflicts)

    def _sizes(self) -> list[int]:
        return [size for _, item in self.items for size in item._sizes()]


class _Item(FormulaEngine):
    """One item of a score, whose derived facts the score has decided."""

    def __init__(self, law: Law, rule_id: str, shape: Shape, decider: FormulaDecider) -> None:
        super().__init__(law, rule_id, shape, decider)
        self.kinds = self.kinds[-2:]


def engine_for(law: Law, rule_id: str, shape: Shape) -> Engine:
    """Give the engine of a rule for the shape of some columns."""
    made: dict[type, type[Engine]] = {
        TableDecider: TableEngine, FormulaDecider: FormulaEngine,
        ScheduleDecider: ScheduleEngine, ScoreDecider: ScoreEngine,
    }  # fmt: skip
    return made[type(law.decider(rule_id))](law, rule_id, shape)


def _taken(block: Block, at: Ints) -> Block:
    parts = {
        name: (values.take(at), None if known is None else known.take(at))
        for name, (values, known) in block.parts.items()
    }
    return Block(block.start, len(at), parts, block.days.take(at) if block.dated else block.days)


def _as_column(found: Outcome, words: tuple[str, ...] | None, fact: Fact) -> tuple[Ints, Known]:
    """Turn answers into a column of a derived fact: its places in the fact's vocabulary, or its values."""
    if words is None:
        return found.answer, found.known
    place = {word: at for at, word in enumerate(fact.vocabulary.words if fact.vocabulary else ())}
    places = np.array([place.get(word, NONE) for word in (*words, "")], dtype=np.int32).take(found.answer)
    return np.maximum(places, 0), places >= 0


def _filled(given: tuple[Ints, Known] | None, found: tuple[Ints, Known]) -> tuple[Ints, Known]:
    """Keep what the cases state, and fill what they do not."""
    if given is None:
        return found
    values, known = given
    if known is None:
        return given
    both = known if found[1] is None else known | found[1]
    return np.where(known, values, found[0]), None if found[1] is None else both


def _either(masks: list[Known]) -> Known:
    there = [mask for mask in masks if mask is not None]
    return None if not there else np.logical_or.reduce(there)
