"""Answer with pages of entries and counts of their facets, at the same pace for a hundred and a million."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from shapely.geometry import shape

from jishi.apps.packs.api import FieldKind, RegisterKind, current_pack
from jishi.apps.registers.content import NUMERIC, facet_mark, register_kind
from jishi.apps.registers.info import Box, EntryInfo, EntryQuery
from jishi.apps.registers.models import IndexValue, RegisterEntry
from jishi.apps.registers.reads.entry import entry_info, public_only
from jishi.apps.registers.reads.history import list_as_of
from jishi.apps.registers.shape import SPANS, overlap
from jishi.kernel.fault import Fault
from jishi.platform import fulltext, search
from jishi.platform.access import stem_of
from jishi.platform.fulltext import Wanted
from jishi.platform.grams import mark
from jishi.platform.models import SearchRow
from jishi.platform.search import COUNTED, Page, page_recent

SEARCH_KIND = "register_entry"
MOST_VALUES = 60
MOST_MET = 2_000
NOBODY = mark("no entry bears this")


def list_entries(query: EntryQuery, cursor: str | None = None, size: int = 30) -> Page:
    """Return a page of entries, the last changed first.

    Faults `registers.facet.unknown`, `registers.range.unknown`, `registers.as_of.field`,
    `registers.within.many`.
    """
    if query.as_of_ms is not None:
        return list_as_of(query, cursor, size)
    if query.box or query.within or query.ranges or not _narrowed(query):
        page = page_recent(_chosen(query), cursor, size, total=_total_of_range(query))
        shown = [entry_info(row) for row in page.rows]
    else:
        page = search.find_objects(_wanted(query), cursor, size)
        shown = _entries_of(page.rows)
    return Page([public_only(each) for each in shown] if query.public_only else shown, page.next, page.total)


def count_entries(query: EntryQuery) -> int:
    """Return how many entries are chosen; 10,001 means more."""
    if query.as_of_ms is not None or query.box or query.within or query.ranges:
        return list_entries(query, size=1).total
    return search.count_rows(_wanted(query))


def count_facet(query: EntryQuery, field: str) -> dict[str, int]:
    """Return how many chosen entries hold each value of an indexed field, the commonest first; 10,001 means more.

    A field with more than `MOST_VALUES` values among more than 10,000 entries shows the first of them only.
    """
    kind = register_kind(query.kind)
    if query.public_only and not _is_public(kind, field):
        return {}
    wanted = _wanted(query)
    if search.count_rows(wanted) <= COUNTED:
        counted = _count_few(query, wanted, field)
    else:
        counted = {
            value: search.count_rows(_with(wanted, facet_mark(kind.id, field, value)))
            for value in _values(kind, field)
        }
    return dict(sorted(((v, n) for v, n in counted.items() if n), key=lambda each: (-each[1], each[0])))


def count_states(query: EntryQuery) -> dict[str, int]:
    """Return how many chosen entries stand in each state of the kind; 10,001 means more."""
    wanted = _wanted(query)
    states = [state.id for state in register_kind(query.kind).states]
    counted = {state: search.count_rows(_with(wanted, mark(f"state={state}"))) for state in states}
    return {state: count for state, count in counted.items() if count}


def count_divisions(query: EntryQuery) -> dict[str, int]:
    """Return how many chosen entries lie in each division one step below those asked; 10,001 means more.

    A division with none below it counts itself, so that a province of sixty counties takes ten counts, not sixty.
    """
    pack, wanted = current_pack(), _wanted(query)
    above = query.divisions or (pack.manifest.root_division,)
    below = [each.code for each in pack.divisions.values() if each.parent in above and each.until is None]
    counted = {
        code: search.count_rows(_with(wanted, mark(f"division={stem_of(code)}"))) for code in (*above, *below)
    }
    return {code: count for code, count in counted.items() if count}


def entries_in_box(kind: str, box: Box, *, limit: int = 500, public_only: bool = True) -> list[EntryInfo]:
    """Return entries whose bounding box meets `box`, the last changed first."""
    query = EntryQuery(kind, box=box, public_only=public_only)
    return list_entries(query, size=limit).rows


def rows_in_box(kind: str, box: Box) -> "QuerySet[RegisterEntry]":
    """Return the rows whose bounding box meets `box`."""
    min_x, min_y, max_x, max_y = box
    near = Q(pk__in=[])
    for span, side in enumerate(SPANS):
        # Said of both ends of both axes, the index alone leaves out all that lies elsewhere.
        near |= Q(
            span=span,
            min_x__gte=min_x - side,
            min_x__lte=max_x,
            min_y__gte=min_y - side,
            min_y__lte=max_y,
        )
    return RegisterEntry.objects.filter(near, kind=kind, max_x__gte=min_x, max_y__gte=min_y)


def _narrowed(query: EntryQuery) -> bool:
    return bool(query.divisions or query.text.strip() or query.state or query.facets)


def _wanted(query: EntryQuery) -> Wanted:
    kind = register_kind(query.kind)
    marks = [
        facet_mark(kind.id, name, value) for name, value in query.facets.items() if _may(query, kind, name)
    ]
    marks += [NOBODY for name in query.facets if not _may(query, kind, name)]
    marks += [mark(f"state={query.state}")] if query.state else []
    marks += [mark("public")] if query.public_only else []
    stems = {stem_of(division) for division in query.divisions}
    reach = (tuple(mark(f"division={stem}") for stem in sorted(stems)),) if stems and "" not in stems else ()
    # The kind's own mark is left out where another one implies it: facet marks name their kind.
    own = () if query.facets else (mark(f"register={kind.id}"),)
    return Wanted(query.text, (*own, *marks), reach, public=query.public_only)


def _may(query: EntryQuery, kind: RegisterKind, name: str) -> bool:
    return not query.public_only or _is_public(kind, name)


def _with(wanted: Wanted, another: str) -> Wanted:
    return Wanted(wanted.text, (*wanted.marks, another), wanted.either, wanted.public)


def _entries_of(row_ids: Iterable[int]) -> list[EntryInfo]:
    places = list(row_ids)
    objects = dict(SearchRow.objects.filter(id__in=places).values_list("id", "object_id"))
    rows = RegisterEntry.objects.in_bulk(list(objects.values()))
    return [entry_info(rows[objects[place]]) for place in places if objects.get(place) in rows]


def _count_few(query: EntryQuery, wanted: Wanted, field: str) -> dict[str, int]:
    values = IndexValue.objects.filter(field=field, entry__in=_matching(wanted)).exclude(text="")
    if query.public_only:
        values = values.filter(public=True)
    counted = values.values("text").annotate(count=Count("entry", distinct=True))
    return {each["text"]: each["count"] for each in counted}


def _matching(wanted: Wanted) -> "QuerySet[Any]":
    condition, sent = fulltext.condition(wanted)
    rows = SearchRow.objects.filter(kind=SEARCH_KIND).extra(where=[condition], params=[sent])
    return rows.values("object_id")


def _values(kind: RegisterKind, name: str) -> list[str]:
    field = field_named(kind, name)
    if field.type == "choice":
        return [choice.id for choice in field.choices]
    if field.type == "boolean":
        return ["true", "false"]
    if field.type == "division":
        return list(current_pack().divisions)
    return _distinct(kind, name)


def _distinct(kind: RegisterKind, name: str) -> list[str]:
    """Return the first values of a field, each found by one step through the index."""
    found: list[str] = []
    while len(found) < MOST_VALUES:
        values = IndexValue.objects.filter(field=name, kind=kind.id, text__gt=found[-1] if found else "")
        following = values.order_by("text").values_list("text", flat=True).first()
        if following is None:
            break
        found.append(following)
    return found


def _chosen(query: EntryQuery) -> "QuerySet[RegisterEntry]":
    box = shape(query.within).bounds if query.within else query.box
    rows = _near(query.kind, box) if box else RegisterEntry.objects.filter(kind=query.kind)
    if query.public_only:
        rows = rows.filter(public=True)
    if _narrowed(query):
        rows = rows.filter(pk__in=_matching(_wanted(query)))
    for name, bounds in query.ranges.items():
        values = _in_range(query, name, bounds)
        if values[: COUNTED + 1].count() <= COUNTED:
            rows = rows.filter(pk__in=values.values("entry"))
        else:  # so common that the last changed entries soon hold enough of them
            rows = rows.filter(Exists(values.filter(entry=OuterRef("pk"))))
    if query.within:
        rows = rows.filter(pk__in=_overlapping(rows, query.within))
    return rows


def _near(kind: str, box: Box) -> "QuerySet[RegisterEntry]":
    """Return the rows about a box; few are named one by one, lest a planner walk the last changed ones for them."""
    rows = rows_in_box(kind, box)
    found = list(rows.values_list("pk", flat=True)[: MOST_MET + 1])
    return RegisterEntry.objects.filter(pk__in=found) if len(found) <= MOST_MET else rows


def _total_of_range(query: EntryQuery) -> int | None:
    """Count what a single range chooses in its index alone; None where something else chooses too."""
    alone = len(query.ranges) == 1 and not (
        query.box or query.within or query.public_only or _narrowed(query)
    )
    if not alone:
        return None
    [(name, bounds)] = query.ranges.items()
    return _in_range(query, name, bounds)[: COUNTED + 1].count() if "." not in name else None


def _overlapping(rows: "QuerySet[RegisterEntry]", within: Mapping[str, Any]) -> list[str]:
    ground = shape(within)
    near = list(rows.values_list("pk", "geometry")[: MOST_MET + 1])
    if len(near) > MOST_MET:
        raise Fault("registers.within.many", most=MOST_MET)
    return [key for key, drawn in near if overlap(ground, shape(drawn))]


def _in_range(query: EntryQuery, name: str, bounds: tuple[str, str]) -> "QuerySet[IndexValue]":
    kind = register_kind(query.kind)
    field = field_named(kind, name)
    if not field.indexed or (query.public_only and not _is_public(kind, name)):
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


def field_named(kind: RegisterKind, name: str) -> FieldKind:
    """Return a field, or a column of a table by `table.column`; Fault `registers.facet.unknown`."""
    first, _, second = name.partition(".")
    fields = {field.name: field for field in kind.fields}
    found = fields.get(first)
    if found is not None and second:
        found = next((column for column in found.columns if column.name == second), None)
    if found is None:
        indexed = [field.name for field in kind.fields if field.indexed]
        raise Fault("registers.facet.unknown", field=name, valid=", ".join(indexed))
    return found


def _is_public(kind: RegisterKind, name: str) -> bool:
    table = field_named(kind, name.partition(".")[0])
    return table.public and field_named(kind, name).public
