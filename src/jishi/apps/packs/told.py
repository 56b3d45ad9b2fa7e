"""Tell a report on a draft in both languages, as it is kept with the draft."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.rules.impact import Changed, Impact, Tally
from jishi.kernel.rules.difference import Outcome, Part
from jishi.kernel.rules.fact import Value, format_value
from jishi.kernel.rules.rule import Wording
from jishi.platform.words import say
from jishi.platform.words.ruling import value_text

LANGUAGES = ("zh", "en")
COMMA = {"zh": "、", "en": ", "}
MOST_EXAMPLES = 20
Told = dict[str, Any]
Both = tuple[Pack, Pack]
"""The version that holds, and the one it would be."""


def tell_impact(packs: Both, impact: Impact) -> Told:
    """Tell whose answer changes: per rule how many of how many, from what to what, with examples."""
    by_rule: dict[str, list[Changed]] = {}
    for each in impact.changes:
        by_rule.setdefault(each.case.rule, []).append(each)
    rules = [_rule(packs, rule, impact.tallies[rule], changed) for rule, changed in sorted(by_rule.items())]
    return {
        "asked": sum(each.asked for each in impact.tallies.values()),
        "changed": len(impact.changes),
        "reasons": {rule: each.reasons for rule, each in sorted(impact.tallies.items()) if each.reasons},
        "rules": sorted(rules, key=lambda each: -each["changed"]),
    }


def tell_problem(problem: Problem) -> Told:
    """Keep a problem by its code, to be said in either language."""
    params = {name: _plain(value) for name, value in problem.fault.params.items()}
    return {"code": problem.code, "place": problem.place, "file": problem.file, "params": params}


def tell_part(part: Part) -> Told:
    """Keep what changed in one part of the rule book."""
    fields = [list(each) for each in part.fields]
    return {"kind": part.kind, "rule": part.rule, "id": part.id, "how": part.how, "fields": fields}


def _rule(packs: Both, rule: str, tally: Tally, changed: list[Changed]) -> Told:
    before, after = packs
    title = (after if rule in after.rules else before).rule(rule).title
    told = [_example(packs, each) for each in changed]
    ways = Counter((each["before"]["zh"], each["after"]["zh"]) for each in told)
    words = {each[side]["zh"]: each[side]["en"] for each in told for side in ("before", "after")}
    return {
        "rule": rule,
        "title": dict(zip(LANGUAGES, title, strict=True)),
        "asked": tally.asked,
        "changed": len(changed),
        "ways": [
            {"before": {"zh": was, "en": words[was]}, "after": {"zh": is_, "en": words[is_]}, "count": count}
            for (was, is_), count in ways.most_common(MOST_EXAMPLES)
        ],
        "examples": told[:MOST_EXAMPLES],
    }


def _example(packs: Both, changed: Changed) -> Told:
    case = changed.case
    facts = {**case.before, **case.after}
    return {
        "day": date.fromordinal(case.day).isoformat(),
        "label": case.label,
        "facts": {lang: list(_facts(packs, facts, case.text, lang)) for lang in LANGUAGES},
        "before": _outcome(packs[0], case.rule, changed.before),
        "after": _outcome(packs[1], case.rule, changed.after),
    }


def _facts(packs: Both, facts: Mapping[str, Value | None], text: str | None, lang: str) -> Iterator[str]:
    for name, value in facts.items():
        fact = packs[1].facts.get(name) or packs[0].facts.get(name)
        if fact is not None and value is not None:
            yield f"{fact.label[lang == 'en']} {format_value(fact, value, lang)}"
    if text:
        yield text[:200]


def _outcome(pack: Pack, rule_id: str, found: Outcome | None) -> Told:
    said = {lang: _said(pack, rule_id, found, lang) for lang in LANGUAGES}
    row, clauses = ("", []) if found is None else (found.row or "", list(found.clauses))
    return {**said, "row": row, "clauses": clauses}


def _said(pack: Pack, rule_id: str, found: Outcome | None, lang: str) -> str:
    if found is None:
        return say("pack.impact.no_rule", {}, lang)
    rule = pack.rule(rule_id)
    if found.fault:
        return say("pack.impact.fault", {"code": found.fault}, lang)
    if isinstance(rule, Wording):
        named = {each.id: rule.grounds[each.ground][lang == "en"] for each in rule.patterns}
        grounds = dict.fromkeys(named.get(each, each) for each in found.finds)
        return say("pack.impact.finds", {"finds": COMMA[lang].join(grounds) or "—"}, lang)
    if found.answer is not None:
        return value_text(rule, found.answer, lang)
    needs = COMMA[lang].join(
        pack.facts[name].label[lang == "en"] for name in found.needs if name in pack.facts
    )
    return say("pack.impact.needs" if needs else "rules.say.undetermined", {"needs": needs}, lang)


def _plain(value: Any) -> Any:
    """Give a parameter of a sentence as JSON holds it."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return str(value)
