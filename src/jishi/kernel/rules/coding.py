"""Codes: what each case looks like to a rule, as one small number.

Every axis turns its column into cells; cells and the epoch are digits of one number (mixed
radix). Equal codes are decided alike, so each code met is worked out once and looked up for the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.column import Known, Part
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.rowwise import View
from jishi.kernel.rules.select import Key

Cells = NDArray[Any]
Test = Callable[[Axis, "Block"], Cells]
"""Give the cells of a test of several facts."""
DENSE = 1 << 22
"""The most codes numbered by a table; beyond, by sorting."""
WIDEST = 2**62
FEW_CUTS, WIDE_SPAN = 12, 1 << 18


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


def digitise(values: Cells, cuts: Sequence[int]) -> Cells:
    """Count, for each value, the cuts at or below it."""
    kind = smallest(len(cuts) + 1)
    if len(cuts) <= FEW_CUTS:
        found = np.zeros(len(values), dtype=kind)
        for at, cut in enumerate(cuts):
            above = (values >= cut).view(np.uint8)
            found = above if at == 0 else np.add(found, above, out=found)
        return found
    low, high = cuts[0] - 1, cuts[-1]
    if high - low > WIDE_SPAN:
        return np.searchsorted(np.array(cuts), values, side="right").astype(kind)
    lut = np.searchsorted(np.array(cuts), np.arange(low, high + 1), side="right").astype(kind)
    return lut.take(np.clip(values.astype(np.int64, copy=False), low, high) - low)


def with_unknown(cells: Cells, known: Known, unknown: int) -> Cells:
    """Put `unknown` where a row is not known, without branches: bits of the mask choose."""
    assert known is not None
    kind = np.promote_types(cells.dtype, smallest(unknown + 1))
    mask = np.negative(known.view(np.uint8))  # 0 or 255
    if kind != np.uint8:
        return np.where(known, cells, kind.type(unknown))
    flag = np.uint8(unknown)
    found = np.bitwise_xor(cells, flag)
    np.bitwise_and(found, mask, out=found)
    return np.bitwise_xor(found, flag, out=found)


def combine(digits: Sequence[tuple[int, Cells]], size: int) -> Cells:
    """Write digits as one number each, in the smallest type that holds it; small ones first among themselves."""
    radix, code = 1, np.zeros(size, dtype=np.uint8)
    groups: list[tuple[int, Cells]] = []
    for each, cells in digits:
        if radix * each > 256 and radix > 1:
            groups.append((radix, code))
            radix, code = each, cells
        elif radix == 1:
            radix, code = each, cells
        else:
            radix, code = radix * each, code * np.uint8(each) + cells
    groups.append((radix, code))
    total, found = groups[0]
    for each, cells in groups[1:]:
        total *= each
        wide = np.dtype(smallest(total))
        found = found.astype(wide) * wide.type(each)
        found += cells.astype(wide, copy=False)
    return found


def smallest(count: int) -> Any:
    """Give the smallest unsigned type that numbers `count` things."""
    return next(
        kind for kind in (np.uint8, np.uint16, np.uint32, np.int64) if count <= np.iinfo(kind).max + 1
    )


def distinct(digits: Sequence[tuple[int, Cells]], size: int) -> tuple[Cells, Cells]:
    """Find the distinct rows of many digits: a row showing each, and each row's number among them."""
    radix, code = 1, np.zeros(size, dtype=np.int64)
    shown = np.zeros(1 if size else 0, dtype=np.int64)
    for each, cells in digits:
        if radix * each > WIDEST:
            shown, code = _numbered(code, radix)
            radix = len(shown)
        radix, code = radix * each, code * each + cells
    return _numbered(code, radix)


def _numbered(code: Cells, radix: int) -> tuple[Cells, Cells]:
    if radix > DENSE or radix > 4 * len(code) + 1024:
        _, shown, number = np.unique(code, return_index=True, return_inverse=True)
        return shown, number
    first = np.full(radix, -1, dtype=np.int64)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    met = np.flatnonzero(first >= 0)
    number = np.zeros(radix, dtype=np.int64)
    number[met] = np.arange(len(met))
    return first[met], number[code]
