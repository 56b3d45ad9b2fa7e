"""Tell the other processes of this database what moved: PostgreSQL's LISTEN and NOTIFY, nothing on SQLite.

What is told is told after the commit, on a connection of its own: a NOTIFY inside the transaction would hold the
server's one queue lock while the disk is waited for, so that processes that commit bids would wait for each other. What
a process that dies in between leaves unsaid is found by whoever looks at the rows. A message holds ids and numbers
only, is not kept, and proves nothing.
"""

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.db import connection

EVERY_S = 0.02
AGAIN_S = 1.0
LONGEST = 7_900
"""PostgreSQL takes a little under 8,000 bytes."""
log = logging.getLogger("jishi.channel")


class Channel:
    """A named line between processes: `tell` says a number of a key, `hear` gets those that others said."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._said: queue.SimpleQueue[tuple[str, int] | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._speaks = False
        self._lock = threading.Lock()

    def tell(self, key: str, number: int) -> None:
        """Say that `key` stands at `number`, without waiting; of several within 20 ms only the latest is sent."""
        if not self._speaks:
            self._begin_speaking()
        if self._speaks and not self._stop.is_set():
            self._said.put((key, number))

    def hear(self, heard: Callable[[str, int], None]) -> None:
        """Call `heard(key, number)` in a thread of its own for what any process says, this one included."""
        if connection.vendor == "postgresql":
            self._thread(self._listen, heard)

    def close(self) -> None:
        """Say what is left and stop."""
        self._stop.set()
        self._said.put(None)
        for thread in self._threads:
            thread.join(timeout=3)

    def _begin_speaking(self) -> None:
        with self._lock:
            if connection.vendor == "postgresql" and not self._speaks:
                self._speaks = True
                self._thread(self._speak)

    def _thread(self, run: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=run, args=given, name=f"jishi-{self.name}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _speak(self) -> None:
        line: Any = None
        while (first := self._said.get()) is not None:
            news = dict([first])
            self._stop.wait(EVERY_S)
            while not self._said.empty() and (more := self._said.get()) is not None:
                news[more[0]] = more[1]
            try:
                line = line or _connect()
                for text in pack(news):
                    line.execute("SELECT pg_notify(%s, %s)", (self.name, text))
            except Exception:
                log.exception("what moved could not be told to other processes; they find it by looking")
                _closed(line)
                line = None
                self._stop.wait(AGAIN_S)
            if self._stop.is_set():
                break
        _closed(line)

    def _listen(self, heard: Callable[[str, int], None]) -> None:
        while not self._stop.is_set():
            line: Any = None
            try:
                line = _connect()
                line.execute(f'LISTEN "{self.name}"')
                while not self._stop.is_set():
                    for note in line.notifies(timeout=0.5):
                        for key, number in unpack(note.payload).items():
                            heard(key, number)
            except Exception:
                log.exception("the line between processes broke; it is opened again")
                self._stop.wait(AGAIN_S)
            _closed(line)


def pack(news: Mapping[str, int]) -> list[str]:
    """Write `key:number` pairs into as few messages as PostgreSQL takes.

    >>> pack({"a": 1, "b": 22})
    ['a:1,b:22']
    """
    texts: list[str] = []
    for key, number in news.items():
        pair = f"{key}:{number}"
        if texts and len(texts[-1]) + len(pair) < LONGEST:
            texts[-1] += f",{pair}"
        else:
            texts.append(pair)
    return texts


def unpack(text: str) -> dict[str, int]:
    """Read what `pack` wrote; what is not of that form is left out.

    >>> unpack("a:1,b:22,nonsense")
    {'a': 1, 'b': 22}
    """
    pairs = (pair.rpartition(":") for pair in text.split(","))
    return {key: int(number) for key, _, number in pairs if key and number.isdecimal()}


def _connect() -> Any:
    import psycopg

    given = connection.get_connection_params()
    for name in ("context", "cursor_factory", "prepare_threshold"):
        given.pop(name, None)  # how Django itself speaks, not to whom
    return psycopg.connect(**given, autocommit=True)


def _closed(line: Any) -> None:
    if line is not None:
        with suppress(Exception):
            line.close()
