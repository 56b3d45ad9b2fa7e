"""A witness (见证人) of a public log: remembers the largest checkpoint it saw and cosigns only what continues it.

A second operator runs it; it needs no database of the market. It writes what it saw before it answers, so a crash
never lets it sign two histories. Refuses checkpoints of another log or key.
"""

import base64
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from jishi.kernel.evidence.checkpoint import Checkpoint, open_checkpoint
from jishi.kernel.evidence.cosignature import add_signature, cosign, witness_key
from jishi.kernel.evidence.merkle import HASH_SIZE
from jishi.kernel.evidence.note import Key, Signature, read_note
from jishi.kernel.evidence.signature import decode_text
from jishi.kernel.evidence.tile import Tile, tile_path
from jishi.kernel.evidence.tiled import TiledTree
from jishi.kernel.evidence.witness import NOTHING, Seen, check_growth
from jishi.kernel.fault import Fault
from jishi.platform.durable import write_bytes

Fetch = Callable[[str], bytes]
"""Give the bytes of a file below the log's address."""


class Witness:
    """Keep one log's state in a folder and cosign under a name; `log` is the key of the log."""

    def __init__(self, folder: Path, name: str, log: Key) -> None:
        self._folder, self._name, self._log = folder, name, log
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._private = _own_key(folder / "witness.key")

    @property
    def key(self) -> Key:
        """Return the public key that checks its cosignatures."""
        return witness_key(self._name, self._private)

    @property
    def seen(self) -> Seen:
        """Return the largest checkpoint it cosigned."""
        path = self._folder / "seen.json"
        if not path.exists():
            return NOTHING
        stored = json.loads(path.read_bytes())
        return Seen(stored["size"], bytes.fromhex(stored["root"]))

    def add(self, old_size: int, proof: Sequence[bytes], note: bytes, at_s: int) -> Signature:
        """Cosign a signed checkpoint at a time in seconds (C2SP tlog-witness).

        Faults `evidence.witness.*`, `witness.conflict` when the proof does not begin at what it saw.
        """
        checkpoint, seen = open_checkpoint(note, self._log), self.seen
        if old_size != seen.size:
            raise Fault("witness.conflict", given=old_size, seen=seen.size)
        return self._cosign(note, check_growth(seen, checkpoint, proof), at_s)

    def watch(self, fetch: Fetch, at_s: int) -> tuple[Checkpoint, bytes]:
        """Read a log's checkpoint and tiles, check and cosign it; return it with the cosigned note."""
        note = fetch("checkpoint")
        checkpoint, seen = open_checkpoint(note, self._log), self.seen
        grown = 0 < seen.size < checkpoint.size
        tree = TiledTree(checkpoint.size, lambda level, index, width: _tile(fetch, Tile(level, index, width)))
        proof = tree.consistency(seen.size) if grown else []
        signature = self._cosign(note, check_growth(seen, checkpoint, proof), at_s)
        cosigned = add_signature(note, signature)
        write_bytes(self._folder / "checkpoint", cosigned)
        return checkpoint, cosigned

    def _cosign(self, note: bytes, seen: Seen, at_s: int) -> Signature:
        stored = {"size": seen.size, "root": seen.root.hex()}
        write_bytes(self._folder / "seen.json", json.dumps(stored).encode())
        return cosign(read_note(note).text, at_s, self._name, self._private)


def read_request(body: bytes) -> tuple[int, list[bytes], bytes]:
    """Read the body of add-checkpoint: `old N`, base64 hashes, a blank line, the note. Fault `witness.request`."""
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        word, _, size = first.partition(" ")
        if not blank or word != "old" or str(int(size)) != size:
            raise ValueError
        return int(size), [decode_text(line, HASH_SIZE) for line in lines], note
    except (ValueError, Fault):
        raise Fault("witness.request") from None


def dump_request(old_size: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Return the body that `read_request` reads."""
    lines = [f"old {old_size}", *(base64.b64encode(each).decode() for each in proof)]
    return "\n".join(lines).encode() + b"\n\n" + note


def _tile(fetch: Fetch, tile: Tile) -> bytes:
    try:
        return fetch(tile_path(tile))
    except FileNotFoundError:  # it has grown full since
        return fetch(tile_path(Tile(tile.level, tile.index)))[: tile.width * HASH_SIZE]


def _own_key(path: Path) -> bytes:
    if not path.exists():
        write_bytes(path, os.urandom(32))
        path.chmod(0o600)
    return path.read_bytes()
