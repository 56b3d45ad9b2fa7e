"""What a query asks: of the full text, of the fields, and of the entries themselves where no word is looked for."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from jishi.apps.packs.api import FieldKind, RegisterKind
from jishi.apps.registers.content import facet_mark, register_kind
from jishi.apps.registers.info import EntryQuery
from jishi.apps.registers.models import RegisterEntry
from jishi.kernel.fault import Fault
from jishi.platform import fulltext
from jishi.platform.access import stem_of
from jishi.platform.fulltext import Wanted
from jishi.platform.grams import mark
from jishi.platform.models import SearchRow

SEARCH_KIND = "register_entry"
NOBODY = mark("no entry bears this")


def is_narrowed(query: EntryQuery) -> bool:
    """Tell whether words, a state, divisions or values of fields narrow a query."""
    return bool(query.divisions or query.text.strip() or query.state or query.facets)


def is_plain(query: EntryQuery) -> bool:
    """Tell whether a query asks of its register nothing but divisions and a state: an index of entries counts it."""
    return not (query.text.strip() or query.facets or query.ranges or query.box or query.within)


def plain_rows(query: EntryQuery) -> "QuerySet[RegisterEntry]":
    """Return the entries of a plain query."""
    rows = RegisterEntry.objects.filter(within(query.divisions), kind=query.kind)
    rows = rows.filter(state=query.state) if query.state else rows
    return rows.filter(public=True) if query.public_only else rows


def within(divisions: Iterable[str]) -> Q:
    """Tell rows in any of the divisions by ranges of codes, which an index follows; no division is no limit."""
    stems = sorted({stem_of(division) for division in divisions})
    reach = Q(pk__in=[]) if stems and "" not in stems else Q()
    for stem in stems if reach else ():
        reach |= Q(division__gte=stem, division__lte=stem.ljust(6, "9"))
    return reach


def wanted_of(query: EntryQuery) -> Wanted:
    """Return what a query asks of the full text."""
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


def matching(wanted: Wanted) -> "QuerySet[Any]":
    """Return the ids of the entries that the full text finds."""
    condition, sent = fulltext.condition(wanted)
    rows = SearchRow.objects.filter(kind=SEARCH_KIND).extra(where=[condition], params=[sent])
    return rows.values("object_id")


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


def is_public(kind: RegisterKind, name: str) -> bool:
    """Tell whether strangers may read a field, or a column and its table."""
    table = field_named(kind, name.partition(".")[0])
    return table.public and field_named(kind, name).public


def _may(query: EntryQuery, kind: RegisterKind, name: str) -> bool:
    return not query.public_only or is_public(kind, name)
