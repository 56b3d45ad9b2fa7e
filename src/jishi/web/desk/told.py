"""What a rule says of an object, told on the desk before anybody decides: answer, grounds, clauses, the way to it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from jishi.apps.packs.api import Pack, pack_of, written
from jishi.apps.rulings.api import Preview, Ruling
from jishi.kernel.fault import Fault
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.rule import RuleBook
from jishi.platform.words.ruling import Told, measured, tell
from jishi.web.shell.site import language

LONGEST_QUERY = 1500


@dataclass(frozen=True)
class Said:
    """One rule's answer in words; `clauses` are clauses of the pack, or ids where it no longer holds them.

    `informs`: nothing waits for its leave, so an answer that does not permit forbids nothing.
    """

    rule: str
    title: str
    url: str
    told: Told
    permits: bool
    overridden: bool
    as_of: date
    basis: str
    clauses: tuple[Any, ...]
    informs: bool = False

    @property
    def grounds(self) -> list[tuple[str, str]]:
        """Give what the deciding rows rest on: the condition, and what the case says where that tells more."""
        marks = [mark for row in self.told.rows for mark in row.marks if mark.state == "holds"]
        return [(each.text, "" if each.actual.startswith(each.text) else each.actual) for each in marks]

    @property
    def tone(self) -> str:
        """Give the look of the verdict."""
        if self.permits:
            return ""
        if self.informs and self.told.determined:
            return "note"
        return "bad" if self.told.determined else "warn"


@dataclass(frozen=True)
class Kept:
    """One ruling as a list shows it, with the way to the rule as it stood in the pack that decided."""

    ruling: Ruling
    title: str
    answer: str
    url: str
    clauses: tuple[Any, ...]


def say_preview(preview: Preview) -> Said:
    """Tell what a rule would answer if it were asked now."""
    question, decision, book = preview.question, preview.decision, preview.law.book
    told = tell(explain(preview.law, decision, decision.facts), book, language())
    return Said(
        rule=decision.rule,
        title=book.rules[decision.rule].title[language() == "en"],
        url=asking_url(book, decision.rule, (question.as_of, decision.facts)),
        told=told,
        permits=preview.permits,
        overridden=preview.override is not None,
        as_of=question.as_of,
        basis=question.basis,
        clauses=cited(book, decision.clauses),
    )


def say_previews(previews: Iterable[Preview], needed: Container[str] | None = None) -> list[Said]:
    """Tell several, each rule and answer once: the uses of a lot often come out alike.

    Rules that are not among the `needed` only inform.
    """
    found: dict[Any, Said] = {}
    for each in previews:
        said = say_preview(each)
        said = said if needed is None or said.rule in needed else replace(said, informs=True)
        found.setdefault((said.rule, said.told.answer, said.told.rows, said.told.needs), said)
    return list(found.values())


def say_kept(rulings: Iterable[Ruling]) -> list[Kept]:
    """Tell rulings by the pack each was made under."""
    return [_kept(each) for each in rulings]


def cited(book: RuleBook, clauses: Iterable[str]) -> tuple[Any, ...]:
    """Give clauses by id; one the book does not hold stays an id."""
    return tuple(book.clauses.get(each, each) for each in clauses)


def facts_text(book: RuleBook, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Give labels and values of known facts."""
    at = language() == "en"
    return [
        (book.facts[name].label[at], measured(book.facts[name], value, language()))
        for name, value in facts.items()
        if name in book.facts and value is not None
    ]


def asking_url(book: RuleBook, rule: str, asked: tuple[date, Mapping[str, Any]], pack: str = "") -> str:
    """Give the address of a rule's page with the same question filled in."""
    day, facts = asked
    typed = {name: written(book.facts[name], value) for name, value in facts.items() if name in book.facts}
    params = {"as_of": day.isoformat(), "ask": "1", **{name: text for name, text in typed.items() if text}}
    query = urlencode(params | ({"pack": pack} if pack else {}))
    address = reverse("public:law:rule", args=[rule])
    return f"{address}?{query}#answer" if len(query) <= LONGEST_QUERY else address


def _kept(ruling: Ruling) -> Kept:
    pack = _pack(ruling.pack)
    if pack is None or ruling.rule not in pack.rules:
        return Kept(ruling, ruling.rule, ruling.answer, "", tuple(ruling.body["clauses"]))
    rule, at = pack.rule(ruling.rule), language() == "en"
    words = {each.id: each.words[at] for each in getattr(rule, "answers", ())}
    url = asking_url(pack.book, ruling.rule, (ruling.as_of, ruling.body["used"]), ruling.pack)
    answer = words.get(ruling.answer, "")
    return Kept(ruling, rule.title[at], answer, url, cited(pack.book, ruling.body["clauses"]))


def _pack(digest: str) -> Pack | None:
    """Give the pack of an old ruling; one that is no longer there stops no page."""
    try:
        return pack_of(digest)
    except Fault:
        return None
