"""One record of an announcement table: its cells, and the problems and notes found while reading them."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from jishi.apps.simulation.listings.draft import Note, Problem
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

T = TypeVar("T")
_NOT_STATED = frozenset(
    {"/", "\\", "-", "--", "—", "——", "未载", "不详", "未公布", "n/a", "nan", "null", "none"}
)
_MASK = re.compile(r"[*×█■□]|略")


class Row:
    """Read cells by column name; every refusal is kept, so that all are reported at once."""

    def __init__(self, numbers: tuple[int, ...], cells: Mapping[str, str]) -> None:
        self.numbers = numbers
        self.cells = dict(cells)
        self.problems: list[Problem] = []
        self.notes: list[Note] = []

    def cell(self, column: str) -> str:
        """Return the cell in half-width signs; blank if it was not stated."""
        text = narrow(self.cells.get(column, ""))
        return "" if text.lower() in _NOT_STATED else text

    def refuse(self, column: str, code: str, /, **params: Any) -> None:
        """Keep a problem of a cell; a blank column means the whole row."""
        read = self.cells.get(column, "").strip()
        ids = (self.cells.get("notice_no", "").strip(), self.cells.get("parcel_no", "").strip())
        self.problems.append(Problem(self.numbers[0], column, read, code, params, *ids))

    def note(self, column: str, code: str, /, **params: Any) -> None:
        """Keep a note on how a cell was read."""
        self.notes.append(Note(column, code, params))

    def refused(self, column: str) -> bool:
        """Tell whether a problem of this column is known."""
        return any(problem.column == column for problem in self.problems)

    def attempt(self, column: str, read: Callable[[], T]) -> T | None:
        """Return what `read` returns, or None after keeping its fault as a problem of the column."""
        try:
            return read()
        except Fault as fault:
            self.refuse(column, fault.code, **fault.params)
            return None

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Parse a cell; None if it is blank or was refused. Masked text (`****`, 略) is refused."""
        text = self.cell(column)
        if not text or self.refused(column):
            return None
        if _MASK.search(text):
            self.refuse(column, "listings.cell.masked", text=text)
            return None
        return self.attempt(column, lambda: parse(text))

    def need(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Parse a cell that must be stated; a blank one is a problem."""
        if not self.cell(column) and not self.refused(column):
            self.refuse(column, "listings.cell.blank", column=column)
            return None
        return self.read(column, parse)
