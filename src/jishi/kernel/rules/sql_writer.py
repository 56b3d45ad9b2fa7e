"""Collect the SELECT layers of a rule: facts, conditions, the first row that holds, what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import FormulaDecider, RowsDecider, ScheduleDecider, ScoreDecider
from jishi.kernel.rules.fact import SCALE, Fact
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Node
from jishi.kernel.rules.rule import DEFAULT_RANK, Formula, Row, Schedule
from jishi.kernel.rules.sql_schedule import by_nearness, fits, in_force, looked_up
from jishi.kernel.rules.sql_terms import Terms
from jishi.kernel.rules.sql_text import (
    Dialect,
    case,
    day,
    either,
    in_vocabulary,
    name,
    text,
    typed,
)


@dataclass(frozen=True)
class Options:
    """What the source is like: columns passed through, derived facts it states, the one day (None: a column)."""

    ids: Sequence[str] = ("id",)
    given: Sequence[str] = ()
    as_of: date | None = None


@dataclass(frozen=True)
class Found:
    """The columns that hold what a rule decided."""

    answer: str
    row: str
    conflict: str


@dataclass
class Writer:
    """Collect the layers of columns a rule needs; a later layer reads the earlier ones."""

    law: Law
    dialect: Dialect
    options: Options
    facts: dict[str, str] = field(default_factory=dict)
    layers: list[dict[str, str]] = field(default_factory=list)
    known: dict[str, Found] = field(default_factory=dict)

    @property
    def as_of(self) -> str:
        """Give the SQL of the day: its column, or the one day."""
        return AS_OF if self.options.as_of is None else day(self.options.as_of.toordinal())

    def text(self, source: str) -> str:
        """Write the layers over a source."""
        base = [*map(name, self.options.ids), *([AS_OF] if self.options.as_of is None else [])]
        base += [f"{sql} AS {name('f_' + fact)}" for fact, sql in self.facts.items()]
        fence = "\nOFFSET 0" if self.dialect == "postgres" else ""  # else it copies each layer into the next
        found = f"SELECT {', '.join(base)}\nFROM {source} AS cases{fence}"
        for number, layer in enumerate(self.layers):
            told = ",\n  ".join(f"{sql} AS {name(column)}" for column, sql in layer.items())
            found = f"SELECT l{number}.*,\n  {told}\nFROM ({found}) AS l{number}{fence}"
        return found

    def rule(self, rule_id: str) -> Found:
        """Write a rule, its derived facts first."""
        if rule_id not in self.known:
            decider = self.law.decider(rule_id)
            conflicts = [self._derive(fact, rule) for fact, rule in decider.derived.items()]
            for fact in decider.names:
                if fact not in decider.derived:
                    self.facts.setdefault(fact, _read(self.law.book.facts[fact]))
            found = self._decided(decider, f"r{len(self.known)}_")
            self.known[rule_id] = self._with(found, conflicts)
        return self.known[rule_id]

    def _derive(self, fact_name: str, rule_id: str) -> str:
        """Add the column of a derived fact: as stated, else as its rule decides."""
        fact, column = self.law.book.facts[fact_name], f"d_{fact_name}"
        found = self.rule(rule_id)
        stated = fact_name in self.options.given
        if stated:
            self.facts.setdefault(fact_name, _read(fact))
        if not any(column in layer for layer in self.layers):
            answer = in_vocabulary(found.answer, fact.vocabulary)
            mine = f"COALESCE({name('f_' + fact_name)}, {answer})" if stated else answer
            self.layers.append({column: mine})
        asked = f"({name('f_' + fact_name)} IS NULL AND {found.conflict})"
        return asked if stated else found.conflict

    def _decided(self, decider: object, prefix: str) -> Found:
        if isinstance(decider, ScheduleDecider):
            return self._schedule(decider.rule, prefix)
        if isinstance(decider, ScoreDecider):
            return self._score(decider, prefix)
        assert isinstance(decider, RowsDecider)
        return self._rows(decider, prefix)

    def _rows(self, decider: RowsDecider, prefix: str) -> Found:
        """Write conditions, then the first row that holds, then what it answers."""
        terms, rows = self._terms(decider.rule.id), decider.selector.rows
        self._layer(prefix + "c", [in_force(row, terms.condition(row.when) if row.when else "TRUE", self.as_of)
                                   for row in rows])  # fmt: skip
        held = [name(f"{prefix}c{at}") for at in range(len(rows))]
        order = sorted(range(len(rows)), key=lambda at: -_rank(rows[at]))
        self._layer(
            prefix + "at", ["(CASE " + " ".join(f"WHEN {held[at]} THEN {at}" for at in order) + " END)"]
        )
        at_ = name(prefix + "at0")
        clash = [
            (at, either(f"({held[each]} IS TRUE)" for each in _others(rows, at, lambda a, b: a == b)))
            for at in order
        ]
        maybe = [
            (at, either(f"({held[each]} IS NULL)" for each in _others(rows, at, lambda a, b: a >= b)))
            for at in order
        ]
        self._layer(prefix + "clash", [case(at_, clash, "FALSE"), case(at_, maybe, "TRUE")])
        clashes, open_ = name(prefix + "clash0"), name(prefix + "clash1")
        told = self._told(decider, terms, at_)
        free = f"NOT {clashes} AND NOT {open_}"
        named = case(at_, [(at, text(row.id)) for at, row in enumerate(rows)], "NULL")
        self._layer(
            prefix + "r", [f"(CASE WHEN {free} THEN {told} END)", f"(CASE WHEN {free} THEN {named} END)"]
        )
        return Found(name(prefix + "r0"), name(prefix + "r1"), clashes)

    def _told(self, decider: RowsDecider, terms: Terms, at_: str) -> str:
        rows = decider.selector.rows
        if not isinstance(decider, FormulaDecider):
            return case(at_, [(at, text(str(row.then))) for at, row in enumerate(rows)], "NULL")
        assert isinstance(decider.rule, Formula)
        value, found = decider.rule.value, []
        for at, row in enumerate(rows):
            assert isinstance(row.then, Node)
            found.append(
                (at, terms.rounded(terms.ratio(row.then), SCALE[value.kind], row.rounding or "half_up"))
            )
        return typed(value, case(at_, found, "NULL"))

    def _score(self, decider: ScoreDecider, prefix: str) -> Found:
        parts = [
            (item.cap, self._rows(each, f"{prefix}i{at}_")) for at, (item, each) in enumerate(decider.items)
        ]
        capped = [
            f"(CASE WHEN {each.answer} > {cap} THEN {cap} ELSE {each.answer} END)" for cap, each in parts
        ]
        total, cap = " + ".join(capped) or "0", decider.rule.cap
        rows = ", ".join(each.row for _, each in parts)
        self._layer(
            prefix + "s",
            [f"({total})", f"COALESCE({rows}, NULL)", either(each.conflict for _, each in parts)],
        )
        sum_ = name(prefix + "s0")
        self._layer(prefix + "t", [f"(CASE WHEN {sum_} > {cap} THEN {cap} ELSE {sum_} END)"])
        return Found(name(prefix + "t0"), name(prefix + "s1"), name(prefix + "s2"))

    def _schedule(self, rule: Schedule, prefix: str) -> Found:
        facts = [self.law.book.facts[each] for each in rule.facts]
        entries = by_nearness(rule, facts)
        self._layer(
            prefix + "c",
            [in_force(each, fits(each, facts, self._column), self.as_of) for each in entries] or ["FALSE"],
        )
        held = [name(f"{prefix}c{at}") for at in range(len(entries))]
        self._layer(prefix + "r", looked_up(rule, entries, held))
        return Found(name(prefix + "r0"), name(prefix + "r1"), "FALSE")

    def _with(self, found: Found, conflicts: Sequence[str]) -> Found:
        return replace(found, conflict=either([found.conflict, *conflicts])) if conflicts else found

    def _layer(self, stem: str, columns: Sequence[str]) -> None:
        self.layers.append({f"{stem}{at}": sql for at, sql in enumerate(columns)})

    def _column(self, fact: str) -> str:
        derived = any(f"d_{fact}" in layer for layer in self.layers)
        return name(f"d_{fact}" if derived else f"f_{fact}")

    def _terms(self, rule_id: str) -> Terms:
        return Terms(rule_id, self.law.book, self._column, self.as_of, self.dialect)


def _read(fact: Fact) -> str:
    return in_vocabulary(f"cases.{name(fact.name)}", fact.vocabulary)


def _rank(row: Row) -> int:
    return DEFAULT_RANK if row.when is None else row.rank


def _others(rows: Sequence[Row], at: int, above: object) -> list[int]:
    """List the rows with another answer whose rank stands to the row's as asked."""
    assert callable(above)
    return [
        each
        for each, row in enumerate(rows)
        if row.then != rows[at].then and above(_rank(row), _rank(rows[at]))
    ]
