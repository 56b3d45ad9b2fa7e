"""Look for what a rule book leaves open or says twice: gaps, rows out of reach, rows that disagree.

Each finding names the rule, the row and, where it can, a case that shows it. A finding that
rests on comparisons no tried case brings together is only a warning.
"""

from collections.abc import Iterable, Iterator, Sequence

from jishi.kernel.fault import Fault
from jishi.kernel.rules.coverage import Sample, lint_cases
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.finding import Finding, Level
from jishi.kernel.rules.footing import lint_footing
from jishi.kernel.rules.node import parameters_of
from jishi.kernel.rules.reach import NODES, Goal, Search
from jishi.kernel.rules.rule import DEFAULT_RANK, Formula, Row, Rule, RuleBook, Score, Table
from jishi.kernel.rules.select import Key, Selector
from jishi.kernel.rules.witness import Witness

UNPROVED = {
    "rules.lint.conflict": "rules.lint.conflict_unproved",
    "rules.lint.gap": "rules.lint.gap_unproved",
}


def row_sets(rule: Rule) -> list[tuple[str, tuple[Row, ...]]]:
    """List the sets of rows of a rule that are decided together, a score's by item."""
    if isinstance(rule, Table | Formula):
        return [(rule.id, rule.rows)]
    return [(f"{rule.id}#{item.id}", item.rows) for item in rule.items] if isinstance(rule, Score) else []


def lint_rule(rule: Rule, law: Law, samples: Sequence[Sample]) -> list[Finding]:
    """List what is to be looked at in one rule, given its dated cases."""
    return [*lint_rows(rule, law.book), *lint_footing(rule, law.book), *lint_cases(rule, law, samples)]


def lint_rows(rule: Rule, book: RuleBook) -> Iterator[Finding]:
    """Yield gaps, conflicts and rows out of reach."""
    for name, rows in row_sets(rule):
        look = _Look(rule, Selector(name, rows, book))
        yield from look.conflicts()
        yield from look.out_of_reach()
        yield from look.gaps()
        if look.too_wide:
            yield Finding("note", "rules.too_wide", rule.id, "", {"rule": name, "most": NODES})


class _Look:
    """Look at one set of rows, epoch by epoch."""

    def __init__(self, rule: Rule, selector: Selector) -> None:
        self.rule, self.selector, self.rows = rule, selector, selector.rows
        self.too_wide = False
        live = [epoch for epoch in range(len(selector.epochs) + 1) if selector.in_force(epoch)]
        self.witnesses = {epoch: Witness(selector, epoch) for epoch in live}
        self.proved = {epoch: Search(selector, each.proved()) for epoch, each in self.witnesses.items()}
        self.free = {
            epoch: Search(selector, each.free(), each.possible) for epoch, each in self.witnesses.items()
        }

    def conflicts(self) -> Iterator[Finding]:
        """Yield pairs of rows of one rank with different answers that hold together where none above does."""
        for at, row in enumerate(self.rows):
            for other in range(at):
                if self._rank(other) == self._rank(at) and self.rows[other].then != row.then:
                    yield from self._told(
                        "rules.lint.conflict", at, (at, other), ("error", self.rows[other].id)
                    )

    def out_of_reach(self) -> Iterator[Finding]:
        """Yield rows that never decide: a higher one always holds, or the condition never does."""
        for at, row in enumerate(self.rows):
            found = [self._search(epoch, self._reach(at, epoch)) for epoch in self._epochs((at,))]
            if not any(found):
                yield Finding("error", "rules.lint.out_of_reach", self.rule.id, row.id)
            elif not any(sure for each in found if each for sure in [each[1]]):
                yield Finding("warning", "rules.lint.unproved_reach", self.rule.id, row.id)

    def gaps(self) -> Iterator[Finding]:
        """Yield the first case, of any time rows are in force, that no row answers."""
        level: Level = "warning" if isinstance(self.rule, Formula) else "error"
        if all(any(self.rows[at].when is None for at in self.selector.in_force(e)) for e in self._epochs(())):
            return
        yield from self._told("rules.lint.gap", None, (), (level, ""))

    def _told(
        self, code: str, at: int | None, hold: tuple[int, ...], what: tuple[Level, str]
    ) -> Iterator[Finding]:
        """Yield one finding for a goal, the sure one of any epoch before one that is not."""
        found = [
            (epoch, key, sure)
            for epoch in self._epochs(hold)
            for key, sure in filter(None, [self._search(epoch, self._goal(hold, epoch))])
        ]
        for epoch, key, sure in sorted(found, key=lambda each: (not each[2], -each[0]))[:1]:
            case, day = self.witnesses[epoch].case(key) if sure else ({}, self.witnesses[epoch].days[0])
            level, other = what
            row = "" if at is None else self.rows[at].id
            yield Finding(level if sure else "warning", code if sure else UNPROVED[code], self.rule.id, row,
                          {"other": other}, case, day)  # fmt: skip

    def _search(self, epoch: int, goal: Goal) -> tuple[Key, bool] | None:
        """Give a cell that meets the goal, and whether a case was found for it."""
        try:
            key = self.proved[epoch].find(epoch, goal)
            if key is not None:
                return key, True
            key = self.free[epoch].find(epoch, goal)
        except Fault:
            self.too_wide = True
            return None
        return None if key is None else (key, False)

    def _reach(self, at: int, epoch: int) -> Goal:
        """Let one row decide: a higher row whose number has no value does no harm if its answer is the same."""
        whole = self._goal((at,), epoch)
        lapsed = [other for other in whole.fail if self._lapsed(other, epoch)]
        spared = [other for other in lapsed if self.rows[other].then == self.rows[at].then]
        return Goal(whole.hold, tuple(other for other in whole.fail if other not in spared))

    def _lapsed(self, at: int, epoch: int) -> bool:
        values = self.selector.settings[epoch]
        return any(values[each] is None for each in parameters_of(self.rows[at].when))

    def _goal(self, hold: tuple[int, ...], epoch: int) -> Goal:
        """Let rows hold where no row of a higher rank does; no row at all asks that every one fails.

        Two rows disagree also below one that nothing can settle because its number has no value.
        """
        live = self.selector.in_force(epoch)
        if not hold:
            return Goal((), tuple(live))
        above = [at for at in live if self._rank(at) > self._rank(hold[0])]
        unsure = [at for at in above if len(hold) > 1 and self._lapsed(at, epoch)]
        return Goal(hold, tuple(at for at in above if at not in unsure), tuple(unsure))

    def _epochs(self, rows: Sequence[int]) -> Iterable[int]:
        """List the epochs in which the rows, or with none given any row, are in force."""
        return [epoch for epoch in self.witnesses if set(rows) <= set(self.selector.in_force(epoch))]

    def _rank(self, at: int) -> int:
        return DEFAULT_RANK if self.rows[at].when is None else self.rows[at].rank
