"""Answer how an entry stood at a date: its versions and what changed between them."""

from jishi.apps.registers.info import Change, VersionInfo
from jishi.apps.registers.models import EntryVersion


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


def _version_info(row: EntryVersion) -> VersionInfo:
    return VersionInfo(
        row.version, row.state, row.data, row.reason, row.by_id, row.at_ms, row.until_ms, row.geometry
    )
