"""What deciding columns gives: an answer a row, and one full decision for all rows that are alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from jishi.kernel.rules.coding import Cells, distinct
from jishi.kernel.rules.column import Ints, Known, Source
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision

BLOCK = 1 << 16
STATUSES = ("determined", "undetermined", "conflict")
NONE = -1
COLUMNS = ("answer", "row", "status", "clauses", "confidence", "missing")


@dataclass
class Answers:
    """Answer every case of some columns.

    `answer` numbers `words` (-1: no answer), or holds stored values (0 where not `known`).
    """

    law: Law
    rule: str
    words: tuple[str, ...] | None
    answer: Ints
    known: Known
    conflict: Known
    parts: tuple[Ints, ...]
    """What led there, one array for each part of the rule: rows with equal numbers are decided alike."""
    sources: dict[str, Source]
    days: Any
    sizes: tuple[int, ...] = ()

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
        return self.law.decide(
            self.rule, case, self.days if isinstance(self.days, int) else int(self.days[row])
        )

    @cached_property
    def rulings(self) -> tuple[Ints, list[Decision | None]]:
        """Give a number a row and, for each number, the decision of a sample row (None: conflict).

        Rows of one number share answering row, clauses, confidence, reason and missing facts.
        """
        number = np.zeros(len(self), dtype=np.int32)
        names: dict[tuple[int, ...], int] = {}
        samples: list[int] = []
        for start in range(0, len(self), BLOCK):
            digits = self._digits(start, min(start + BLOCK, len(self)))
            shown, inverse = distinct(digits, min(BLOCK, len(self) - start))
            shapes = zip(*(cells[shown].tolist() for _, cells in digits), strict=True)
            met = [names.setdefault(shape, len(names)) for shape in shapes]
            for row, name in zip(shown.tolist(), met, strict=True):
                if name == len(samples):
                    samples.append(start + row)
            number[start : start + BLOCK] = np.array(met, dtype=np.int32).take(inverse)
        return number, [None if self._in_conflict(row) else self.decision(row) for row in samples]

    def to_polars(self, columns: Sequence[str] = COLUMNS) -> pl.DataFrame:
        """Give a frame: answers as ids or stored values; lists of clauses and of missing facts joined by `; `."""
        return pl.DataFrame([self._series(name) for name in columns])

    def _series(self, name: str) -> pl.Series:
        if name == "answer" and self.words is None:
            return pl.select(
                pl.when(pl.Series(self.determined)).then(pl.Series(self.answer)).alias(name)
            ).to_series()
        if name == "answer":
            assert self.words is not None
            return _coded(name, [*self.words, None], np.where(self.answer < 0, len(self.words), self.answer))
        if name == "status":
            return _coded(name, list(STATUSES), self.status())
        number, decisions = self.rulings
        return _coded(name, [None if each is None else _TEXTS[name](each) for each in decisions], number)

    def _in_conflict(self, row: int) -> bool:
        return self.conflict is not None and bool(self.conflict[row])

    def _digits(self, start: int, stop: int) -> list[tuple[int, Cells]]:
        """Give what tells rows apart: every part's codes, and which facts are known."""
        digits = [(size, part[start:stop]) for size, part in zip(self.sizes, self.parts, strict=True)]
        for source in self.sources.values():
            known = source.part(start, stop)[1] if source.nullable else None
            if known is not None:
                digits.append((2, known.view(np.uint8)))
            elif source.nullable:
                digits.append((2, np.ones(stop - start, dtype=np.uint8)))
        return digits


_TEXTS = {
    "row": lambda each: each.row,
    "clauses": lambda each: "; ".join(each.clauses),
    "confidence": lambda each: each.confidence,
    "missing": lambda each: "; ".join(each.missing),
    "reason": lambda each: each.reason,
}  # fmt: skip


def _coded(name: str, texts: list[str | None], codes: Ints) -> pl.Series:
    """Give texts by code as a dictionary column."""
    words = list(dict.fromkeys(text for text in texts if text is not None))
    return pl.Series(name, texts, dtype=pl.Enum(words)).gather(pl.Series(codes.astype(np.uint32, copy=False)))
