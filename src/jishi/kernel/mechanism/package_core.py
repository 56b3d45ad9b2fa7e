"""Find, exactly, the cheapest payments no coalition can block that lie nearest to given ones.

Payments of n winners, at least so much for some sets of them together (`Row`) and at most a cap for
each: first the least sum, then the least distance to the target (Day and Cramton 2012, the quadratic
rule). Both at once: project the target moved down by M in every direction, for an M beyond every
number, by the dual active-set method of Goldfarb and Idnani (1983). Amounts are pairs (times M, rest)
of fractions, compared in that order, so nothing is rounded and nothing is large. Runs outside the
fold; `package_pay` checks what it finds by its weights.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from jishi.kernel.fault import Fault

Pair = tuple[Fraction, Fraction]
_NOTHING: Pair = (Fraction(0), Fraction(0))


class Row(NamedTuple):
    """These winners, by place, pay together at least so much."""

    payers: frozenset[int]
    least: int


class Nearest(NamedTuple):
    """The payments, and the weight (times M, rest) of each row and of each cap that proves them."""

    pays: tuple[Fraction, ...]
    rows: tuple[Pair, ...]
    caps: tuple[Pair, ...]


class _Bound(NamedTuple):
    normal: tuple[int, ...]
    least: int


def nearest_payments(target: Sequence[int], caps: Sequence[int], rows: Sequence[Row]) -> Nearest:
    """Return the payments of least sum nearest to the target, with weights that prove it.

    Raises `package.core.empty` when the rows ask for more than the caps allow.

    >>> [str(each) for each in nearest_payments([14, 12], [28, 20], [Row(frozenset({0, 1}), 32)]).pays]
    ['17', '15']
    """
    size = len(target)
    bounds = [_Bound(tuple(int(place in row.payers) for place in range(size)), row.least) for row in rows] + [
        _Bound(tuple(-int(place == each) for place in range(size)), -cap) for each, cap in enumerate(caps)
    ]
    point: list[Pair] = [(Fraction(-1), Fraction(each)) for each in target]
    weights: dict[int, Pair] = {}
    while (broken := _most_broken(bounds, point)) is not None:
        _satisfy(bounds, point, weights, broken)
    found = tuple(weights.get(number, _NOTHING) for number in range(len(bounds)))
    return Nearest(tuple(rest for _, rest in point), found[: len(rows)], found[len(rows) :])


def _most_broken(bounds: Sequence[_Bound], point: Sequence[Pair]) -> int | None:
    lacks = [_lack(bound, point) for bound in bounds]
    worst = max(lacks, default=_NOTHING)
    return lacks.index(worst) if worst > _NOTHING else None


def _lack(bound: _Bound, point: Sequence[Pair]) -> Pair:
    big = sum(sign * each for sign, (each, _) in zip(bound.normal, point, strict=True))
    rest = sum(sign * each for sign, (_, each) in zip(bound.normal, point, strict=True))
    return Fraction(-big), Fraction(bound.least - rest)


def _satisfy(bounds: Sequence[_Bound], point: list[Pair], weights: dict[int, Pair], broken: int) -> None:
    """Move the point onto a broken bound, letting go of held bounds whose weight would turn negative."""
    weight = _NOTHING
    while broken not in weights:
        held = list(weights)
        pull, move = _directions([bounds[each].normal for each in held], bounds[broken].normal)
        ratios = [
            (_times(weights[each], Fraction(1) / share), each)
            for each, share in zip(held, pull, strict=True)
            if share > 0
        ]
        whole = _whole_step(bounds[broken], point, move)
        step = min([*(ratio for ratio, _ in ratios), *whole], default=None)
        if step is None:
            raise Fault("package.core.empty")
        point[:] = [_plus(each, _times(step, way)) for each, way in zip(point, move, strict=True)]
        for each, share in zip(held, pull, strict=True):
            weights[each] = _plus(weights[each], _times(step, -share))
        weight = _plus(weight, step)
        if step in whole:
            weights[broken] = weight
        else:
            del weights[min(ratios)[1]]


def _whole_step(bound: _Bound, point: Sequence[Pair], move: Sequence[Fraction]) -> list[Pair]:
    """Return how far along a move the bound is met, nothing if the move does not lead there."""
    square = sum((each * each for each in move), Fraction(0))
    return [_times(_lack(bound, point), 1 / square)] if square else []


def _directions(
    held: list[tuple[int, ...]], normal: tuple[int, ...]
) -> tuple[list[Fraction], list[Fraction]]:
    """Split a normal into what held normals span (their shares) and what is square to them."""
    table = [[Fraction(_dot(row, column)) for column in held] + [Fraction(_dot(row, normal))] for row in held]
    shares = _solve(table)
    spanned = [
        sum((share * row[place] for share, row in zip(shares, held, strict=True)), Fraction(0))
        for place in range(len(normal))
    ]
    return shares, [each - part for each, part in zip(normal, spanned, strict=True)]


def _solve(table: list[list[Fraction]]) -> list[Fraction]:
    """Solve a regular system, one row an equation with its right side last, by elimination."""
    size = len(table)
    for step in range(size):
        pivot = next(row for row in range(step, size) if table[row][step])
        table[step], table[pivot] = table[pivot], table[step]
        head = table[step] = [each / table[step][step] for each in table[step]]
        for number, row in enumerate(table):
            if number != step and (factor := row[step]):
                table[number] = [each - factor * lead for each, lead in zip(row, head, strict=True)]
    return [row[-1] for row in table]


def _dot(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _times(pair: Pair, factor: Fraction) -> Pair:
    return pair[0] * factor, pair[1] * factor


def _plus(left: Pair, right: Pair) -> Pair:
    return left[0] + right[0], left[1] + right[1]
