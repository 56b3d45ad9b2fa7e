"""A whole rule laid out as a table, whatever its kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.node import Node, parameters_of
from jishi.kernel.rules.rule import (
    Entry,
    Formula,
    Pattern,
    Row,
    Rule,
    Schedule,
    Score,
    Table,
    Wording,
    kind_of,
)
from jishi.platform.search import Page
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import measured
from jishi.web.public.law.edition import Edition, word
from jishi.web.public.law.entry import Asked, key_facts, page_entries
from jishi.web.public.law.pattern import Ground, list_grounds
from jishi.web.public.law.row import Group, LineMaker, by_rank
from jishi.web.shell.site import language

Dated = Row | Entry | Pattern


@dataclass(frozen=True)
class ItemSheet:
    """One line of a points table: its name, its cap, its rows."""

    id: str
    title: str
    cap: int
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Sheet:
    """What the page of a rule shows as its table; only the parts of the rule's own kind are filled."""

    kind: str
    groups: tuple[Group, ...] = ()
    items: tuple[ItemSheet, ...] = ()
    cap: int = 0
    grounds: tuple[Ground, ...] = ()
    heads: tuple[str, ...] = ()
    page: Page | None = None
    asked: Asked | None = None
    entries: int = 0
    unit: str = ""
    needs: str = ""
    permits: bool = False


def lay_out(edition: Edition, rule: Rule, request: HttpRequest) -> Sheet:
    """Lay a rule out as its kind wants it."""
    kind, maker = kind_of(rule), LineMaker(edition, rule)
    match rule:
        case Table():
            return Sheet(kind, maker.groups(rule.rows), permits=any(each.permits for each in rule.answers))
        case Formula():
            return Sheet(kind, maker.groups(rule.rows), unit=unit_of(edition, rule.value))
        case Score():
            items = (
                ItemSheet(item.id, word(item.label), item.cap, maker.groups(item.rows)) for item in rule.items
            )
            return Sheet(kind, items=tuple(items), cap=rule.cap, unit=unit_of(edition, rule.value))
        case Schedule():
            return _schedule(edition, rule, Asked.read(request))
        case Wording():
            return Sheet(kind, grounds=list_grounds(edition, rule))
        case _:
            return Sheet(kind)


def dated_of(rule: Rule) -> tuple[Dated, ...]:
    """List everything of a rule that is in force from one day to another, in the order of the pack."""
    match rule:
        case Table() | Formula():
            return rule.rows
        case Score():
            return tuple(row for item in rule.items for row in item.rows)
        case Schedule():
            return rule.entries
        case Wording():
            return rule.patterns
        case _:
            return ()


def numbered(rule: Rule) -> dict[str, int]:
    """Give the number of each row, entry or pattern in the table as it is shown, by its id."""
    shown: list[Dated] = []
    match rule:
        case Table() | Formula():
            shown += by_rank(rule.rows)
        case Score():
            for item in rule.items:
                shown += by_rank(item.rows)
        case Wording():
            for ground in rule.grounds:
                shown += [each for each in rule.patterns if each.ground == ground]
        case _:
            shown += dated_of(rule)
    return {each.id: number for number, each in enumerate(shown, start=1)}


def parameters_used(rule: Rule) -> tuple[str, ...]:
    """List the ids of the numbers a rule's rows name, each once."""
    return tuple(dict.fromkeys(each for node in _nodes(rule) for each in parameters_of(node)))


def unit_of(edition: Edition, value: Fact) -> str:
    """Say the unit a value comes in, empty where it has none."""
    if value.kind in ("money", "area"):
        bare = {"money": "元" if language() == "zh" else "CNY", "area": "m²"}[value.kind]
        per = measured(value, 0, language()).partition("/")[2]
        return f"{bare}/{per}" if per else bare
    return Sayer(edition.pack.book, edition.on, language()).unit(value.unit).strip()


def _nodes(rule: Rule) -> Iterator[Node | None]:
    for each in dated_of(rule):
        if isinstance(each, Row):
            yield each.when
            yield each.then if isinstance(each.then, Node) else None
        elif isinstance(each, Pattern):
            yield each.when


def _schedule(edition: Edition, rule: Schedule, asked: Asked) -> Sheet:
    heads = tuple(word(fact.label) for fact in key_facts(edition, rule))
    return Sheet(
        "schedule",
        heads=heads,
        page=page_entries(edition, rule, asked),
        asked=asked,
        entries=len(rule.entries),
        unit=unit_of(edition, rule.value),
        needs=word(rule.needs),
    )
