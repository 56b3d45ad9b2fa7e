"""The light (灯色) of a task: what the rule of the pack answers on a day. Nobody sets it by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jishi.apps.packs.api import Pack
from jishi.kernel.rules.decision import Decision

RULE = "reform.light"


@dataclass(frozen=True, slots=True)
class Light:
    """A colour, the decision it came from, and how far the task should be (percent)."""

    colour: str
    decision: Decision
    planned_percent: int
    days_left: int


def planned_percent(starts_on: date, due_on: date, day: date) -> int:
    """Return how far (percent, rounded down) a task begun on `starts_on` should be at the end of `day`.

    >>> planned_percent(date(2021, 1, 1), date(2021, 1, 10), date(2021, 1, 5))
    50
    >>> planned_percent(date(2021, 1, 1), date(2021, 1, 10), date(2020, 12, 31))
    0
    """
    whole = (due_on - starts_on).days + 1
    gone = (day - starts_on).days + 1
    return 0 if gone <= 0 or whole <= 0 else min(100, 100 * gone // whole)


def light_of(pack: Pack, state: str, data: Mapping[str, Any], day: date) -> Light:
    """Decide the light of a task's entry on a day; a cancelled task shows grey as a deferred one does."""
    starts_on, due_on = date.fromisoformat(data["starts_on"]), date.fromisoformat(data["due_on"])
    planned, done = planned_percent(starts_on, due_on, day), round(float(data["progress_percent"]))
    days_left = (due_on - day).days
    facts: dict[str, bool | int | str | None] = {
        "task_state": "deferred" if state == "cancelled" else state,
        "progress_percent": done,
        "behind_percent": planned - done,
        "days_left": days_left,
    }
    decision = pack.law.decide(RULE, facts, day)
    return Light(str(decision.answer), decision, planned, days_left)
