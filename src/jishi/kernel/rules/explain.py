"""Explain a decision: why this row, why not the others, what would change it.

Holds trees, values and ids, no sentences: the interface says them (`platform.words.ruling`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from jishi.kernel.rules.cells import Axis, Leaf, leaves
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decider import Case
from jishi.kernel.rules.deciders import RowsDecider, ScoreDecider
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import All, Any_, Node, Not
from jishi.kernel.rules.rule import Row
from jishi.kernel.rules.select import Key, Selector

PAIRS = 200


@dataclass(frozen=True)
class Mark:
    """An atom of a condition and whether it holds; `wanted` is what the row asks of it."""

    leaf: Leaf
    truth: bool | None
    wanted: bool


@dataclass(frozen=True)
class RowView:
    """A row in the light of a case: whether it holds and the atoms that make it so."""

    row: Row
    truth: bool | None
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Change:
    """The nearest other answer: facts to be set to other values, or tests to come out otherwise."""

    values: Mapping[str, Value]
    tests: tuple[tuple[Leaf, bool], ...]
    answer: str | Node
    row: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ItemView:
    """One item of a score: the points it gave under its cap, None while undetermined."""

    item: str
    label: tuple[str, str]
    points: int | None
    cap: int
    row: str | None


@dataclass(frozen=True)
class Explanation:
    """All there is to say about a decision."""

    decision: Decision
    why: RowView | None = None
    also: tuple[RowView, ...] = ()
    others: tuple[RowView, ...] = ()
    change: Change | None = None
    items: tuple[ItemView, ...] = ()


def explain(law: Law, decision: Decision, case: Case) -> Explanation:
    """Explain a decision made by this law on this case."""
    decider = law.decider(decision.rule)
    case = {**case, **{name: value for name, value in decision.facts.items() if value is not None}}
    if isinstance(decider, ScoreDecider):
        return Explanation(decision, items=tuple(_items(decider, case, decision.as_of)))
    if not isinstance(decider, RowsDecider):
        return Explanation(decision)
    selector = decider.selector
    key = selector.key(case, decision.as_of)
    views = [view_row(selector, selector.rows[at], key) for at in selector.in_force(key[0])]
    named = {view.row.id: view for view in views}
    answer = named[decision.row].row.then if decision.row else None
    return Explanation(
        decision,
        why=named.get(decision.row or ""),
        also=tuple(named[each] for each in decision.ruling.also),
        others=tuple(view for view in views if view.row.when is not None and view.row.then != answer),
        change=nearest_change(selector, case, decision.as_of),
    )


def view_row(selector: Selector, row: Row, key: Key) -> RowView:
    """Show the atoms that decide whether a row holds in a cell: its grounds, or what stands against it."""
    truth = selector.row_truth(row, key)
    marks = () if row.when is None else tuple(dict.fromkeys(_marks(selector, row.when, key, (truth, True))))
    return RowView(row, truth, marks)


def _marks(selector: Selector, node: Node, key: Key, asked: tuple[bool | None, bool]) -> Iterator[Mark]:
    """Yield the atoms that give a node its truth; `asked` is that truth and whether the row wants it so."""
    truth, wanted = asked
    match node:
        case Not(part=part):
            yield from _marks(selector, part, key, (None if truth is None else not truth, not wanted))
        case All(parts=parts) | Any_(parts=parts):
            for part in parts:
                if (found := selector.node_truth(part, key)) == truth:
                    yield from _marks(selector, part, key, (found, wanted))
        case _:
            yield Mark(node, truth, wanted)  # type: ignore[arg-type]


def nearest_change(selector: Selector, case: Case, day: int) -> Change | None:
    """Find the fewest and nearest changes of facts that give another definite answer, None if none is near."""
    key = selector.key(case, day)
    now = selector.select(key).row
    answer = None if now is None else selector.rows[now].then
    places: Iterable[int] = range(len(selector.axes))
    if now is None:  # what is unknown comes first: it can be found out, what is known would have to change
        places = sorted(places, key=lambda at: key[at + 1] != selector.axes[at].unknown)
    singles = [move for at in places for move in _moves(selector, at, key)]
    apart = [move for move in singles if selector.axes[move[0][0]].name not in selector.compared]
    pairs = ((*one, *two) for one, two in product(apart, apart) if one[0][0] < two[0][0])
    for moves in (*singles, *islice(pairs, PAIRS)):
        found = _try(selector, case, (day, key), moves)
        if found is not None and found.answer != answer:
            return found
    return None


Moves = tuple[tuple[int, int], ...]
"""Axis and the cell to move to."""


def _moves(selector: Selector, at: int, key: Key) -> Iterator[Moves]:
    """Yield the other cells of an axis, the nearest first."""
    axis, here = selector.axes[at], key[at + 1]
    if axis.name == AS_OF:
        return
    start = 0 if here == axis.unknown else here
    for cell in sorted(range(axis.size), key=lambda each: abs(each - start)):
        if cell != here:
            yield ((at, cell),)


def _try(selector: Selector, case: Case, place: tuple[int, Key], moves: Moves) -> Change | None:
    """Move a case to other cells; None where that gives no definite other answer."""
    day, key = place
    moved = list(key)
    for at, cell in moves:
        moved[at + 1] = cell
    named = [(axis, cell) for at, cell in moves if (axis := selector.axes[at]).kind != "test"]
    values = {axis.name: _nearest(axis, cell, case.get(axis.name)) for axis, cell in named}
    if selector.compared & values.keys():  # a fact that tests compare with others may flip them too
        moved = list(selector.key({**case, **values}, day))
        for at, cell in moves:
            moved[at + 1] = cell
    found = selector.definite(tuple(moved))
    if found is None:
        return None
    row = selector.rows[found]
    tests = [(selector.axes[at], cell) for at, cell in moves if selector.axes[at].kind == "test"]
    flips = tuple((leaf, bool(cell)) for axis, cell in tests for leaf in leaves(axis.test))
    return Change(values, flips, row.then, row.id, row.cites)


def _nearest(axis: Axis, cell: int, value: Value | None) -> Value:
    """Give the value of a cell that lies nearest the present one."""
    if (
        axis.kind == "number"
        and isinstance(value, int)
        and cell < len(axis.cuts)
        and value >= axis.cuts[cell]
    ):
        return axis.cuts[cell] - 1
    return axis.sample(cell)


def _items(decider: ScoreDecider, case: Case, day: int) -> Iterator[ItemView]:
    for item, part in decider.items:
        found = part.decide(case, day)
        points = min(int(found.answer), item.cap) if found.answer is not None else None
        yield ItemView(item.id, item.label, points, item.cap, found.row)
