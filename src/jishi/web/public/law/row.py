"""Rows of a rule as a reader sees them: condition in words, answer, clauses, days in force, how sure it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from django.utils.translation import gettext as _

from jishi.kernel.rules.deciders import rests_on
from jishi.kernel.rules.node import All, Any_, Node
from jishi.kernel.rules.rule import DEFAULT_RANK, Pattern, Row, Rule, RuleBook, Table
from jishi.platform.words.condition import Sayer
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition, word
from jishi.web.public.law.label import PRESENT, ROUNDINGS, span_text, state_of
from jishi.web.shell.site import language


@dataclass(frozen=True)
class Line:
    """One row: `parts` are its conditions, all needed or (`either`) any of them; none: it is the rest."""

    number: int
    id: str
    parts: tuple[str, ...]
    either: bool
    answer: str
    permits: bool
    rounding: str
    cites: tuple[Cited, ...]
    span: str
    state: str
    sure: bool
    note: str
    written: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The rows of one rank; `title` says how they stand to the others, empty where there is one rank only."""

    title: str
    lines: tuple[Line, ...]


@dataclass
class LineMaker:
    """Make the lines of one rule, numbered in the order shown."""

    edition: Edition
    rule: Rule
    sayers: dict[int, Sayer] = field(default_factory=dict)
    count: int = 0

    def sayer(self, since: int, until: int | None) -> Sayer:
        """Give what says conditions with the numbers of the day asked, or of the row's own last or first day."""
        day = max(since, self.edition.on if until is None else min(self.edition.on, until))
        if day not in self.sayers:
            self.sayers[day] = Sayer(self.edition.pack.book, day, language())
        return self.sayers[day]

    def groups(self, rows: Iterable[Row]) -> tuple[Group, ...]:
        """Give rows by rank, the highest first; what has no condition stands last."""
        ranked = [(rank, list(found)) for rank, found in groupby(by_rank(rows), key=rank_of)]
        plain = min((rank for rank, _found in ranked if rank != DEFAULT_RANK), default=0)
        several = sum(rank != DEFAULT_RANK for rank, _found in ranked) > 1
        return tuple(
            Group(
                _title(rank, plain) if several or rank == DEFAULT_RANK else "", tuple(map(self.line, found))
            )
            for rank, found in ranked
        )

    def line(self, row: Row) -> Line:
        """Make one line."""
        self.count += 1
        sayer = self.sayer(row.since, row.until)
        parts, either = parts_of(row.when, sayer)
        answer, permits = self.answer(row, sayer)
        return Line(
            number=self.count,
            id=row.id,
            parts=parts,
            either=either,
            answer=answer,
            permits=permits,
            rounding=str(ROUNDINGS.get(row.rounding, row.rounding)),
            cites=cite_all(self.edition, row.cites),
            span=span_text(row.since, row.until),
            state=state_of(row.since, row.until, self.edition.on),
            sure=is_sure(self.edition.pack.book, row, self.edition.on),
            note=word(row.note),
            written=tuple(
                filter(None, (row.when_text, "" if isinstance(self.rule, Table) else row.then_text))
            ),
        )

    def answer(self, row: Row, sayer: Sayer) -> tuple[str, bool]:
        """Give the words of a row's answer, and whether it lets a guarded action go on."""
        if isinstance(row.then, Node):
            return sayer.number(row.then), False
        if isinstance(self.rule, Table):
            found = self.rule.answer(row.then)
            return word(found.words), found.permits
        return str(row.then), False


def rank_of(row: Row) -> int:
    """Give the rank of a row; one without a condition stands below every other."""
    return DEFAULT_RANK if row.when is None else row.rank


def by_rank(rows: Iterable[Row]) -> list[Row]:
    """Order rows as they are shown and weighed: the highest rank first, else as the pack has them."""
    return sorted(rows, key=lambda row: -rank_of(row))


def parts_of(when: Node | None, sayer: Sayer) -> tuple[tuple[str, ...], bool]:
    """Say a condition part by part; the second value tells that any part is enough."""
    if when is None:
        return (), False
    if isinstance(when, All | Any_):
        return tuple(sayer.condition(part, True) for part in when.parts), isinstance(when, Any_)
    return (sayer.condition(when),), False


def is_sure(book: RuleBook, row: Row | Pattern, day: int) -> bool:
    """Tell whether a row, its clauses and the numbers it uses are all confirmed."""
    if isinstance(row, Pattern):
        held = [book.clauses[each].confidence for each in row.cites if each in book.clauses]
        return "unconfirmed" not in (row.confidence, *held)
    on = day if state_of(row.since, row.until, day) == PRESENT else row.since
    return rests_on(book, row, on)[1] == "confirmed"


def lines_of(groups: Iterable[Group]) -> Iterator[Line]:
    """Yield the lines of groups in the order shown."""
    for group in groups:
        yield from group.lines


def _title(rank: int, plain: int) -> str:
    if rank == DEFAULT_RANK:
        return _("Where nothing above holds")
    if rank == plain:
        return _("In general")
    return _("Rank %(rank)s: goes before what stands below") % {"rank": rank}
