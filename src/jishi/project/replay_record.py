"""Read the record of sealed tenders from a table, auction by auction; name what is wrong and keep the rest.

Knows the columns of `procurement_all_bids_jp.csv`: auction_id and bid are needed, control_price,
min_price, currency, bidder and is_winner are used where they are. A blank bid is no bid and no
problem; a row that cannot be used is set aside with its row, column, value and a remedy.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from sys import intern
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.tender_price import LOW, Bounds
from jishi.kernel.mechanism.tender_replay import Recorded
from jishi.kernel.quantity.number import read_number
from jishi.kernel.spelling import narrow
from jishi.platform.tables.source import Source
from jishi.platform.words import say

NEEDED = ("auction_id", "bid")
USED = ("control_price", "min_price", "currency", "bidder", "is_winner")
WON = {"1": True, "true": True, "yes": True, "y": True, "是": True, "中标": True}
LOST = dict.fromkeys(("", "0", "false", "no", "n", "否"), False)
MARKS = WON | LOST
PLACES = 12
SCALE = 10**PLACES
"""Prices are compared as integers of so small a unit that every readable decimal is whole."""
_SIGNS = re.compile(r"^(?:[A-Z]{3}|[¥$€£])\s*|\s*(?:[元円]|[A-Z]{3})$")


class Problem(NamedTuple):
    """What is wrong with a cell; `row` counts from the first below the header, 0 is the whole column."""

    row: int
    column: str
    value: str
    fault: Fault

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return JSON values with the sentence, which says what would be right."""
        told = {"row": self.row, "column": self.column, "value": self.value, "code": self.fault.code}
        return {**told, "sentence": say(self.fault.code, self.fault.params, lang)}


class Auction(NamedTuple):
    """One auction of the record: its bounds and its bids, both scaled."""

    id: str
    bounds: Bounds
    bids: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row as written, without blanks at the ends; `places` says where each column stands."""

    row: int
    places: Mapping[str, int]
    cells: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        """Return a cell, blank where there is no such column."""
        place = self.places.get(column)
        return "" if place is None else self.cells[place]


@dataclass
class Record:
    """A table of tenders under way of being read; `problems` and `rows` grow while `auctions` runs."""

    source: Source
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0

    def auctions(self) -> Iterator[Auction]:
        """Yield every auction in the order of its first row; Fault `replay.columns` without the needed columns."""
        columns = self._columns()
        held: dict[str, list[Line]] = {}
        for line in self._lines(columns):
            if line["auction_id"]:
                held.setdefault(line["auction_id"], []).append(line)
            else:
                self._note(line, "auction_id", Fault("replay.auction_blank"))
        for id, lines in held.items():
            yield self._auction(id, lines, frozenset(columns))

    def _columns(self) -> dict[str, str]:
        """Find the columns by name, whatever their case; say which absent one matters how."""
        found = {column.strip().lower(): column for column in reversed(self.source.columns)}
        missing = [name for name in NEEDED if name not in found]
        if missing:
            raise Fault("replay.columns", missing=missing, found=list(self.source.columns))
        for name in USED:
            if name not in found:
                self.problems.append(Problem(0, name, "", _ABSENT[name]))
        return {name: found[name] for name in (*NEEDED, *USED) if name in found}

    def _lines(self, columns: dict[str, str]) -> Iterator[Line]:
        places = {name: place for place, name in enumerate(columns)}
        for block in self.source.blocks():
            read = [block.frame[column].to_list() for column in columns.values()]
            for place, values in enumerate(zip(*read, strict=True)):
                self.rows += 1
                if place in block.broken:
                    self.problems.append(Problem(self.rows, "", "", block.broken[place]))
                    continue
                yield Line(self.rows, places, tuple(map(_text, values)))

    def _auction(self, id: str, lines: list[Line], columns: frozenset[str]) -> Auction:
        usable = self._of_one_currency(lines)
        bounds = Bounds(
            LOW, self._bound(usable or lines, "control_price"), self._bound(usable or lines, "min_price")
        )
        kept = {line.row for line in usable}
        bids = [self._bid(line, line.row in kept, columns) for line in lines]
        return Auction(id, bounds, tuple(self._without_repeats(bids, {line.row: line for line in lines})))

    def _of_one_currency(self, lines: list[Line]) -> list[Line]:
        """Keep the rows in the currency of more than half of them: others cannot be compared."""
        stated = Counter(line["currency"].upper() for line in lines if line["currency"])
        if len(stated) < 2:
            return lines
        currency, count = stated.most_common(1)[0]
        chosen = currency if 2 * count > stated.total() else ""
        kept = []
        for line in lines:
            if chosen and line["currency"].upper() in ("", chosen):
                kept.append(line)
            else:
                self._note(
                    line, "currency", Fault("replay.currency", kept=chosen or "—", found=sorted(stated))
                )
        return kept

    def _bound(self, lines: Iterable[Line], column: str) -> int | None:
        """Read the price most rows of an auction state, of equally many the first."""
        read = [(line, self._number(line, column)) for line in lines if line[column]]
        stated = [(line, value) for line, value in read if value is not None]
        if not stated:
            return None
        chosen = Counter(value for _, value in stated).most_common(1)[0][0]
        written = next(line[column] for line, value in stated if value == chosen)
        for line, value in stated:
            if value != chosen:
                self._note(line, column, Fault("replay.bound_differs", column=column, taken=written))
        return chosen

    def _bid(self, line: Line, usable: bool, columns: frozenset[str]) -> Recorded:
        price = self._number(line, "bid") if line["bid"] else None
        bidder = narrow(line["bidder"])
        if "bidder" in columns and not bidder:
            self._note(line, "bidder", Fault("replay.bidder_blank"))
        won = self._won(line) if "is_winner" in columns else None
        return Recorded(line.row, bidder, price if usable else None, won)

    def _won(self, line: Line) -> bool:
        mark = narrow(line["is_winner"]).lower().removesuffix(".0")
        if mark not in MARKS:
            self._note(line, "is_winner", Fault("replay.mark", value=line["is_winner"]))
        return MARKS.get(mark, False)

    def _number(self, line: Line, column: str) -> int | None:
        try:
            value = read_number(_SIGNS.sub("", narrow(line[column]))) * SCALE
        except Fault:
            self._note(line, column, Fault("replay.number", column=column, value=line[column]))
            return None
        if value == 0:
            if column != "min_price":  # a minimum of nothing is none
                self._note(line, column, Fault("replay.zero", column=column))
            return None
        return value.numerator

    def _without_repeats(self, bids: list[Recorded], lines: dict[int, Line]) -> Iterator[Recorded]:
        """Count a bid given twice once; leave two bids of one bidder standing, but say so."""
        first: dict[tuple[str, int | None], Recorded] = {}
        seen: dict[str, int] = {}
        for bid in bids:
            key = (bid.bidder, bid.price)
            if not bid.bidder or key not in first:
                first[key if bid.bidder else (f"#{bid.row}", None)] = bid
                if bid.bidder and bid.price is not None and seen.setdefault(bid.bidder, bid.row) != bid.row:
                    self._note(lines[bid.row], "bidder", Fault("replay.bidder_twice", row=seen[bid.bidder]))
                continue
            kept = first[key]
            first[key] = kept._replace(won=kept.won or bid.won)
            self._note(lines[bid.row], "bidder", Fault("replay.repeated", row=kept.row))
        return iter(first.values())

    def _note(self, line: Line, column: str, fault: Fault) -> None:
        self.problems.append(Problem(line.row, column, line[column], fault))


_ABSENT = {
    "control_price": Fault("replay.no_control_price"),
    "min_price": Fault("replay.no_min_price"),
    "currency": Fault("replay.no_currency"),
    "bidder": Fault("replay.no_bidder"),
    "is_winner": Fault("replay.no_is_winner"),
}


def _text(value: Any) -> str:
    """Write a cell of a typed table as its text would be."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return intern(str(value).strip())  # names and prices come again row after row
