"""One projection for mixed lists (inbox, search, "waits for me").

Each owner writes its rows in its own transaction, and the full-text index with them. A row written anew gets a new
id: what matches is listed the last written first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, QuerySet

from jishi.platform import fulltext
from jishi.platform.access import stem_of
from jishi.platform.batch import batched
from jishi.platform.fulltext import Wanted
from jishi.platform.grams import mark
from jishi.platform.models import SearchRow

COUNTED = 10_000
_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f]{1,32})")
_ROW_CURSOR = re.compile(r"r([0-9]{1,18})")
_BATCH = 400
_MOVE = """
UPDATE platform_searchrow SET due_ms = %s, updated_ms = %s WHERE kind = %s AND object_id = %s AND party = ''
"""


def put_row(kind: str, object_id: str, *, party: str = "", **fields: Any) -> None:
    """Write the row of (kind, object, party), replacing the one there was.

    Fields: title, updated_ms and any of division, state, due_ms, text, public; `inside`, words by which only its
    office finds it; `marks`, from `mark`, apart by blanks.
    """
    put_rows([SearchRow(kind=kind, object_id=object_id, party=party, **fields)])


def put_rows(rows: Sequence[SearchRow]) -> None:
    """Write many rows at once, replacing those of the same (kind, object, party)."""
    last = {(row.kind, row.object_id, row.party): row for row in rows}
    for part in batched(last.values(), _BATCH):
        same = SearchRow.objects.filter(
            kind__in={row.kind for row in part}, object_id__in={row.object_id for row in part}
        )
        keys = {(row.kind, row.object_id, row.party) for row in part}
        _drop([row for row in same if (row.kind, row.object_id, row.party) in keys])
        SearchRow.objects.bulk_create(part)
        fulltext.index(part)


def move_rows(kind: str, moved: Sequence[tuple[str, int | None, int]]) -> None:
    """Set due instant and last change (ms) of objects of which nothing that is searched has changed.

    `moved` holds (object id, due instant, last change). A hot lot moves many times a second: the index stays.
    """
    with connection.cursor() as cursor:
        cursor.executemany(_MOVE, [(due_ms, at_ms, kind, object_id) for object_id, due_ms, at_ms in moved])


def drop_row(kind: str, object_id: str, party: str | None = None) -> None:
    """Remove the row(s) of an object."""
    rows = SearchRow.objects.filter(kind=kind, object_id=object_id)
    _drop(list(rows if party is None else rows.filter(party=party)))


def rebuild_index() -> int:
    """Make the full-text index anew from the rows there are, and return how many."""
    return fulltext.rebuild(SearchRow.objects.order_by("id").iterator(2000))


def _drop(rows: Sequence[SearchRow]) -> None:
    if rows:
        fulltext.forget(rows)
        SearchRow.objects.filter(pk__in=[row.pk for row in rows]).delete()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, the cursor of the next one (None at the end), and the total; 10,001 means more."""

    rows: list[Any]
    next: str | None
    total: int


def find_public(text: str, cursor: str | None = None, size: int = 30) -> Page:
    """Return public rows whose title or text holds every word of `text`, the last written first."""
    return find_rows(Wanted(text, (mark("public"),), public=True), cursor, size)


def find_rows(wanted: Wanted, cursor: str | None = None, size: int = 30) -> Page:
    """Return the rows asked for, the last written first; a broken cursor starts anew."""
    page = find_objects(wanted, cursor, size)
    found = SearchRow.objects.in_bulk(page.rows)
    return replace(page, rows=[found[each] for each in page.rows if each in found])


def find_objects(
    wanted: Wanted, cursor: str | None = None, size: int = 30, *, total: int | None = None
) -> Page:
    """Return as `find_rows`, but the rows' ids alone; who knows the total cheaper gives it."""
    place = _ROW_CURSOR.fullmatch(cursor or "")
    ids = fulltext.find_ids(wanted, before=int(place[1]) if place else None, limit=size + 1)
    total = fulltext.count(wanted, COUNTED + 1) if total is None else total
    return Page(ids[:size], f"r{ids[size - 1]}" if len(ids) > size else None, total)


def count_rows(wanted: Wanted) -> int:
    """Return how many rows match; 10,001 means more."""
    return fulltext.count(wanted, COUNTED + 1)


def count_states(wanted: Wanted, states: Sequence[str]) -> dict[str, int]:
    """Return how many rows that match stand in each state; 10,001 means more."""
    return fulltext.count_states(wanted, states, COUNTED + 1)


def count_divisions(wanted: Wanted, divisions: Sequence[str]) -> dict[str, int]:
    """Return how many rows that match lie in each division or below it; 10,001 means more."""
    stems = {stem_of(division): division for division in divisions}
    counted = fulltext.count_divisions(wanted, list(stems), COUNTED + 1)
    return {stems[stem]: number for stem, number in counted.items()}


def find_inbox(kinds: Iterable[str], division_stems: Iterable[str], size: int = 200) -> list[SearchRow]:
    """Return rows of `kinds` waiting in the divisions, ordered by due instant, undated last."""
    stems = tuple(division_stems)
    wanted = Wanted(marks=(mark("party="),), either=(tuple(mark(f"kind={kind}") for kind in kinds),))
    if "" not in stems:
        wanted = wanted.one_of(tuple(mark(f"division={stem}") for stem in stems))
    return _waiting(wanted, size)


def find_mine(parties: Iterable[str], size: int = 200) -> list[SearchRow]:
    """Return rows that wait for the parties, ordered by due instant, undated last."""
    own = tuple(mark(f"party={party}") for party in parties if party)
    return _waiting(Wanted(either=(own,)), size)


def _waiting(wanted: Wanted, size: int) -> list[SearchRow]:
    """Return rows by due instant; they are few of many, which the planners do not know but the marks do."""
    if not all(wanted.either):
        return []
    said, value = fulltext.condition(wanted)
    rows = SearchRow.objects.extra(where=[said], params=[value])
    return list(rows.order_by(F("due_ms").asc(nulls_last=True), "pk")[:size])


def page_recent(
    rows: "QuerySet[Any]",
    cursor: str | None,
    size: int,
    field: str = "updated_ms",
    *,
    total: int | None = None,
) -> Page:
    """Page `rows` by (field, pk) descending with a keyset cursor `value.pk`; a broken cursor starts anew.

    Who knows the total cheaper than by counting `rows` gives it.
    """
    total = rows[: COUNTED + 1].count() if total is None else total
    if place := _read_cursor(rows, cursor):
        at, pk = place
        rows = rows.filter(Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": pk}))
    found = list(rows.order_by(f"-{field}", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{getattr(last, field)}.{last.pk}" if last else None, total)


def _read_cursor(rows: "QuerySet[Any]", cursor: str | None) -> tuple[int, Any] | None:
    found = _CURSOR.fullmatch(cursor or "")
    if found is None:
        return None
    try:
        return int(found[1]), rows.model._meta.pk.to_python(found[2])
    except ValidationError:
        return None
