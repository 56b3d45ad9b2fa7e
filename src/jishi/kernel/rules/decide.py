"""Decide one case: `Law(book).decide(rule, case, as_of)`, the one door for all five kinds.

A case maps fact names to stored values (`fact.read_value`); absent is unknown. Derived facts are
decided by their own rule first, unless the case states them.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property

from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Confidence
from jishi.kernel.rules.calculate import calculate
from jishi.kernel.rules.decision import Decision, Reason, Ruling
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.lookup import Lookup
from jishi.kernel.rules.need import shortest_need
from jishi.kernel.rules.node import Node, parameters_of
from jishi.kernel.rules.rule import Formula, Item, Row, Rule, RuleBook, Schedule, Score, Table
from jishi.kernel.rules.select import MOST_KEPT, Key, Selection, Selector

Case = Mapping[str, Value | None]


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

    def decider(self, rule_id: str) -> "Decider":
        """Give what decides a rule; raise `rules.not_decided` for a wording, which scans texts."""
        if rule_id not in self._deciders:
            rule = self.rule(rule_id)
            made = DECIDERS.get(type(rule))
            if made is None:
                raise Fault("rules.not_decided", id=rule_id)
            self._deciders[rule_id] = made(self, rule)
        return self._deciders[rule_id]


class Decider:
    """Decide one rule; a kind says how in `_ask`."""

    def __init__(self, law: Law, rule: Rule) -> None:
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


class RowsDecider(Decider):
    """Decide by rows: the shared half of tables and formulas."""

    def __init__(self, law: Law, rule: Table | Formula) -> None:
        super().__init__(law, rule)
        self.rule = rule
        self.selector = Selector(rule.id, rule.rows, self.book)
        self.rulings: dict[Key, Ruling] = {}
        self.needed: dict[tuple[Key, frozenset[str]], tuple[str, ...]] = {}

    def ruling(self, key: Key) -> Ruling:
        """Give the ruling of a cell."""
        found = self.rulings.get(key)
        if found is None:
            if len(self.rulings) > len(self.selector.kept):
                self.rulings.clear()
            found = self.rulings[key] = self._rule_on(self.selector.select(key), key[0])
        return found

    def needs(self, key: Key, case: Case) -> tuple[str, ...]:
        """List the fewest facts that would settle a cell, whatever their values."""
        known = frozenset(name for name in self.names if case.get(name) is not None)
        if (key, known) not in self.needed:
            if len(self.needed) >= MOST_KEPT:
                self.needed.clear()
            self.needed[key, known] = shortest_need(self.selector, key, known)
        return self.needed[key, known]

    def _rule_on(self, found: Selection, epoch: int) -> Ruling:
        rows = self.rule.rows
        if found.row is None:
            return self._open(found, [rows[at] for at in found.possible], epoch)
        chosen = rows[found.row]
        held = [chosen, *(rows[at] for at in found.also)]
        return Ruling(
            status="determined",
            answer=chosen.then if isinstance(chosen.then, str) else None,
            row=chosen.id,
            also=tuple(row.id for row in held[1:]),
            possible=(),
            clauses=tuple(dict.fromkeys(clause for row in held for clause in self._rests_on(row, epoch)[0])),
            confidence=self._rests_on(chosen, epoch)[1],
            reason="",
        )

    def _open(self, found: Selection, possible: list[Row], epoch: int) -> Ruling:
        clauses = tuple(dict.fromkeys(clause for row in possible for clause in row.cites))
        reason: Reason = found.reason  # type: ignore[assignment]
        return Ruling(
            "undetermined", None, None, (), tuple(row.id for row in possible), clauses, "confirmed", reason
        )

    def _rests_on(self, row: Row, epoch: int) -> tuple[tuple[str, ...], Confidence]:
        day = self.selector.epochs[epoch - 1] if epoch else 1
        return rests_on(self.book, row, day)


def rests_on(book: RuleBook, row: Row, day: int) -> tuple[tuple[str, ...], Confidence]:
    """Give the clauses of a row and of its parameters on a day, and the weakest confidence among them."""
    on, nodes = date.fromordinal(max(day, 1)), (row.when, row.then)
    used = [each for node in nodes if isinstance(node, Node) for each in parameters_of(node)]
    steps = [step for each in used if (step := book.parameters[each].at(on)) is not None]
    clauses = tuple(dict.fromkeys([*row.cites, *(clause for step in steps for clause in step.clauses)]))
    parts = [row.confidence, *(step.confidence for step in steps)]
    parts += [book.clauses[clause].confidence for clause in clauses if clause in book.clauses]
    return clauses, "unconfirmed" if "unconfirmed" in parts else "confirmed"


class TableDecider(RowsDecider):
    """Decide a table."""

    def _ask(self, case: Case, day: int, via: tuple[Decision, ...]) -> Decision:
        key = self.selector.key(case, day)
        ruling = self.rulings.get(key) or self.ruling(key)
        missing = () if ruling.status == "determined" else self.needs(key, case)
        return Decision(self.id, day, ruling.answer, ruling, case, missing, via, self.book.hash, self.names)


class FormulaDecider(RowsDecider):
    """Decide a formula: choose the row, then calculate exactly."""

    def _ask(self, case: Case, day: int, via: tuple[Decision, ...]) -> Decision:
        key = self.selector.key(case, day)
        ruling = self.ruling(key)
        if ruling.status == "undetermined":
            missing = self.needs(key, case)
            return Decision(self.id, day, None, ruling, case, missing, via, self.book.hash, self.names)
        at = self.selector.select(key).row
        assert at is not None and isinstance(self.rule, Formula)
        value, missing, reason = calculate(self.rule.rows[at], self.rule.value, case, (self.book, day))
        if value is None:
            ruling = Ruling(
                "undetermined", None, ruling.row, (), (), ruling.clauses, ruling.confidence, reason
            )
        return Decision(self.id, day, value, ruling, case, missing, via, self.book.hash, self.names)


class ScheduleDecider(Decider):
    """Decide a schedule: the entry whose keys fit best."""

    def __init__(self, law: Law, rule: Schedule) -> None:
        super().__init__(law, rule)
        self.rule = rule

    @cached_property
    def lookup(self) -> Lookup:
        """Give the entries by key."""
        return Lookup(self.rule, self.book)

    def _ask(self, case: Case, day: int, via: tuple[Decision, ...]) -> Decision:
        ruling, value, missing = self.lookup.find(tuple(case.get(name) for name in self.names), day)
        return Decision(self.id, day, value, ruling, case, missing, via, self.book.hash, self.names)


class ScoreDecider(Decider):
    """Decide a score: the points of each item under its cap, and the sum under the whole's."""

    def __init__(self, law: Law, rule: Score) -> None:
        super().__init__(law, rule)
        self.rule = rule
        self.items = [(item, FormulaDecider(law, _as_formula(rule, item))) for item in rule.items]

    def _ask(self, case: Case, day: int, via: tuple[Decision, ...]) -> Decision:
        parts = [(item, decider.decide(case, day)) for item, decider in self.items]
        known = all(part.determined for _, part in parts)
        total = sum(min(int(part.answer or 0), item.cap) for item, part in parts)
        missing = tuple(dict.fromkeys(name for _, part in parts for name in part.missing))
        ruling = _merge([part.ruling for _, part in parts], known)
        answer = min(total, self.rule.cap) if known else None
        return Decision(self.id, day, answer, ruling, case, missing, via, self.book.hash, self.names)


def _as_formula(rule: Score, item: Item) -> Formula:
    return Formula(
        f"{rule.id}#{item.id}", rule.title, rule.question, rule.facts, value=rule.value, rows=item.rows
    )


def _merge(parts: list[Ruling], known: bool) -> Ruling:
    """Join the rulings of a score's items; its rows are the deciding row of each."""
    rows = [part.row for part in parts if part.row]
    clauses = tuple(dict.fromkeys(clause for part in parts for clause in part.clauses))
    weak = any(part.confidence == "unconfirmed" for part in parts)
    reason: Reason = next((part.reason for part in parts if part.reason), "")
    return Ruling(
        "determined" if known else "undetermined", None, rows[0] if rows else None, tuple(rows[1:]), (),
        clauses, "unconfirmed" if weak else "confirmed", reason,
    )  # fmt: skip


DECIDERS: dict[type[Rule], type[Decider]] = {
    Table: TableDecider, Formula: FormulaDecider, Schedule: ScheduleDecider, Score: ScoreDecider,
}  # fmt: skip
