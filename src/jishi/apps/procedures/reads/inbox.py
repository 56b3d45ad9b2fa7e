"""Lists of cases, paged by key: the inbox by days left, a party's cases, missed clocks by office."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from jishi.apps.packs import api as packs
from jishi.apps.procedures.info import CaseRow
from jishi.apps.procedures.models import OPEN, Case
from jishi.apps.procedures.people import department_at, departments_of
from jishi.apps.procedures.projection import CASE, RESTING
from jishi.apps.procedures.reads.case import row_of, today_of
from jishi.platform.access import STAFF, require, stem_of
from jishi.platform.context import Context
from jishi.platform.fulltext import Wanted, condition
from jishi.platform.grams import mark
from jishi.platform.models import SearchRow
from jishi.platform.search import COUNTED, Page, count_rows, find_objects, page_recent

_CURSOR = re.compile(r"([0-9]{1,16})\.([0-9a-f]{32})")
FEW = 2000
SHOWN = (
    "id", "number", "procedure", "title", "division", "phase", "step", "role", "outcome", "paused", "due_day",
    "due_ms", "overdue_ms", "assignee_id", "started_ms", "updated_ms", "seq",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """Narrow an inbox: `mine` shows only what is assigned to the actor; `roles` defaults to all the actor holds.

    `procedures` narrows to several at once where `procedure` is empty; `soon_ms` keeps clocks that run out
    within so long and have not yet; `division` keeps that division and what lies below it.
    """

    roles: tuple[str, ...] = ()
    procedure: str = ""
    mine: bool = False
    overdue: bool = False
    text: str = ""
    procedures: tuple[str, ...] | None = None
    step: str = ""
    division: str = ""
    soon_ms: int = 0


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many cases wait for the actor's roles, each counted to 10,000: in all, due soon, overdue."""

    total: int
    soon: int
    late: int


@dataclass(frozen=True, slots=True)
class MissedRow:
    """How many running cases of a step are past their clock in a division, and since when the oldest is."""

    procedure: str
    step: str
    division: str
    count: int
    oldest_ms: int


def list_inbox(
    ctx: Context, query: InboxQuery | None = None, cursor: str | None = None, size: int = 30
) -> Page:
    """Give a page of the cases that wait for the actor's roles, the most urgent first; total counts to 10,000."""
    query = query or InboxQuery()
    reaches, narrow = _reaches(ctx, query), _narrowing(ctx, query)
    place = _CURSOR.fullmatch(cursor or "")
    after = Q(due_ms__gt=int(place[1])) | Q(due_ms=int(place[1]), id__gt=place[2]) if place else Q()
    # Each role's cases stand in the order of an index, which holds all that is sorted; joined by "or" the database
    # would sort them all, and with all that a row holds.
    heads = [
        rows.filter(after).order_by("due_ms", "id").values_list("due_ms", "id")[: size + 1]
        for rows in (narrow(Case.objects.filter(each)) for each in reaches)
    ]
    found = sorted(key for head in heads for key in head)[: size + 1]
    last = found[size - 1] if len(found) > size else None
    # A first page that is not full has counted them all: a search for something rare reads the rows once.
    # Counted for all roles at once, the words are looked for once.
    total = (
        narrow(Case.objects.filter(_any_of(reaches)))[: COUNTED + 1].count() if place or last else len(found)
    )
    shown = Case.objects.only(*SHOWN).in_bulk([key for _due, key in found[:size]])
    today = today_of(ctx)
    rows = [row_of(shown[key], today) for _due, key in found[:size] if key in shown]
    return Page(rows, f"{last[0]}.{last[1]}" if last else None, total)


def count_waiting(ctx: Context, soon_ms: int) -> WaitingCount:
    """Count the cases that wait for the actor's roles; soon is what falls due within `soon_ms`.

    One query a role over its first 10,001 by their clock: what is late or due soon stands before all else.
    """
    now = ctx.now_ms()
    late, soon = Q(due_ms__lte=now), Q(due_ms__gt=now, due_ms__lte=now + soon_ms)
    sums = {"total": 0, "soon": 0, "late": 0}
    for reach in _reaches(ctx, InboxQuery()):
        first = Case.objects.filter(reach).order_by("due_ms").values("pk", "due_ms")[: COUNTED + 1]
        found = first.aggregate(
            total=Count("pk"), soon=Count("pk", filter=soon), late=Count("pk", filter=late)
        )
        sums = {name: min(COUNTED + 1, sums[name] + found[name]) for name in sums}
    return WaitingCount(**sums)


def list_cases_of(
    ctx: Context, parties: Sequence[str] = (), cursor: str | None = None, size: int = 30
) -> Page:
    """Give a page of the cases of the actor's parties, drafts and those filed by the actor too, newest first."""
    own = [each for each in (parties or ctx.actor.parties) if each in ctx.actor.parties]
    # Each way to a case has its own index; joined by "or" the database would read every case.
    ways = [Q(party__in=own), Q(behalf__in=own)] if own else []
    ways += [Q(made_by_id=ctx.actor.user_id)] if ctx.actor.user_id is not None else []
    keys = [Case.objects.filter(way).order_by().values("pk") for way in ways] or [
        Case.objects.none().values("pk")
    ]
    rows = Case.objects.filter(pk__in=keys[0].union(*keys[1:]) if len(keys) > 1 else keys[0])
    return _page(ctx, rows.only(*SHOWN), cursor, size)


def list_cases(ctx: Context, procedure: str = "", phase: str = "", cursor: str | None = None) -> Page:
    """Give a page of filed cases in the actor's divisions, newest first, for those who supervise."""
    require(ctx, "case.supervise")
    rows = Case.objects.exclude(phase="draft").filter(_below(ctx))
    if procedure:
        rows = rows.filter(procedure=procedure)
    if phase:
        rows = rows.filter(phase=phase)
    return _page(ctx, rows.only(*SHOWN), cursor, 30)


def list_missed(ctx: Context) -> list[MissedRow]:
    """Give the clocks missed now by procedure, step and division, the longest missed first."""
    require(ctx, "case.supervise")
    rows = Case.objects.filter(_below(ctx), phase=OPEN, due_ms__lte=ctx.now_ms())
    grouped = rows.values("procedure", "step", "division").annotate(
        count=Count("id"), oldest=Min("started_ms")
    )
    found = [
        MissedRow(each["procedure"], each["step"], each["division"], each["count"], each["oldest"])
        for each in grouped
    ]
    return sorted(found, key=lambda each: (each.oldest_ms, each.procedure, each.step))


def cases_about(entry_id: str) -> list[CaseRow]:
    """Give the running cases about a register entry, newest first."""
    rows = Case.objects.filter(subject=entry_id, phase=OPEN).order_by("-started_ms", "id")
    return [row_of(each, 0) for each in rows.only(*SHOWN)[:50]]


def count_cases(procedure: str = "") -> dict[str, int]:
    """Give how many cases of a procedure there are by phase; every procedure by default."""
    rows: QuerySet[Case] = Case.objects.all()
    rows = rows.filter(procedure=procedure) if procedure else rows
    return {each["phase"]: each["count"] for each in rows.values("phase").annotate(count=Count("id"))}


def _reaches(ctx: Context, query: InboxQuery) -> list[Q]:
    """Tell the cases that wait for each of the actor's roles; a case waits for one role, an ended one for none."""
    actor = ctx.actor
    held = STAFF if actor.system else tuple(sorted({each.role for each in actor.permits} & set(STAFF)))
    roles = [role for role in dict.fromkeys(query.roles or held) if role in held]
    return [
        Q(role=role) if actor.system else Q(role=role) & _reach(ctx, [role], at_step=True) for role in roles
    ]


def _any_of(reaches: Sequence[Q]) -> Q:
    return reduce(or_, reaches, Q(pk__in=[]))


def _narrowing(ctx: Context, query: InboxQuery) -> "Callable[[QuerySet[Case]], QuerySet[Case]]":
    """Return what narrows the cases of a role; the words are looked for once, whatever the roles."""
    conditions: list[Any] = [Q(assignee_id=ctx.actor.user_id)] if query.mine else []
    if query.procedure:
        conditions.append(Q(procedure=query.procedure))
    elif query.procedures is not None:
        conditions.append(Q(procedure__in=query.procedures))
    if query.step:
        conditions.append(Q(step=query.step))
    if query.division:
        conditions.append(_under([query.division]))
    if query.overdue:
        conditions.append(Q(due_ms__lte=ctx.now_ms()))
    elif query.soon_ms:
        conditions.append(Q(due_ms__gt=ctx.now_ms(), due_ms__lte=ctx.now_ms() + query.soon_ms))
    if not (wanted := Wanted(query.text)).is_empty():
        conditions.append(_holding(wanted))
    return lambda rows: reduce(lambda narrowed, each: narrowed.filter(each), conditions, rows)


def _holding(wanted: Wanted) -> Any:
    """Tell the cases whose row in the full-text index holds every word."""
    wanted = wanted.bearing(mark("party=")).one_of((mark(f"kind={CASE}"), mark(f"kind={RESTING}")))
    # Few are named, and the database looks each up; else it reads the inbox in its order.
    if count_rows(wanted) <= FEW:
        few = find_objects(wanted, size=FEW, total=0).rows
        return Q(pk__in=list(SearchRow.objects.filter(pk__in=few).values_list("object_id", flat=True)))
    said, value = condition(wanted)
    rows = SearchRow.objects.filter(kind__in=(CASE, RESTING), object_id=OuterRef("pk"), party="")
    return Exists(rows.extra(where=[said], params=[value]))


def _below(ctx: Context) -> Q:
    return Q() if ctx.actor.system else _reach(ctx, STAFF, at_step=False)


def _reach(ctx: Context, roles: Sequence[str], *, at_step: bool) -> Q:
    """Tell the cases the grants of these roles reach: below their divisions, of their department if they name one."""
    held = [each for each in ctx.actor.permits if each.role in roles and each.division]
    reach = _under(sorted({each.division for each in held if not each.department}))
    if not reach:  # everywhere
        return reach
    for name in sorted({each.department for each in held if each.department}):
        within = _under(sorted({each.division for each in held if each.department == name}))
        reach |= within & _of_department(name, at_step=at_step)
    return reach


def _of_department(name: str, *, at_step: bool) -> Q:
    """Tell the cases of a department: those whose step waits for it, or any of a procedure it has a part in."""
    reach = Q(pk__in=[])
    for kind in packs.current_pack().procedures.values():
        if name in departments_of(kind):
            steps = [each.id for each in kind.steps if not at_step or department_at(kind, each.id) == name]
            whole = not at_step or len(steps) == len(kind.steps)
            reach |= Q(procedure=kind.id) if whole else Q(procedure=kind.id, step__in=steps)
    return reach


def _under(divisions: Sequence[str]) -> Q:
    """Tell rows below these divisions by ranges of codes, which an index can follow."""
    root = stem_of(packs.current_pack().manifest.root_division)
    reach = Q(pk__in=[])
    for division in divisions:
        stem = stem_of(division)
        if root.startswith(stem):
            return Q()
        reach |= (
            Q(division=division)
            if len(stem) == 6
            else Q(division__gte=stem, division__lte=stem.ljust(6, "9"))
        )
    return reach


def _page(ctx: Context, rows: Any, cursor: str | None, size: int) -> Page:
    page, today = page_recent(rows, cursor, size), today_of(ctx)
    return Page([row_of(each, today) for each in page.rows], page.next, page.total)
