"""The tasks of a year as one board: a tree in order of measure, each with its light, and what has no task."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from jishi.apps.packs.api import Pack
from jishi.apps.reform.light import Light, light_of
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryInfo, EntryQuery

TASKS, UNSCHEDULED = "reform.task", "reform.unscheduled"
LIGHTS = ("red", "yellow", "green", "blue", "grey")
FIRST_YEAR = 2020


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task: its entry, its light on the day, how deep in the tree it stands."""

    entry: EntryInfo
    light: Light
    depth: int
    measure: int
    starts_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Board:
    """A year's tasks on a day; `reasons` says why a measure has none, `unexplained` lists those without reason."""

    year: int
    day: date
    lines: tuple[TaskLine, ...]
    counts: Mapping[str, int]
    reasons: Mapping[int, str]
    unexplained: tuple[int, ...]


def read_board(pack: Pack, year: int, day: date, divisions: tuple[str, ...] = ()) -> Board:
    """Return the board of a year as it stands on `day` (年度工作任务清单)."""
    entries = list(
        registers.iterate_entries(
            EntryQuery(kind=TASKS, divisions=divisions, ranges={"year": (str(year), str(year))})
        )
    )
    lines = tuple(_tree(pack, entries, day))
    stated = registers.iterate_entries(
        EntryQuery(kind=UNSCHEDULED, ranges={"year": (str(year), str(year))}, state="stated")
    )
    reasons = {_number(each, "measure"): str(each.data["reason"]) for each in stated}
    covered = {line.measure for line in lines}
    unexplained = tuple(sorted(set(pack.reform.measures) - covered - set(reasons)))
    return Board(year, day, lines, Counter(line.light.colour for line in lines), reasons, unexplained)


def list_tasks_of(pack: Pack, measure: int, day: date) -> list[TaskLine]:
    """Return the tasks of one measure in every year, the latest year first."""
    entries = list(
        registers.iterate_entries(EntryQuery(kind=TASKS, ranges={"measure": (str(measure), str(measure))}))
    )
    return sorted(_tree(pack, entries, day), key=lambda line: -_number(line.entry, "year"))


def list_years(this_year: int) -> list[int]:
    """Return the years since the policy that have tasks, and this one, the latest first."""
    years = range(FIRST_YEAR, this_year + 2)
    return [year for year in reversed(years) if year == this_year or _has_tasks(year)]


def _has_tasks(year: int) -> bool:
    query = EntryQuery(kind=TASKS, ranges={"year": (str(year), str(year))})
    return bool(registers.list_entries(query, size=1).rows)


def _tree(pack: Pack, entries: list[EntryInfo], day: date) -> Iterator[TaskLine]:
    """Yield the tasks, each step right below the task it is part of; a lost parent leaves a task at the top."""
    known = {each.id for each in entries}
    below: dict[str, list[EntryInfo]] = defaultdict(list)
    for each in entries:
        parent = str(each.data.get("parent") or "")
        below[parent if parent in known and parent != each.id else ""].append(each)
    yield from _below(pack, below, ("", 0), day)


def _below(
    pack: Pack, below: Mapping[str, list[EntryInfo]], place: tuple[str, int], day: date
) -> Iterator[TaskLine]:
    parent, depth = place
    for each in _in_order(below.get(parent, [])):
        yield TaskLine(
            entry=each,
            light=light_of(pack, each.state, each.data, day),
            depth=depth,
            measure=_number(each, "measure"),
            starts_on=date.fromisoformat(each.data["starts_on"]),
            due_on=date.fromisoformat(each.data["due_on"]),
        )
        yield from _below(pack, below, (each.id, depth + 1), day)


def _in_order(entries: Iterable[EntryInfo]) -> list[EntryInfo]:
    return sorted(entries, key=lambda each: (_number(each, "measure"), each.data["due_on"], each.number))


def _number(entry: EntryInfo, name: str) -> int:
    return int(float(entry.data[name]))
