"""Parts: a set of rows or entries deciding over columns, each code met worked out once and looked up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.rules.block import case_at
from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.coding import Block, Coder, distinct, smallest
from jishi.kernel.rules.column import Ints
from jishi.kernel.rules.fact import Fact, format_value
from jishi.kernel.rules.lookup import ANYTHING, Lookup
from jishi.kernel.rules.rule import Schedule
from jishi.kernel.rules.select import Key

NONE, CONFLICT, UNSET = -1, -2, -3
Resolve = Callable[[Key], int]
"""Give the number of what a cell chooses, or NONE; raise `rules.conflict`."""


@dataclass
class Part:
    """Choose for every row of a block: a row, an answer or an entry, by number."""

    coder: Coder
    resolve: Resolve
    report: bool
    """Whether a conflict is marked (CONFLICT) rather than raised."""
    facts: Mapping[str, Fact]
    most: int
    """The largest number that may be chosen."""
    numbers: dict[tuple[int, ...], int] = field(default_factory=dict)
    chosen: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.width = np.int16 if self.most < 2**15 else np.int32
        self.kind = smallest(self.coder.product) if self.coder.dense else np.int32
        self.table = np.full(self.coder.product if self.coder.dense else 0, UNSET, dtype=self.width)
        self._next = count()

    def choose(self, block: Block) -> tuple[Ints, Ints]:
        """Give the code of every row and what it chooses."""
        if not self.coder.dense:
            return self._choose_sparse(block)
        code = self.coder.code(block)
        found = self.table.take(code, mode="clip")
        if block.size and found.min() == UNSET:
            unset = np.flatnonzero(found == UNSET)
            codes, at = np.unique(code[unset], return_index=True)
            for each, row in zip(codes.tolist(), unset[at].tolist(), strict=True):
                self.table[each] = self._resolved(self.coder.key(self.coder.split(each)), block, row)
            found = self.table.take(code, mode="clip")
        return code, found

    def size(self) -> int:
        """Count the codes there may be so far."""
        return self.coder.product if self.coder.dense else max(self.numbers.values(), default=-1) + 1

    def _choose_sparse(self, block: Block) -> tuple[Ints, Ints]:
        digits = self.coder.digits(block)
        shown, number = distinct(digits, block.size)
        names: list[int] = []
        chosen: list[int] = []
        shapes = zip(*(cells[shown].tolist() for _, cells in digits), strict=True)
        for row, shape in zip(shown.tolist(), shapes, strict=True):
            name = self.numbers.get(shape)
            if name is None:
                found = self._resolved(self.coder.key(shape), block, row)
                name = self.numbers.setdefault(shape, next(self._next))  # whoever comes first names it
                self.chosen[name] = found
            names.append(name)
            chosen.append(self.chosen[name])
        return np.array(names, dtype=np.int32).take(number), np.array(chosen, dtype=self.width).take(number)

    def _resolved(self, key: Key, block: Block, row: int) -> int:
        try:
            return self.resolve(key)
        except Fault as fault:
            if fault.code != "rules.conflict":
                raise
            if self.report:
                return CONFLICT
            case = case_at(block, [name for name in block.parts if self._asks(name)], self.facts, row)
            said = {name: format_value(self.facts[name], value, "en") for name, value in case.items()}
            rule, rows, number = fault.params["rule"], fault.params["rows"], block.start + row + 1
            raise Fault("rules.conflict_in", rule=rule, rows=rows, number=number, case=said) from fault

    def _asks(self, name: str) -> bool:
        return any(name in axis.facts for axis in self.coder.axes)


def schedule_axes(rule: Schedule, facts: Mapping[str, Fact]) -> tuple[Axis, ...]:
    """Give an axis for each key of a schedule: values its entries tell apart."""
    return tuple(_key_axis(facts[name], at, rule) for at, name in enumerate(rule.facts))


def _key_axis(fact: Fact, at: int, rule: Schedule) -> Axis:
    keys = {entry.keys[at] for entry in rule.entries} - {ANYTHING}
    if fact.vocabulary is not None:
        signs: dict[tuple[str, ...], int] = {}
        words = fact.vocabulary
        places = {
            code: signs.setdefault(tuple(each for each in words.way_up(code) if each in keys), len(signs))
            for code in words.words
        }
        return Axis(fact.name, "choice", (fact.name,), places=places, size=len(signs))
    if fact.kind == "boolean":
        return Axis(fact.name, "boolean", (fact.name,))
    cuts = tuple(sorted({int(key) for key in keys} | {int(key) + 1 for key in keys}))
    return Axis(fact.name, "number", (fact.name,), cuts, size=len(cuts) + 1)


def schedule_epochs(rule: Schedule) -> tuple[int, ...]:
    """List the days on which an entry begins or has just ended."""
    ends = {entry.until + 1 for entry in rule.entries if entry.until is not None}
    return tuple(sorted({entry.since for entry in rule.entries} | ends))


def schedule_chooser(lookup: Lookup, axes: tuple[Axis, ...]) -> Resolve:
    """Give what finds the entry of a cell by looking a sample of the cell up."""
    epochs = schedule_epochs(lookup.rule)
    number = {entry.id: at for at, entry in enumerate(lookup.rule.entries)}

    def resolve(key: Key) -> int:
        day = epochs[key[0] - 1] if key[0] else 1
        sample = tuple(
            None if cell == axis.unknown else axis.sample(cell)
            for axis, cell in zip(axes, key[1:], strict=True)
        )
        ruling, _, _ = lookup.find(sample, day)
        return NONE if ruling.row is None else number[ruling.row]

    return resolve
