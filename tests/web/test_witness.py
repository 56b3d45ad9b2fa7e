"""A second operator's witness: cosigns a log that grows, refuses one that was rewritten, over real HTTP."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jishi.kernel.evidence.checkpoint import Checkpoint, sign_checkpoint
from jishi.kernel.evidence.cosignature import cosignatures
from jishi.kernel.evidence.note import log_key, read_note
from jishi.kernel.evidence.record import record_hash
from jishi.kernel.evidence.tile import cut_tile, tile_path, tiles_to_write
from jishi.kernel.evidence.tree import Tree
from jishi.kernel.fault import Fault
from jishi.platform import log
from jishi.platform.witness import dump_request, read_request
from jishi.project.cosigning import ask_all
from jishi.project.witnessing import answer_request, fetch_from, make_server, open_witness
from tests.apps.test_log import write

PRIVATE = b"log-key-of-a-test".ljust(32, b".")
ORIGIN = "test.example/log"
KEY = log_key(ORIGIN, PRIVATE)


def lay_out(folder: Path, size: int, seed: str = "") -> bytes:
    """Write a log of so many records as files; return its signed checkpoint."""
    tree = Tree(record_hash(f"{seed}{n}".encode()) for n in range(size))
    for tile in tiles_to_write(size):
        path = folder / tile_path(tile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cut_tile(tree, tile))
    note = sign_checkpoint(Checkpoint(ORIGIN, size, tree.root()), PRIVATE)
    (folder / "checkpoint").write_bytes(note)
    return note


def test_it_cosigns_growth_and_refuses_a_rewritten_log(tmp_path: Path) -> None:
    witness = open_witness(tmp_path / "w", "witness.example", KEY.text)
    for size in (3, 3, 700):
        lay_out(tmp_path / "log", size)
        _, cosigned = witness.watch(fetch_from(str(tmp_path / "log")), 1_700_000_000)
        assert cosignatures(read_note(cosigned), [witness.key]) == {witness.key.text: 1_700_000_000}
    for size, seed, code in ((5, "", "smaller"), (700, "x", "fork"), (900, "x", "rewritten")):
        lay_out(tmp_path / f"log-{size}-{code}", size, seed)
        with pytest.raises(Fault) as caught:
            witness.watch(fetch_from(str(tmp_path / f"log-{size}-{code}")), 1_700_000_001)
        assert caught.value.code == f"evidence.witness.{code}"
    assert witness.seen.size == 700


def test_add_checkpoint_answers_as_the_standard_says(tmp_path: Path) -> None:
    witness = open_witness(tmp_path / "w", "witness.example", KEY.text)
    first, second = lay_out(tmp_path / "a", 3), lay_out(tmp_path / "b", 10)
    tree = Tree(record_hash(str(n).encode()) for n in range(10))
    assert answer_request(witness, dump_request(0, [], first), 5)[0] == 200
    assert answer_request(witness, dump_request(0, [], second), 6) == (409, b"3\n")
    assert answer_request(witness, dump_request(3, [], second), 6)[0] == 422
    status, lines = answer_request(witness, dump_request(3, tree.consistency(3), second), 6)
    assert (status, lines.count(b"\n")) == (200, 1)
    assert answer_request(witness, b"nonsense", 7)[0] == 400
    assert answer_request(witness, dump_request(10, [], second.replace(b"10\n", b"11\n")), 7)[0] == 403
    size, proof, note = read_request(dump_request(3, tree.consistency(3), second))
    assert (size, proof, note) == (3, tree.consistency(3), second)


@pytest.fixture
def served(tmp_path: Path, settings: Any) -> Iterator[Any]:
    """Give a witness that answers on loopback and that the market names."""
    witness = open_witness(tmp_path / "w", "witness.example", log.public_log_key().text)
    server = make_server(witness, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.JISHI_WITNESSES = [f"http://127.0.0.1:{server.server_port}", "http://127.0.0.1:1"]
    yield witness
    server.shutdown()
    server.server_close()


@pytest.mark.django_db(transaction=True)
def test_the_market_asks_its_witnesses_and_publishes_their_lines(served: Any) -> None:
    for count in (4, 300):
        write(count)
        log.publish_log()
        note = log.signed_checkpoint()
        assert note is not None
        assert ask_all(read_note(note.encode()).text, note) == 1
        kept = log.signed_checkpoint()
        assert kept is not None and cosignatures(read_note(kept.encode()), [served.key])


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    lay_out(tmp_path / "log", 9)
    command = [sys.executable, "-m", "jishi.project.cli", "witness", "--log", KEY.text]
    options = ["--folder", str(tmp_path / "w"), "--watch", str(tmp_path / "log")]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9" in done.stdout
    lay_out(tmp_path / "log", 9, "other")
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr
