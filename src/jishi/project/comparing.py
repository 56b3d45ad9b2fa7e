"""Show on the terminal what another version of a pack would change, and how two tracks differ. No database."""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jishi.apps.packs import api as packs
from jishi.kernel.rules.fact import format_value
from jishi.platform.words import say
from jishi.platform.words.ruling import answer_text
from jishi.project.packing import find_folder

SHOWN = 30
Asked = tuple[Path | None, str | None, date | None]
"""A file of cases, the rule and the day for cases that do not state them."""


def diff_packs(
    console: Console, folders: tuple[str, str], asked: Asked, out: tuple[Path | None, str]
) -> None:
    """Compare two packs (installed names or directories) by parts and by what they answer to the cases."""
    before, after = (packs.load_pack_from(find_folder(each)) for each in folders)
    path, lang = out
    cases = packs.ask_cases(before, after, packs.CaseTable(*asked))
    impact = packs.compare_packs(before, after, cases)
    _parts(console, impact, lang)
    _tallies(console, impact, lang)
    for rule, tally in impact.tallies.items():
        for each in tally.examples:
            _example(console, (before, after), each, rule)
    if path is not None:
        packs.write_changes(path, (before, after), impact.changes)
    counts = {
        "parts": len(impact.parts),
        "asked": sum(each.asked for each in impact.tallies.values()),
        "changed": len(impact.changes),
        "reasons": sum(each.reasons for each in impact.tallies.values()),
    }
    console.print(say("project.diff.counts", counts, lang), highlight=False)


def _parts(console: Console, impact: packs.Impact, lang: str) -> None:
    for part in impact.parts[:SHOWN]:
        how = say(f"project.diff.{part.how}", {}, lang)
        kind = say(f"project.diff.{part.kind}", {}, lang)
        name = f"{part.rule} [{part.id}]" if part.rule else part.id
        console.print(f"{how} {kind} [bold]{escape(name)}[/bold]", highlight=False)
        for field, was, is_ in part.fields:
            console.print(
                f"    {field}: [red]{escape(was)}[/red] → [green]{escape(is_)}[/green]", highlight=False
            )
    if len(impact.parts) > SHOWN:
        more = say("project.diff.more", {"count": len(impact.parts) - SHOWN}, lang)
        console.print(more, highlight=False)


def _tallies(console: Console, impact: packs.Impact, lang: str) -> None:
    table = Table(
        *(say(f"project.diff.column.{name}", {}, lang) for name in ("rule", "asked", "changed", "ways"))
    )
    for rule, tally in sorted(impact.tallies.items(), key=lambda each: -each[1].changed):
        if tally.changed:
            ways = ", ".join(f"{was} → {is_}: {count}" for (was, is_), count in tally.ways.most_common(4))
            table.add_row(rule, str(tally.asked), str(tally.changed), escape(ways))
    if table.row_count:
        console.print(table)


def _example(
    console: Console, pair: tuple[packs.Pack, packs.Pack], changed: packs.Changed, rule: str
) -> None:
    case = changed.case
    known = {**pair[0].facts, **pair[1].facts}
    held = {name: value for name, value in {**case.before, **case.after}.items() if value is not None}
    facts = ", ".join(f"{name}={packs.written(known[name], value)}" for name, value in held.items())
    day = date.fromordinal(case.day).isoformat()
    console.print(f"[dim]{escape(case.label)}[/dim] {rule} {day} {escape(facts)}", highlight=False)
    for pack, outcome, colour in zip(pair, (changed.before, changed.after), ("red", "green"), strict=True):
        said = packs.say_outcome(pack, rule, outcome)
        row = "" if outcome is None or outcome.row is None else f" [{outcome.row}]"
        clauses = "" if outcome is None else "；".join(outcome.clauses)
        console.print(f"    [{colour}]{escape(said + row)}[/{colour}] {escape(clauses)}", highlight=False)


def show_parity(console: Console, path: Path | None, lang: str) -> None:
    """Put each parity case of the pack, or the one of a file, to every rule on both tracks."""
    pack = packs.default_pack()
    for parity in packs.read_parities(pack) if path is None else [packs.read_parity(pack, path)]:
        found = packs.compare_tracks(pack, parity.fact, parity.values, (parity.facts, parity.day))
        title = parity.title[0 if lang == "zh" else 1]
        console.print(f"[bold]{escape(title)}[/bold] {parity.day.isoformat()}", highlight=False)
        differing = [each for each in found if each.differs]
        _tracks(console, pack, (parity, differing), lang)
        further = list(packs.also_in_cases(pack, parity))
        if further:
            console.print(say("project.parity.cases", {}, lang), highlight=False)
            _tracks(console, pack, (parity, further), lang)
        for each in found:
            if each.lacking:
                params = {"rule": each.rule, "needs": ", ".join(each.needs)}
                console.print(
                    f"[dim]{escape(say('project.parity.open', params, lang))}[/dim]", highlight=False
                )
        counts = {
            "rules": len(found),
            "differing": len(differing),
            "lacking": sum(each.lacking for each in found),
        }
        console.print(say("project.parity.counts", counts, lang), highlight=False)


def _tracks(
    console: Console, pack: packs.Pack, shown: tuple[packs.Parity, list[packs.TrackComparison]], lang: str
) -> None:
    parity, comparisons = shown
    fact = pack.facts[parity.fact]
    table = Table(
        say("project.parity.rule", {}, lang), *(format_value(fact, value, lang) for value in parity.values)
    )
    for each in comparisons:
        title = pack.rule(each.rule).title[0 if lang == "zh" else 1]
        cells = [_cell(pack, each.rule, track, lang) for track in each.tracks]
        table.add_row(f"{escape(title)}\n[dim]{each.rule}[/dim]", *cells)
    if table.row_count:
        console.print(table)


def _cell(pack: packs.Pack, rule_id: str, track: packs.Track, lang: str) -> str:
    if track.decision is None:
        said = track.fault
    else:
        day = date.fromordinal(track.decision.as_of).isoformat()
        reason = track.decision.reason and say(f"rules.reason.{track.decision.reason}", {"day": day}, lang)
        said = " ".join(filter(None, (answer_text(pack.rule(rule_id), track.decision, lang), reason)))
    return f"{escape(said)}\n[dim]{escape('；'.join(track.clauses))}[/dim]"
