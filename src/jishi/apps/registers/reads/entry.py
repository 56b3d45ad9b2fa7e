"""Answer what single entries say, as the actor may see them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from jishi.apps.registers.content import public_data, register_kind
from jishi.apps.registers.info import EntryInfo
from jishi.apps.registers.models import EntryVersion, RegisterEntry
from jishi.kernel.fault import Fault
from jishi.platform import secrets
from jishi.platform.access import Target, may, require
from jishi.platform.batch import batched
from jishi.platform.context import Context
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
    return public_only(entry)


def find_entry(kind: str, division: str, number: str) -> EntryInfo | None:
    """Return the entry of a kind by its number in a division, or None."""
    row = RegisterEntry.objects.filter(kind=kind, division=division, number=number).first()
    return entry_info(row) if row else None


def entry_info(row: RegisterEntry) -> EntryInfo:
    """Return a row as other rooms see it."""
    return info_of(row, row, full_data(row), row.updated_ms)


def info_of(
    stood: RegisterEntry | EntryVersion, row: RegisterEntry, data: dict[str, Any], updated_ms: int
) -> EntryInfo:
    """Return an entry as it stood, now or in a version of it, with data that may have masked fields in the clear."""
    return EntryInfo(
        id=row.id,
        kind=stood.kind,
        number=stood.number,
        title=stood.title,
        division=stood.division,
        version=stood.version,
        state=stood.state,
        data=data,
        public_data=public_data(register_kind(stood.kind), stood.data),
        geometry=stood.geometry,
        public=row.public,
        updated_ms=updated_ms,
        created_ms=row.created_ms,
        lapses_ms=row.lapses_ms if stood is row else None,
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


def public_of(kind: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what strangers may read of stored data, such as a version's."""
    return public_data(register_kind(kind), data)


def public_only(entry: EntryInfo) -> EntryInfo:
    """Return the entry as strangers see it."""
    return replace(entry, data=entry.public_data)
