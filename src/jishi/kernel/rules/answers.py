"""What deciding columns gives: an answer a row, and one full decision for all rows that are alike."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from jishi.kernel.rules.coding import Block
from jishi.kernel.rules.column import Ints, Known, Source
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decider import Decider
from jishi.kernel.rules.deciders import ScoreDecider
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.digits import distinct
from jishi.kernel.rules.engines import Engine
from jishi.kernel.rules.parts import Digits

BLOCK, THREADS = 1 << 16, 2
STATUSES = ("determined", "undetermined", "conflict")
NONE = -1
COLUMNS = ("answer", "row", "status", "clauses", "confidence", "missing")
T = TypeVar("T")
Rulings = tuple[Ints, list[Decision | None]]
"""A number for each row, and for each number the decision of a sample row (None: conflict)."""


class GroundsOnly(Law):
    """Decide without working out what is missing, which takes most of the time of an open case."""

    def decider(self, rule_id: str) -> Decider:
        """Give what decides a rule, leaving `missing` empty."""
        made = super().decider(rule_id)
        for each in [item for _, item in made.items] if isinstance(made, ScoreDecider) else [made]:
            setattr(each, "needs", lambda key, case: ())  # noqa: B010
        return made


@dataclass
class Answers:
    """Answer every case of some columns.

    `answer` numbers `words` (-1: no answer), or holds stored values (0 where not `known`).
    """

    engine: Engine
    rule: str
    words: tuple[str, ...] | None
    answer: Ints
    known: Known
    conflict: Known
    sources: dict[str, Source]
    days: Any

    def __len__(self) -> int:
        return len(self.answer)

    @property
    def determined(self) -> Ints:
        """Tell of each row whether its answer is definite."""
        if self.words is not None:
            there: Ints = self.answer != NONE
            return there
        assert self.known is not None
        return self.known

    def status(self) -> Ints:
        """Give the number of each row's status in STATUSES."""
        found = (~self.determined).astype(np.uint8)
        return found if self.conflict is None else np.where(self.conflict, np.uint8(2), found)

    def counts(self) -> dict[str, int]:
        """Count the rows of each answer (tables), or known values, and what is undetermined or in conflict."""
        status = np.bincount(self.status(), minlength=3).tolist()
        if self.words is None:
            found = {"known": status[0]}
        else:
            each = np.bincount(self.answer + 1, minlength=len(self.words) + 1)[1:].tolist()
            found = dict(zip(self.words, each, strict=True))
        return {**found, "undetermined": status[1], **({"conflict": status[2]} if status[2] else {})}

    def decision(self, row: int) -> Decision:
        """Decide one row as the single form does, with everything a decision tells."""
        case = {name: source.value(row) for name, source in self.sources.items()}
        day = self.days if isinstance(self.days, int) else int(self.days[row])
        return self.engine.law.decide(self.rule, case, day)

    @cached_property
    def rulings(self) -> Rulings:
        """Tell apart what is decided on other grounds: rows of one number share row, clauses, confidence and reason."""
        return self._sampled(fine=False)

    @cached_property
    def needs(self) -> Rulings:
        """Tell apart also what is missing; worked out for undetermined rows only (number 0: the others)."""
        return self._sampled(fine=True)

    def to_polars(self, columns: Sequence[str] = COLUMNS) -> pl.DataFrame:
        """Give a frame: answers as ids or stored values; lists of clauses and of missing facts joined by `; `."""
        return pl.DataFrame([self._series(name) for name in columns])

    def block(self, start: int) -> Block:
        """Give the block of rows that begins at a row."""
        stop = min(start + BLOCK, len(self))
        parts = {name: source.part(start, stop) for name, source in self.sources.items()}
        return Block(
            start, stop - start, parts, self.days if isinstance(self.days, int) else self.days[start:stop]
        )

    def _sampled(self, fine: bool) -> Rulings:
        law = self.engine.law if fine else GroundsOnly(self.engine.law.book)
        number = np.zeros(len(self), dtype=np.int32)
        names: dict[tuple[int, ...], int] = {}
        decisions: list[Decision | None] = []
        for block, rows, shapes, inverse in over_blocks(len(self), lambda start: self._shapes(start, fine)):
            for row, shape in zip(rows, shapes, strict=True):
                if names.setdefault(shape, len(names)) == len(decisions):
                    decisions.append(self._sample(law, block, row))
            named = np.array([names[shape] for shape in shapes], dtype=np.int32)
            number[block.start : block.start + block.size] = named[inverse]
        return number, decisions

    def _sample(self, law: Law, block: Block, row: int) -> Decision | None:
        if self.conflict is not None and self.conflict[block.start + row]:
            return None
        case = {name: source.stored(block.parts[name], row) for name, source in self.sources.items()}
        return law.decide(self.rule, case, int(block.days[row]) if block.dated else block.days)

    def _shapes(self, start: int, fine: bool) -> tuple[Block, list[int], list[tuple[int, ...]], Ints]:
        """Give a block, its distinct shapes with a row showing each, and which shape each row has."""
        block = self.block(start)
        digits = self._digits(block, fine)
        rows, inverse = distinct(digits, block.size)
        shapes = list(zip(*(cells[rows].tolist() for _, cells in digits), strict=True)) or [()] * len(rows)
        return block, rows.tolist(), shapes, inverse.astype(np.uint16)  # a block has no more rows

    def _digits(self, block: Block, fine: bool) -> Digits:
        if not fine:
            return self.engine.trace(block, False)
        rows = slice(block.start, block.start + block.size)
        open_ = self.answer[rows] == NONE if self.known is None else ~self.known[rows]
        digits = self.engine.trace(block, True)
        digits += [(2, known.view(np.uint8)) for _, known in block.parts.values() if known is not None]
        return [(2, open_.view(np.uint8)), *((radix, cells * open_) for radix, cells in digits)]

    def _series(self, name: str) -> pl.Series:
        if name == "answer" and self.words is None:
            known, values = pl.Series(self.determined), pl.Series(self.answer)
            return pl.select(pl.when(known).then(values).alias(name)).to_series()
        if name == "answer":
            assert self.words is not None
            return _coded(name, [*self.words, None], np.where(self.answer < 0, len(self.words), self.answer))
        if name == "status":
            return _coded(name, list(STATUSES), self.status())
        number, decisions = self.needs if name == "missing" else self.rulings
        return _coded(name, [None if each is None else _TEXTS[name](each) for each in decisions], number)


_TEXTS = {
    "row": lambda each: each.row,
    "clauses": lambda each: "; ".join(each.clauses),
    "confidence": lambda each: each.confidence,
    "missing": lambda each: "; ".join(each.missing),
    "reason": lambda each: each.reason,
}  # fmt: skip


def over_blocks(size: int, work: Callable[[int], T]) -> Iterator[T]:
    """Do something with every block of rows, by its first row, a few at a time; give what comes of it in order."""
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(work, range(0, size, BLOCK))


def _coded(name: str, texts: list[str | None], codes: Ints) -> pl.Series:
    """Give texts by code as a dictionary column."""
    words = list(dict.fromkeys(text for text in texts if text is not None))
    series = pl.Series(name, texts, dtype=pl.Enum(words))
    return series.gather(pl.Series(codes.astype(np.uint32, copy=False)))
