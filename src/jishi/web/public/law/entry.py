"""The entries of a schedule as a reader sees them: by keys and date, a page at a time, narrowed by words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from jishi.kernel.rules.fact import Fact, format_value
from jishi.kernel.rules.lookup import ANYTHING
from jishi.kernel.rules.rule import Entry, Schedule
from jishi.kernel.spelling import narrow
from jishi.platform.search import Page
from jishi.platform.words.ruling import measured
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition, word
from jishi.web.public.law.label import PRESENT, span_text, state_of
from jishi.web.shell.site import language

PAGE_ROWS = 60


@dataclass(frozen=True)
class EntryLine:
    """One entry: its keys as (head, words, code), its value, clauses, days in force, how sure it is."""

    number: int
    id: str
    keys: tuple[tuple[str, str, str], ...]
    answer: str
    cites: tuple[Cited, ...]
    span: str
    state: str
    sure: bool
    note: str


@dataclass(frozen=True)
class Asked:
    """How a schedule is narrowed: words every entry must hold, and whether only what is in force."""

    text: str
    live: bool
    after: int

    @classmethod
    def read(cls, request: HttpRequest) -> "Asked":
        """Read it from an address."""
        after = request.GET.get("after", "")
        start = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
        return cls(request.GET.get("find", "").strip()[:100], bool(request.GET.get("live")), start)


def page_entries(edition: Edition, rule: Schedule, asked: Asked) -> Page:
    """Give one page of the entries that hold every word, those in force first."""
    words = narrow(asked.text).lower().split()
    fitting = [
        (number, entry)
        for number, entry in enumerate(rule.entries, start=1)
        if (not asked.live or state_of(entry.since, entry.until, edition.on) == PRESENT)
        and (not words or _holds(edition, rule, entry, words))
    ]
    fitting.sort(key=lambda pair: state_of(pair[1].since, pair[1].until, edition.on) != PRESENT)
    shown = fitting[asked.after : asked.after + PAGE_ROWS]
    following = asked.after + PAGE_ROWS
    rows: list[Any] = [entry_line(edition, rule, numbered) for numbered in shown]
    return Page(rows, str(following) if following < len(fitting) else None, len(fitting))


def entry_line(edition: Edition, rule: Schedule, numbered: tuple[int, Entry]) -> EntryLine:
    """Make the line of one entry."""
    number, entry = numbered
    return EntryLine(
        number=number,
        id=entry.id,
        keys=tuple(_keys(key_facts(edition, rule), entry)),
        answer=measured(rule.value, entry.value, language()),
        cites=cite_all(edition, entry.cites),
        span=span_text(entry.since, entry.until),
        state=state_of(entry.since, entry.until, edition.on),
        sure=is_sure_entry(edition, entry),
        note=word(entry.note),
    )


def key_facts(edition: Edition, rule: Schedule) -> list[Fact]:
    """Give the facts a schedule is looked up by."""
    return [edition.pack.facts[name] for name in rule.facts]


def is_sure_entry(edition: Edition, entry: Entry) -> bool:
    """Tell whether an entry and its clauses are confirmed."""
    clauses = edition.pack.clauses
    held = [clauses[each].confidence for each in entry.cites if each in clauses]
    return "unconfirmed" not in (entry.confidence, *held)


def key_words(fact: Fact, key: str | int, lang: str) -> str:
    """Write one key of an entry."""
    if key == ANYTHING:
        return _("any")
    return format_value(fact, key, lang)


def _keys(facts: Iterable[Fact], entry: Entry) -> Iterable[tuple[str, str, str]]:
    for fact, key in zip(facts, entry.keys, strict=True):
        shown = key_words(fact, key, language())
        coded = isinstance(key, str) and key != ANYTHING and key[:1].isdigit()
        yield word(fact.label), shown, str(key) if coded else ""


def _holds(edition: Edition, rule: Schedule, entry: Entry, words: list[str]) -> bool:
    keys = [
        f"{key_words(fact, key, 'zh')} {key_words(fact, key, 'en')} {key}"
        for fact, key in zip(key_facts(edition, rule), entry.keys, strict=True)
    ]
    note = " ".join(entry.note or ())
    held = [*keys, *entry.cites, entry.id, measured(rule.value, entry.value, language()), note]
    said = narrow(" ".join(held)).lower()
    return all(each in said for each in words)
