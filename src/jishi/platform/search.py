"""One projection for mixed lists (inbox, search, "waits for me"), written by each owner in its own transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from jishi.platform.models import SearchRow


def put_row(kind: str, object_id: str, *, party: str = "", **fields: Any) -> None:
    """Write the row of (kind, object, party); fields: title, updated_ms and any of division state due_ms text public."""
    SearchRow.objects.update_or_create(kind=kind, object_id=object_id, party=party, defaults=fields)


def drop_row(kind: str, object_id: str, party: str | None = None) -> None:
    """Remove the row(s) of an object."""
    rows = SearchRow.objects.filter(kind=kind, object_id=object_id)
    (rows if party is None else rows.filter(party=party)).delete()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, the cursor of the next one (None at the end), and the total up to 10,000."""

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
    return sorted(rows[:5000], key=lambda r: (r.due_ms is None, r.due_ms or 0, r.pk))[:size]


def find_mine(parties: Iterable[str], size: int = 200) -> list[SearchRow]:
    """Return rows that wait for the parties, ordered by due instant, undated last."""
    rows = SearchRow.objects.filter(party__in=[p for p in parties if p])
    return sorted(rows[:5000], key=lambda r: (r.due_ms is None, r.due_ms or 0, r.pk))[:size]


def page_recent(rows: "QuerySet[Any]", cursor: str | None, size: int, field: str = "updated_ms") -> Page:
    """Page `rows` by (field, pk) descending with a keyset cursor `value.pk`; a broken cursor starts anew."""
    total = rows[:10_001].count()
    at, _, pk = (cursor or "").partition(".")
    if at.lstrip("-").isdigit() and pk:
        rows = rows.filter(Q(**{f"{field}__lt": int(at)}) | Q(**{field: int(at), "pk__lt": pk}))
    found = list(rows.order_by(f"-{field}", "-pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{getattr(last, field)}.{last.pk}" if last else None, total)
