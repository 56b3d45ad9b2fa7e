"""Decide one case: `Law(book).decide(rule, case, as_of)`, the one door for all five kinds.

A case maps fact names to stored values (`fact.read_value`); absent is unknown. Derived facts are
decided by their own rule first, unless the case states them.
"""

from datetime import date
from difflib import get_close_matches

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decider import Case, Decider
from jishi.kernel.rules.deciders import FormulaDecider, ScheduleDecider, ScoreDecider, TableDecider
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.rule import Formula, Rule, RuleBook, Schedule, Score, Table

DECIDERS: dict[type[Rule], type[Decider]] = {
    Table: TableDecider, Formula: FormulaDecider, Schedule: ScheduleDecider, Score: ScoreDecider,
}  # fmt: skip


class Law:
    """A rule book ready to decide; what it works out is kept, by cell, for the next case."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self._deciders: dict[str, Decider] = {}

    def rule(self, rule_id: str) -> Rule:
        """Give a rule; raise `rules.unknown_rule` naming the nearest."""
        if rule_id not in self.book.rules:
            near = get_close_matches(rule_id, self.book.rules, n=3, cutoff=0.4)
            raise Fault("rules.unknown_rule", id=rule_id, valid=near)
        return self.book.rules[rule_id]

    def decide(self, rule_id: str, case: Case, as_of: date | int) -> Decision:
        """Decide a case under the law of a day."""
        decider = self._deciders.get(rule_id) or self.decider(rule_id)
        return decider.decide(case, as_of if isinstance(as_of, int) else as_of.toordinal())

    def decider(self, rule_id: str) -> Decider:
        """Give what decides a rule; raise `rules.not_decided` for a wording, which scans texts."""
        if rule_id not in self._deciders:
            rule = self.rule(rule_id)
            made = DECIDERS.get(type(rule))
            if made is None:
                raise Fault("rules.not_decided", id=rule_id)
            self._deciders[rule_id] = made(self, rule)
        return self._deciders[rule_id]
