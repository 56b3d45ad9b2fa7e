"""The list of rules: by area and kind, how many rows, how many of them unconfirmed; and finding in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from jishi.apps.packs.api import Pack
from jishi.kernel.rules.node import Node
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
    Words,
    kind_of,
)  # fmt: skip
from jishi.kernel.spelling import narrow
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import measured
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.entry import is_sure_entry, key_words
from jishi.web.public.law.label import area_of
from jishi.web.public.law.row import is_sure
from jishi.web.public.law.sheet import dated_of

MEASURE = re.compile(r"(?:措施|第|measure|no\.?|#)?\s*([0-9]{1,2})\s*(?:条|项|号)?(?:措施)?")
NEAR = 60
TITLE, ID, QUESTION, MEASURES, CLAUSE, ROW = range(6)


@dataclass(frozen=True)
class Summary:
    """One rule in the list; `found` is the text in which a search found it, if it is not shown anyway."""

    rule: Rule
    kind: str
    area: str
    rows: int
    unsure: int
    found: tuple[int, str] | None = None


class Catalogue:
    """The rules of one edition with their texts, in both languages, to be searched."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """Give every rule, in the order of the pack."""
        return tuple(self._summary(rule) for rule in self.edition.pack.rules.values())

    @cached_property
    def texts(self) -> dict[str, tuple[tuple[int, str, str], ...]]:
        """Give by rule what can be searched: (place, text as shown, text as compared)."""
        return {
            rule.id: tuple((place, text, narrow(text).lower()) for place, text in _texts(self.edition, rule))
            for rule in self.edition.pack.rules.values()
        }

    def find(self, text: str) -> list[Summary]:
        """List the rules that hold every word: those that hold them together first, then by where they stand."""
        phrase = narrow(text).lower()
        words, measure = phrase.split(), MEASURE.fullmatch(phrase)
        carried = int(measure[1]) if measure else None
        found = [
            (
                (not (carried in each.rule.measures or self._says(each.rule, phrase)), hit[0]),
                replace(each, found=hit),
            )
            for each in self.summaries
            if (hit := self._hit(each.rule, words, carried)) is not None
        ]
        return [each for _place, each in sorted(found, key=lambda pair: pair[0])]

    def _says(self, rule: Rule, phrase: str) -> bool:
        return any(phrase in said for _place, _shown, said in self.texts[rule.id])

    def _hit(self, rule: Rule, words: list[str], measure: int | None) -> tuple[int, str] | None:
        """Give the first text that shows why a rule is found, None where a word is missing."""
        if measure is not None and measure in rule.measures:
            return TITLE, ""
        texts = self.texts[rule.id]
        places = [
            next(((place, around(shown, said, word)) for place, shown, said in texts if word in said), None)
            for word in words
        ]
        if None in places:
            return None
        return max((each for each in places if each is not None), default=(TITLE, ""))

    def _summary(self, rule: Rule) -> Summary:
        dated = dated_of(rule)
        unsure = sum(not is_sure_at(self.edition, each) for each in dated)
        return Summary(rule, kind_of(rule), area_of(rule.id), len(dated), unsure)


def around(shown: str, said: str, word: str) -> str:
    """Cut a long text to what stands around a word; `said` is the text as compared.

    >>> around("x" * 100 + "abc" + "x" * 100, "x" * 100 + "abc" + "x" * 100, "abc").count("x")
    120
    """
    if len(shown) <= 2 * NEAR or len(shown) != len(said):
        return shown[: 2 * NEAR]
    at = said.index(word)
    start, end = max(at - NEAR, 0), at + len(word) + NEAR
    return ("…" if start else "") + shown[start:end] + ("…" if end < len(shown) else "")


def is_sure_at(edition: Edition, dated: Row | Entry | Pattern) -> bool:
    """Tell whether a row, an entry or a pattern rests on confirmed ground."""
    if isinstance(dated, Entry):
        return is_sure_entry(edition, dated)
    return is_sure(edition.pack.book, dated, edition.on)


_KEPT: dict[tuple[str, int], tuple[Pack, Catalogue]] = {}
MOST_KEPT = 4


def catalogue_of(edition: Edition) -> Catalogue:
    """Give the catalogue of an edition; those asked for last are kept."""
    key = (edition.pack.hash, edition.on)
    pack, found = _KEPT.pop(key, (None, None))
    if found is None or pack is not edition.pack:
        found = Catalogue(Edition(edition.pack, edition.day))
    _KEPT[key] = edition.pack, found
    while len(_KEPT) > MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return found


def _texts(edition: Edition, rule: Rule) -> Iterator[tuple[int, str]]:
    yield from _pair(TITLE, rule.title)
    yield ID, rule.id
    yield from _pair(QUESTION, rule.question)
    for name in rule.facts:
        fact = edition.pack.facts.get(name)
        yield from _pair(ROW, None if fact is None else fact.label)
    yield from _pair(ROW, rule.note)
    for each in dated_of(rule):
        for clause in each.cites:
            held = edition.pack.clauses.get(clause)
            yield CLAUSE, clause if held is None else f"{clause} {held.source} {held.title}"
        yield from _pair(ROW, each.note)
    for language in ("zh", "en"):
        sayer = Sayer(edition.pack.book, edition.on, language)
        yield from ((ROW, text) for text in _rows(edition, rule, sayer))


def _rows(edition: Edition, rule: Rule, sayer: Sayer) -> Iterator[str]:
    at = 0 if sayer.zh else 1
    match rule:
        case Table():
            yield from (each.words[at] for each in rule.answers)
            yield from (sayer.condition(row.when) for row in rule.rows if row.when is not None)
        case Formula():
            yield from _sums(rule.rows, sayer)
        case Score():
            for item in rule.items:
                yield item.label[at]
                yield from _sums(item.rows, sayer)
        case Schedule():
            facts = [edition.pack.facts[name] for name in rule.facts]
            for entry in rule.entries:
                pairs = zip(facts, entry.keys, strict=True)
                keys = " ".join(key_words(fact, key, sayer.language) for fact, key in pairs)
                yield f"{keys} {measured(rule.value, entry.value, sayer.language)}"
        case Wording():
            for pattern in rule.patterns:
                suggestion = pattern.suggestion[at] if pattern.suggestion else ""
                yield " ".join((rule.grounds[pattern.ground][at], *pattern.match, suggestion))


def _sums(rows: tuple[Row, ...], sayer: Sayer) -> Iterator[str]:
    for row in rows:
        when = "" if row.when is None else sayer.condition(row.when)
        yield f"{when} {sayer.number(row.then) if isinstance(row.then, Node) else row.then}"


def _pair(place: int, pair: Words | None) -> Iterator[tuple[int, str]]:
    if pair is not None:
        yield from ((place, text) for text in pair)
