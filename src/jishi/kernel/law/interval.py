"""Days in force: from `since` to `until`, both counted; an open end is None."""

from datetime import date
from itertools import pairwise
from typing import Protocol

from jishi.kernel.fault import Fault


class Dated(Protocol):
    """Anything in force over an interval of days."""

    @property
    def since(self) -> date: ...

    @property
    def until(self) -> date | None: ...


def in_force(dated: Dated, day: date) -> bool:
    """Tell whether it is in force on the day."""
    return dated.since <= day and (dated.until is None or day <= dated.until)


def must_run_forward(what: str, dated: Dated) -> None:
    """Raise `law.interval` if it ends before it begins."""
    if dated.until is not None and dated.until < dated.since:
        raise Fault("law.interval", id=what, since=dated.since.isoformat(), until=dated.until.isoformat())


def must_not_overlap(what: str, steps: tuple[Dated, ...]) -> None:
    """Raise `law.overlap` unless the steps, in order, leave each day to one of them."""
    for earlier, later in pairwise(steps):
        if earlier.until is None or earlier.until >= later.since:
            raise Fault(
                "law.overlap",
                id=what,
                since=earlier.since.isoformat(),
                until=None if earlier.until is None else earlier.until.isoformat(),
                next_since=later.since.isoformat(),
            )
