"""A server that is told to end lets nobody hold it, and tells from that instant that nobody reaches it."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jishi.project.bench.plan import Plan
from jishi.project.bench.stage import HOST, Stage, fetch, free_port, set_stage

GRANIAN = "--interface asgi --workers 1 --backpressure 4096 jishi.project.asgi:application"
pytestmark = pytest.mark.slow


@contextlib.contextmanager
def _served(stage: Stage, how: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve as `./jishi serve` does, or under granian's own supervisor as docs/deploy.md says."""
    if how == "serve":
        stage.start()
        yield stage.ports[0], stage.processes[0]
        return
    port = free_port()
    command = [str(Path(sys.executable).with_name("granian")), "--host", HOST, "--port", str(port)]
    with (stage.var / "granian.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *GRANIAN.split()],
            env=stage.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        ends_s = time.monotonic() + 60
        while time.monotonic() < ends_s:
            with contextlib.suppress(OSError):
                fetch(port, "/health/live")
                break
            time.sleep(0.1)
        yield port, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("how", "holds", "most_s"),
    [("serve", "a watcher", 5.0), ("granian", "a watcher", 5.0), ("granian", "half a request", 14.0)],
)
def test_nobody_holds_a_server_that_is_to_end(how: str, holds: str, most_s: float) -> None:
    with set_stage("sqlite") as stage:
        lot = stage.make_lots(Plan(bidders=2))["lots"][0]["id"]
        with _served(stage, how) as (port, process), socket.create_connection((HOST, port)) as line:
            if holds == "a watcher":
                line.sendall(f"GET /live/{lot} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
                assert line.recv(100)
            else:
                line.sendall(b"GET / HTTP/1.1\r\nHost: 127")
            time.sleep(1.5)  # a heartbeat
            told_s, began_s = time.time(), time.monotonic()
            process.terminate()
            process.wait(most_s)
            assert time.monotonic() - began_s < most_s
        with contextlib.closing(sqlite3.connect(stage.database_url.removeprefix("sqlite:///"))) as database:
            (beat_ms,) = database.execute("SELECT max(at_ms) FROM platform_heartbeat").fetchone()
        assert told_s * 1000 - 3_000 < beat_ms < told_s * 1000 + 500
