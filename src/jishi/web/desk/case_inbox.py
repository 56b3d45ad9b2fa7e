"""The inbox page by page: cases and everything else in one list, by what is left on the statutory clock.

Cases are many and are read by key from where the page before ended; the rest is little and is merged between them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.platform.access import stem_of
from jishi.platform.context import Context
from jishi.platform.search import COUNTED, Page
from jishi.web.desk.inbox import CASE, SOON, Inbox, Item
from jishi.web.shell.site import language, market_pack, site

PAGE_SIZE = 50
NEVER = 2**53 - 1
_CURSOR = re.compile(r"([0-9]{1,16})\.([01])\.([0-9a-zA-Z_.:-]{1,120})")
LAST_ID = "f" * 32
Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """How the inbox is narrowed; empty is everything."""

    kind: str = ""
    procedure: str = ""
    department: str = ""
    division: str = ""
    due: str = ""
    text: str = ""
    mine: bool = False

    @property
    def of_cases(self) -> bool:
        """Tell whether only a case can be meant."""
        return bool(self.kind == CASE or self.procedure or self.department or self.mine)


def read_asked(given: QueryDict) -> Asked:
    """Read how the inbox is narrowed from an address."""
    names = ("kind", "procedure", "department", "division", "due", "text")
    said = {name: given.get(name, "").strip()[:120] for name in names}
    return Asked(**said, mine=given.get("mine") == "1")


def page_inbox(
    ctx: Context, inbox: Inbox, asked: Asked, cursor: str | None = None, *, size: int = PAGE_SIZE
) -> Page:
    """Give a page of the inbox, the most urgent first, with the cursor of the next one and how many there are."""
    place = _read_cursor(cursor)
    others = [] if asked.of_cases else [item for item in inbox.items if _fits(item, asked)]
    after = _after(others, place)
    cases, total = _cases(ctx, asked, place, size + 1)
    merged = sorted([*after[: size + 1], *cases], key=_place)
    shown = merged[:size]
    following = _write_cursor(_place(shown[-1])) if len(merged) > size else None
    return Page(shown, following, len(others) + total)


def each_item(ctx: Context, inbox: Inbox, asked: Asked, most: int = COUNTED) -> Iterator[Item]:
    """Yield the items of the inbox, at most so many."""
    cursor: str | None = None
    given = 0
    while given < most:
        page = page_inbox(ctx, inbox, asked, cursor, size=500)
        yield from page.rows
        given += len(page.rows)
        cursor = page.next
        if cursor is None:
            return


def case_item(ctx: Context, row: procedures.CaseRow) -> Item:
    """Give a case as a line of the inbox."""
    said = _step_words(market_pack().hash, row.procedure, row.step, language())
    return Item(
        kind=CASE,
        label=said["title"],
        step=said["step"],
        title=f"{row.number} {row.title}",
        url=reverse("desk:case", args=[row.id]),
        since_ms=row.started_ms,
        due_ms=None if row.due_day is None else _end_ms(row),
        now_ms=ctx.now_ms(),
        due_day=row.due_day,
        clauses=said["clauses"],
        division=row.division,
        key=row.id,
        unit=said["unit"],
        case=row,
    )


def departments_of(pack: packs.Pack) -> list[tuple[str, str]]:
    """Give the departments of the procedures as (name in Chinese, name in the language of the page)."""
    found = {}
    for kind in pack.procedures.values():
        for each in (kind.department, *(step.department for step in kind.steps if step.department)):
            found[each.zh] = each.say(language())
    return sorted(found.items())


def procedures_of(pack: packs.Pack, department: str) -> tuple[str, ...]:
    """Give the procedures that a department leads or has a step in."""
    return tuple(
        kind.id
        for kind in pack.procedures.values()
        if department in {kind.department.zh, *(step.department.zh for step in kind.steps if step.department)}
    )


def query_of(asked: Asked) -> procedures.InboxQuery:
    """Give the narrowing of an inbox as the procedures read it."""
    within = procedures_of(market_pack(), asked.department) if asked.department else None
    return procedures.InboxQuery(
        procedure=asked.procedure,
        procedures=within,
        division=asked.division,
        overdue=asked.due == "over",
        soon_ms=int(SOON.total_seconds() * 1000) if asked.due == "soon" else 0,
        text=asked.text,
        mine=asked.mine,
    )


def _cases(ctx: Context, asked: Asked, place: Place | None, size: int) -> tuple[list[Item], int]:
    if asked.kind not in ("", CASE):
        return [], 0
    cursor = None
    if place is not None:  # what stands beside a case at the same instant comes before it
        due, rank, key = place
        cursor = f"{due}.{key}" if rank else f"{max(0, due - 1)}.{LAST_ID}"
    page = procedures.list_inbox(ctx, query_of(asked), cursor, size)
    return [case_item(ctx, row) for row in page.rows], page.total


def _fits(item: Item, asked: Asked) -> bool:
    tests: Mapping[str, Callable[[], bool]] = {
        "kind": lambda: item.kind == asked.kind,
        "division": lambda: item.division.startswith(stem_of(asked.division)),
        "due": lambda: item.late if asked.due == "over" else item.near if asked.due == "soon" else True,
        "text": lambda: all(word in item.title for word in asked.text.split()),
    }
    return all(test() for name, test in tests.items() if getattr(asked, name))


def _place(item: Item) -> Place:
    due = NEVER if item.due_ms is None else item.due_ms
    return (due, 1, item.key) if item.kind == CASE else (due, 0, f"{item.since_ms:013d}{item.kind}{item.key}")


def _after(items: list[Item], place: Place | None) -> list[Item]:
    return sorted((each for each in items if place is None or _place(each) > place), key=_place)


def _end_ms(row: procedures.CaseRow) -> int:
    """Give the instant (ms) at which the last day of the clock is over."""
    assert row.due_day is not None, "asked only of a case whose clock runs"
    return start_of_day_ms(row.due_day + timedelta(days=1), site().offset_minutes)


def _read_cursor(text: str | None) -> Place | None:
    found = _CURSOR.fullmatch(text or "")
    return (int(found[1]), int(found[2]), found[3]) if found else None


def _write_cursor(place: Place) -> str:
    return f"{place[0]}.{place[1]}.{place[2]}"


@lru_cache(maxsize=4096)
def _step_words(digest: str, procedure: str, step: str, lang: str) -> dict[str, Any]:
    """Say a step as the pack in force says it; a step only an old version knows keeps its name."""
    kind = packs.pack_of(digest).procedures.get(procedure)
    found = next((each for each in kind.steps if each.id == step), None) if kind else None
    if kind is None or found is None:
        return {"title": kind.title.say(lang) if kind else procedure, "step": step, "clauses": (), "unit": ""}
    said: dict[str, Any] = {
        "title": kind.title.say(lang),
        "step": found.title.say(lang),
        "unit": "",
        "clauses": (),
    }
    if found.clock is not None:
        pack, limit = packs.pack_of(digest), found.clock.limit
        said |= {"clauses": tuple(pack.limit_row(limit).cites), "unit": pack.parameter(limit).unit}
    return said
