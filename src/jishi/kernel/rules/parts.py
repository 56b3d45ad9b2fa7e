"""Parts: a set of rows or entries choosing over columns, and what led to each choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.rules.block import case_at
from jishi.kernel.rules.coding import Block, Coder
from jishi.kernel.rules.column import Ints
from jishi.kernel.rules.digits import Cells, combine, distinct, smallest
from jishi.kernel.rules.fact import Fact, format_value
from jishi.kernel.rules.lookup import Lookup
from jishi.kernel.rules.rowwise import CONFLICT, NONE, Rowwise, View
from jishi.kernel.rules.schedule_axes import schedule_epochs
from jishi.kernel.rules.select import Key

Digits = list[tuple[int, Cells]]
"""What tells rows apart: numbers below a radix."""


@dataclass
class RowsPart:
    """Choose among rows for every case of a block."""

    coder: Coder
    rowwise: Rowwise
    most: int
    """The most codes to work out beforehand."""
    report: bool
    """Whether a conflict is marked (CONFLICT) rather than raised."""
    facts: Mapping[str, Fact]

    def __post_init__(self) -> None:
        self.table: Ints | None = None
        if self.coder.product <= self.most:
            self.table = self.rowwise.choose(self.coder.every()).astype(np.int16)
        self.clashes = self.table is None or bool((self.table == CONFLICT).any())

    def choose(self, block: Block) -> Ints:
        """Give what each case chooses."""
        view = self.coder.view(block)
        if self.table is None:
            found = self.rowwise.choose(view).astype(np.int16)
        else:
            found = self.table.take(combine(self.coder.digits(view), block.size), mode="clip")
        if self.clashes and not self.report and (found == CONFLICT).any():
            raise self._conflict(view, block, int(np.flatnonzero(found == CONFLICT)[0]))
        return found

    def trace(self, block: Block, fine: bool) -> Digits:
        """Tell cases apart by what each row is to the decision, or, if `fine`, by all they look like."""
        view = self.coder.view(block)
        digits = self.coder.digits(view)
        if fine:
            return digits
        if self.table is None:
            return self._played(view)
        count, kind = self.kinds
        return [(count, kind.take(combine(digits, block.size), mode="clip"))]

    @cached_property
    def kinds(self) -> tuple[int, Ints]:
        """Number, for the code of the table, what the rows are to the decision."""
        every = self.coder.every()
        shown, number = distinct(self._played(every), every.size)
        return len(shown), number.astype(smallest(len(shown)))

    def _played(self, view: View) -> Digits:
        epoch = [] if isinstance(view.epoch, int) else [(self.coder.radices[0], view.epoch)]
        return epoch + [(3, played) for played in self.rowwise.parts_played(view)]

    def _conflict(self, view: View, block: Block, row: int) -> Fault:
        key = self.coder.key([int(cells[row]) for _, cells in self.coder.digits(view)])
        asked = [name for name in block.parts if any(name in axis.facts for axis in self.coder.axes)]
        said = {
            name: format_value(self.facts[name], value, "en")
            for name, value in case_at(block, asked, self.facts, row).items()
        }
        try:
            rows = self.rowwise.selector.select(key).possible
        except Fault as fault:
            rows = fault.params["rows"]
        number = int(block.rows[row]) if block.rows is not None else block.start + row
        return Fault(
            "rules.conflict_in", rule=self.rowwise.selector.rule_id, rows=rows, number=number + 1, case=said
        )


@dataclass
class EntriesPart:
    """Choose an entry of a schedule for every case of a block; each kind of case is looked up once."""

    coder: Coder
    lookup: Lookup
    kept: dict[tuple[int, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.epochs = schedule_epochs(self.lookup.rule)
        self.number = {entry.id: at for at, entry in enumerate(self.lookup.rule.entries)}

    def choose(self, block: Block) -> Ints:
        """Give the number of each case's entry, NONE where there is none."""
        digits = self.coder.digits(self.coder.view(block))
        shown, number = distinct(digits, block.size)
        shapes = list(zip(*(cells[shown].tolist() for _, cells in digits), strict=True)) or [()] * len(shown)
        found = np.array([self._entry(shape) for shape in shapes], dtype=np.int32)
        return found.take(number)

    def trace(self, block: Block, fine: bool) -> Digits:
        """Tell cases apart by what they look like."""
        return self.coder.digits(self.coder.view(block))

    def _entry(self, shape: tuple[int, ...]) -> int:
        if shape not in self.kept:
            self.kept[shape] = self._look_up(self.coder.key(shape))
        return self.kept[shape]

    def _look_up(self, key: Key) -> int:
        day = self.epochs[key[0] - 1] if key[0] else 1
        sample = tuple(None if cell == axis.unknown else axis.sample(cell)
                       for axis, cell in zip(self.coder.axes, key[1:], strict=True))  # fmt: skip
        ruling, _, _ = self.lookup.find(sample, day)
        return NONE if ruling.row is None else self.number[ruling.row]
