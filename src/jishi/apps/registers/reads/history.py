"""Answer how entries stood at a date: versions, what changed between them, a page of a register as it was."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from jishi.apps.registers.content import public_data, register_kind
from jishi.apps.registers.info import Change, EntryInfo, EntryQuery, VersionInfo
from jishi.apps.registers.models import EntryVersion
from jishi.apps.registers.reads.entry import public_only
from jishi.kernel.fault import Fault
from jishi.platform.access import stem_of
from jishi.platform.search import Page, page_recent


def list_versions(entry_id: str) -> list[VersionInfo]:
    """Return every version of an entry, the first one first; masked fields stay masked."""
    return [_version_info(row) for row in EntryVersion.objects.filter(entry_id=entry_id).order_by("version")]


def version_at(entry_id: str, at_ms: int) -> VersionInfo | None:
    """Return how an entry stood at an instant, None before it was written."""
    rows = EntryVersion.objects.filter(entry_id=entry_id, at_ms__lte=at_ms).order_by("-version")
    found = rows.first()
    return _version_info(found) if found else None


def changes(before: VersionInfo | None, after: VersionInfo) -> list[Change]:
    """Return what differs between two versions, by field; `#shape` and `#state` stand for those."""
    old = {} if before is None else before.data
    names = dict.fromkeys([*old, *after.data])
    found = [Change(name, old.get(name), after.data.get(name)) for name in names]
    if before is not None:
        found.append(Change("#state", before.state, after.state))
        found.append(Change("#shape", before.geometry, after.geometry))
    return [each for each in found if each.before != each.after]


def list_as_of(query: EntryQuery, cursor: str | None, size: int) -> Page:
    """Return a page of entries as they stood at `as_of_ms`, the last changed first.

    Words are looked for in number and name. Faults `registers.as_of.field`, where what is asked for is known of the
    present alone.
    """
    page = page_recent(_standing(query), cursor, size, "at_ms")
    shown = [_as_entry(row) for row in page.rows]
    return Page([public_only(each) for each in shown] if query.public_only else shown, page.next, page.total)


def _standing(query: EntryQuery) -> "QuerySet[EntryVersion]":
    at_ms = query.as_of_ms
    if query.box or query.within or query.ranges or any("." in name for name in query.facets):
        raise Fault("registers.as_of.field")
    rows = EntryVersion.objects.filter(kind=query.kind, at_ms__lte=at_ms).filter(
        Q(until_ms__isnull=True) | Q(until_ms__gt=at_ms)
    )
    if query.public_only:
        rows = rows.filter(entry__public=True)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.divisions:
        rows = rows.filter(_below(query.divisions))
    kind = register_kind(query.kind)
    for name, value in query.facets.items():
        field = kind.field(name)
        if query.public_only and not field.public:
            return rows.none()
        rows = rows.filter(**{f"data__{name}": value == "true" if field.type == "boolean" else value})
    for word in query.text.split():
        rows = rows.filter(Q(number__icontains=word) | Q(title__icontains=word))
    return rows.select_related("entry")


def _below(divisions: Iterable[str]) -> Q:
    reach = Q(pk__in=[])
    for division in divisions:
        reach |= Q(division__startswith=stem_of(division))
    return reach


def _version_info(row: EntryVersion) -> VersionInfo:
    return VersionInfo(
        row.version, row.state, row.data, row.reason, row.by_id, row.at_ms, row.until_ms, row.geometry
    )


def _as_entry(row: EntryVersion) -> EntryInfo:
    return EntryInfo(
        id=row.entry_id,
        kind=row.kind,
        number=row.number,
        title=row.title,
        division=row.division,
        version=row.version,
        state=row.state,
        data=row.data,
        public_data=public_data(register_kind(row.kind), row.data),
        geometry=row.geometry,
        public=row.entry.public,
        updated_ms=row.at_ms,
        created_ms=row.entry.created_ms,
    )
