"""Turns at the database, for the one that takes a single writer at a time.

SQLite makes a writer who finds the file locked sleep and try again, each time longer, so a late bid may wait
seconds behind newer ones. Within one process threads wait here instead, in the order the system wakes them, and
find the file free. PostgreSQL locks rows and needs no turn.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_turn = threading.RLock()


@contextmanager
def turn() -> Iterator[None]:
    """Hold this process's turn to write; inside a transaction it is held already or not needed."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with _turn:
        yield
