"""Answer what the registers say: one entry, many, a page, a box on the map, what burdens them."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from jishi.apps.registers.content import public_data, register_kind
from jishi.apps.registers.info import Box, EncumbranceInfo, EntryInfo, EntryQuery, VersionInfo
from jishi.apps.registers.models import Encumbrance, EntryVersion, IndexValue, RegisterEntry
from jishi.kernel.fault import Fault
from jishi.platform import secrets
from jishi.platform.access import Target, may, require, stem_of
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.search import Page, page_recent
from jishi.platform.unit import find_all_kept, keep

_BATCH = 500


def get_entry(entry_id: str) -> EntryInfo:
    """Return an entry in full; Fault `registers.entry.unknown`."""
    found = get_entries([entry_id])
    if not found:
        raise Fault("registers.entry.unknown", entry=entry_id)
    return found[entry_id]


def get_entries(entry_ids: Iterable[str]) -> dict[str, EntryInfo]:
    """Return the known ones of `entry_ids` in full, by id."""
    wanted = set(entry_ids)
    found = {each: entry_info(row) for each, row in find_all_kept(RegisterEntry, wanted).items()}
    for part in batched(wanted - found.keys(), _BATCH):
        found.update((row.id, entry_info(row)) for row in RegisterEntry.objects.filter(id__in=part))
    return found


def show_entry(ctx: Context, entry_id: str) -> EntryInfo:
    """Return an entry as the actor may see it: in full with `register.read`, else its public fields.

    An entry that is not public is unknown to those who may not read it.
    """
    entry = get_entry(entry_id)
    target = Target(entry.id, entry.division)
    if may(ctx.actor, "register.read", target):
        require(ctx, "register.read", target)
        return entry
    if not entry.public:
        raise Fault("registers.entry.unknown", entry=entry_id)
    return _public_only(entry)


def find_entry(kind: str, division: str, number: str) -> EntryInfo | None:
    """Return the entry of a kind by its number in a division, or None."""
    row = RegisterEntry.objects.filter(kind=kind, division=division, number=number).first()
    return entry_info(row) if row else None


def list_entries(query: EntryQuery, cursor: str | None = None, size: int = 30) -> Page:
    """Return a page of entries, the last changed first."""
    page = page_recent(_chosen(query), cursor, size)
    shown = [entry_info(row) for row in page.rows]
    return Page([_public_only(each) for each in shown] if query.public_only else shown, page.next, page.total)


def count_facet(query: EntryQuery, field: str) -> dict[str, int]:
    """Return how many chosen entries hold each value of an indexed text field, the commonest first."""
    values = IndexValue.objects.filter(field=field, entry__in=_chosen(query)).exclude(text="")
    if query.public_only:
        values = values.filter(public=True)
    counted = values.values("text").annotate(count=Count("entry", distinct=True)).order_by("-count", "text")
    return {each["text"]: each["count"] for each in counted}


def entries_in_box(kind: str, box: Box, *, limit: int = 500, public_only: bool = True) -> list[EntryInfo]:
    """Return entries whose bounding box meets `box`, the last changed first."""
    rows = rows_in_box(kind, box)
    rows = rows.filter(public=True) if public_only else rows
    shown = [entry_info(row) for row in rows.order_by("-updated_ms", "-id")[:limit]]
    return [_public_only(each) for each in shown] if public_only else shown


def list_versions(entry_id: str) -> list[VersionInfo]:
    """Return every version of an entry, the first one first; masked fields stay masked."""
    rows = EntryVersion.objects.filter(entry_id=entry_id).order_by("version")
    return [VersionInfo(v.version, v.state, v.data, v.reason, v.by_id, v.at_ms) for v in rows]


def list_encumbrances(entry_id: str) -> tuple[EncumbranceInfo, ...]:
    """Return every burden an entry has or had, in order of rank."""
    rows = (
        Encumbrance.objects.filter(entry_id=entry_id)
        .select_related("entry")
        .order_by("kind", "rank", "since_ms")
    )
    return tuple(encumbrance_info(row) for row in rows)


def blocking_encumbrances(entry_id: str) -> tuple[EncumbranceInfo, ...]:
    """Return the standing burdens that keep an entry from being offered."""
    return blocking_encumbrances_of([entry_id]).get(entry_id, ())


def blocking_encumbrances_of(entry_ids: Iterable[str]) -> dict[str, tuple[EncumbranceInfo, ...]]:
    """Return the standing blocking burdens of those of `entry_ids` that have any."""
    found: dict[str, tuple[EncumbranceInfo, ...]] = {}
    for part in batched(set(entry_ids), _BATCH):
        rows = Encumbrance.objects.filter(entry_id__in=part, lifted_ms__isnull=True).select_related("entry")
        for info in map(encumbrance_info, rows.order_by("kind", "rank", "since_ms")):
            if info.blocks:
                found[info.entry] = (*found.get(info.entry, ()), info)
    return found


def require_unburdened(entry_id: str) -> None:
    """Raise Fault `registers.entry.encumbered` while a blocking burden stands on an entry."""
    if burdens := blocking_encumbrances(entry_id):
        kinds = ", ".join(sorted({each.kind for each in burdens}))
        raise Fault("registers.entry.encumbered", number=get_entry(entry_id).number, kinds=kinds)


def entry_info(row: RegisterEntry) -> EntryInfo:
    """Return a row as other rooms see it."""
    return EntryInfo(
        id=row.id,
        kind=row.kind,
        number=row.number,
        title=row.title,
        division=row.division,
        version=row.version,
        state=row.state,
        data=full_data(row),
        public_data=public_data(register_kind(row.kind), row.data),
        geometry=row.geometry,
        public=row.public,
        updated_ms=row.updated_ms,
    )


def full_data(row: RegisterEntry) -> dict[str, object]:
    """Return the data with masked fields in the clear; after erasure they stay masked."""
    if not row.sealed:
        return dict(row.data)
    try:
        return {**row.data, **secrets.decrypt_personal(row.stream, row.sealed)}
    except Fault as fault:
        if fault.code != "personal.erased":
            raise
        return dict(row.data)


def encumbrance_info(row: Encumbrance) -> EncumbranceInfo:
    """Return a burden as other rooms see it; what the kind no longer names does block."""
    named = {each.id: each.blocks for each in register_kind(row.entry.kind).encumbrances}
    return EncumbranceInfo(
        id=row.id,
        entry=row.entry_id,
        kind=row.kind,
        holder=row.holder,
        holder_party=row.holder_party,
        since_ms=row.since_ms,
        lifted_ms=row.lifted_ms,
        rank=row.rank,
        blocks=named.get(row.kind, True),
    )


def rows_in_box(kind: str, box: Box) -> "QuerySet[RegisterEntry]":
    """Return the rows whose bounding box meets `box`."""
    min_x, min_y, max_x, max_y = box
    return RegisterEntry.objects.filter(
        kind=kind, min_x__lte=max_x, max_x__gte=min_x, min_y__lte=max_y, max_y__gte=min_y
    )


def lock_entries(entry_ids: Collection[str]) -> list[RegisterEntry]:
    """Lock rows in order of their ids; Fault `registers.entry.unknown`. Call inside a transaction."""
    rows = find_all_kept(RegisterEntry, entry_ids)
    for part in batched(sorted(set(entry_ids) - rows.keys()), _BATCH):
        for row in RegisterEntry.objects.select_for_update().filter(id__in=part).order_by("id"):
            rows[row.id] = row
            keep(row)
    for missing in set(entry_ids) - rows.keys():
        raise Fault("registers.entry.unknown", entry=missing)
    return [rows[each] for each in sorted(rows)]


def known_numbers(rows: Iterable[RegisterEntry]) -> set[tuple[str, str, str]]:
    """Return (kind, division, number) of those of `rows` that other stored entries have."""
    found: set[tuple[str, str, str]] = set()
    for part in batched(rows, _BATCH):
        same = RegisterEntry.objects.filter(number__in={row.number for row in part})
        others = same.exclude(id__in=[row.id for row in part])
        found.update(others.values_list("kind", "division", "number"))
    return found


def _chosen(query: EntryQuery) -> "QuerySet[RegisterEntry]":
    rows = RegisterEntry.objects.filter(kind=query.kind)
    if query.public_only:
        rows = rows.filter(public=True)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.divisions:
        rows = rows.filter(_below(query.divisions))
    for field, value in query.facets.items():
        rows = rows.filter(_holds(query, field=field, text=value))
    for word in query.text.split():
        named = Q(number__icontains=word) | Q(title__icontains=word)
        rows = rows.filter(named | Q(_holds(query, text__icontains=word)))
    return rows


def _below(divisions: Iterable[str]) -> Q:
    reach = Q(pk__in=[])
    for division in divisions:
        reach |= Q(division__startswith=stem_of(division))
    return reach


def _holds(query: EntryQuery, **condition: str) -> Exists:
    values = IndexValue.objects.filter(entry=OuterRef("pk"), **condition)
    return Exists(values.filter(public=True) if query.public_only else values)


def _public_only(entry: EntryInfo) -> EntryInfo:
    return replace(entry, data=entry.public_data)
