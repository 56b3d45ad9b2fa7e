"""Replay recorded tenders on the terminal: would the rule have chosen the recorded winner? No database."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.markup import escape

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.tender_replay import AGREE, DISAGREE, UNDECIDED, Verdict, replay_auction
from jishi.kernel.quantity.number import format_number
from jishi.platform.tables.source import open_table
from jishi.platform.words import say
from jishi.project.replay_record import SCALE, Auction, Problem, Record

SHOWN = 30
MARKS = {DISAGREE: "[red]✗[/red]", UNDECIDED: "[yellow]?[/yellow]"}


class Differing(NamedTuple):
    """An auction that does not agree, and why."""

    auction: Auction
    verdict: Verdict

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return JSON values; `rule` and `record` are rows of the table with bidder and price."""
        code, params = f"replay.reason.{self.verdict.reason}", self._facts()
        return {
            "auction": self.auction.id,
            "verdict": self.verdict.verdict,
            "reason": self.verdict.reason,
            "sentence": say(code, {name: _told(value, lang) for name, value in params.items()}, lang),
            "rule": self._bids(self.verdict.rule),
            "record": self._bids(self.verdict.record),
        }

    def _facts(self) -> dict[str, Any]:
        bounds = self.auction.bounds
        return {
            "rule": self._bids(self.verdict.rule),
            "record": self._bids(self.verdict.record),
            "control": _price(bounds.control_price_fen),
            "minimum": _price(bounds.min_price_fen),
            "bids": sum(bid.price is not None for bid in self.auction.bids),
        }

    def _bids(self, rows: tuple[int, ...]) -> list[dict[str, Any]]:
        return [
            {"row": bid.row, "bidder": bid.bidder, "price": _price(bid.price)}
            for bid in self.auction.bids
            if bid.row in rows
        ]


@dataclass
class Replay:
    """What came of a file: how many auctions of each verdict, those that differ, what was wrong with rows."""

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    differing: list[Differing] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def agreement(self) -> float | None:
        """Return agree / (agree + disagree), None where nothing is decided."""
        decided = self.counts[AGREE] + self.counts[DISAGREE]
        return self.counts[AGREE] / decided if decided else None

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return JSON values: the counts, the rate, every auction that does not agree, every problem."""
        reasons = Counter(each.verdict.reason for each in self.differing)
        return {
            "rows": self.rows,
            "auctions": self.counts.total(),
            **{verdict: self.counts[verdict] for verdict in (AGREE, DISAGREE, UNDECIDED)},
            "agreement": None if self.agreement is None else round(self.agreement, 6),
            "reasons": dict(reasons.most_common()),
            "list": [each.to_json(lang) for each in self.differing],
            "problems": [each.to_json(lang) for each in self.problems],
        }


def replay_file(console: Console, path: Path, how: tuple[bool, str]) -> None:
    """Replay every auction of a table and print the result (as JSON, language).

    Faults `replay.no_file`, `replay.columns`, `table.*` where the file cannot be read at all.
    """
    as_json, lang = how
    replayed = replay_table(path)
    if as_json:
        told = json.dumps(replayed.to_json(lang), ensure_ascii=False)
        console.print_json(told, highlight=console.is_terminal)
    else:
        _show(console, replayed, lang)


def replay_table(path: Path) -> Replay:
    """Replay every auction of a table by the price function of the tender; raise as `replay_file`."""
    if not path.is_file():
        raise Fault("replay.no_file", path=str(path))
    record, replayed = Record(open_table(path)), Replay()
    for auction in record.auctions():
        verdict = replay_auction(auction.bounds, auction.bids)
        replayed.counts[verdict.verdict] += 1
        if verdict.verdict != AGREE:
            replayed.differing.append(Differing(auction, verdict))
    replayed.rows = record.rows
    replayed.problems = sorted(record.problems, key=lambda each: each.row)
    return replayed


def _show(console: Console, replayed: Replay, lang: str) -> None:
    told = replayed.to_json(lang)
    for each in told["list"]:
        line = f"{MARKS[each['verdict']]} {escape(each['auction'])}: {escape(each['sentence'])}"
        _print(console, line)
    for problem in told["problems"][:SHOWN]:
        _print(console, "[yellow]![/yellow] " + escape(_place(problem, lang) + problem["sentence"]))
    if len(told["problems"]) > SHOWN:
        _print(console, say("replay.more", {"count": len(told["problems"]) - SHOWN}, lang))
    _print(console, say("replay.counts", told, lang))
    if replayed.agreement is not None:
        share = {"share": f"{100 * replayed.agreement:.2f}", "decided": told[AGREE] + told[DISAGREE]}
        _print(console, "[bold]" + say("replay.share", {**share, "agree": told[AGREE]}, lang) + "[/bold]")


def _place(problem: Mapping[str, Any], lang: str) -> str:
    code = "replay.cell" if problem["row"] and problem["column"] else "replay.row"
    return say(code, problem, lang) if problem["row"] else ""


def _told(value: Any, lang: str) -> Any:
    """Write bids in words: who, at what price, in which row."""
    if not isinstance(value, list):
        return "—" if value is None else value
    code = "replay.bid"
    return [say(code, {**bid, "price": bid["price"] or "—"}, lang) for bid in value]


def _price(scaled: int | None) -> str | None:
    return None if scaled is None else format_number(Fraction(scaled, SCALE))


def _print(console: Console, line: str) -> None:
    console.print(line, highlight=False, soft_wrap=True)
