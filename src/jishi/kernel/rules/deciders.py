"""How each kind decides: rows of a table or a formula, entries of a schedule, items of a score."""

from datetime import date
from functools import cached_property

from jishi.kernel.law.clause import Confidence
from jishi.kernel.rules.calculate import calculate
from jishi.kernel.rules.decider import Asked, Case, Decider
from jishi.kernel.rules.decision import Decision, Reason, Ruling
from jishi.kernel.rules.lookup import Lookup
from jishi.kernel.rules.need import shortest_need
from jishi.kernel.rules.node import Node, parameters_of
from jishi.kernel.rules.rule import Formula, Item, Row, RuleBook, Schedule, Score, Table
from jishi.kernel.rules.select import MOST_KEPT, Key, Selection, Selector


class RowsDecider(Decider):
    """Decide by rows: the shared half of tables and formulas."""

    def __init__(self, law: Asked, rule: Table | Formula) -> None:
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

    def __init__(self, law: Asked, rule: Schedule) -> None:
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

    def __init__(self, law: Asked, rule: Score) -> None:
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
