"""Find the best allocation of package bids (组合报价) and write the certificate that proves it.

Runs outside the fold: nothing found here counts before `package_proof` has checked it, so floats
may err without harm. HiGHS (through scipy) proposes an allocation; a branch and bound of our own,
best bound first, then proves it, rounding the dual prices of every node's linear programme to
fractions of a step. It goes on until no equally good allocation comes earlier, which makes the
result unique: any run, anywhere, ends at the same one. Beyond `limit` nodes it stops; the
certificate then proves a bound that is higher than the value, and says so.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import package_proof as proof
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.package_programme import Programme, Relaxed
from jishi.kernel.mechanism.package_slate import Slate, bit_set, places_in

LIMIT = 20_000
"""How many nodes a search may open unless it is told otherwise."""
_FRACTIONS = (1, 2, 3, 4, 6, 5, 12, 60, 420)
_NEAR = 1e-6
_WORTHWHILE = 0.9
"""The share of its packages that a node must keep at the most to be narrowed."""


class Solved(NamedTuple):
    """An allocation (package numbers, rising) and the certificate that goes with it, both JSON-safe."""

    allocation: list[int]
    certificate: dict[str, Any]


@dataclass(slots=True, eq=False)
class _Node:
    """A region with the prices that bound it, and how it was split if it was."""

    region: proof.Region
    prices: proof.Prices
    leaf: proof.Leaf
    narrowed_by: proof.Prices | None = None
    halfway: int = -1
    split: "tuple[int, _Node, _Node] | None" = None


@dataclass(slots=True)
class _Search:
    """One branch and bound: the best allocation so far, every node, and those still to be looked at."""

    slate: Slate
    programme: Programme
    first: bool
    goal: proof.Goal
    nodes: list[_Node] = field(default_factory=list)
    waiting: list[tuple[float, int]] = field(default_factory=list)


def find_best(slate: Slate, *, first: bool = True, limit: int = LIMIT) -> Solved:
    """Return the best allocation and its certificate; with `first` the earliest of the equally good.

    A search that ends at `limit` nodes returns the best found; `check_certificate` tells its gap.
    """
    goal = proof.set_goal(slate, ())
    search = _Search(slate, Programme(slate, goal.step), first, goal)
    _take(search, search.programme.propose(list(places_in(slate.eligible)), limit))
    while not _explore(search, limit):  # what was narrowed against a lower worth is begun again
        search.nodes, search.waiting = [], []
    return Solved(list(places_in(search.goal.taken)), _write(search.nodes[0]))


def _explore(search: _Search, limit: int) -> bool:
    """Build the tree until it is settled or has `limit` nodes; say no when a higher worth turned up."""
    value = search.goal.value
    root, free = proof.Region((), search.slate.eligible, 0), proof.Prices(1, (0,) * len(search.slate.lots))
    _bound(search, _Node(root, free, proof.bound_region(search.slate, root, free)))
    while search.waiting and len(search.nodes) < limit and search.goal.value == value:
        _, number = heappop(search.waiting)
        if not _closed(search, node := search.nodes[number]):
            _split(search, node)
        if not search.waiting:  # an earlier goal may have opened what was closed against a later one
            again = (number for number, node in enumerate(search.nodes) if node.split is None)
            search.waiting = [(0.0, number) for number in again if not _closed(search, search.nodes[number])]
            heapify(search.waiting)
    return search.goal.value == value


def _take(search: _Search, places: list[int]) -> None:
    """Make an allocation the goal if it is worth more, or as much and earlier; fill it with what still fits."""
    slate, taken, held = search.slate, bit_set(places), 0
    for place in [*places, *places_in(slate.eligible & ~taken)]:
        if not held >> place & 1:
            taken, held = taken | 1 << place, held | slate.conflicts[place]
    try:
        found = proof.set_goal(slate, list(places_in(taken)))
    except Fault:  # rounding joined what excludes itself
        return
    differing = found.taken ^ search.goal.taken
    earlier = differing & -differing & found.taken
    if found.value > search.goal.value or (found.value == search.goal.value and earlier):
        search.goal = found


def _closed(search: _Search, node: _Node) -> bool:
    """Say whether a node's prices settle its region."""
    bound = proof.round_down(search.goal, node.leaf, node.prices)
    if bound != search.goal.value or not search.first:
        return bound <= search.goal.value
    return proof.rival(search.slate, node.region, node.prices, node.leaf, goal=search.goal) is None


def _split(search: _Search, node: _Node) -> None:
    place = _branching(search, node)
    halves = proof.accept(search.slate, node.region, place), proof.refuse(node.region, place)
    accepted, refused = (
        _Node(half, node.prices, proof.bound_region(search.slate, half, node.prices)) for half in halves
    )
    node.split = (place, accepted, refused)
    for child in (accepted, refused):
        _bound(search, child)


def _branching(search: _Search, node: _Node) -> int:
    """Choose the package to split on: one the relaxation halves, at a tie the one the order turns on."""
    goal, region = search.goal, node.region
    if search.first and proof.round_down(goal, node.leaf, node.prices) == goal.value:
        ahead = proof.rival(search.slate, node.region, node.prices, node.leaf, goal=goal)
        assert ahead is not None  # otherwise the node is closed
        open_winners = goal.taken & region.alive & ((1 << ahead) - 1)
        for choice in (open_winners, 1 << ahead & region.alive):
            if choice:
                return (choice & -choice).bit_length() - 1
    if node.halfway >= 0 and region.alive >> node.halfway & 1:
        return node.halfway
    return max(places_in(region.alive), key=lambda place: (search.slate.worth[place], -place))


def _bound(search: _Search, node: _Node) -> None:
    """File a node; unless the prices it came with settle it, solve its programme for better ones."""
    search.nodes.append(node)
    if not node.region.alive:
        _take(search, list(node.region.taken))
    if _closed(search, node):
        return
    alive = list(places_in(node.region.alive))
    if found := search.programme.relax(alive):
        _reprice(search, node, found)
        _round_up(search, node, alive, found)
        if _closed(search, node):
            return
        _narrow(search, node)
    heappush(search.waiting, (-node.leaf.bound / node.prices.over, len(search.nodes) - 1))


def _narrow(search: _Search, node: _Node) -> None:
    narrowed = proof.narrow(node.region, node.prices, node.leaf, search.goal)
    if narrowed.alive.bit_count() < _WORTHWHILE * node.region.alive.bit_count():
        node.region, node.narrowed_by = narrowed, node.prices
        node.leaf = proof.bound_region(search.slate, narrowed, node.prices)
        if not narrowed.alive:
            _take(search, list(narrowed.taken))


def _reprice(search: _Search, node: _Node, found: Relaxed) -> None:
    """Round dual prices (in steps) to whole fractions and keep those that bound best."""
    step = search.goal.step
    for over in _FRACTIONS:
        lots = [int(each) * step for each in np.rint(np.maximum(found.duals, 0) * over)]
        if max(lots, default=0) > MAX_INTEGER:
            break
        prices = proof.Prices(over, tuple(lots))
        leaf = proof.bound_region(search.slate, node.region, prices)
        if leaf.bound * node.prices.over < node.leaf.bound * over:
            node.prices, node.leaf = prices, leaf
        if _closed(search, node):
            break


def _round_up(search: _Search, node: _Node, alive: list[int], found: Relaxed) -> None:
    """Note the package nearest a half; if there is none, the relaxation is an allocation."""
    distance = np.abs(found.shares - 0.5)
    if distance.min() > 0.5 - _NEAR:
        chosen = [place for place, share in zip(alive, found.shares, strict=True) if share > 0.5]
        _take(search, sorted([*node.region.taken, *chosen]))
    else:
        node.halfway = alive[int(distance.argmin())]


def _write(root: _Node) -> dict[str, Any]:
    """Return the tree in order, accepted side first, and the prices its leaves use."""
    tree: list[dict[str, int]] = []
    table: dict[proof.Prices, int] = {}
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if node.narrowed_by:
            tree.append({"narrow": table.setdefault(node.narrowed_by, len(table))})
        if node.split is None:
            tree.append({"leaf": table.setdefault(node.prices, len(table))})
        else:
            place, accepted, refused = node.split
            tree.append({"branch": place})
            open_nodes += [refused, accepted]
    return {"prices": [{"over": each.over, "lots": list(each.lots)} for each in table], "tree": tree}
