"""A dated case: what a rule must answer on a day, by which row and clause, or which facts it still needs."""

from datetime import date
from typing import Any

from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.row import Row

UNDETERMINED = "undetermined"
"""How a case writes that no answer is definite."""


class CaseRow(Row):
    """State the facts of a case as people write them, and what must come out."""

    day: date
    facts: dict[str, Any] = {}
    answer: str | int | bool | None = None
    row: str | None = None
    cites: tuple[ClauseId, ...] = ()
    needs: tuple[str, ...] | None = None
    text: str | None = None
    finds: tuple[str, ...] | None = None
