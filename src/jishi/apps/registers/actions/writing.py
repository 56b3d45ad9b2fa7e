"""Write versions of entries with all that goes with them: index, search rows, evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from jishi.apps.packs.api import current_pack
from jishi.apps.registers.content import Content, commitment, index_rows, marks, words
from jishi.apps.registers.models import EntryVersion, IndexValue, RegisterEntry
from jishi.apps.registers.reads.wanted import SEARCH_KIND
from jishi.platform import evidence, secrets
from jishi.platform.batch import batched, insert_rows, update_rows
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline
from jishi.platform.entropy import new_salt
from jishi.platform.models import SearchRow
from jishi.platform.search import put_rows

EXPIRY = "register.expiry"
_BATCH = 500
_MOVING = ["version", "state", "updated_ms"]
_SAYING = [
    "number", "title", "division", "data", "sealed", "geometry", "min_x", "min_y", "max_x", "max_y", "span",
    "lapses_ms", *_MOVING,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Writing:
    """A row as it shall stand, with what it says in full."""

    row: RegisterEntry
    content: Content


def write_new(ctx: Context, writings: Sequence[Writing], *, reason: str = "") -> None:
    """Insert entries and their first versions."""
    for writing in writings:
        writing.row.created_ms = ctx.now_ms()
    _fill(ctx, writings)
    insert_rows([writing.row for writing in writings])
    _index(writings)
    news = _record(ctx, writings, "EntryCreated", reason=reason)
    evidence.open_streams(ctx.now_ms(), news)


def write_amended(ctx: Context, writings: Sequence[Writing], *, reason: str) -> None:
    """Store what locked entries now say as their next versions."""
    for writing in writings:
        writing.row.version += 1
    _fill(ctx, writings)
    update_rows([writing.row for writing in writings], _SAYING)
    for part in batched([writing.row.id for writing in writings], _BATCH):
        IndexValue.objects.filter(entry__in=part).delete()
    _index(writings)
    _append(ctx, writings, "EntryAmended", reason)


def write_moved(ctx: Context, writings: Sequence[Writing], *, reason: str) -> None:
    """Store the new state of locked entries as their next version; what they say stays untouched."""
    for writing in writings:
        writing.row.version += 1
        writing.row.updated_ms = ctx.now_ms()
    update_rows([writing.row for writing in writings], _MOVING)
    _append(ctx, writings, "EntryStateSet", reason)


def _index(writings: Sequence[Writing]) -> None:
    insert_rows([value for each in writings for value in index_rows(each.row, each.content)])


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
        writing.row.lapses_ms = _start_ms(writing.content.lapses())


def _start_ms(day: date | None) -> int | None:
    """Return the instant at which a day begins in the zone of the pack."""
    if day is None:
        return None
    minutes = current_pack().manifest.utc_offset_minutes
    midnight = datetime.combine(day, time(), timezone(timedelta(minutes=minutes)))
    return int(midnight.timestamp() * 1000)


def _record(
    ctx: Context, writings: Sequence[Writing], kind: str, *, reason: str
) -> dict[str, list[evidence.NewEntry]]:
    versions = [_version(ctx, writing.row, reason) for writing in writings]
    _close(writings, ctx.now_ms())
    insert_rows(versions)
    _set_expiry(writings)
    if ctx.projected:
        put_rows([search_row(writing) for writing in writings])
    told = zip(writings, versions, strict=True)
    return {each.row.stream: [(kind, _told(each, version), version.at_ms)] for each, version in told}


def _close(writings: Sequence[Writing], at_ms: int) -> None:
    older = [writing.row.id for writing in writings if writing.row.version > 1]
    for part in batched(older, _BATCH):
        EntryVersion.objects.filter(entry__in=part, until_ms__isnull=True).update(until_ms=at_ms)


def _set_expiry(writings: Sequence[Writing]) -> None:
    """Keep a deadline for each entry that a passing day will move to another state."""
    for writing in writings:
        validity, row = writing.content.kind.validity, writing.row
        if validity is not None:
            set_deadline(EXPIRY, row.id, row.lapses_ms if row.state in validity.expires else None)


def _version(ctx: Context, row: RegisterEntry, reason: str) -> EntryVersion:
    return EntryVersion(
        entry=row,
        version=row.version,
        kind=row.kind,
        number=row.number,
        title=row.title,
        division=row.division,
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


def search_row(writing: Writing) -> SearchRow:
    """Return the row of the search projection for an entry; masked fields stand nowhere in it."""
    row, content = writing.row, writing.content
    return SearchRow(
        kind=SEARCH_KIND,
        object_id=row.id,
        division=row.division,
        state=row.state,
        title=row.title or row.number,
        text=f"{row.number} {words(content, public=True)}",
        inside=words(content, public=False),
        marks=marks(row, index_rows(row, content)),
        public=row.public,
        updated_ms=row.updated_ms,
    )
