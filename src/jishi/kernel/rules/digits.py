"""Digits: columns as small whole numbers, many of them written as one, and which of them are met."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[Any]
DENSE = 1 << 22
"""The most codes numbered by a table; beyond, by sorting."""
WIDEST = 2**62
FEW_CUTS, WIDE_SPAN = 12, 1 << 18


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


def with_unknown(cells: Cells, known: Cells, unknown: int) -> Cells:
    """Put `unknown` where a row is not known, without branches: bits of the mask choose."""
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
