"""Answer with a page of a register as it stood at a date, at the same pace for a hundred and a million.

What stands since before the date is asked of the entries and their index, the rest of the versions closed since.
"""

import re
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jishi.apps.packs.api import FieldKind
from jishi.apps.registers.content import NOT_INDEXED, NUMERIC, register_kind
from jishi.apps.registers.info import EntryInfo, EntryQuery
from jishi.apps.registers.models import EntryVersion, IndexValue, RegisterEntry
from jishi.apps.registers.reads.entry import info_of, public_only
from jishi.apps.registers.reads.wanted import matching, within
from jishi.kernel.fault import Fault
from jishi.platform import search
from jishi.platform.fulltext import Wanted
from jishi.platform.grams import mark
from jishi.platform.search import Page

_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9a-z]{1,32})")


def list_as_of(query: EntryQuery, cursor: str | None, size: int, *, counted: bool = True) -> Page:
    """Return a page of entries as they stood at `as_of_ms`, the last changed first.

    Words are looked for in number and name. Faults `registers.as_of.field`, where what is asked for is known of the
    present alone.
    """
    if query.box or query.within or query.ranges or any("." in name for name in query.facets):
        raise Fault("registers.as_of.field")
    found = [*_head(_still(query), "updated_ms", "id", (cursor, size))]
    found += _head(_since_closed(query).select_related("entry"), "at_ms", "entry_id", (cursor, size))
    shown = [_as_entry(row) for row in found]
    shown.sort(key=lambda each: (each.updated_ms, each.id), reverse=True)
    total = _count(query) if counted else 0
    last = shown[size - 1] if len(shown) > size else None
    rows = [public_only(each) for each in shown[:size]] if query.public_only else shown[:size]
    return Page(rows, f"{last.updated_ms}.{last.id}" if last else None, total)


def _head(rows: "QuerySet[Any]", at: str, key: str, asked: tuple[str | None, int]) -> list[Any]:
    """Return the rows of a page after the cursor and one more, by instant and id of the entry."""
    cursor, size = asked
    if place := _CURSOR.fullmatch(cursor or ""):
        at_ms, entry = int(place[1]), place[2]
        rows = rows.filter(Q(**{f"{at}__lt": at_ms}) | Q(**{at: at_ms, f"{key}__lt": entry}))
    return list(rows.order_by(f"-{at}", f"-{key}")[: size + 1])


def _count(query: EntryQuery) -> int:
    """Count what stood then; 10,001 means more."""
    most = search.COUNTED + 1
    closed = _since_closed(query).order_by().values("kind")[:most].count()
    return min(most, closed + (_count_still(query, most) if closed < most else 0))


def _still(query: EntryQuery) -> "QuerySet[RegisterEntry]":
    """Return the entries that have not changed since the date."""
    rows = _narrow(query, RegisterEntry.objects.filter(kind=query.kind, updated_ms__lte=query.as_of_ms))
    rows = rows.filter(public=True) if query.public_only else rows
    for name, value in _unindexed(query).items():
        rows = rows.filter(**_said(register_kind(query.kind).field(name), value))
    for values in _values(query):
        if _is_rare(values):
            rows = rows.filter(pk__in=values.values("entry"))
        else:  # so common that the last changed entries soon hold enough of them
            rows = rows.filter(Exists(values.filter(entry=OuterRef("pk"))))
    if query.text.strip():
        words = Wanted(query.text, (mark(f"register={query.kind}"),))
        if search.count_rows(words) <= search.COUNTED:
            rows = rows.filter(pk__in=matching(words))
    return rows


def _count_still(query: EntryQuery, most: int) -> int:
    first = next(iter(_values(query)), None)
    early = RegisterEntry.objects.filter(kind=query.kind, updated_ms__lte=query.as_of_ms)
    alone = len(query.facets) == 1 and not (query.text.strip() or query.state or query.divisions)
    if first is None or not alone or _is_rare(first) or early.values("kind")[:most].count() < most:
        return _still(query).order_by().values("kind")[:most].count()
    # Each value is followed to its entry, since most entries may bear another one.
    held = first.filter(entry__updated_ms__lte=query.as_of_ms)
    held = held.filter(entry__public=True) if query.public_only else held
    return held.values("entry")[:most].count()


def _is_rare(values: "QuerySet[IndexValue]") -> bool:
    return values.values("entry")[: search.COUNTED + 1].count() <= search.COUNTED


def _values(query: EntryQuery) -> "list[QuerySet[IndexValue]]":
    """Return the index rows of each value asked for; an entry has one of a field."""
    kind = register_kind(query.kind)
    return [
        IndexValue.objects.filter(kind=kind.id, field=name, text=value)
        for name, value in query.facets.items()
        if _is_indexed(kind.field(name))
    ]


def _since_closed(query: EntryQuery) -> "QuerySet[EntryVersion]":
    """Return the versions that stood at the date and have been followed by another since."""
    at_ms = query.as_of_ms
    rows = EntryVersion.objects.filter(kind=query.kind, at_ms__lte=at_ms, until_ms__gt=at_ms)
    rows = rows.filter(entry__public=True) if query.public_only else rows
    kind = register_kind(query.kind)
    for name, value in query.facets.items():
        rows = rows.filter(**_said(kind.field(name), value))
    return _narrow(query, rows)


def _narrow(query: EntryQuery, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Narrow entries or versions by what both say."""
    kind = register_kind(query.kind)
    if any(query.public_only and not kind.field(name).public for name in query.facets):
        return rows.none()
    rows = rows.filter(state=query.state) if query.state else rows
    rows = rows.filter(within(query.divisions))
    for word in query.text.split():
        rows = rows.filter(Q(number__icontains=word) | Q(title__icontains=word))
    return rows


def _said(field: FieldKind, value: str) -> dict[str, Any]:
    return {f"data__{field.name}": value == "true" if field.type == "boolean" else value}


def _unindexed(query: EntryQuery) -> dict[str, str]:
    kind = register_kind(query.kind)
    return {name: value for name, value in query.facets.items() if not _is_indexed(kind.field(name))}


def _is_indexed(field: FieldKind) -> bool:
    return field.indexed and not field.masked and field.type not in NUMERIC | NOT_INDEXED


def _as_entry(row: Any) -> EntryInfo:
    """Return an entry as it stands, or a version of one, alike; masked fields stay masked."""
    if isinstance(row, RegisterEntry):
        return info_of(row, row, row.data, row.updated_ms)
    return info_of(row, row.entry, row.data, row.at_ms)
