"""Run a witness on the terminal: watch a log by its address, or answer logs that ask (C2SP tlog-witness).

No database, no Django portal: a second operator needs this program and the log's key only.
"""

import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from rich.console import Console

from jishi.kernel.evidence.note import Key, dump_note, read_key, read_note
from jishi.kernel.fault import Fault
from jishi.platform.durable import write_bytes
from jishi.platform.witness import Fetch, Witness, read_request
from jishi.platform.words import say

MOST_BYTES = 1 << 16
WAIT_S = 10
_STATUS = {"witness.conflict": 409, "witness.request": 400, "evidence.witness.rewritten": 422}


def open_witness(folder: Path, name: str, log: str) -> Witness:
    """Open a witness of the log whose key `log` is, as text or as the path of a file that holds it."""
    text = Path(log).read_text("utf-8").strip() if Path(log).is_file() else log
    key: Key = read_key(text)
    witness = Witness(folder, name, key)
    write_bytes(folder / "witness.pub", f"{witness.key.text}\n".encode())
    return witness


def watch(console: Console, witness: Witness, address: str, options: tuple[float | None, str]) -> bool:
    """Cosign the log at an address, once or every so many seconds (options = seconds, language)."""
    every_s, lang = options
    while True:
        good = _watch_once(console, witness, address, lang)
        if every_s is None:
            return good
        time.sleep(every_s)


def _watch_once(console: Console, witness: Witness, address: str, lang: str) -> bool:
    try:
        checkpoint, _ = witness.watch(fetch_from(address), int(time.time()))
    except Fault as fault:
        console.print(say("witness.refused", {"why": say(fault.code, fault.params, lang)}, lang))
        return False
    except (OSError, urllib.error.URLError) as error:
        console.print(say("witness.unreachable", {"address": address, "why": str(error)}, lang))
        return False
    console.print(say("witness.cosigned", {"size": checkpoint.size, "origin": checkpoint.origin}, lang))
    return True


def fetch_from(address: str) -> Fetch:
    """Read files below an address, or below a folder of this machine."""
    if Path(address).is_dir():
        return lambda path: (Path(address) / path).read_bytes()

    def fetch(path: str) -> bytes:
        try:
            with urllib.request.urlopen(f"{address.rstrip('/')}/{path}", timeout=WAIT_S) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                raise FileNotFoundError(path) from None
            raise

    return fetch


def serve(console: Console, witness: Witness, port: int, lang: str) -> None:
    """Answer POST /add-checkpoint on the loopback interface until stopped; a proxy stands before it."""
    server = make_server(witness, port)
    said = {"port": server.server_port, "key": witness.key.text}
    console.print(say("witness.serving", said, lang), soft_wrap=True)
    server.serve_forever()


def make_server(witness: Witness, port: int) -> ThreadingHTTPServer:
    """Return the server, not yet running; requests take turns."""
    turn = Lock()

    class Handler(BaseHTTPRequestHandler):
        """Answer one request."""

        def do_POST(self) -> None:
            if self.path != "/add-checkpoint":
                self._answer(404, b"")
                return
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MOST_BYTES))
            with turn:
                self._answer(*answer_request(witness, body, int(time.time())))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            kind = "text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the terminal quiet."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def answer_request(witness: Witness, body: bytes, at_s: int) -> tuple[int, bytes]:
    """Return status and body for add-checkpoint: signature lines, or why not."""
    try:
        old_size, proof, note = read_request(body)
        signature = witness.add(old_size, proof, note, at_s)
    except Fault as fault:
        if fault.code == "witness.conflict":
            return 409, f"{witness.seen.size}\n".encode()
        return _STATUS.get(fault.code, 403), f"{say(fault.code, fault.params, 'en')}\n".encode()
    only = dump_note(read_note(note).__class__(read_note(note).text, (signature,)))
    return 200, only.rpartition(b"\n\n")[2]
