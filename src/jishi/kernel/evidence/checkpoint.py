"""Checkpoints (检查点): the size and root of a log, signed by it (C2SP tlog-checkpoint).

Refuses a size in another spelling, a root that is no hash, an empty line, and a checkpoint of
another log than the one asked for.
"""

import re
from base64 import b64encode
from dataclasses import dataclass

from jishi.kernel.evidence.merkle import HASH_SIZE
from jishi.kernel.evidence.note import Key, Note, dump_note, open_note, sign_text
from jishi.kernel.evidence.place import MOST_LEAVES
from jishi.kernel.evidence.signature import decode_text
from jishi.kernel.fault import Fault

_SIZE = re.compile(r"0|[1-9]\d{0,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Say that the log ``origin`` holds ``size`` records under ``root``; other lines mean nothing to us."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def dump_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text a log signs; raises ``evidence.checkpoint.text`` for what has no such text."""
    root = b64encode(checkpoint.root).decode()
    lines = [checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions]
    text = "".join(f"{line}\n" for line in lines)
    if read_checkpoint(text) != checkpoint:
        raise Fault("evidence.checkpoint.lines")
    return text


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint.

    Raises ``evidence.checkpoint.lines``, ``.size`` or ``.root``.
    """
    *lines, end = text.split("\n")
    if end or len(lines) < 3 or not all(lines):
        raise Fault("evidence.checkpoint.lines")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > MOST_LEAVES:
        raise Fault("evidence.checkpoint.size", found=size[:40], most=MOST_LEAVES)
    try:
        return Checkpoint(origin, int(size), decode_text(root, HASH_SIZE), tuple(extensions))
    except Fault:
        raise Fault("evidence.checkpoint.root", found=root[:80]) from None


def sign_checkpoint(checkpoint: Checkpoint, private: bytes) -> bytes:
    """Return the signed note of a checkpoint; the key's name is the origin."""
    text = dump_checkpoint(checkpoint)
    return dump_note(Note(text, (sign_text(text, checkpoint.origin, private),)))


def open_checkpoint(raw: bytes, key: Key, origin: str | None = None) -> Checkpoint:
    """Return the checkpoint of a note that ``key`` signed.

    ``origin`` is the log's, the key's name if absent. Raises ``evidence.checkpoint.origin`` for
    another log's, and what `open_note` and `read_checkpoint` raise.
    """
    checkpoint = read_checkpoint(open_note(raw, [key]).text)
    wanted = key.name if origin is None else origin
    if checkpoint.origin != wanted:
        raise Fault("evidence.checkpoint.origin", found=checkpoint.origin[:200], needed=wanted)
    return checkpoint
