"""The evidence store: per-stream entries written with the change they witness, sequenced into one log.

A transaction locks its stream's head, appends, and commits with the change itself. One sequencer then gives
committed entries their global index, so a reader of the log never misses one.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.platform.models import EvidenceEntry, LogHead, StreamHead

NewEntry = tuple[str, dict[str, Any], int]


def lock(stream: str) -> StreamHead:
    """Lock and return the head of `stream`, made when absent. Call inside a transaction."""
    head = StreamHead.objects.select_for_update().filter(stream=stream).first()
    if head:
        return head
    try:
        with transaction.atomic():
            StreamHead.objects.create(stream=stream)
    except IntegrityError:
        pass  # another writer made it first; its lock is awaited below
    return StreamHead.objects.select_for_update().get(stream=stream)


def append(head: StreamHead, recorded_at: int, news: Sequence[NewEntry]) -> list[EvidenceEntry]:
    """Append (kind, data, effective_at ms) entries under the locked `head`; instants never run backwards."""
    rows = []
    for kind, data, effective_at in news:
        head.seq += 1
        head.at_ms = max(head.at_ms, effective_at)
        entry = Entry(head.stream, head.seq, kind, head.at_ms, max(recorded_at, head.at_ms), data)
        rows.append(_row(entry))
    EvidenceEntry.objects.bulk_create(rows)
    head.save(update_fields=["seq", "at_ms"])
    return rows


def _row(entry: Entry) -> EvidenceEntry:
    return EvidenceEntry(
        stream=entry.stream,
        seq=entry.seq,
        kind=entry.kind,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        data=canonical_bytes(entry.data).decode(),
        leaf_hash=leaf_hash(entry).hex(),
    )


def read_stream(stream: str, kinds: Iterable[str] | None = None) -> list[EvidenceEntry]:
    """Return the entries of `stream` in order, only of `kinds` if given."""
    rows = EvidenceEntry.objects.filter(stream=stream)
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    return list(rows.order_by("seq"))


def sequence_pending(limit: int = 1000) -> int:
    """Give up to `limit` committed entries their global index; return how many got one."""
    with transaction.atomic():
        head, _ = LogHead.objects.select_for_update().get_or_create(pk=1)
        rows = list(EvidenceEntry.objects.filter(index__isnull=True).order_by("id").only("id")[:limit])
        for row in rows:
            row.index = head.size
            head.size += 1
        EvidenceEntry.objects.bulk_update(rows, ["index"])
        head.save(update_fields=["size"])
    return len(rows)


def read_log(after: int, limit: int = 100) -> list[EvidenceEntry]:
    """Return sequenced entries whose index is greater than `after`, in order; sequences pending ones first."""
    while sequence_pending() == 1000:
        pass
    return list(EvidenceEntry.objects.filter(index__gt=after).order_by("index")[:limit])
