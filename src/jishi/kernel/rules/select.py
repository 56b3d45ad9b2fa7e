"""Find the row that decides: rows in force, three-valued, from the highest rank down.

A row that may hold keeps a lower or equal row with another answer from deciding: then the
case is undetermined, and the facts that would settle it are named. Results are kept by cell.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.law.parameter import Parameter
from jishi.kernel.rules.cells import Axis, Leaf, axis_name, leaf_truth, leaves, make_axes
from jishi.kernel.rules.evaluate import Setting, every, number, some
from jishi.kernel.rules.fact import Value, natural
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import All, Any_, Node, Not, parameters_of
from jishi.kernel.rules.rule import DEFAULT_RANK, Row, RuleBook

Key = tuple[int, ...]
"""An epoch and a cell on every axis."""
MOST_KEPT = 1 << 16


@dataclass(frozen=True)
class Selection:
    """What the conditions say in one cell: the deciding row, others that hold too, rows that may hold."""

    row: int | None
    also: tuple[int, ...] = ()
    possible: tuple[int, ...] = ()
    reason: str = ""


class Selector:
    """Decide between rows; built once for a rule (or one item of a score) and kept."""

    def __init__(self, rule_id: str, rows: Sequence[Row], book: RuleBook) -> None:
        self.rule_id, self.rows, self.facts = rule_id, tuple(rows), book.facts
        nodes = [node for row in rows for node in (row.when, row.then) if not isinstance(node, str)]
        used = dict.fromkeys(each for node in nodes for each in parameters_of(node))
        self.parameters = {each: book.parameters[each] for each in used}
        self.epochs = epoch_cuts(rows, self.parameters.values())
        self.settings = [parameters_at(self.parameters, day) for day in (1, *self.epochs)]
        self.atoms: tuple[Leaf, ...] = tuple(dict.fromkeys(leaf for row in rows for leaf in leaves(row.when)))
        self.axes = make_axes(self.atoms, book.facts, self.constant, len(self.settings))
        place = {axis.name: at for at, axis in enumerate(self.axes)}
        self.place_of = {id(leaf): place[axis_name(leaf)] for row in rows for leaf in leaves(row.when)}
        self.compared = {name for axis in self.axes if axis.kind == "test" for name in axis.facts}
        self.kept: dict[Key, Selection] = {}
        self._truths: dict[tuple[int, int, int], bool | None] = {}
        self._readers = [self._reader(axis) for axis in self.axes]

    def constant(self, node: Node, epoch: int) -> Fraction | int | None:
        """Give a fact-free number in an epoch."""
        return number(node, Setting({}, self.settings[epoch], 0))

    def epoch(self, day: int) -> int:
        """Give the epoch of a day ordinal: between two epochs nothing the rows rest on changes."""
        return bisect_right(self.epochs, day)

    def key(self, case: Mapping[str, Value | None], day: int) -> Key:
        """Give the epoch and cells of a case."""
        return (bisect_right(self.epochs, day), *[reader(case, day) for reader in self._readers])

    def select(self, key: Key) -> Selection:
        """Find the deciding row of a cell; raise `rules.conflict` where two of one rank disagree."""
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            found = self.kept[key] = self._resolve(key)
        return found

    def in_force(self, epoch: int) -> list[int]:
        """List the rows in force in an epoch."""
        day = self.epochs[epoch - 1] if epoch else 0
        return [at for at, row in enumerate(self.rows)
                if row.since <= max(day, 1) and (row.until is None or day <= row.until)]  # fmt: skip

    def definite(self, key: Key) -> int | None:
        """Give the deciding row of a cell, None where there is none or no case can lie there."""
        try:
            return self.select(key).row
        except Fault:  # the rows of one rank exclude each other, so no case lies here
            return None

    def row_truth(self, row: Row, key: Key) -> bool | None:
        """Work a row's condition out in a cell."""
        return True if row.when is None else self.node_truth(row.when, key)

    def _resolve(self, key: Key) -> Selection:
        live = self.in_force(key[0])
        if not live:
            return Selection(None, reason="not_in_force")
        truths = {at: self.row_truth(self.rows[at], key) for at in live}
        possible: list[int] = []
        for rank in sorted({self._rank(at) for at in live}, reverse=True):
            here = [at for at in live if self._rank(at) == rank]
            possible += [at for at in here if truths[at] is None]
            holding = [at for at in here if truths[at]]
            if holding:
                return self._choose(holding, possible)
        return Selection(None, possible=tuple(possible), reason="missing" if possible else "gap")

    def _choose(self, holding: list[int], possible: list[int]) -> Selection:
        answer = self.rows[holding[0]].then
        other = [at for at in holding if self.rows[at].then != answer]
        if other:
            pair = [self.rows[holding[0]].id, self.rows[other[0]].id]
            raise Fault("rules.conflict", rule=self.rule_id, rows=pair)
        if any(self.rows[at].then != answer for at in possible):
            return Selection(None, possible=tuple(holding + possible), reason="missing")
        return Selection(holding[0], tuple(holding[1:]), tuple(possible))

    def _rank(self, at: int) -> int:
        return DEFAULT_RANK if self.rows[at].when is None else self.rows[at].rank

    def node_truth(self, node: Node, key: Key) -> bool | None:
        """Work a condition out in a cell."""
        match node:
            case Not(part=part):
                found = self.node_truth(part, key)
                return None if found is None else not found
            case All(parts=parts):
                return every([self.node_truth(part, key) for part in parts])
            case Any_(parts=parts):
                return some([self.node_truth(part, key) for part in parts])
            case _:
                return self._leaf(node, key)  # type: ignore[arg-type]

    def _leaf(self, leaf: Leaf, key: Key) -> bool | None:
        at = self.place_of[id(leaf)]
        known = (id(leaf), key[0], key[at + 1])  # leaves live as long as the rows
        if known not in self._truths:
            axis = self.axes[at]
            fixed = (self.facts.get(axis.name), self.settings[key[0]])
            self._truths[known] = leaf_truth(leaf, axis, key[at + 1], fixed)
        return self._truths[known]

    def _reader(self, axis: Axis) -> Callable[[Mapping[str, Value | None], int], int]:
        if axis.kind == "test":
            return lambda case, day: axis.test_cell(self.setting(case, day, axis.facts))
        if axis.name == AS_OF:
            return lambda case, day: axis.cell(day)
        name, cell = axis.name, axis.cell
        return lambda case, day: cell(case.get(name))

    def setting(self, case: Mapping[str, Value | None], day: int, names: Sequence[str]) -> Setting:
        """Give the natural values of some facts of a case, with the parameters of the day."""
        facts = {
            name: None if (value := case.get(name)) is None else natural(self.facts[name], value)
            for name in names
            if name != AS_OF
        }
        return Setting(facts, self.settings[self.epoch(day)], day)


def epoch_cuts(rows: Sequence[Row], parameters: Iterable[Parameter]) -> tuple[int, ...]:
    """List the days on which a row or a parameter it rests on begins or has just ended."""
    spans = [(row.since, row.until) for row in rows]
    spans += [
        (step.since.toordinal(), None if step.until is None else step.until.toordinal())
        for parameter in parameters
        for step in parameter.steps
    ]
    return tuple(
        sorted({since for since, _ in spans} | {until + 1 for _, until in spans if until is not None})
    )


def parameters_at(parameters: Mapping[str, Parameter], day: int) -> dict[str, Fraction | int | None]:
    """Give the value of each parameter on a day, None where it has none."""
    on = date.fromordinal(max(day, 1))
    steps = {key: parameter.at(on) for key, parameter in parameters.items()}
    return {key: None if step is None else step.value for key, step in steps.items()}
