"""The evidence store: per-stream entries written with the change they witness, sequenced into one log.

A transaction locks its stream's head, appends, and commits with the change itself. One sequencer then gives
committed entries their global index, so a reader of the log never misses one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.platform.batch import batched, insert_rows, update_rows
from jishi.platform.models import EvidenceEntry, LogHead, StreamHead
from jishi.platform.unit import find_all_kept, keep, lock_once

NewEntry = tuple[str, dict[str, Any], int]
_MOVING = ["seq", "at_ms", "recorded_ms"]
_SET_INDEX = 'UPDATE platform_evidenceentry SET "index" = %s WHERE id = %s'
_BATCH = 500


def lock(stream: str) -> StreamHead:
    """Lock and return the head of `stream`, made when absent. Call inside a transaction."""
    rows = StreamHead.objects
    head = lock_once(StreamHead, stream, lambda: rows.select_for_update().filter(stream=stream).first())
    return head or lock_all([stream])[stream]


def lock_all(streams: Collection[str]) -> dict[str, StreamHead]:
    """Lock and return the heads of `streams`, made when absent, always in the same order."""
    heads = find_all_kept(StreamHead, streams)
    names = sorted(set(streams) - heads.keys())
    StreamHead.objects.bulk_create([StreamHead(stream=name) for name in names], ignore_conflicts=True)
    for part in batched(names, _BATCH):
        for head in StreamHead.objects.select_for_update().filter(stream__in=part).order_by("stream"):
            heads[head.stream] = head
            keep(head)
    return heads


def append(head: StreamHead, recorded_at: int, news: Sequence[NewEntry]) -> list[EvidenceEntry]:
    """Append (kind, data, effective_at ms) entries under the locked `head`; instants never run backwards."""
    rows = _extend(head, recorded_at, news)
    insert_rows(rows)
    update_rows([head], _MOVING)
    return rows


def append_all(
    heads: Mapping[str, StreamHead], recorded_at: int, news: Mapping[str, Sequence[NewEntry]]
) -> None:
    """Append to many locked streams at once: `news` holds the entries of each stream."""
    rows = [row for stream, entries in news.items() for row in _extend(heads[stream], recorded_at, entries)]
    insert_rows(rows)
    update_rows([heads[stream] for stream in news], _MOVING)


def open_streams(recorded_at: int, news: Mapping[str, Sequence[NewEntry]]) -> None:
    """Write the first entries of streams named by fresh ids; a stream that exists is an IntegrityError."""
    heads = {stream: StreamHead(stream=stream) for stream in news}
    rows = [row for stream, entries in news.items() for row in _extend(heads[stream], recorded_at, entries)]
    insert_rows(list(heads.values()))
    insert_rows(rows)
    for head in heads.values():
        keep(head)


def _extend(head: StreamHead, recorded_at: int, news: Sequence[NewEntry]) -> list[EvidenceEntry]:
    rows = []
    for kind, data, effective_at in news:
        head.seq += 1
        head.at_ms = max(head.at_ms, effective_at)
        head.recorded_ms = max(head.recorded_ms, head.at_ms, recorded_at)
        rows.append(_row(Entry(head.stream, head.seq, kind, head.at_ms, head.recorded_ms, data)))
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


def find_indices(entry_ids: Sequence[int]) -> list[int]:
    """Return the global index of each entry by its id, in order; gives one to those committed since."""
    while sequence_pending() == 1000:
        pass
    found: dict[int, int | None] = {}
    for part in batched(entry_ids, _BATCH):
        found |= dict(EvidenceEntry.objects.filter(pk__in=part).values_list("pk", "index"))
    return [index for each in entry_ids if (index := found[each]) is not None]


def find_seqs(streams: Collection[str]) -> dict[str, int]:
    """Return the latest sequence number of each of `streams` that exists."""
    return dict(StreamHead.objects.filter(stream__in=list(streams)).values_list("stream", "seq"))


def sequence_pending(limit: int = 1000) -> int:
    """Give up to `limit` committed entries their global index, from 0; return how many got one."""
    if not EvidenceEntry.objects.filter(index__isnull=True).exists():
        return 0  # readers of a quiet log take no lock
    with transaction.atomic():
        head, _ = LogHead.objects.select_for_update().get_or_create(pk=1)
        rows = list(EvidenceEntry.objects.filter(index__isnull=True).order_by("id").only("id")[:limit])
        for row in rows:
            row.index = head.size
            head.size += 1
        with connection.cursor() as cursor:
            cursor.executemany(_SET_INDEX, [(row.index, row.pk) for row in rows])
        head.save(update_fields=["size"])
    return len(rows)


def read_log(after: int, limit: int = 100) -> list[EvidenceEntry]:
    """Return entries whose index is greater than `after` (-1 reads all), in order."""
    while sequence_pending() == 1000:
        pass
    return list(EvidenceEntry.objects.filter(index__gt=after).order_by("index")[:limit])


def log_size() -> int:
    """Return how many entries have their place in the log."""
    return LogHead.objects.filter(pk=1).values_list("size", flat=True).first() or 0
