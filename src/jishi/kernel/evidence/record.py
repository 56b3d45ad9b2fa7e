"""What the public log (公开日志) records of an entry: its hash, never the entry.

The record is the 32 bytes of `leaf_hash`; the log's tree has the record's own hash as its leaf.
So drafts and personal data never stand in the log, an entry of any length fits, and erasing a
person's data changes nothing in the tree.
"""

from collections.abc import Iterable
from hashlib import sha256

from jishi.kernel.evidence.entry import Entry, leaf_hash


def log_record(entry: Entry) -> bytes:
    """Return the 32 bytes that stand for an entry in the public log."""
    return leaf_hash(entry)


def record_hash(record: bytes) -> bytes:
    """Return the record's leaf hash in the log's tree, SHA-256 of 0x00 and the record."""
    return sha256(b"\x00" + record).digest()


def record_hashes(records: Iterable[bytes]) -> list[bytes]:
    """Return the leaf hash of each record."""
    return [sha256(b"\x00" + record).digest() for record in records]
