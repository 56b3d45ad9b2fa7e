"""One projection for mixed lists (inbox, search, "waits for me").

Each owner writes its rows in its own transaction.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet

from jishi.platform.models import SearchRow

COUNTED = 10_000
_FIELDS = ["division", "state", "due_ms", "title", "text", "public", "updated_ms"]
_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f]{1,32})")


def put_row(kind: str, object_id: str, *, party: str = "", **fields: Any) -> None:
    """Write the row of (kind, object, party), replacing the one there was.

    Fields: title, updated_ms and any of division, state, due_ms, text, public.
    """
    put_rows([SearchRow(kind=kind, object_id=object_id, party=party, **fields)])


def put_rows(rows: Sequence[SearchRow]) -> None:
    """Write many rows at once, replacing those of the same (kind, object, party)."""
    SearchRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "object_id", "party"], update_fields=_FIELDS
    )


def drop_row(kind: str, object_id: str, party: str | None = None) -> None:
    """Remove the row(s) of an object."""
    rows = SearchRow.objects.filter(kind=kind, object_id=object_id)
    (rows if party is None else rows.filter(party=party)).delete()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, the cursor of the next one (None at the end), and the total; 10,001 means more."""

    rows: list[Any]
    next: str | None
    total: int


def find_public(text: str, cursor: str | None = None, size: int = 30) -> Page:
    """Return public rows whose title or text holds every word of `text`, newest first."""
    rows = SearchRow.objects.filter(public=True)
    for word in text.split():
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word))
    return page_recent(rows, cursor, size)


def find_inbox(kinds: Iterable[str], division_stems: Iterable[str], size: int = 200) -> list[SearchRow]:
    """Return rows of `kinds` waiting in the divisions, ordered by due instant, undated last."""
    reach = Q(pk__isnull=True)
    for stem in division_stems:
        reach |= Q(division__startswith=stem)
    rows = SearchRow.objects.filter(reach, kind__in=list(kinds), party="")
    return list(rows.order_by(F("due_ms").asc(nulls_last=True), "pk")[:size])


def find_mine(parties: Iterable[str], size: int = 200) -> list[SearchRow]:
    """Return rows that wait for the parties, ordered by due instant, undated last."""
    rows = SearchRow.objects.filter(party__in=[p for p in parties if p])
    return list(rows.order_by(F("due_ms").asc(nulls_last=True), "pk")[:size])


def page_recent(rows: "QuerySet[Any]", cursor: str | None, size: int, field: str = "updated_ms") -> Page:
    """Page `rows` by (field, pk) descending with a keyset cursor `value.pk`; a broken cursor starts anew."""
    total = rows[: COUNTED + 1].count()
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
