"""Cells: the finite ways a case can look to a rule's conditions.

A condition sees a number only through its thresholds, a choice only through the lists it is
in, and a comparison of two facts only as true, false or unknown. Each is an axis; a cell is a
place on every axis. Within a cell no condition can change, so the rule is worked out once a cell.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from jishi.kernel.rules.evaluate import Setting, truth
from jishi.kernel.rules.fact import SCALE, Fact, Value, natural
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Compare, FactRef, Node, OneOf, children, facts_of

Leaf = Compare | OneOf | FactRef
Constant = Callable[[Node, int], Fraction | int | None]
"""Give the number a fact-free node is in an epoch, None while a parameter has no value."""
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True)
class Axis:
    """One way of looking at a case: a fact in parts, or a test of several facts.

    Cells are numbered from 0; the last, `unknown`, is that of a missing fact. Numbers are cut at
    `cuts` (stored units): a cell begins at its cut. Choices map by `places`.
    """

    name: str
    kind: str
    facts: tuple[str, ...]
    cuts: tuple[int, ...] = ()
    places: Mapping[str, int] | None = None
    test: Node | None = None
    size: int = 2

    @property
    def unknown(self) -> int:
        """Give the cell of a missing fact."""
        return self.size

    def cell(self, value: Value | None) -> int:
        """Give the cell a fact's stored value lies in (not for a test of several facts)."""
        if value is None:
            return self.size
        if self.places is not None:
            return self.places[str(value)]
        return bisect_right(self.cuts, value) if self.kind == "number" else int(value)

    def test_cell(self, setting: Setting) -> int:
        """Give the cell of a test: 0 false, 1 true, 2 unknown."""
        assert self.test is not None
        found = truth(self.test, setting)
        return self.size if found is None else int(found)

    def sample(self, cell: int) -> Value:
        """Give a value that lies in a cell (stored units), to work a condition out there."""
        if self.places is not None:
            return next((each for each, place in self.places.items() if place == cell), "")
        if self.kind != "number":
            return bool(cell)
        return self.cuts[cell - 1] if cell else (self.cuts[0] - 1 if self.cuts else 0)


def leaves(node: Node | None) -> Iterable[Leaf]:
    """Yield the atoms of a condition: comparisons, memberships and boolean facts."""
    if node is None:
        return
    if isinstance(node, Compare | OneOf | FactRef):
        yield node
    else:
        for child in children(node):
            yield from leaves(child)


def threshold(leaf: Leaf) -> tuple[FactRef, str, Node] | None:
    """Read a comparison as fact, operator and a side without facts; None if it is not of that form."""
    if not isinstance(leaf, Compare):
        return None
    for fact, op, other in ((leaf.left, leaf.op, leaf.right), (leaf.right, FLIPPED[leaf.op], leaf.left)):
        if isinstance(fact, FactRef) and not facts_of(other):
            return fact, op, other
    return None


def axis_name(leaf: Leaf) -> str:
    """Name the axis an atom is seen on: its fact, or the atom itself where it compares facts."""
    if isinstance(leaf, FactRef):
        return leaf.name
    if isinstance(leaf, OneOf):
        return leaf.fact.name
    found = threshold(leaf)
    return found[0].name if found else f"?{leaf!r}"


def make_axes(
    atoms: Sequence[Leaf], facts: Mapping[str, Fact], constant: Constant, epochs: int
) -> tuple[Axis, ...]:
    """Give the axes of a set of atoms, in order of first appearance."""
    grouped: dict[str, list[Leaf]] = {}
    for leaf in atoms:
        grouped.setdefault(axis_name(leaf), []).append(leaf)
    return tuple(_axis(name, group, facts, lambda node: [constant(node, e) for e in range(epochs)])
                 for name, group in grouped.items())  # fmt: skip


def _axis(
    name: str,
    group: list[Leaf],
    facts: Mapping[str, Fact],
    constants: Callable[[Node], list[Fraction | int | None]],
) -> Axis:
    first = group[0]
    if name.startswith("?"):
        return Axis(name, "test", facts_of(first), test=first)
    if isinstance(first, FactRef):
        return Axis(name, "boolean", (name,))
    if isinstance(first, OneOf):
        return _choice_axis(name, [leaf for leaf in group if isinstance(leaf, OneOf)], facts[name])
    scale = 1 if name == AS_OF else SCALE[facts[name].kind]
    cuts: set[int] = set()
    for leaf in group:
        found = threshold(leaf)
        assert found is not None
        for value in constants(found[2]):
            cuts |= set() if value is None else cuts_of(found[1], value * scale)
    return Axis(name, "number", (name,), tuple(sorted(cuts)), size=len(cuts) + 1)


def cuts_of(op: str, value: Fraction | int) -> set[int]:
    """Give the stored numbers at which a comparison with `value` may change."""
    at_least, above = ceil(value), floor(value) + 1
    return {at_least} if op in (">=", "<") else {above} if op in (">", "<=") else {at_least, above}


def _choice_axis(name: str, group: list[OneOf], fact: Fact) -> Axis:
    """Put ids that every atom treats alike into one cell."""
    assert fact.vocabulary is not None
    signs: dict[tuple[bool, ...], int] = {}
    places = {
        code: signs.setdefault(tuple(code in leaf.ids for leaf in group), len(signs))
        for code in fact.vocabulary.words
    }
    return Axis(name, "choice", (name,), places=places, size=len(signs))


def leaf_truth(
    leaf: Leaf, axis: Axis, cell: int, fixed: tuple[Fact | None, Mapping[str, Fraction | int | None]]
) -> bool | None:
    """Work an atom out in a cell of its axis, under the parameters of an epoch."""
    fact, parameters = fixed
    if cell == axis.unknown:
        return None
    if axis.kind == "test":
        return bool(cell)
    sample = axis.sample(cell)
    value = sample if fact is None else natural(fact, sample)
    as_of = int(value) if axis.name == AS_OF else 0
    return truth(leaf, Setting({axis.name: value}, parameters, as_of))
