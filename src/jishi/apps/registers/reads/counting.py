"""Answer how many entries a query chooses, in all and by field, state and division; beyond 10,000 it says so."""

from dataclasses import replace

from django.db.models import Count, QuerySet

from jishi.apps.packs.api import RegisterKind, current_pack
from jishi.apps.registers.content import facet_mark, register_kind
from jishi.apps.registers.info import EntryQuery
from jishi.apps.registers.models import IndexValue, RegisterEntry
from jishi.apps.registers.reads.wanted import (
    field_named,
    is_plain,
    is_public,
    matching,
    plain_rows,
    wanted_of,
)
from jishi.platform import search
from jishi.platform.fulltext import Wanted

MOST_VALUES = 60


def count_chosen(query: EntryQuery) -> int:
    """Return how many entries words, state, divisions and values of fields choose; 10,001 means more."""
    return count_some(plain_rows(query)) if is_plain(query) else search.count_rows(wanted_of(query))


def count_some(rows: "QuerySet[RegisterEntry]") -> int:
    """Return how many rows there are; 10,001 means more."""
    # The kind stands in the index they are chosen by, so that no entry is fetched to be counted.
    return rows.order_by().values("kind")[: search.COUNTED + 1].count()


def count_facet(query: EntryQuery, field: str, *, total: int | None = None) -> dict[str, int]:
    """Return how many chosen entries hold each value of an indexed field, the commonest first; 10,001 means more.

    Who knows how many are chosen gives the `total`.
    A field with more than `MOST_VALUES` values among more than 10,000 entries shows the first of them only.
    """
    kind = register_kind(query.kind)
    if query.public_only and not is_public(kind, field):
        return {}
    if (count_chosen(query) if total is None else total) <= search.COUNTED:
        counted = _count_few(query, wanted_of(query), field)
    else:
        counted = {value: search.count_rows(_holding(query, field, value)) for value in _values(kind, field)}
    return dict(sorted(((v, n) for v, n in counted.items() if n), key=lambda each: (-each[1], each[0])))


def count_states(query: EntryQuery) -> dict[str, int]:
    """Return how many chosen entries stand in each state of the kind; 10,001 means more."""
    states = [state.id for state in register_kind(query.kind).states]
    if not is_plain(query):
        return search.count_states(wanted_of(query), states)
    if query.divisions:
        counted = _count_in_order(query)
    else:
        counted = {state: count_some(plain_rows(query).filter(state=state)) for state in states}
    return {state: counted[state] for state in states if counted.get(state)}


def _count_in_order(query: EntryQuery) -> dict[str, int]:
    """Count states in one pass through the index of divisions and states, in its order."""
    rows = plain_rows(query).order_by().values_list("division", "state").annotate(count=Count("kind"))
    counted: dict[str, int] = {}
    for _division, state, count in rows:
        counted[state] = min(search.COUNTED + 1, counted.get(state, 0) + count)
    return counted


def count_divisions(query: EntryQuery) -> dict[str, int]:
    """Return how many chosen entries lie in each division one step below those asked; 10,001 means more.

    A division with none below it counts itself, so that a province of sixty counties takes ten counts, not sixty.
    """
    pack = current_pack()
    above = query.divisions or (pack.manifest.root_division,)
    below = [each.code for each in pack.divisions.values() if each.parent in above and each.until is None]
    places = list(dict.fromkeys((*above, *below)))
    if not is_plain(query):
        return search.count_divisions(wanted_of(query), places)
    counted = {code: count_some(plain_rows(replace(query, divisions=(code,)))) for code in places}
    return {code: count for code, count in counted.items() if count}


def _holding(query: EntryQuery, field: str, value: str) -> Wanted:
    """Ask for what the query chooses and holds a value, by as few marks as say it: each is a long list to read."""
    if field in query.facets:
        return wanted_of(query).bearing(facet_mark(query.kind, field, value))
    return wanted_of(replace(query, facets={**query.facets, field: value}))


def _count_few(query: EntryQuery, wanted: Wanted, field: str) -> dict[str, int]:
    values = IndexValue.objects.filter(field=field, entry__in=matching(wanted)).exclude(text="")
    if query.public_only:
        values = values.filter(public=True)
    counted = values.values("text").annotate(count=Count("entry", distinct=True))
    return {each["text"]: each["count"] for each in counted}


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
