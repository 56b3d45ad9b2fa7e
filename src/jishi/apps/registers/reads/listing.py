"""Answer with pages of entries, at the same pace for a hundred and a million."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from shapely.geometry import shape

from jishi.apps.packs.api import FieldKind
from jishi.apps.registers.content import NUMERIC, register_kind
from jishi.apps.registers.info import Box, EntryInfo, EntryQuery
from jishi.apps.registers.models import IndexValue, RegisterEntry
from jishi.apps.registers.reads.counting import count_chosen, count_some
from jishi.apps.registers.reads.entry import entry_info, public_only
from jishi.apps.registers.reads.past import list_as_of
from jishi.apps.registers.reads.place import about_box, rows_by_span, rows_in_box
from jishi.apps.registers.reads.wanted import field_named, is_narrowed, is_public, matching, wanted_of
from jishi.apps.registers.shape import overlap
from jishi.kernel.fault import Fault
from jishi.platform import search
from jishi.platform.models import SearchRow
from jishi.platform.search import Page, page_recent

MOST_MET = 2_000
Rows = QuerySet[RegisterEntry]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows to page, and how many there are; None has them counted."""

    rows: Rows
    total: int | None = None


def list_entries(
    query: EntryQuery, cursor: str | None = None, size: int = 30, *, counted: bool = True
) -> Page:
    """Return a page of entries, the last changed first; the total is 0 where it need not be `counted`.

    Faults `registers.facet.unknown`, `registers.range.unknown`, `registers.as_of.field`,
    `registers.within.many`.
    """
    if query.as_of_ms is not None:
        return list_as_of(query, cursor, size, counted=counted)
    if query.box or query.within or query.ranges or not is_narrowed(query):
        chosen = _chosen(query)
        narrow = chosen.rows.only("id", "updated_ms")  # what is sorted is not what is wide
        page = page_recent(narrow, cursor, size, total=chosen.total if counted else 0)
        whole = RegisterEntry.objects.in_bulk([row.pk for row in page.rows])
        shown = [entry_info(whole[row.pk]) for row in page.rows if row.pk in whole]
    else:
        total = count_chosen(query) if counted else 0
        page = search.find_objects(wanted_of(query), cursor, size, total=total)
        shown = _entries_of(page.rows)
    return Page([public_only(each) for each in shown] if query.public_only else shown, page.next, page.total)


def count_entries(query: EntryQuery) -> int:
    """Return how many entries are chosen; 10,001 means more."""
    if query.as_of_ms is not None or query.box or query.within or query.ranges:
        return list_entries(query, size=1).total
    return count_chosen(query)


def entries_in_box(kind: str, box: Box, *, limit: int = 500, public_only: bool = True) -> list[EntryInfo]:
    """Return entries whose bounding box meets `box`, the last changed first."""
    query = EntryQuery(kind, box=box, public_only=public_only)
    return list_entries(query, size=limit, counted=False).rows


def _entries_of(row_ids: Iterable[int]) -> list[EntryInfo]:
    places = list(row_ids)
    objects = dict(SearchRow.objects.filter(id__in=places).values_list("id", "object_id"))
    rows = RegisterEntry.objects.in_bulk(list(objects.values()))
    return [entry_info(rows[objects[place]]) for place in places if objects.get(place) in rows]


def _chosen(query: EntryQuery) -> Chosen:
    narrow = _narrowing(query)
    if query.within:
        found = _overlapping(narrow(rows_in_box(query.kind, shape(query.within).bounds)), query.within)
        return Chosen(RegisterEntry.objects.filter(pk__in=found), len(found))
    if query.box:
        return _in_box(query, query.box, narrow)
    rows = narrow(RegisterEntry.objects.filter(kind=query.kind))
    return Chosen(rows, _total_of_range(query) if query.ranges else count_some(rows))


def _in_box(query: EntryQuery, box: Box, narrow: Callable[[Rows], Rows]) -> Chosen:
    parts = [narrow(rows) for rows in rows_by_span(query.kind, box)]
    most = search.COUNTED
    total = min(most + 1, sum(rows.order_by()[: most + 1].count() for rows in parts))
    if total > most:  # so many that the last changed entries soon hold enough of them
        return Chosen(narrow(about_box(query.kind, box)), total)
    first, *others = [rows.values("pk") for rows in parts]
    return Chosen(RegisterEntry.objects.filter(pk__in=first.union(*others, all=True)), total)


def _narrowing(query: EntryQuery) -> Callable[[Rows], Rows]:
    """Return what narrows rows of the register to those that match all but the ground."""
    conditions: list[Any] = [Q(public=True)] if query.public_only else []
    if is_narrowed(query):
        conditions.append(Q(pk__in=matching(wanted_of(query))))
    for name, bounds in query.ranges.items():
        values = _in_range(query, name, bounds)
        if values[: search.COUNTED + 1].count() <= search.COUNTED:
            conditions.append(Q(pk__in=values.values("entry")))
        else:  # so common that the last changed entries soon hold enough of them
            conditions.append(Exists(values.filter(entry=OuterRef("pk"))))
    return lambda rows: reduce(lambda narrowed, each: narrowed.filter(each), conditions, rows)


def _total_of_range(query: EntryQuery) -> int | None:
    """Count what a single range chooses in its index alone; None where something else chooses too."""
    alone = len(query.ranges) == 1 and not (query.public_only or is_narrowed(query))
    if not alone:
        return None
    [(name, bounds)] = query.ranges.items()
    return _in_range(query, name, bounds)[: search.COUNTED + 1].count() if "." not in name else None


def _overlapping(rows: Rows, ground: Mapping[str, Any]) -> list[str]:
    asked = shape(ground)
    near = list(rows.values_list("pk", "geometry")[: MOST_MET + 1])
    if len(near) > MOST_MET:
        raise Fault("registers.within.many", most=MOST_MET)
    return [key for key, drawn in near if overlap(asked, shape(drawn))]


def _in_range(query: EntryQuery, name: str, bounds: tuple[str, str]) -> "QuerySet[IndexValue]":
    kind = register_kind(query.kind)
    field = field_named(kind, name)
    if not field.indexed or (query.public_only and not is_public(kind, name)):
        raise Fault("registers.range.unknown", field=name)
    column = "number" if field.type in NUMERIC else "text"
    values = IndexValue.objects.filter(kind=kind.id, field=name)
    for sign, bound in zip(("gte", "lte"), bounds, strict=True):
        if bound:
            values = values.filter(**{f"{column}__{sign}": _bound(field, bound)})
    return values


def _bound(field: FieldKind, text: str) -> Any:
    if field.type not in NUMERIC:
        return text
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Fault("registers.range.number", field=field.name, value=text) from None
