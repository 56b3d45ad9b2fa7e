"""Decide between rows for many cases at once, from their cells: three-valued truth as two bits.

A truth is 0 (false), 2 (unknown) or 3 (true): `&` is and, `|` is or. Equal to `select.Selector` in
every cell; the agreement of the two is tested, not assumed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.rules.cells import Axis, Leaf, leaf_truth, leaves
from jishi.kernel.rules.node import All, Any_, Node, Not
from jishi.kernel.rules.rule import DEFAULT_RANK, Row
from jishi.kernel.rules.select import Selector

FALSE, UNKNOWN, TRUE = np.uint8(0), np.uint8(2), np.uint8(3)
NONE, CONFLICT = -1, -2
IDLE, HOLDS, MAY_HOLD = range(3)
"""What a row is to a decision: no part of it, deciding (or as well), or possible where it is open."""
NEGATED = np.array([TRUE, 0, UNKNOWN, FALSE], dtype=np.uint8)
Bits = Any
"""An array of truths, or one for all cases."""


@dataclass(frozen=True)
class View:
    """The cases to decide: an epoch and a cell on every axis, each an array or one number for all."""

    size: int
    epoch: Any
    cells: Sequence[Any]


class Rowwise:
    """Choose among the rows of a selector; `value` says what choosing a row gives."""

    def __init__(self, selector: Selector, value: Callable[[Row], int]) -> None:
        self.selector, self.rows = selector, selector.rows
        thens = [row.then for row in self.rows]
        self.groups = [(thens.index(row.then), value(row)) for row in self.rows]
        ranks = [DEFAULT_RANK if row.when is None else row.rank for row in self.rows]
        self.levels = [[at for at, mine in enumerate(ranks) if mine == rank]
                       for rank in sorted(set(ranks), reverse=True)]  # fmt: skip
        self.axis = {id(leaf): selector.place_of[id(leaf)] for row in self.rows for leaf in leaves(row.when)}
        self._tables: dict[tuple[int, int], NDArray[np.uint8]] = {}

    def choose(self, view: View) -> NDArray[np.int32]:
        """Give the value of the deciding row of every case, NONE where it is open, CONFLICT where rows disagree."""
        chosen = np.full(view.size, NONE, dtype=np.int32)
        open_ = np.ones(view.size, dtype=bool)
        for sure, doubts in self._weighed(view):
            clash, seen = self._clash(sure)
            free = {
                group: open_ & ~self._doubted(group, doubts) for group in {self.groups[at][0] for at in sure}
            }
            for group, value in reversed(list(dict.fromkeys(self.groups[at] for at in sure))):
                holds = _or(sure[at] for at in sure if self.groups[at] == (group, value))
                np.copyto(chosen, value, where=free[group] & holds)
            if clash.any():
                np.copyto(chosen, CONFLICT, where=open_ & clash)
            open_ &= ~seen
        return chosen

    def parts_played(self, view: View) -> list[NDArray[np.uint8]]:
        """Tell, row by row, what it is to each decision: IDLE, HOLDS or MAY_HOLD."""
        played = [np.zeros(view.size, dtype=np.uint8) for _ in self.rows]
        open_, settled = np.ones(view.size, dtype=bool), np.zeros(view.size, dtype=bool)
        doubts: dict[int, Bits] = {}
        for sure, doubts in self._weighed(view):
            for at, holds in sure.items():
                np.copyto(played[at], np.uint8(HOLDS), where=open_ & holds)
                settled |= open_ & holds & ~self._doubted(self.groups[at][0], doubts)
            for at, maybe in doubts.items():
                np.copyto(played[at], np.uint8(MAY_HOLD), where=open_ & maybe)
            open_ &= ~self._clash(sure)[1]
        for at in doubts:
            np.copyto(played[at], np.uint8(IDLE), where=settled & (played[at] == MAY_HOLD))
        return played

    def _weighed(self, view: View) -> Any:
        """Yield rank by rank the truth of its rows, and the doubts about these and all above."""
        doubts: dict[int, Bits] = {}
        for level in self.levels:
            bits = {at: self._row(at, view) for at in level}
            doubts |= {at: found == UNKNOWN for at, found in bits.items()}
            yield {at: np.asarray(found == TRUE) for at, found in bits.items()}, doubts

    def _clash(self, sure: dict[int, Bits]) -> tuple[Bits, Bits]:
        """Tell where two rows of one rank hold with different answers, and where one holds at all."""
        clash: Bits = np.False_
        seen: Bits = np.False_
        for group in dict.fromkeys(self.groups[at][0] for at in sure):
            mine = _or(sure[at] for at in sure if self.groups[at][0] == group)
            clash, seen = clash | (seen & mine), seen | mine
        return clash, seen

    def _doubted(self, group: int, doubts: dict[int, Bits]) -> Bits:
        return _or(doubt for at, doubt in doubts.items() if self.groups[at][0] != group)

    def _row(self, at: int, view: View) -> Bits:
        row = self.rows[at]
        found = TRUE if row.when is None else self._truth(row.when, view)
        return found & self._in_force(at).take(view.epoch)

    def _in_force(self, at: int) -> NDArray[np.uint8]:
        live = [at in self.selector.in_force(epoch) for epoch in range(len(self.selector.settings))]
        return np.where(live, TRUE, FALSE)

    def _truth(self, node: Node, view: View) -> Bits:
        match node:
            case Not(part=part):
                return NEGATED.take(self._truth(part, view))
            case All(parts=parts):
                return reduce(np.bitwise_and, [self._truth(part, view) for part in parts])
            case Any_(parts=parts):
                return reduce(np.bitwise_or, [self._truth(part, view) for part in parts])
            case _:
                return self._leaf(node, view)  # type: ignore[arg-type]

    def _leaf(self, leaf: Leaf, view: View) -> Bits:
        at = self.axis[id(leaf)]
        axis, cell = self.selector.axes[at], view.cells[at]
        if isinstance(view.epoch, int):
            return self._table(leaf, axis, view.epoch).take(cell)
        every = np.concatenate([self._table(leaf, axis, each) for each in range(len(self.selector.settings))])
        return every.take(view.epoch.astype(np.int64) * (axis.size + 1) + cell)

    def _table(self, leaf: Leaf, axis: Axis, epoch: int) -> NDArray[np.uint8]:
        key = (id(leaf), epoch)
        if key not in self._tables:
            fixed = (self.selector.facts.get(axis.name), self.selector.settings[epoch])
            truths = [leaf_truth(leaf, axis, cell, fixed) for cell in range(axis.size + 1)]
            bits = {None: UNKNOWN, True: TRUE, False: FALSE}
            self._tables[key] = np.array([bits[each] for each in truths], dtype=np.uint8)
        return self._tables[key]


def _or(parts: Iterable[Bits]) -> Bits:
    return reduce(np.logical_or, parts, np.False_)
