"""Find cases for axes that share facts: which of their cells can come together, and a case for each.

Comparisons of several facts look independent but are not (`a > b` and `b > a`). Values near every
number the rule names are tried together, up to TRIES; what no tried case reaches stays unproved.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from math import floor, prod

from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.elimination import Line
from jishi.kernel.rules.fact import SCALE, Fact, Value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.linear import Claim, impossible, read_claim, within
from jishi.kernel.rules.node import Compare, Const, Node, ParamRef, children
from jishi.kernel.rules.reach import Domain
from jishi.kernel.rules.select import Key, Selector

TRIES = 1500
LAST_DAY = date(2100, 1, 1).toordinal()
COUNTS = (0, 1, 2, 3, 4, 5, 6, 10, 100, 1000)
SHARES = (0, 10, 20, 25, 30, 40, 50, 60, 75, 80, 90, 100)
SPANS = (0, 1, 29, 60, 92, 190, 366, 550, 732, 1100, 1500, 1830, 2200, 2600, 3700, 7400, 11_000, 18_300)
Case = dict[str, Value | None]


class Witness:
    """Give the domains of a rule's axes in an epoch, and a case for a cell found in them."""

    def __init__(self, selector: Selector, epoch: int) -> None:
        self.selector, self.epoch = selector, epoch
        start = selector.epochs[epoch - 1] if epoch else 1
        self.days = (start, selector.epochs[epoch] - 1 if epoch < len(selector.epochs) else LAST_DAY)
        self.cases: dict[tuple[int, ...], dict[tuple[int, ...], tuple[Case, int]]] = {}
        self.groups = groups(selector.axes)
        self._possible: dict[tuple[tuple[tuple[int, int], ...], bool], bool] = {}
        self._claims: dict[tuple[int, int], Claim] = {}
        self._scales = {
            name: SCALE[selector.facts[name].kind]
            for axis in selector.axes
            for name in axis.facts
            if name != AS_OF and selector.facts[name].kind in SCALE
        }

    def proved(self) -> tuple[Domain, ...]:
        """Give domains in which every tuple of cells has a case."""
        return tuple(self._domain(group) for group in self.groups)

    def free(self) -> tuple[Domain, ...]:
        """Give domains that let every axis take any cell by itself."""
        return tuple(Domain((at,), tuple((cell,) for cell in self._cells(axis)))
                     for at, axis in enumerate(self.selector.axes))  # fmt: skip

    def possible(self, key: Key, deep: bool = True) -> bool:
        """Tell whether no contradiction was proved between the comparisons and numbers of a cell."""
        for group in self.groups:
            cells = tuple((at, key[at + 1]) for at in group if key[at + 1] != self.selector.axes[at].unknown)
            if len(cells) > 1 or (cells and self.selector.axes[cells[0][0]].kind == "test"):
                if (cells, deep) not in self._possible:
                    claims = [self._claim(*each) for each in cells if self._counts(each[0])]
                    self._possible[(cells, deep)] = not impossible(claims, deep)
                if not self._possible[(cells, deep)]:
                    return False
        return True

    def _counts(self, at: int) -> bool:
        return self.selector.axes[at].kind in ("test", "number")

    def _claim(self, at: int, cell: int) -> Claim:
        """Give what a cell of an axis says of its facts, their own bounds included; worked out once."""
        if (at, cell) not in self._claims:
            axis = self.selector.axes[at]
            if isinstance(axis.test, Compare):
                claim = read_claim(axis.test, bool(cell), self._scales, self.selector.settings[self.epoch])
                low, high = None, None
            else:
                claim = Claim()
                low, high = [None, *axis.cuts][cell], [*(cut - 1 for cut in axis.cuts), None][cell]
            limits = [each for name in axis.facts for each in self._limits(name, low, high)]
            self._claims[at, cell] = Claim((*claim.sure, *limits), claim.choices)
        return self._claims[at, cell]

    def _limits(self, name: str, low: int | None, high: int | None) -> tuple[Line, ...]:
        least, most = self.days if name == AS_OF else bounds(self.selector.facts[name])
        return within(name, low, high).sure + within(name, least, most).sure

    def case(self, key: Key) -> tuple[Case, int]:
        """Give facts and a day for a cell; facts of axes left unknown are absent."""
        found: Case = {}
        day = self.days[0]
        for at, (axis, cell) in enumerate(zip(self.selector.axes, key[1:], strict=True)):
            known = cell != axis.unknown and axis.kind != "test"
            if known and axis.name == AS_OF:
                day = min(max(day, int(axis.sample(cell))), self.days[1])
            elif known and not any(at in group for group in self.cases):
                found[axis.name] = self._sample(axis, cell)
        for group, held in self.cases.items():
            cells = tuple(key[at + 1] for at in group)
            if cells in held:
                found |= held[cells][0]
                asked = any(AS_OF in self.selector.axes[at].facts for at in group)
                day = held[cells][1] if asked else day
        return found, day

    def _domain(self, group: tuple[int, ...]) -> Domain:
        if len(group) == 1 and self.selector.axes[group[0]].kind != "test":
            return Domain(group, tuple((cell,) for cell in self._cells(self.selector.axes[group[0]])))
        held = self.cases.setdefault(group, self._tried(group))
        return Domain(group, tuple(held))

    def _tried(self, group: tuple[int, ...]) -> dict[tuple[int, ...], tuple[Case, int]]:
        axes = [self.selector.axes[at] for at in group]
        names = tuple(dict.fromkeys(name for axis in axes for name in axis.facts))
        numbers = [number for axis in axes for number in self._numbers(axis.test)]
        ranges = [self._values(name, axes, numbers) for name in names]
        held: dict[tuple[int, ...], tuple[Case, int]] = {}
        for values in spread(ranges, TRIES):
            case: Case = dict(zip(names, values, strict=True))
            day = int(case.pop(AS_OF, None) or self.days[0])
            held.setdefault(tuple(self._cell(axis, case, day) for axis in axes), (case, day))
        return held

    def _cell(self, axis: Axis, case: Mapping[str, Value | None], day: int) -> int:
        if axis.kind == "test":
            return axis.test_cell(self.selector.setting(case, day, axis.facts))
        return axis.cell(day if axis.name == AS_OF else case[axis.name])

    def _cells(self, axis: Axis) -> list[int]:
        """List the cells a fact's own bounds leave open."""
        cells = list(range(axis.size))
        if axis.kind != "number":
            return cells
        low, high = self.days if axis.name == AS_OF else bounds(self.selector.facts[axis.name])
        first = 0 if low is None else bisect_right(axis.cuts, low)
        last = axis.size - 1 if high is None else bisect_right(axis.cuts, high)
        return cells[first : last + 1]

    def _sample(self, axis: Axis, cell: int) -> Value:
        low = bounds(self.selector.facts[axis.name])[0] if axis.kind == "number" else None
        value = axis.sample(cell)
        return max(int(value), low) if low is not None else value

    def _values(self, name: str, axes: Sequence[Axis], numbers: Sequence[Fraction]) -> list[Value]:
        """List values of a fact worth trying, within its bounds."""
        near = [cut + step for axis in axes if axis.name == name for cut in axis.cuts for step in (-1, 0, 1)]
        if name == AS_OF:
            days = [self.days[0], *near, *(self.days[0] + span for span in SPANS)]
            return [day for day in dict.fromkeys(days) if self.days[0] <= day <= self.days[1]]
        fact = self.selector.facts[name]
        if fact.kind == "date":
            near += [self.days[0] + sign * span for span in SPANS for sign in (-1, 1)]
        else:
            scale, plain = SCALE[fact.kind], SHARES if fact.kind == "ratio" else COUNTS
            near += [number * scale // (100 if fact.kind == "ratio" else 1) for number in (*plain, -1, -10)]
            near += [floor(number * scale) + step for number in numbers for step in (-1, 0, 1)]
        low, high = (1, LAST_DAY) if fact.kind == "date" else bounds(fact)
        return [value for value in dict.fromkeys(near)
                if (low is None or value >= low) and (high is None or value <= high)]  # fmt: skip

    def _numbers(self, node: Node | None) -> Iterator[Fraction]:
        if isinstance(node, Const) and not isinstance(node.value, str):
            yield Fraction(node.value)
        elif isinstance(node, ParamRef):
            value = self.selector.settings[self.epoch].get(node.id)
            yield from () if value is None else (Fraction(value) * node.scale,)
        for child in () if node is None else children(node):
            yield from self._numbers(child)


def bounds(fact: Fact) -> tuple[int | None, int | None]:
    """Give the least and the greatest stored value; an area is never negative."""
    return (0 if fact.kind == "area" and fact.minimum is None else fact.minimum), fact.maximum


def groups(axes: Sequence[Axis]) -> list[tuple[int, ...]]:
    """Put axes (by place) that share a fact into one group, through tests of several facts."""
    found: list[tuple[set[str], list[int]]] = []
    for at, axis in enumerate(axes):
        names, places = set(axis.facts), [at]
        for other in [each for each in found if each[0] & names]:
            found.remove(other)
            names |= other[0]
            places = [*other[1], *places]
        found.append((names, places))
    return [tuple(sorted(places)) for _, places in sorted(found, key=lambda each: min(each[1]))]


def spread(ranges: Sequence[Sequence[Value]], most: int) -> Iterator[tuple[Value, ...]]:
    """Yield every combination of values, or `most` of them spread evenly over all."""
    total = prod(map(len, ranges))
    if total <= most:
        yield from product(*ranges)
        return
    stride = total // most | 1
    for step in range(most):
        place, chosen = step * stride + step, []
        for values in ranges:
            place, at = divmod(place, len(values))
            chosen.append(values[at])
        yield tuple(chosen)
