"""The answer to a what-if question, told: what, why, why not otherwise, what is needed, and under other versions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.explain import Explanation, explain
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Node, facts_of
from jishi.kernel.rules.rule import Rule, Schedule, Table
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import Told, ToldRow, answer_text, tell
from jishi.web.public.law.asking import Asking
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import AS_OF as DAY
from jishi.web.public.law.edition import Edition, day_text, word
from jishi.web.public.law.entry import EntryLine, entry_line
from jishi.web.public.law.field import facts_asked
from jishi.web.public.law.history import change_days
from jishi.web.public.law.sheet import numbered
from jishi.web.shell.site import language

MOST_VERSIONS = 40


@dataclass(frozen=True)
class RowTold:
    """A row in the light of the case, with its number in the table."""

    number: int
    told: ToldRow


@dataclass(frozen=True)
class Need:
    """A fact still needed, and its field where the form has one."""

    label: str
    field: str


@dataclass(frozen=True)
class Points:
    """One item of a points table: points given under the cap, None while undetermined, and the row that gave them."""

    label: str
    points: int | None
    cap: int
    row: str
    number: int


@dataclass(frozen=True)
class Source:
    """A fact another rule computed: what it is, the value, the rule and the way there with the same facts."""

    label: str
    value: str
    title: str
    url: str


@dataclass(frozen=True)
class Period:
    """The answer from one day on, until the next in the list."""

    day: str
    answer: str
    determined: bool
    url: str
    current: bool


@dataclass(frozen=True)
class Answer:
    """Everything the page says about a decision; `tone` is the look of the verdict."""

    decision: Decision
    told: Told
    tone: str
    guards: bool
    rows: tuple[RowTold, ...]
    possible: tuple[RowTold, ...]
    others: tuple[RowTold, ...]
    needs: tuple[Need, ...]
    cites: tuple[Cited, ...]
    points: tuple[Points, ...]
    used: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    entry: EntryLine | None
    periods: tuple[Period, ...]


def answer(edition: Edition, rule: Rule, asking: Asking) -> Answer:
    """Decide and tell; raise what the rule book raises where two rows of one rank disagree."""
    law, book = edition.pack.law, edition.pack.book
    decision = law.decide(rule.id, asking.case, edition.on)
    explanation = explain(law, decision, asking.case)
    told, numbers = tell(explanation, book, language()), numbered(rule)
    open_rows = () if decision.determined else decision.ruling.possible
    guards = isinstance(rule, Table) and any(each.permits for each in rule.answers)
    return Answer(
        decision=decision,
        told=told,
        tone=_tone(told, guards),
        guards=guards,
        rows=_rows(told.rows, numbers),
        possible=_rows((each for each in told.others if each.id in open_rows), numbers),
        others=_rows((each for each in told.others if each.id not in open_rows), numbers),
        needs=_needs(edition, rule, decision),
        cites=cite_all(edition, decision.clauses),
        points=tuple(_points(explanation, numbers)),
        used=tuple(_used(edition, explanation)),
        sources=tuple(_sources(edition, decision, asking)),
        entry=_entry(edition, rule, decision),
        periods=_periods(edition, rule, asking),
    )


def _tone(told: Told, guards: bool) -> str:
    if not told.determined:
        return "warn"
    if not guards:
        return "note"
    return "" if told.permits else "bad"


def _rows(told: Iterable[ToldRow], numbers: dict[str, int]) -> tuple[RowTold, ...]:
    return tuple(RowTold(numbers.get(each.id, 0), each) for each in told)


def _needs(edition: Edition, rule: Rule, decision: Decision) -> tuple[Need, ...]:
    asked = {fact.name for fact in facts_asked(edition, rule)}
    return tuple(
        Need(word(edition.pack.facts[name].label), f"fact-{name}" if name in asked else "")
        for name in decision.missing
    )


def _points(explanation: Explanation, numbers: dict[str, int]) -> Iterator[Points]:
    for item in explanation.items:
        row = item.row or ""
        yield Points(word(item.label), item.points, item.cap, row, numbers.get(row, 0))


def _used(edition: Edition, explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield the facts a formula calculated with, and their values."""
    then = None if explanation.why is None else explanation.why.row.then
    if not isinstance(then, Node):
        return
    sayer = Sayer(edition.pack.book, edition.on, language())
    held = explanation.decision.facts
    for name in facts_of(then):
        if name != AS_OF:
            yield sayer.label(name), sayer.value(name, held.get(name))


def _sources(edition: Edition, decision: Decision, asking: Asking) -> Iterator[Source]:
    """Yield what other rules computed for this one, the nearest first."""
    book = edition.pack.book
    derived = {book.facts[name].rule: name for name in decision.asks if name in book.facts}
    for sub in decision.via:
        rule = book.rules[sub.rule]
        label = word(book.facts[derived[sub.rule]].label) if sub.rule in derived else word(rule.title)
        url = edition.link("rule", rule.id, **asking.params() | {DAY: edition.asked}) + "#answer"
        yield Source(label, answer_text(rule, sub, language()), word(rule.title), url)
        yield from _sources(edition, sub, asking)


def _entry(edition: Edition, rule: Rule, decision: Decision) -> EntryLine | None:
    if not isinstance(rule, Schedule) or decision.row is None:
        return None
    found = next((pair for pair in enumerate(rule.entries, start=1) if pair[1].id == decision.row), None)
    return None if found is None else entry_line(edition, rule, found)


def _periods(edition: Edition, rule: Rule, asking: Asking) -> tuple[Period, ...]:
    """Answer the case under each version of the law; versions in a row that agree are one period."""
    days = change_days(edition.pack.book, rule)[-MOST_VERSIONS:]
    found: list[Period] = []
    for day in days:
        try:
            decision = edition.pack.law.decide(rule.id, asking.case, day)
        except Fault:  # two rows of one rank disagree in that version; it has no answer to show
            continue
        said = answer_text(rule, decision, language())
        if not found or (found[-1].answer, found[-1].determined) != (said, decision.determined):
            url = edition.link("rule", rule.id, **asking.params() | {DAY: day_text(day)}) + "#answer"
            found.append(Period(day_text(day), said, decision.determined, url, False))
    current = max((at for at, each in enumerate(found) if each.day <= edition.day.isoformat()), default=-1)
    return tuple(replace(each, current=at == current) for at, each in enumerate(found))
