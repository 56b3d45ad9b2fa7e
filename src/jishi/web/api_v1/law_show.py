"""A rule as the API shows it: as written, and said in both languages."""

from collections.abc import Iterable, Iterator
from typing import Any

from jishi.apps.packs.api import valid_of
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import Node
from jishi.kernel.rules.rule import Formula, Pattern, Row, Rule, RuleBook, Score, Table, Wording
from jishi.platform.words.condition import Sayer
from jishi.platform.words.ruling import Told
from jishi.web.public.law.catalogue import Summary
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.export import fact_json, pack_head, pair, rule_json, summary_json

Json = dict[str, Any]
LANGUAGES = ("zh", "en")


def show_line(edition: Edition, each: Summary) -> Json:
    """Return a rule as it stands in a list."""
    return summary_json(edition, each) | {"facts": list(each.rule.facts)}


def show_rule(edition: Edition, rule: Rule) -> Json:
    """Return a rule in full."""
    book = edition.pack.book
    shown = pack_head(edition) | rule_json(edition, rule)
    asked = [name for name in rule.facts if name in book.facts]
    inner = [name for name in _within(edition, rule) if name not in asked]
    shown["facts"] = [show_fact(book.facts[name]) for name in asked]
    shown["inner"] = [show_fact(book.facts[name]) for name in inner]
    shown["derived"] = {name: book.facts[name].rule for name in (*asked, *inner) if book.facts[name].rule}
    for row, line in _lines(rule, shown):
        line["said"] = _said(edition, row)
    return shown


def show_fact(fact: Fact) -> Json:
    """Return a fact with its whole list of values and how one is written."""
    words = fact.vocabulary
    return fact_json(fact) | {
        "written": valid_of(fact),
        "choices": None if words is None else {key: pair(said) for key, said in words.words.items()},
        "above": dict(words.above) if words is not None and words.above else None,
    }


def show_told(told: Told) -> Json:
    """Return a decision told in one language."""
    return {
        "question": told.question,
        "answer": told.answer,
        "permits": told.permits,
        "determined": told.determined,
        "unconfirmed": told.unconfirmed,
        "reason": told.reason,
        "why": [_row(row) for row in told.rows],
        "why_not": [_row(row) for row in told.others],
        "change": told.change,
        "needs": list(told.needs),
        "clauses": [{"id": clause, "title": title} for clause, title in told.clauses],
        "items": [{"label": label, "points": points} for label, points in told.items],
    }


def show_findings(book: RuleBook, rule: Wording, found: Iterable[Any]) -> list[Json]:
    """Return findings with ground and suggestion in both languages."""
    patterns = {each.id: each for each in rule.patterns}
    return [
        each.to_json()
        | {"ground_label": pair(rule.grounds[each.ground]), "suggestion": pair(patterns[each.pattern].suggestion)}
        for each in found
    ]  # fmt: skip


def _row(row: Any) -> Json:
    marks = [{"text": each.text, "state": each.state, "actual": each.actual} for each in row.marks]
    return {"row": row.id, "answer": row.answer, "clauses": list(row.clauses), "marks": marks}


def _within(edition: Edition, rule: Rule) -> dict[str, None]:
    """List the facts of a rule and of the rules that compute its derived facts."""
    if isinstance(rule, Wording):
        return dict.fromkeys(rule.facts)
    asked = facts_asked(edition.pack.law, rule.id)
    return dict.fromkeys(name for name in asked if name != AS_OF)


def _lines(rule: Rule, shown: Json) -> Iterator[tuple[Row | Pattern, Json]]:
    """Pair rows and patterns with their JSON values."""
    match rule:
        case Table() | Formula():
            yield from zip(rule.rows, shown["rows"], strict=True)
        case Score():
            for item, told in zip(rule.items, shown["items"], strict=True):
                yield from zip(item.rows, told["rows"], strict=True)
        case Wording():
            yield from zip(rule.patterns, shown["patterns"], strict=True)


def _said(edition: Edition, row: Row | Pattern) -> Json:
    """Say condition and result with the numbers of the day asked, or of the row's own last or first day."""
    day = max(row.since, edition.on if row.until is None else min(edition.on, row.until))
    told: Json = {"when": None, "then": None}
    sayers = {language: Sayer(edition.pack.book, day, language) for language in LANGUAGES}
    if row.when is not None:
        told["when"] = {language: sayer.condition(row.when) for language, sayer in sayers.items()}
    if isinstance(row, Row) and isinstance(row.then, Node):
        told["then"] = {language: sayer.number(row.then) for language, sayer in sayers.items()}
    return told
