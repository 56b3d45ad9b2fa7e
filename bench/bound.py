"""What the disk and the database alone can do, measured in the run whose figures they bound."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

ROW = "x" * 700  # about the size of one evidence entry
SPAN_S = 2.0


def count_fsyncs(folder: Path) -> float:
    """Return how many appended 4 KiB blocks a second the disk under `folder` makes durable."""
    with (folder / "fsync.probe").open("wb", buffering=0) as file:

        def once() -> None:
            file.write(b"\0" * 4096)
            os.fsync(file.fileno())

        return _per_second(once)


def count_inserts(database_url: str, folder: Path) -> float:
    """Return how many transactions a second of one INSERT each one connection makes durable."""
    return (
        _sqlite_inserts(folder / "insert.probe")
        if database_url.startswith("sqlite")
        else _pg_inserts(database_url)
    )


def _sqlite_inserts(path: Path) -> float:
    link = sqlite3.connect(path, isolation_level=None)
    link.execute("PRAGMA journal_mode=WAL")
    link.execute("PRAGMA synchronous=FULL")
    link.execute("CREATE TABLE probe (id INTEGER PRIMARY KEY, data TEXT)")

    def once() -> None:
        link.execute("BEGIN IMMEDIATE")
        link.execute("INSERT INTO probe (data) VALUES (?)", (ROW,))
        link.execute("COMMIT")

    found = _per_second(once)
    link.close()
    return found


def _pg_inserts(database_url: str) -> float:
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as link:
        link.execute("CREATE TABLE insert_probe (id bigserial PRIMARY KEY, data text)")
        found = _per_second(lambda: link.execute("INSERT INTO insert_probe (data) VALUES (%s)", (ROW,)))
        link.execute("DROP TABLE insert_probe")
    return found


def _per_second(once: Callable[[], object]) -> float:
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SPAN_S:
        once()
        done += 1
    return done / spent
