"""The evidence store: per-stream entries written with the change they witness, sequenced into one log.

A transaction locks its stream's head, appends, and commits with the change itself. One sequencer then gives
committed entries their global index, so a reader of the log never misses one. SQLite has one writer at a time: there
the order of writing is that of committing, and an entry gets its index with its row.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import leaf_hash_of
from jishi.platform.batch import AMONG, batched, insert_rows, insert_values, listed, update_rows
from jishi.platform.models import EvidenceEntry, LogHead, StreamHead
from jishi.platform.turn import turn
from jishi.platform.unit import find_all_kept, keep, lock_once

NewEntry = tuple[str, dict[str, Any], int]


class Written(NamedTuple):
    """One entry as it was written: its place, its instants (ms), its canonical data and its leaf hash."""

    stream: str
    seq: int
    kind: str
    effective_at: int
    recorded_at: int
    data: str
    leaf_hash: str


_MOVING = ["seq", "at_ms", "recorded_ms"]
_HEAD = ["stream", *_MOVING]
# rows already given an index are skipped by the partial index of those that have none
_SET_INDEX = """
UPDATE platform_evidenceentry SET "index" = %s + given.place FROM (
    SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM (
        SELECT id FROM platform_evidenceentry WHERE "index" IS NULL ORDER BY id LIMIT %s
    ) AS pending
) AS given WHERE platform_evidenceentry.id = given.id
"""
_TAKE_INDICES = """
UPDATE platform_loghead SET size = size + %s
WHERE id = 1 AND NOT EXISTS (SELECT 1 FROM platform_evidenceentry WHERE "index" IS NULL) RETURNING size - %s
"""
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
    for part in batched(names, _BATCH):
        found = _lock_part(part)
        if len(found) < len(part):
            fresh = [StreamHead(stream=name) for name in part if name not in found]
            StreamHead.objects.bulk_create(fresh, ignore_conflicts=True)
            found = _lock_part(part)
        heads |= found
    for head in heads.values():
        keep(head)
    return heads


def _lock_part(names: Sequence[str]) -> dict[str, StreamHead]:
    """Lock heads that exist; by hand, since every batch of bids does it and the ORM would compile it anew."""
    sql = f"SELECT {', '.join(_HEAD)} FROM platform_streamhead WHERE stream {AMONG[connection.vendor]} ORDER BY stream"
    if connection.features.has_select_for_update:
        sql += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(sql, [listed(names)])
        rows = cursor.fetchall()
    return {row[0]: StreamHead.from_db(connection.alias, _HEAD, row) for row in rows}


def append(head: StreamHead, recorded_at: int, news: Sequence[NewEntry]) -> list[Written]:
    """Append (kind, data, effective_at ms) entries under the locked `head`; instants never run backwards."""
    return append_all({head.stream: head}, recorded_at, {head.stream: news})


def append_all(
    heads: Mapping[str, StreamHead], recorded_at: int, news: Mapping[str, Sequence[NewEntry]]
) -> list[Written]:
    """Append to many locked streams at once: `news` holds the entries of each stream."""
    rows = [row for stream, entries in news.items() for row in _extend(heads[stream], recorded_at, entries)]
    _insert(rows)
    update_rows([heads[stream] for stream in news], _MOVING)
    return rows


def open_streams(recorded_at: int, news: Mapping[str, Sequence[NewEntry]]) -> None:
    """Write the first entries of streams named by fresh ids; a stream that exists is an IntegrityError."""
    heads = {stream: StreamHead(stream=stream) for stream in news}
    rows = [row for stream, entries in news.items() for row in _extend(heads[stream], recorded_at, entries)]
    insert_rows(list(heads.values()))
    _insert(rows)
    for head in heads.values():
        keep(head)


def _insert(rows: Sequence[Written]) -> None:
    first = _take_indices(len(rows)) if connection.vendor == "sqlite" and rows else None
    if first is None:
        insert_values(EvidenceEntry, Written._fields, rows)
    else:
        numbered = [(*row, index) for index, row in enumerate(rows, first)]
        insert_values(EvidenceEntry, (*Written._fields, "index"), numbered)


def _take_indices(count: int) -> int | None:
    """Take the next indices of the log and return the first; None while earlier entries wait for theirs."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_INDICES, [count, count])
        found = cursor.fetchone()
    return None if found is None else int(found[0])


def _extend(head: StreamHead, recorded_at: int, news: Sequence[NewEntry]) -> list[Written]:
    rows = []
    for kind, data, effective_at in news:
        head.seq += 1
        head.at_ms = max(head.at_ms, effective_at)
        head.recorded_ms = max(head.recorded_ms, head.at_ms, recorded_at)
        place = (head.stream, head.seq, kind, head.at_ms, head.recorded_ms)
        text = canonical_bytes(data)
        rows.append(Written(*place, text.decode(), leaf_hash_of(place, text).hex()))
    return rows


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
    with turn(), transaction.atomic():
        head, _ = LogHead.objects.select_for_update().get_or_create(pk=1)
        with connection.cursor() as cursor:
            cursor.execute(_SET_INDEX, [head.size, limit])
            given = cursor.rowcount
        head.size += given
        head.save(update_fields=["size"])
    return given


def read_log(after: int, limit: int = 100) -> list[EvidenceEntry]:
    """Return entries whose index is greater than `after` (-1 reads all), in order."""
    while sequence_pending() == 1000:
        pass
    return list(EvidenceEntry.objects.filter(index__gt=after).order_by("index")[:limit])


def log_size() -> int:
    """Return how many entries have their place in the log."""
    return LogHead.objects.filter(pk=1).values_list("size", flat=True).first() or 0
