"""Write versions of entries with all that goes with them: index, search rows, evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jishi.apps.registers.content import Content, commitment, index_rows
from jishi.apps.registers.models import EntryVersion, IndexValue, RegisterEntry
from jishi.platform import evidence, secrets
from jishi.platform.batch import insert_rows, update_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_salt
from jishi.platform.models import SearchRow
from jishi.platform.search import put_rows

SEARCH_KIND = "register_entry"
_MOVING = ["version", "state", "updated_ms"]
_SAYING = [
    "number", "title", "division", "data", "sealed", "geometry", "min_x", "min_y", "max_x", "max_y", *_MOVING,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writing:
    """A row as it shall stand, with what it says in full."""

    row: RegisterEntry
    content: Content


def write_new(ctx: Context, writings: Sequence[Writing]) -> None:
    """Insert entries and their first versions."""
    _fill(ctx, writings)
    insert_rows([writing.row for writing in writings])
    insert_rows([value for writing in writings for value in index_rows(writing.row, writing.content)])
    news = _record(ctx, writings, "EntryCreated", reason="")
    evidence.open_streams(ctx.now_ms(), news)


def write_amended(ctx: Context, writing: Writing, *, reason: str) -> None:
    """Store what a locked entry now says as its next version."""
    writing.row.version += 1
    _fill(ctx, [writing])
    writing.row.save(update_fields=_SAYING)
    IndexValue.objects.filter(entry=writing.row).delete()
    insert_rows(list(index_rows(writing.row, writing.content)))
    _append(ctx, [writing], "EntryAmended", reason)


def write_moved(ctx: Context, writings: Sequence[Writing], *, reason: str) -> None:
    """Store the new state of locked entries as their next version; what they say stays untouched."""
    for writing in writings:
        writing.row.version += 1
        writing.row.updated_ms = ctx.now_ms()
    update_rows([writing.row for writing in writings], _MOVING)
    _append(ctx, writings, "EntryStateSet", reason)


def _append(ctx: Context, writings: Sequence[Writing], kind: str, reason: str) -> None:
    news = _record(ctx, writings, kind, reason=reason)
    evidence.append_all(evidence.lock_all(list(news)), ctx.now_ms(), news)


def _fill(ctx: Context, writings: Sequence[Writing]) -> None:
    secret = {each.row.stream: each.content.secret for each in writings if each.content.secret}
    sealed = secrets.encrypt_many(secret)
    for writing in writings:
        writing.row.data = writing.content.shown
        writing.row.sealed = sealed.get(writing.row.stream, "")
        writing.row.title = writing.content.title
        writing.row.updated_ms = ctx.now_ms()


def _record(
    ctx: Context, writings: Sequence[Writing], kind: str, *, reason: str
) -> dict[str, list[evidence.NewEntry]]:
    versions = [_version(ctx, writing.row, reason) for writing in writings]
    insert_rows(versions)
    if ctx.projected:
        put_rows([_search_row(writing.row) for writing in writings])
    told = zip(writings, versions, strict=True)
    return {each.row.stream: [(kind, _told(each, version), version.at_ms)] for each, version in told}


def _version(ctx: Context, row: RegisterEntry, reason: str) -> EntryVersion:
    return EntryVersion(
        entry=row,
        version=row.version,
        state=row.state,
        data=row.data,
        sealed=row.sealed,
        geometry=row.geometry,
        salt=new_salt(ctx.entropy),
        reason=reason,
        by_id=ctx.actor.user_id,
        at_ms=row.updated_ms,
    )


def _told(writing: Writing, version: EntryVersion) -> dict[str, Any]:
    row = writing.row
    told = {
        "register": row.kind,
        "division": row.division,
        "version": row.version,
        "state": row.state,
        "commitment": commitment(version.salt, row, writing.content),
    }
    return told | {"number": row.number} if row.public else told


def _search_row(row: RegisterEntry) -> SearchRow:
    return SearchRow(
        kind=SEARCH_KIND,
        object_id=row.id,
        division=row.division,
        state=row.state,
        title=row.title or row.number,
        text=row.number,
        public=row.public,
        updated_ms=row.updated_ms,
    )
