"""Write a rule as one SELECT: `to_sql(law, rule)`, equal to the single form on every row.

The source has a column for each fact: BOOLEAN, BIGINT (integer, money in fen, area in cm2),
DECIMAL(18,6) (ratio, decimal), DATE, TEXT (choice; text outside the vocabulary is unknown), and
`as_of` DATE. NULL is unknown. Layers of SELECT: facts, conditions, the first row that holds, the answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import FormulaDecider, RowsDecider, ScheduleDecider, ScoreDecider
from jishi.kernel.rules.fact import SCALE, Fact, Vocabulary
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.lookup import ANYTHING
from jishi.kernel.rules.node import Node
from jishi.kernel.rules.rule import DEFAULT_RANK, Entry, Formula, Row, Schedule
from jishi.kernel.rules.sql_terms import DAY_ZERO, Dialect, Terms, day, name, text

DIALECTS: tuple[Dialect, ...] = ("duckdb", "postgres")


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


def to_sql(
    law: Law,
    rule_id: str,
    source: str = "cases",
    dialect: Dialect = "duckdb",
    *,
    options: Options | None = None,
) -> str:
    """Write a SELECT that gives the id columns, answer, row and status of every case of a source.

    `source` is a table, or a query in brackets. Raise `rules.not_in_sql` for what SQL cannot say exactly.
    """
    if dialect not in DIALECTS:
        raise Fault("rules.dialect", dialect=dialect, valid=list(DIALECTS))
    writer = _Writer(law, dialect, options or Options())
    found = writer.rule(rule_id)
    known = f"{found.answer} IS NOT NULL"
    status = (
        f"CASE WHEN {found.conflict} THEN 'conflict' WHEN {known} THEN 'determined' ELSE 'undetermined' END"
    )
    answer = f"CASE WHEN NOT {found.conflict} THEN {found.answer} END"
    row = f"CASE WHEN NOT {found.conflict} THEN {found.row} END"
    told = [*map(name, writer.options.ids), f"{answer} AS answer", f'{row} AS "row"', f"{status} AS status"]
    return f"SELECT {', '.join(told)}\nFROM ({writer.text(source)}) AS decided"


@dataclass
class _Writer:
    """Collect the layers of columns a rule needs; a later layer reads the earlier ones."""

    law: Law
    dialect: Dialect
    options: Options
    facts: dict[str, str] = field(default_factory=dict)
    layers: list[dict[str, str]] = field(default_factory=list)
    known: dict[str, Found] = field(default_factory=dict)

    def text(self, source: str) -> str:
        """Write the layers over a source."""
        day_column = f"{AS_OF} AS {AS_OF}" if self.options.as_of is None else f"{self._day()} AS {AS_OF}"
        base = [*map(name, self.options.ids), day_column]
        base += [f"{sql} AS {name('f_' + fact)}" for fact, sql in self.facts.items()]
        found = f"SELECT {', '.join(base)}\nFROM {source} AS cases"
        for number, layer in enumerate(self.layers):
            told = ",\n  ".join(f"{sql} AS {name(column)}" for column, sql in layer.items())
            found = f"SELECT l{number}.*,\n  {told}\nFROM ({found}) AS l{number}"
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
            answer = _in_vocabulary(found.answer, fact.vocabulary)
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
        self._layer(prefix + "c", [_in_force(row, terms.condition(row.when) if row.when else "TRUE")
                                   for row in rows])  # fmt: skip
        held = [name(f"{prefix}c{at}") for at in range(len(rows))]
        order = sorted(range(len(rows)), key=lambda at: -_rank(rows[at]))
        self._layer(
            prefix + "at", ["(CASE " + " ".join(f"WHEN {held[at]} THEN {at}" for at in order) + " END)"]
        )
        at_ = name(prefix + "at0")
        clash = [
            (at, _any(f"({held[each]} IS TRUE)" for each in _others(rows, at, lambda a, b: a == b)))
            for at in order
        ]
        maybe = [
            (at, _any(f"({held[each]} IS NULL)" for each in _others(rows, at, lambda a, b: a >= b)))
            for at in order
        ]
        self._layer(prefix + "clash", [_case(at_, clash, "FALSE"), _case(at_, maybe, "TRUE")])
        clashes, open_ = name(prefix + "clash0"), name(prefix + "clash1")
        told = self._told(decider, terms, at_)
        free = f"NOT {clashes} AND NOT {open_}"
        named = _case(at_, [(at, text(row.id)) for at, row in enumerate(rows)], "NULL")
        self._layer(
            prefix + "r", [f"(CASE WHEN {free} THEN {told} END)", f"(CASE WHEN {free} THEN {named} END)"]
        )
        return Found(name(prefix + "r0"), name(prefix + "r1"), clashes)

    def _told(self, decider: RowsDecider, terms: Terms, at_: str) -> str:
        rows = decider.selector.rows
        if not isinstance(decider, FormulaDecider):
            return _case(at_, [(at, text(str(row.then))) for at, row in enumerate(rows)], "NULL")
        assert isinstance(decider.rule, Formula)
        value, found = decider.rule.value, []
        for at, row in enumerate(rows):
            assert isinstance(row.then, Node)
            found.append(
                (at, terms.rounded(terms.ratio(row.then), SCALE[value.kind], row.rounding or "half_up"))
            )
        return _typed(value, _case(at_, found, "NULL"))

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
            prefix + "s", [f"({total})", f"COALESCE({rows}, NULL)", _any(each.conflict for _, each in parts)]
        )
        sum_ = name(prefix + "s0")
        self._layer(prefix + "t", [f"(CASE WHEN {sum_} > {cap} THEN {cap} ELSE {sum_} END)"])
        return Found(name(prefix + "t0"), name(prefix + "s1"), name(prefix + "s2"))

    def _schedule(self, rule: Schedule, prefix: str) -> Found:
        """Write which entries fit; the nearest of those that do decides, unless one may fit for want of a key."""
        facts = [self.law.book.facts[each] for each in rule.facts]
        entries = sorted(
            rule.entries,
            key=lambda entry: [-_depth(key, fact) for key, fact in zip(entry.keys, facts, strict=True)],
        )
        self._layer(
            prefix + "c", [_in_force(entry, self._fits(entry, facts)) for entry in entries] or ["FALSE"]
        )
        held = [name(f"{prefix}c{at}") for at in range(len(entries))]
        open_ = _any(f"({each} IS NULL)" for each in held)
        whens = [(f"WHEN {mine} THEN {_value(rule.value, entry.value)}", f"WHEN {mine} THEN {text(entry.id)}")
                 for mine, entry in zip(held, entries, strict=True)]  # fmt: skip
        told = [f"(CASE WHEN {open_} THEN NULL {' '.join(each)} END)" for each in zip(*whens, strict=True)]
        self._layer(prefix + "r", told or [_typed(rule.value, "CAST(NULL AS BIGINT)"), "CAST(NULL AS TEXT)"])
        return Found(name(prefix + "r0"), name(prefix + "r1"), "FALSE")

    def _fits(self, entry: Entry, facts: Sequence[Fact]) -> str:
        parts = []
        for key, fact in zip(entry.keys, facts, strict=True):
            column = self._column(fact.name)
            if key == ANYTHING:
                continue
            if fact.vocabulary is not None:
                below = [each for each in fact.vocabulary.words if fact.vocabulary.under(each, str(key))]
                parts.append(f"{column} IN ({', '.join(map(text, below)) or 'NULL'})")
            else:
                parts.append(f"{column} = {_value(fact, key)}")
        return "(" + " AND ".join(parts) + ")" if parts else "TRUE"

    def _with(self, found: Found, conflicts: Sequence[str]) -> Found:
        return replace(found, conflict=_any([found.conflict, *conflicts])) if conflicts else found

    def _layer(self, stem: str, columns: Sequence[str]) -> None:
        self.layers.append({f"{stem}{at}": sql for at, sql in enumerate(columns)})

    def _column(self, fact: str) -> str:
        derived = any(f"d_{fact}" in layer for layer in self.layers)
        return name(f"d_{fact}" if derived else f"f_{fact}")

    def _terms(self, rule_id: str) -> Terms:
        return Terms(rule_id, self.law.book, self._column, AS_OF, self.dialect)

    def _day(self) -> str:
        assert self.options.as_of is not None
        return day(self.options.as_of.toordinal())


def _read(fact: Fact) -> str:
    return _in_vocabulary(f"cases.{name(fact.name)}", fact.vocabulary)


def _in_vocabulary(sql: str, words: Vocabulary | None) -> str:
    return (
        sql if words is None else f"CASE WHEN {sql} IN ({', '.join(map(text, words.words))}) THEN {sql} END"
    )


def _in_force(row: Row | Entry, condition: str) -> str:
    span = [f"{AS_OF} >= {day(row.since)}"] if row.since > 1 else []
    span += [] if row.until is None else [f"{AS_OF} <= {day(row.until)}"]
    return f"CASE WHEN {' AND '.join(span)} THEN {condition} ELSE FALSE END" if span else condition


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


def _any(parts: Iterable[str]) -> str:
    held = list(dict.fromkeys(each for each in parts if each != "FALSE"))
    return f"({' OR '.join(held)})" if held else "FALSE"


def _case(over: str, parts: Sequence[tuple[int, str]], other: str) -> str:
    told = " ".join(f"WHEN {at} THEN {sql}" for at, sql in parts if sql != other)
    return f"(CASE {over} {told} ELSE {other} END)" if told else other


def _depth(key: str | int, fact: Fact) -> int:
    if key == ANYTHING:
        return 0
    return 1 if fact.vocabulary is None else len(fact.vocabulary.way_up(str(key)))


def _value(fact: Fact, value: int | str) -> str:
    """Write a stored value in the column type of its fact."""
    if isinstance(value, str):
        return text(value)
    if fact.kind == "boolean":
        return "TRUE" if value else "FALSE"
    return _typed(fact, f"CAST({value} AS BIGINT)")


def _typed(fact: Fact, sql: str) -> str:
    """Turn a stored whole number into the column type of its fact."""
    if fact.kind in ("ratio", "decimal"):
        return f"(CAST({sql} AS DECIMAL(38,0)) * 0.000001)"
    return f"({DAY_ZERO} + CAST({sql} - 1 AS INTEGER))" if fact.kind == "date" else sql
