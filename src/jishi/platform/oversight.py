"""What a regulator and an auditor look at: the access log (访问日志), who holds a role, how the server stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Q, QuerySet

from jishi.platform.access import covers, stem_of
from jishi.platform.models import AccessRecord, Deadline, EvidenceEntry, Grant, LogHead, User
from jishi.platform.search import Page, page_recent
from jishi.platform.silence import last_beat_ms


@dataclass(frozen=True, slots=True)
class AccessQuery:
    """Choose lines of the access log: words of the person's address, action, object, allowed or not."""

    divisions: tuple[str, ...] = ()
    person: str = ""
    action: str = ""
    object_id: str = ""
    allowed: bool | None = None
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the server stands: instants in ms, None where nothing was ever written."""

    beat_ms: int | None
    deadlines: int
    late: int
    next_ms: int | None
    entries: int
    log_size: int
    last_entry_ms: int | None


def find_accesses(query: AccessQuery, cursor: str | None = None, size: int = 50) -> Page:
    """Page lines of the access log with their persons, newest first."""
    return page_recent(_chosen(query).select_related("person"), cursor, size, field="at_ms")


def each_access(query: AccessQuery, limit: int = 100_000) -> Iterator[AccessRecord]:
    """Yield the newest lines of the access log with their persons."""
    rows = _chosen(query).select_related("person").order_by("-at_ms", "-pk")[:limit]
    yield from rows.iterator(chunk_size=1000)


def list_holders(role: str, division: str, at_ms: int) -> list[User]:
    """Return the active people who hold `role` over `division` at an instant, by address."""
    rows = Grant.objects.filter(
        Q(until_ms__isnull=True) | Q(until_ms__gt=at_ms), role=role, since_ms__lte=at_ms
    )
    found = {g.person for g in rows.select_related("person") if covers(g.division, division)}
    return sorted((person for person in found if person.is_active), key=lambda person: person.email)


def name_people(user_ids: Sequence[int]) -> Mapping[int, str]:
    """Return how people are called, by id."""
    people = User.objects.filter(pk__in=set(user_ids))
    return {each.pk: each.display_name or each.email for each in people}


def read_standing(now_ms: int) -> Standing:
    """Tell how the server stands at `now_ms`; four queries."""
    due = Deadline.objects.aggregate(
        count=Count("pk"), late=Count("pk", filter=Q(due_ms__lte=now_ms)), next_ms=Min("due_ms")
    )
    log = EvidenceEntry.objects.aggregate(count=Count("pk"), last_ms=Max("recorded_at"))
    size = LogHead.objects.values_list("size", flat=True).first() or 0
    return Standing(
        beat_ms=last_beat_ms(),
        deadlines=due["count"],
        late=due["late"],
        next_ms=due["next_ms"],
        entries=log["count"],
        log_size=size,
        last_entry_ms=log["last_ms"],
    )


def _chosen(query: AccessQuery) -> "QuerySet[AccessRecord]":
    rows = AccessRecord.objects.filter(_below(query.divisions))
    if query.person:
        rows = rows.filter(person__email__icontains=query.person)
    if query.action:
        rows = rows.filter(action=query.action)
    if query.object_id:
        rows = rows.filter(object_id=query.object_id)
    if query.allowed is not None:
        rows = rows.filter(allowed=query.allowed)
    if query.since_ms is not None:
        rows = rows.filter(at_ms__gte=query.since_ms)
    return rows if query.until_ms is None else rows.filter(at_ms__lt=query.until_ms)


def _below(divisions: Sequence[str]) -> Q:
    reach = Q(division="")  # what was asked of no division in particular
    for division in divisions:
        reach |= Q(division__startswith=stem_of(division))
    return reach
