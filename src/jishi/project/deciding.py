"""Decide cases on the terminal: one with its explanation, or a file of them. No database."""

import json
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

from rich.console import Console
from rich.markup import escape

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.fact import Value, read_value
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.rule import Wording
from jishi.kernel.rules.wording import Finding, Scanner
from jishi.platform.words import say
from jishi.platform.words.ruling import Told, ToldRow, tell

MARKS = {"holds": "[green]✓[/green]", "fails": "[red]✗[/red]", "unknown": "[yellow]?[/yellow]"}


def decide_one(console: Console, asked: tuple[str, Iterable[str], date], how: tuple[bool, bool, str]) -> bool:
    """Decide (rule, `fact=value` texts, date), print it (explained, as JSON, language), tell if it is definite.

    Faults `rules.unknown_rule`, `project.decide.pair`, `rules.bad_value`, `project.decide.no_fact`.
    """
    rule_id, pairs, day = asked
    explained, as_json, lang = how
    law = packs.default_pack().law
    rule = law.rule(rule_id)
    texts, case = _split(law, rule_id, pairs)
    if isinstance(rule, Wording):
        found = Scanner(rule, law.book).scan(" ".join(texts), case, day)
        show_findings(console, (rule, law), found, (as_json, lang))
        return not found
    decision = law.decide(rule_id, case, day)
    if as_json:
        console.print_json(json.dumps(decision.to_json(), ensure_ascii=False))
        return decision.determined
    told = tell(explain(law, decision, case), law.book, lang)
    _show(console, told, (explained, lang))
    return decision.determined


def _split(law: Law, rule_id: str, pairs: Iterable[str]) -> tuple[list[str], dict[str, Value | None]]:
    """Read `fact=value` texts of the facts a rule asks about, its derived facts' own facts included."""
    known = facts_within(law, rule_id)
    texts: list[str] = []
    case: dict[str, Value | None] = {}
    for pair in pairs:
        name, equals, raw = pair.partition("=")
        if name == "text" and "text" not in known:
            texts.append(raw)
        elif not equals:
            raise Fault("project.decide.pair", pair=pair)
        elif name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4) or known
            raise Fault("project.decide.no_fact", name=name, rule=rule_id, valid=", ".join(near))
        else:
            case[name] = read_value(law.book.facts[name], raw)
    return texts, case


def facts_within(law: Law, rule_id: str) -> list[str]:
    """List the facts of a rule and, below its derived facts, those of the rules that compute them."""
    found: dict[str, None] = {}
    for name in law.rule(rule_id).facts:
        fact = law.book.facts.get(name)
        if name == AS_OF or fact is None:
            continue
        found[name] = None
        if fact.rule:
            found.update(dict.fromkeys(facts_within(law, fact.rule)))
    return list(found)


def show_findings(
    console: Console, asked: tuple[Wording, Law], found: list[Finding], how: tuple[bool, str]
) -> None:
    """Print what a wording rule found in a text: the words, where, on what ground, and what to write instead."""
    (rule, law), (as_json, lang) = asked, how
    if as_json:
        console.print_json(json.dumps([each.to_json() for each in found], ensure_ascii=False))
        return
    at, patterns = int(lang == "en"), {each.id: each for each in rule.patterns}
    if not found:
        _print(console, say("project.decide.nothing", {}, lang))
    for each in found:
        colour = "red" if each.level == "block" else "yellow"
        words = f"[{colour}]{escape(each.text)}[/{colour}] {each.start}–{each.end}"
        doubt = _doubt(lang) if each.confidence == "unconfirmed" else ""
        _print(console, f"{words} {escape(rule.grounds[each.ground][at])}{doubt}")
        suggestion = patterns[each.pattern].suggestion
        if suggestion is not None:
            _print(console, f"  → {escape(suggestion[at])}")
        if each.needs:
            _print(
                console, "  " + escape(_needs([law.book.facts[name].label[at] for name in each.needs], lang))
            )
        _print(console, f"  § {escape('；'.join(each.clauses))}")


def _print(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)


def _needs(labels: Iterable[str], lang: str) -> str:
    return say("project.decide.needs", {"needs": ("、" if lang == "zh" else ", ").join(labels)}, lang)


def _doubt(lang: str) -> str:
    return f" [yellow]{say('project.decide.unconfirmed', {}, lang)}[/yellow]"


def _show(console: Console, told: Told, how: tuple[bool, str]) -> None:
    explained, lang = how
    colour = "green" if told.determined else "yellow"
    doubt = _doubt(lang) if told.unconfirmed else ""
    _print(console, f"{escape(told.question)} [bold {colour}]{escape(told.answer)}[/bold {colour}]{doubt}")
    if told.reason:
        _print(console, escape(told.reason))
    if told.needs:
        _print(console, escape(_needs(told.needs, lang)))
    for clause, title in told.clauses:
        _print(console, f"  § {escape(clause)} · {escape(title)}")
    if explained:
        _explain(console, told, lang)


def _explain(console: Console, told: Told, lang: str) -> None:
    for label, points in told.items:
        _print(console, f"  {escape(label)}  {points}")
    for heading, rows in (("project.decide.why", told.rows), ("project.decide.why_not", told.others)):
        if rows:
            console.print(f"[bold]{say(heading, {}, lang)}[/bold]")
        for row in rows:
            _row(console, row)
    if told.change:
        _print(console, f"[bold]{say('project.decide.change', {}, lang)}[/bold]\n  {escape(told.change)}")


def _row(console: Console, row: ToldRow) -> None:
    clauses = "；".join(row.clauses)
    _print(console, f"  {escape(row.answer)} [dim]({row.id}; {escape(clauses)})[/dim]")
    for mark in row.marks:
        actual = f" [dim]{escape(mark.actual)}[/dim]" if mark.actual else ""
        _print(console, f"    {MARKS[mark.state]} {escape(mark.text)}{actual}")


def read_day(value: Any) -> date:
    """Give the day the law is asked at: the one stated, else today in the pack's zone."""
    if value is not None:
        return value.date() if hasattr(value, "date") else value
    from jishi.kernel.calendar.zone import day_of
    from jishi.platform.clock import SystemClock

    return day_of(SystemClock().now_ms(), packs.default_pack().manifest.utc_offset_minutes)
