"""The public log (公开日志) as files: tiles, bundles of records and a signed checkpoint under JISHI_VAR/log.

Records are hashes of entries (`kernel.evidence.record`), so nothing here is personal. The files follow from the
database and can be made again; the checkpoint is written last, so a crash leaves the old log or the new one. One
process writes at a time, under a lock of its own; all processes of a market share JISHI_VAR.
"""

import base64
import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jishi.kernel.evidence.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from jishi.kernel.evidence.cosignature import add_signature
from jishi.kernel.evidence.growth import grow_tiles
from jishi.kernel.evidence.note import Key, Signature, log_key
from jishi.kernel.evidence.record import record_hashes
from jishi.kernel.evidence.tile import WIDTH, Tile, bundle_path, dump_records, load_records, tile_path
from jishi.kernel.evidence.tiled import TiledTree
from jishi.kernel.fault import Fault
from jishi.platform.clock import SystemClock
from jishi.platform.durable import write_bytes
from jishi.platform.evidence import log_size, sequence_pending
from jishi.platform.models import EvidenceEntry, LogHead
from jishi.platform.secrets import operator_key

PART = 4096
CHECKPOINT = "checkpoint"


def log_folder() -> Path:
    """Return where the log's files stand."""
    return Path(settings.JISHI_VAR) / "log"


def public_log_key() -> Key:
    """Return the key that signs checkpoints; its name is the log's origin."""
    return log_key(settings.JISHI_LOG_ORIGIN, operator_key())


def extend_log(written: int = 0) -> int:
    """Sequence some of what is committed and write its whole tiles, unsigned; return the size they reach.

    Called often it leaves little for `publish_log` to do at once. `written` is what the last call returned.
    """
    sequence_pending()
    now = log_size() // WIDTH * WIDTH
    if now <= written:
        return written
    with _files_held():
        size = _size_of(current_checkpoint())
        _require_continued(size, log_size())
        _append_all(max(size, written), now)
    return now


def publish_log(written: int = 0) -> Checkpoint:
    """Sequence what is committed, write the tiles of new records and sign the new checkpoint; return it.

    The tiles up to `written` stand already: this process wrote them with `extend_log`.
    """
    while sequence_pending() == 1000:
        pass
    found = current_checkpoint()
    if found is not None and found.size == log_size():
        return found
    with _files_held():
        found, now = current_checkpoint(), log_size()
        size = _size_of(found)
        if found is not None and found.size == now:
            return found
        _require_continued(size, now)
        _append_all(max(size, written) if written <= now else size, now)
        return _sign(now)


@contextmanager
def _files_held() -> Iterator[None]:
    """Let one writer at a time at the log's files, whichever process or machine it is in.

    On SQLite the file is locked and not the database: bidders would wait while each tile is made durable.
    """
    if connection.vendor != "sqlite":
        with transaction.atomic():
            LogHead.objects.select_for_update().get_or_create(pk=1)
            yield
        return
    place = log_folder().with_suffix(".lock")
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def is_published(since_ms: int) -> bool:
    """Tell whether some process published since an instant (ms) that has passed."""
    with suppress(FileNotFoundError):
        published_ms = int((log_folder() / CHECKPOINT).stat().st_mtime * 1000)
        return since_ms < published_ms <= SystemClock().now_ms()
    return False


def current_checkpoint() -> Checkpoint | None:
    """Return the checkpoint in force, None before the first or where its file is damaged."""
    raw = read_log_file(CHECKPOINT)
    try:
        return None if raw is None else open_checkpoint(raw, public_log_key())
    except Fault:
        return None


def signed_checkpoint() -> str | None:
    """Return the signed note in force with the cosignatures (联署) it has, None before the first."""
    raw = read_log_file(CHECKPOINT)
    return None if raw is None else raw.decode()


def keep_cosignature(text: str, signature: Signature) -> bool:
    """Add a witness's cosignature to the checkpoint it signed; False when the log has grown since."""
    with _files_held():
        raw = read_log_file(CHECKPOINT)
        if raw is None or not raw.decode().startswith(f"{text}\n"):
            return False
        write_bytes(log_folder() / CHECKPOINT, add_signature(raw, signature))
    return True


def read_log_file(path: str) -> bytes | None:
    """Return the bytes of a file of the log, None where there is none."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return (log_folder() / path).read_bytes()
    return None


def published_tree() -> TiledTree:
    """Return the tree of the checkpoint in force, read from its tiles."""
    found = current_checkpoint()
    return TiledTree(found.size if found else 0, _read_tile)


def prove_entries(indices: Sequence[int], since: str | None) -> dict[str, Any]:
    """Return the part of a bundle that proves entries at these indices under the checkpoint in force.

    `since` is the signed checkpoint the notice named, to which the log must still be consistent.
    """
    publish_log()
    tree = published_tree()
    proof: dict[str, Any] = {"checkpoint": signed_checkpoint(), "indices": list(indices)}
    proof["proof"] = _texts(tree.inclusion_of(indices)) if indices else []
    proof["since"] = None
    if since is not None:
        before = open_checkpoint(since.encode(), public_log_key())
        grown = 0 < before.size < tree.size
        consistent = _texts(tree.consistency(before.size)) if grown else []
        proof["since"] = {"checkpoint": since, "proof": consistent}
    return proof


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in hashes]


def _require_continued(size: int, now: int) -> None:
    """Refuse to grow a log whose last record the database does not hold: one of them is not the other's."""
    if size > now or (size and _records(size - 1, size) != _published_records(size - 1, size)):
        raise Fault("platform.log.forked", size=size, found=now)


def _published_records(start: int, end: int) -> list[bytes]:
    """Read records of one bundle from the log's files.

    Who was killed before it signed left a wider bundle in place of the checkpoint's; its first records are the same.
    """
    index, at = divmod(start, WIDTH)
    width = min(WIDTH, (current_checkpoint() or Checkpoint("", end, b"")).size - index * WIDTH)
    raw = (
        read_log_file(bundle_path(Tile(0, index, width))) or read_log_file(bundle_path(Tile(0, index))) or b""
    )
    return load_records(raw)[at : at + end - start]


def _size_of(found: Checkpoint | None) -> int:
    return 0 if found is None else found.size


def _append_all(start: int, end: int) -> None:
    for each in range(start, end, PART):
        _append(each, min(each + PART, end))


def _append(start: int, end: int) -> None:
    records = _records(start, end)
    if len(records) != end - start:
        raise Fault("platform.log.gap", start=start, end=end, found=len(records))
    for tile, raw in grow_tiles(start, record_hashes(records), _read_tile):
        _write(tile_path(tile), raw, tile.width)
    index, kept = divmod(start, WIDTH)
    if kept:
        before = read_log_file(bundle_path(Tile(0, index, kept)))
        records = (load_records(before) if before else _records(index * WIDTH, start)) + records
    for at in range(0, len(records), WIDTH):
        part = records[at : at + WIDTH]
        _write(bundle_path(Tile(0, index + at // WIDTH, len(part))), dump_records(part), len(part))


def _records(start: int, end: int) -> list[bytes]:
    rows = EvidenceEntry.objects.filter(index__gte=start, index__lt=end).order_by("index")
    return [bytes.fromhex(text) for text in rows.values_list("leaf_hash", flat=True)]


def _write(path: str, raw: bytes, width: int) -> None:
    write_bytes(log_folder() / path, raw)
    if width == WIDTH:  # the narrower ones say nothing more
        rmtree(log_folder() / f"{path}.p", ignore_errors=True)


def _sign(size: int) -> Checkpoint:
    root = TiledTree(size, _read_tile).root()
    checkpoint = Checkpoint(settings.JISHI_LOG_ORIGIN, size, root)
    write_bytes(log_folder() / CHECKPOINT, sign_checkpoint(checkpoint, operator_key()))
    return checkpoint


def _read_tile(level: int, index: int, width: int) -> bytes:
    """Read a tile; a partial one may have been replaced by a wider, whose first hashes are the same."""
    raw = read_log_file(tile_path(Tile(level, index, width)))
    if raw is None:
        raw = read_log_file(tile_path(Tile(level, index)))
    if raw is None:
        raise Fault("platform.log.tile", path=tile_path(Tile(level, index, width)))
    return raw[: width * 32]
