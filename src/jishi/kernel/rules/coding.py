"""Codes: what each case looks like to a rule, as one small number.

Every axis turns its column into cells; cells and the epoch are digits of one number (mixed
radix). Equal codes are decided alike, so each code met is worked out once and looked up for the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.column import Part
from jishi.kernel.rules.digits import Cells, digitise, smallest, with_unknown
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.rowwise import View
from jishi.kernel.rules.select import Key

Test = Callable[[Axis, "Block"], Cells]
"""Give the cells of a test of several facts."""


@dataclass(frozen=True)
class Block:
    """Some rows of every column in hand: the first row's number, values, and the day or days."""

    start: int
    size: int
    parts: Mapping[str, Part]
    days: Any
    """One day ordinal, or an array of them."""
    rows: Any = None
    """The numbers of the rows where they do not follow each other."""

    @property
    def dated(self) -> bool:
        """Tell whether each case has its own day."""
        return not isinstance(self.days, int)


@dataclass
class Coder:
    """Turn rows into codes for a set of axes, given which columns there are and which have unknowns."""

    axes: Sequence[Axis]
    epochs: tuple[int, ...]
    nullable: Mapping[str, bool]
    """Each column in hand, with whether some of its rows are unknown."""
    day: int | None
    """The one day, or None where each case has its own."""
    test: Test
    radices: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.radices = [1 if self.day is not None else len(self.epochs) + 1]
        self.radices += [self._radix(axis) for axis in self.axes]
        self.product = 1
        for each in self.radices:
            self.product *= each
        self.fixed = 0 if self.day is None else int(np.searchsorted(self.epochs, self.day, side="right"))

    def _radix(self, axis: Axis) -> int:
        """Count the cells an axis may show here: 1 where its column is not there."""
        if axis.name == AS_OF:
            return 1 if self.day is not None else axis.size
        if any(name not in self.nullable for name in axis.facts if name != AS_OF):
            return 1
        wide = axis.kind == "test" or any(self.nullable[name] for name in axis.facts if name != AS_OF)
        return axis.size + wide

    def view(self, block: Block) -> View:
        """Give the epoch and the cell on every axis: an array, or one number where rows do not differ."""
        epoch: Any = digitise(block.days, self.epochs) if self.radices[0] > 1 else self.fixed
        cells = [self.cells(axis, block) if radix > 1 else self._still(axis) for axis, radix in self._pairs()]
        return View(block.size, epoch, cells)

    def every(self) -> View:
        """Give a view in which each code stands once, in order."""
        rest = np.arange(self.product)
        found: list[Any] = []
        still = [self.fixed, *(self._still(axis) if radix == 1 else 0 for axis, radix in self._pairs())]
        for radix, alone in reversed(list(zip(self.radices, still, strict=True))):
            if radix > 1:
                rest, digit = np.divmod(rest, radix)
            found.append(digit if radix > 1 else alone)
        epoch, *cells = found[::-1]
        return View(self.product, epoch, cells)

    def digits(self, view: View) -> list[tuple[int, Cells]]:
        """Give radix and cells of what differs from row to row."""
        whole = zip(self.radices, [view.epoch, *view.cells], strict=True)
        return [(radix, cells) for radix, cells in whole if radix > 1]

    def cells(self, axis: Axis, block: Block) -> Cells:
        """Give the cell of every row on an axis."""
        if axis.kind == "test":
            return self.test(axis, block)
        if axis.name == AS_OF:
            return digitise(block.days, axis.cuts)
        values, known = block.parts[axis.name]
        if axis.places is not None:
            lut = np.fromiter(axis.places.values(), dtype=smallest(axis.size + 1), count=len(axis.places))
            found = lut.take(values, mode="clip") if len(lut) else np.full(block.size, axis.unknown)
        elif axis.kind == "number":
            found = digitise(values, axis.cuts)
        else:
            found = values.view(np.uint8) if values.dtype == bool else (values != 0).view(np.uint8)
        return found if known is None else with_unknown(found, known, axis.unknown)

    def key(self, digits: Sequence[int]) -> Key:
        """Turn the varying digits of a code back into a key: an epoch and a cell on every axis."""
        rest = iter(digits)
        epoch = next(rest) if self.radices[0] > 1 else self.fixed
        cells = [next(rest) if radix > 1 else self._still(axis) for axis, radix in self._pairs()]
        return (int(epoch), *map(int, cells))

    def _pairs(self) -> list[tuple[Axis, int]]:
        return list(zip(self.axes, self.radices[1:], strict=True))

    def _still(self, axis: Axis) -> int:
        """Give the cell of an axis that is alike in every row."""
        if axis.name == AS_OF and self.day is not None:
            return axis.cell(self.day)
        there = all(name in self.nullable or name == AS_OF for name in axis.facts)
        return 0 if there and axis.kind != "test" else axis.unknown
