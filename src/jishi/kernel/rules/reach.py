"""Search the cells of a rule for a case in which given rows hold and others do not.

Axes are given a cell one after another; what is not yet given is unknown, so that three-valued
truth drops whole branches at once. The search gives up beyond NODES, and says so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from jishi.kernel.fault import Fault
from jishi.kernel.rules.cells import axis_name, leaves
from jishi.kernel.rules.select import Key, Selector

NODES = 20_000


@dataclass(frozen=True)
class Goal:
    """Rows (by place) that must hold, rows that must fail, and rows that must not hold but may stay unsettled."""

    hold: tuple[int, ...]
    fail: tuple[int, ...]
    unsure: tuple[int, ...] = ()


@dataclass(frozen=True)
class Domain:
    """Some axes (by place) that take their cells together, and the tuples of cells they may take."""

    axes: tuple[int, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass
class Search:
    """Look for a cell of one epoch; `nodes` counts the cells tried, over all goals."""

    selector: Selector
    domains: Sequence[Domain]
    possible: Callable[[Key, bool], bool] | None = None
    nodes: int = 0
    _of_row: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def find(self, epoch: int, goal: Goal) -> Key | None:
        """Give a cell that meets the goal, unknown on axes that do not matter; None if there is none.

        Raise `rules.too_wide` where the search would take too long.
        """
        self.nodes = 0
        start = (epoch, *(axis.unknown for axis in self.selector.axes))
        return self._from(start, goal, frozenset())

    def _from(self, key: Key, goal: Goal, given: frozenset[int]) -> Key | None:
        self.nodes += 1
        if self.nodes > NODES:
            raise Fault("rules.too_wide", rule=self.selector.rule_id, most=NODES)
        open_ = self._open(key, goal)
        if open_ is None or (self.possible is not None and not self.possible(key, not open_)):
            return None
        if not open_:
            return key
        domain = self._next(open_, given)
        if domain is None:
            return None
        at = self.domains[domain]
        for cells in at.cells:
            found = self._from(_put(key, at.axes, cells), goal, given | {domain})
            if found is not None:
                return found
        return None

    def _open(self, key: Key, goal: Goal) -> list[int] | None:
        """List the rows not yet settled; None if one is settled the wrong way."""
        if any(self.selector.row_truth(self.selector.rows[at], key) for at in goal.unsure):
            return None
        open_ = []
        for rows, wanted in ((goal.hold, True), (goal.fail, False)):
            for at in rows:
                truth = self.selector.row_truth(self.selector.rows[at], key)
                if truth is (not wanted):
                    return None
                if truth is None:
                    open_.append(at)
        return open_

    def _next(self, rows: Iterable[int], given: frozenset[int]) -> int | None:
        """Choose the narrowest domain that an unsettled row asks about."""
        free = {each for row in rows for each in self._asked(row) if each not in given}
        return min(free, key=lambda each: (len(self.domains[each].cells), each), default=None)

    def _asked(self, row: int) -> tuple[int, ...]:
        if row not in self._of_row:
            names = {axis_name(leaf) for leaf in leaves(self.selector.rows[row].when)}
            places = {at for at, axis in enumerate(self.selector.axes) if axis.name in names}
            self._of_row[row] = tuple(at for at, each in enumerate(self.domains) if places & set(each.axes))
        return self._of_row[row]


def _put(key: Key, axes: Sequence[int], cells: Sequence[int]) -> Key:
    whole = list(key)
    for axis, cell in zip(axes, cells, strict=True):
        whole[axis + 1] = cell
    return tuple(whole)
