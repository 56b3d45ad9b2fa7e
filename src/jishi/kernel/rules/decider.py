"""What every kind of rule shares in deciding: derived facts come first, and pass on what they need."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.rule import Rule, RuleBook

Case = Mapping[str, Value | None]


class Asked(Protocol):
    """A law that answers by rule: what decides derived facts."""

    book: RuleBook

    def decide(self, rule_id: str, case: Case, as_of: date | int) -> Decision:
        """Decide a case under the law of a day."""
        ...


class Decider:
    """Decide one rule; a kind says how in `_ask`."""

    def __init__(self, law: Asked, rule: Rule) -> None:
        self.law, self.book, self.id = law, law.book, rule.id
        facts = self.book.facts
        self.derived = {name: source for name in rule.facts if name in facts and (source := facts[name].rule)}
        self.names = rule.facts

    def decide(self, case: Case, day: int) -> Decision:
        """Decide a case on a day ordinal."""
        if not self.derived:
            return self._ask(case, day, ())
        known, via = self._derive(case, day)
        return self._settle(self._ask(known, day, via))

    def _ask(self, case: Case, day: int, via: tuple[Decision, ...]) -> Decision:
        raise NotImplementedError

    def _derive(self, case: Case, day: int) -> tuple[Case, tuple[Decision, ...]]:
        """Decide the derived facts the case does not state; an undetermined one stays unknown."""
        asked = {
            name: self.law.decide(rule, case, day)
            for name, rule in self.derived.items()
            if case.get(name) is None
        }
        return {**case, **{name: sub.answer for name, sub in asked.items()}}, tuple(asked.values())

    def _settle(self, decision: Decision) -> Decision:
        """Name, for a missing derived fact, the facts its own rule needs."""
        open_ = {sub.rule: sub.missing for sub in decision.via if sub.missing}
        missing = [
            each for name in decision.missing for each in open_.get(self.derived.get(name, ""), (name,))
        ]
        return decision._replace(missing=tuple(dict.fromkeys(missing)))
