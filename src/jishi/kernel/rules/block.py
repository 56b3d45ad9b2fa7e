"""One block of cases at work: tests of several facts and expressions, exact for every case.

The fast way is whole numbers of 64 bits (`exact`); where they might not do, each distinct
combination of arguments is worked out once with fractions, as the single form does.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jishi.kernel.law.parameter import Parameter
from jishi.kernel.rules.calculate import calculate
from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.coding import Block
from jishi.kernel.rules.column import Ints
from jishi.kernel.rules.digits import digitise, distinct
from jishi.kernel.rules.exact import (
    UNKNOWN,
    Overflow,
    Quantity,
    constant,
    holds,
    quantity,
    rounded_whole,
    whole,
)
from jishi.kernel.rules.fact import SCALE, Fact, Value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Compare, FactRef, Node, ParamRef, facts_of, parameters_of
from jishi.kernel.rules.rule import Row, RuleBook
from jishi.kernel.rules.select import Selector, epoch_cuts, parameters_at

FINE, MISSING, LAPSED, INEXACT = range(4)
"""Why a row's value is there or not."""
REASONS = {"": FINE, "missing": MISSING, "not_in_force": LAPSED, "inexact": INEXACT}


class Terms:
    """Give the facts and parameters of a block as quantities."""

    def __init__(self, book: RuleBook, block: Block) -> None:
        self.book, self.block = book, block
        self.kept: dict[str, Quantity] = {}

    def __call__(self, node: FactRef | ParamRef) -> Quantity:
        """Give a fact or a parameter for every case of the block."""
        name = node.name if isinstance(node, FactRef) else node.id
        if name not in self.kept:
            self.kept[name] = self._fact(name) if isinstance(node, FactRef) else self._parameter(name)
        found = self.kept[name]
        if isinstance(node, ParamRef) and node.scale != 1:
            return quantity_times(found, node.scale)
        return found

    def _fact(self, name: str) -> Quantity:
        if name == AS_OF:
            days = self.block.days
            return whole(days, 1, None) if self.block.dated else constant(days)
        part = self.block.parts.get(name)
        return UNKNOWN if part is None else whole(part[0], SCALE[self.book.facts[name].kind], part[1])

    def _parameter(self, name: str) -> Quantity:
        cuts, values = steps_of(self.book.parameters[name])
        if not self.block.dated:
            value = values[int(np.searchsorted(cuts, self.block.days, side="right"))]
            return UNKNOWN if value is None else constant(value)
        scale = lcm(*(Fraction(each).denominator for each in values if each is not None))
        tops = [0 if each is None else int(Fraction(each) * scale) for each in values]
        if max(map(abs, tops)) >= 2**62:
            raise Overflow
        at = digitise(self.block.days, cuts)
        known = np.array([each is not None for each in values])
        return whole(np.array(tops, dtype=np.int64).take(at), scale, None if known.all() else known.take(at))


def quantity_times(found: Quantity, scale: int) -> Quantity:
    """Give a quantity in a unit `scale` times as small."""
    if found.most * scale >= 2**62:
        raise Overflow
    return Quantity(found.top * scale, found.bottom, found.most * scale, found.deep, found.known)


def steps_of(parameter: Parameter) -> tuple[tuple[int, ...], list[Fraction | int | None]]:
    """Give the days at which a parameter changes, and its value before, between and after them."""
    cuts = epoch_cuts((), [parameter])
    held = {parameter.id: parameter}
    return cuts, [parameters_at(held, day)[parameter.id] for day in (1, *cuts)]


def tester(book: RuleBook, selector: Selector | None) -> Callable[[Axis, Block], Ints]:
    """Give what works the test of an axis out for a block: 0 false, 1 true, 2 unknown."""

    def cells(axis: Axis, block: Block) -> Ints:
        assert isinstance(axis.test, Compare) and selector is not None
        try:
            truth, known = holds(axis.test, Terms(book, block))
        except Overflow:
            return each_distinct(block, axis.facts, book.facts, lambda case, day:
                                 axis.test_cell(selector.setting(case, day, axis.facts))).astype(np.uint8)  # fmt: skip
        found = np.broadcast_to(np.where(known, truth, axis.unknown), (block.size,))
        return found.astype(np.uint8)

    return cells


def values_of(row: Row, value: Fact, book: RuleBook, block: Block) -> tuple[Ints, Ints]:
    """Calculate a row's expression for every case of a block: stored values, and why there are none."""
    assert isinstance(row.then, Node)
    try:
        found = quantity(row.then, Terms(book, block))
        values = rounded_whole(found, SCALE[value.kind], row.rounding or "half_up")
    except Overflow:
        return _one_by_one(row, value, book, block)
    values = np.broadcast_to(values, (block.size,))
    if found.known is True:
        return values, np.zeros(block.size, dtype=np.uint8)
    return values, _reasons(row.then, found, book, block)


def _reasons(node: Node, found: Quantity, book: RuleBook, block: Block) -> Ints:
    missing: Any = False
    for name in facts_of(node):
        if name != AS_OF:
            part = block.parts.get(name)
            missing = missing | (True if part is None else False if part[1] is None else ~part[1])
    lapsed = ~np.asarray(_in_force(node, book, block))
    why = np.where(missing, MISSING, np.where(lapsed, LAPSED, INEXACT))
    return np.broadcast_to(np.where(found.known, FINE, why), (block.size,)).astype(np.uint8)


def _in_force(node: Node, book: RuleBook, block: Block) -> Any:
    found: Any = True
    for name in parameters_of(node):
        cuts, values = steps_of(book.parameters[name])
        there = np.array([each is not None for each in values])
        found = found & there.take(digitise(block.days, cuts) if block.dated else
                                   np.searchsorted(cuts, block.days, side="right"))  # fmt: skip
    return found


def _one_by_one(row: Row, value: Fact, book: RuleBook, block: Block) -> tuple[Ints, Ints]:
    assert isinstance(row.then, Node)
    outcomes: list[tuple[int, int]] = []

    def work(case: Mapping[str, Value | None], day: int) -> int:
        stored, _, reason = calculate(row, value, case, (book, day))
        outcomes.append((stored or 0, REASONS[reason]))
        return len(outcomes) - 1

    number = each_distinct(block, facts_of(row.then), book.facts, work)
    held = np.array(outcomes, dtype=np.int64).reshape(-1, 2)
    return held[:, 0].take(number), held[:, 1].take(number).astype(np.uint8)


def each_distinct(
    block: Block, names: Sequence[str], facts: Mapping[str, Fact], work: Callable[[Any, int], int]
) -> NDArray[np.int64]:
    """Work every distinct combination of some facts (and the day) out once."""
    there = [name for name in names if name in block.parts]
    digits = [_ranked(*block.parts[name]) for name in there]
    if block.dated:
        digits.append(_ranked(block.days, None))
    shown, number = distinct(digits, block.size)
    found = [
        work(case_at(block, there, facts, int(at)), int(block.days[at]) if block.dated else block.days)
        for at in shown
    ]
    return np.array(found, dtype=np.int64).take(number)


def case_at(
    block: Block, names: Sequence[str], facts: Mapping[str, Fact], at: int
) -> dict[str, Value | None]:
    """Give the stored values of one row of a block."""
    case: dict[str, Value | None] = {}
    for name in names:
        values, known = block.parts[name]
        if known is not None and not known[at]:
            case[name] = None
        elif (vocabulary := facts[name].vocabulary) is not None:
            case[name] = list(vocabulary.words)[int(values[at])]
        else:
            case[name] = bool(values[at]) if facts[name].kind == "boolean" else int(values[at])
    return case


def _ranked(values: Ints, known: Any) -> tuple[int, Ints]:
    distinct_values, rank = np.unique(values, return_inverse=True)
    return len(distinct_values) + 1, rank + 1 if known is None else np.where(known, rank + 1, 0)
