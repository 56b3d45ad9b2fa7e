"""Turn the rows of one rule file into a kernel rule, holding every name, value and unit against the pack."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.rule import (
    DatedRow,
    FormulaFile,
    ItemRow,
    PatternRow,
    PointsRow,
    RuleRow,
    ScoreFile,
    SumRow,
    TableFile,
    TableRow,
    WordingFile,
)
from jishi.apps.packs.rules.expression import fault_of
from jishi.apps.packs.rules.facts import build_value
from jishi.apps.packs.rules.report import Lost, Report
from jishi.kernel.fault import Fault
from jishi.kernel.rules import dimension as dim
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.grammar import AS_OF, Scope, read_condition, read_expression
from jishi.kernel.rules.node import Node, facts_of
from jishi.kernel.rules.rule import Answer, Formula, Item, Pattern, Row, Rule, Score, Table, Wording

Pair = tuple[str, str]


@dataclass(frozen=True)
class Frame:
    """What the rules of a pack may name, and what broken files may have meant to declare."""

    scope: Scope
    clauses: Mapping[str, Any]
    lost: Mapping[str, Lost]
    unsure: Collection[str] = ()

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Give the facts by name."""
        return self.scope.facts


class Builder:
    """Build one rule; what is wrong goes to the report, and the rule is built from what is left."""

    def __init__(self, frame: Frame, report: Report, asked: tuple[str, ...]) -> None:
        self.frame, self.report, self.asked = frame, report, asked
        self.used: dict[str, None] = {}
        self.whole = True

    def table(self, file: TableFile) -> Rule:
        """Build a table (规则表)."""
        answers = tuple(Answer(each.id, (each.zh, each.en), each.permits) for each in file.answers)
        known = [each.id for each in answers]
        self.once("answers", known)
        for row in file.rows:
            if row.then not in known:
                self.report.add(f"row[{row.id}].then", row.then, "pack.unknown_answer", near(row.then, known))
        rows = self.rows(file.rows, "row", lambda row, key: row.then)
        return Table(**self.head(file), answers=answers, rows=rows)

    def formula(self, file: FormulaFile) -> Rule:
        """Build a formula (公式)."""
        value = build_value(file.value, pair(file.title), self.report)
        rows = self.rows(file.rows, "row", lambda row, key: self.sum(str(row.then), f"{key}.then", value))
        return Formula(**self.head(file), value=value, rows=rows)

    def score(self, file: ScoreFile) -> Rule:
        """Build a points table (积分表)."""
        value = build_value(file.value, pair(file.title), self.report)
        self.once("item", [item.id for item in file.items])
        items = tuple(self.item(item, value) for item in file.items)
        self.once("item.row", [name for item in items for name in {row.id for row in item.rows}])
        return Score(**self.head(file), value=value, cap=file.cap, items=items)

    def item(self, item: ItemRow, value: Fact) -> Item:
        """Build one line of a points table."""
        rows = self.rows(
            item.rows,
            f"item[{item.id}].row",
            lambda row, key: self.sum(str(row.points), f"{key}.points", value),
        )
        return Item(item.id, pair(item.label), item.cap, rows)

    def wording(self, file: WordingFile) -> Rule:
        """Build a wording rule (用语表)."""
        grounds = {each.id: (each.zh, each.en) for each in file.grounds}
        self.once("pattern", [each.id for each in file.patterns])
        patterns = tuple(self.pattern(row, grounds) for row in file.patterns)
        return Wording(**self.head(file), grounds=grounds, patterns=patterns)

    def pattern(self, row: PatternRow, grounds: Mapping[str, Pair]) -> Pattern:
        """Build one pattern."""
        key = f"pattern[{row.id}]"
        if row.ground not in grounds:
            self.report.add(f"{key}.ground", row.ground, "pack.unknown_ground", near(row.ground, grounds))
        for name in ("match", "unless"):
            for text in getattr(row, name):
                self.expression(text, f"{key}.{name}")
        since, until = self.dated(row, key)
        return Pattern(
            id=row.id,
            ground=row.ground,
            level=row.level,
            match=row.match,
            unless=row.unless,
            when=self.condition(row.when, f"{key}.when"),
            cites=row.cites,
            since=since,
            until=until,
            confidence=row.confidence,
            suggestion=None if row.suggestion is None else pair(row.suggestion),
            note=None if row.note is None else pair(row.note),
            when_text=row.when or "",
        )

    def expression(self, text: str, key: str) -> None:
        """Report a regular expression that does not compile, or may take time without bound."""
        fault = fault_of(text)
        if fault is not None:
            self.report.add(key, text, *fault)

    def rows(
        self, rows: Iterable[TableRow | SumRow | PointsRow], key: str, then: Callable[[Any, str], Any]
    ) -> tuple[Row, ...]:
        """Build dated rows; two of one id or two defaults on one day are reported."""
        found = tuple(rows)
        self.once(key, [row.id for row in found])
        self._defaults([row for row in found if row.when is None], key)
        return tuple(self.row(row, f"{key}[{row.id}]", then) for row in found)

    def row(self, row: TableRow | SumRow | PointsRow, key: str, then: Callable[[Any, str], Any]) -> Row:
        """Build one row of a table, formula or points table."""
        since, until = self.dated(row, key)
        return Row(
            id=row.id,
            when=self.condition(row.when, f"{key}.when"),
            then=then(row, key),
            rank=row.rank,
            cites=row.cites,
            since=since,
            until=until,
            confidence=row.confidence,
            rounding=row.round if isinstance(row, SumRow) else "",
            note=None if row.note is None else pair(row.note),
            when_text=row.when or "",
            then_text=str(row.points if isinstance(row, PointsRow) else row.then),
        )

    def dated(self, row: DatedRow, key: str) -> tuple[int, int | None]:
        """Give the interval of a row as day ordinals; hold its clauses against the pack's."""
        if row.until is not None and row.until < row.since:
            self.report.add(f"{key}.until", row.until, "pack.ends_early", f"≥ {row.since}")
        for clause in row.cites:
            if clause not in self.frame.clauses and clause not in self.frame.lost["clauses"]:
                found = near(clause, self.frame.clauses)
                self.report.add(f"{key}.cites", clause, "pack.unknown_clause", found)
        return row.since.toordinal(), None if row.until is None else row.until.toordinal()

    def condition(self, text: str | None, key: str) -> Node | None:
        """Read a condition; a broken one is reported and stands for none."""
        return None if text is None else self._read(read_condition, text, key)

    def sum(self, text: str, key: str, value: Fact) -> Node | str:
        """Read an expression whose unit must be that of the value."""
        node = self._read(read_expression, text, key)
        if node is None:
            return text
        is_, wanted = getattr(node, "dim", dim.ANY), dim.of_fact(value.kind, value.unit)
        bare = is_ == dim.RATIO and wanted.kind == "count"  # money by money is a plain number
        if not bare and not dim.same(is_, wanted):
            self.report.add(key, text, "pack.value_unit", str(wanted), found=str(is_))
        return node

    def _read(self, read: Callable[[str, Scope], Node], text: str, key: str) -> Node | None:
        try:
            node = read(text, self.frame.scope)
        except Fault as fault:
            self.whole = False
            self.fault(key, fault)
            return None
        self.used |= dict.fromkeys(name for name in facts_of(node) if name != AS_OF)
        return node

    def fault(self, key: str, fault: Fault) -> None:
        """Report what the kernel refused, unless a problem elsewhere is the cause."""
        if not self._already_told(fault):
            self.report.fault(key, fault)

    def _already_told(self, fault: Fault) -> bool:
        """Tell whether the unknown name is broken elsewhere, or told of once as one of the facts listed."""
        folder = {"rules.unknown_fact": "facts", "rules.unknown_parameter": "parameters"}.get(fault.code)
        name = fault.params.get("name")
        if fault.params.get("fact") in self.frame.unsure:
            return True
        return folder is not None and (
            name in self.frame.lost[folder] or (folder == "facts" and name in self.asked)
        )

    def _defaults(self, rows: list[Any], key: str) -> None:
        for at, row in enumerate(rows):
            for other in rows[:at]:
                if row.since <= (other.until or date.max) and other.since <= (row.until or date.max):
                    self.report.add(f"{key}[{row.id}]", row.id, "pack.two_defaults", "until", first=other.id)

    def once(self, key: str, ids: Iterable[str]) -> None:
        """Report an id that stands twice."""
        for identity, count in Counter(ids).items():
            if count > 1:
                self.report.add(f"{key}[{identity}].id", identity, "pack.twice", first=self.report.file)

    def head(self, file: RuleRow) -> dict[str, Any]:
        """Give what every kind shares; facts listed and facts used must be the same."""
        for name in file.facts:
            if name not in self.frame.facts and name not in self.frame.lost["facts"]:
                self.report.add("facts", name, "pack.unknown_fact", near(name, self.frame.facts))
        self.once("facts", file.facts)
        for name in self.used:
            if name not in file.facts:
                self.report.add("facts", name, "pack.fact_not_listed", name)
        if self.whole and file.kind != "schedule":
            for name in file.facts:
                if name not in self.used and name in self.frame.facts:
                    self.report.add("facts", name, "pack.fact_not_used", ", ".join(self.used))
        return {
            "id": file.id,
            "title": pair(file.title),
            "question": pair(file.question),
            "facts": file.facts,
            "measures": file.measures,
            "note": None if file.note is None else pair(file.note),
        }


def pair(words: Words) -> Pair:
    """Give words as the kernel holds them."""
    return words.zh, words.en


def near(name: str, known: Iterable[str]) -> str:
    """Name the nearest of what is known."""
    names = list(known)
    return ", ".join(get_close_matches(name, names, n=3, cutoff=0.4) or sorted(names)[:8])
