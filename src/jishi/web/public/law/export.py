"""The law for programs: rules, clauses and numbers as JSON values, in both languages, days as YYYY-MM-DD."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter
from jishi.kernel.quantity.number import format_number
from jishi.kernel.rules.fact import Fact, format_value
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
from jishi.web.public.law.catalogue import Summary
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.row import rank_of
from jishi.web.public.law.sheet import parameters_used

LISTED = 60


def pack_head(edition: Edition) -> dict[str, Any]:
    """Say which edition this is."""
    return {"pack": edition.pack.reference(), "as_of": edition.day.isoformat()}


def pair(words: Words | None) -> dict[str, str] | None:
    """Give a wording by language."""
    return None if words is None else {"zh": words[0], "en": words[1]}


def summary_json(edition: Edition, each: Summary) -> dict[str, Any]:
    """Give one line of the list."""
    rule = each.rule
    return {
        "id": rule.id,
        "kind": each.kind,
        "area": each.area,
        "title": pair(rule.title),
        "question": pair(rule.question),
        "measures": list(rule.measures),
        "rows": each.rows,
        "unconfirmed": each.unsure,
        "page": edition.rule_link(rule.id),
        "json": edition.link("rule-save", rule.id, "json"),
    }


def rule_json(edition: Edition, rule: Rule) -> dict[str, Any]:
    """Give a whole rule."""
    book = edition.pack.book
    return {
        "id": rule.id,
        "kind": kind_of(rule),
        "title": pair(rule.title),
        "question": pair(rule.question),
        "note": pair(rule.note),
        "measures": list(rule.measures),
        "facts": [fact_json(book.facts[name]) for name in rule.facts],
        "parameters": [number_json(book.parameters[each]) for each in parameters_used(rule)],
        **_body(rule, book.facts),
    }


def fact_json(fact: Fact) -> dict[str, Any]:
    """Give a fact; a long code list is named, not listed."""
    words = fact.vocabulary.words if fact.vocabulary else {}
    choices = {key: pair(said) for key, said in words.items()} if len(words) < LISTED else None
    bounds = {"minimum": fact.minimum, "maximum": fact.maximum}
    return {
        "name": fact.name,
        "kind": fact.kind,
        "unit": fact.unit,
        "label": pair(fact.label),
        "help": pair(fact.help),
        "rule": fact.rule,
        "choices": choices,
        **{name: None if value is None else format_value(fact, value) for name, value in bounds.items()},
    }


def number_json(parameter: Parameter) -> dict[str, Any]:
    """Give a dated number with its steps; values as text, exact."""
    return {
        "id": parameter.id,
        "unit": parameter.unit,
        "steps": [
            {
                "value": exact(step.value),
                "since": None if step.since == date.min else step.since.isoformat(),
                "until": None if step.until is None else step.until.isoformat(),
                "clauses": list(step.clauses),
                "confidence": step.confidence,
            }
            for step in parameter.steps
        ],
    }


def clause_json(clause: Clause) -> dict[str, Any]:
    """Give a clause."""
    return {
        "id": clause.id,
        "source": clause.source,
        "article": clause.article,
        "title": clause.title,
        "since": None if clause.since == date.min else clause.since.isoformat(),
        "until": None if clause.until is None else clause.until.isoformat(),
        "confidence": clause.confidence,
        "summary": {"zh": clause.summary_zh, "en": clause.summary_en},
    }


def exact(value: Fraction | int) -> str:
    """Write a number without loss: a decimal, else a fraction."""
    try:
        return format_number(value)
    except Fault:
        return str(value)


def _body(rule: Rule, facts: Mapping[str, Fact]) -> dict[str, Any]:
    match rule:
        case Table():
            answers = [
                {"id": each.id, "label": pair(each.words), "permits": each.permits} for each in rule.answers
            ]
            return {"answers": answers, "rows": _rows(rule.rows)}
        case Formula():
            return {"value": _value(rule.value), "rows": _rows(rule.rows)}
        case Score():
            items = [
                {"id": each.id, "label": pair(each.label), "cap": each.cap, "rows": _rows(each.rows)}
                for each in rule.items
            ]
            return {"value": _value(rule.value), "cap": rule.cap, "items": items}
        case Schedule():
            entries = [_entry(rule, each, facts) for each in rule.entries]
            return {"value": _value(rule.value), "needs": pair(rule.needs), "entries": entries}
        case Wording():
            grounds = {key: pair(said) for key, said in rule.grounds.items()}
            return {"grounds": grounds, "patterns": [_pattern(each) for each in rule.patterns]}
        case _:
            return {}


def _value(fact: Fact) -> dict[str, Any]:
    return {"kind": fact.kind, "unit": fact.unit}


def _dated(each: Row | Entry | Pattern) -> dict[str, Any]:
    return {
        "id": each.id,
        "cites": list(each.cites),
        "since": date.fromordinal(each.since).isoformat(),
        "until": None if each.until is None else date.fromordinal(each.until).isoformat(),
        "confidence": each.confidence,
        "note": pair(each.note),
    }


def _rows(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        _dated(row)
        | {
            "when": row.when_text or None,
            "then": row.then_text or str(row.then),
            "rounding": row.rounding or None,
        }
        | {"rank": None if row.when is None else rank_of(row)}
        for row in rows
    ]


def _entry(rule: Schedule, entry: Entry, facts: Mapping[str, Fact]) -> dict[str, Any]:
    shown = format_value(rule.value, entry.value)
    return _dated(entry) | {
        "keys": {
            name: key if isinstance(key, str) else format_value(facts[name], key)
            for name, key in zip(rule.facts, entry.keys, strict=True)
        },
        "value": entry.value,
        "shown": shown,
    }


def _pattern(each: Pattern) -> dict[str, Any]:
    return _dated(each) | {
        "ground": each.ground,
        "level": each.level,
        "match": list(each.match),
        "unless": list(each.unless),
        "when": each.when_text or None,
        "suggestion": pair(each.suggestion),
    }
