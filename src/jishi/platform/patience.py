"""How long a transaction waits for a lock that another holds, and how long it may be silent itself.

Who is cut off from the database keeps its locks until PostgreSQL ends its transaction (`project.database` says after
how long). Who has other work to do meanwhile bounds here how long it waits. On SQLite nothing of this has an effect:
it has one writer, and a writer that is cut off is a process that has ended.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

_HELD, _SILENT = "55P03", "25P03"
_bounds: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""What each connection was told for good, so that it is told once and a batch of bids costs no message more."""


def wait_at_most(ms: int) -> None:
    """Wait so long for each lock and no longer: in a transaction for its rest, outside one as long as it is connected.

    What was waited for in vain raises an error of which `is_held` is true.
    """
    if connection.vendor != "postgresql":
        return
    if connection.in_atomic_block:
        _tell(f"SET LOCAL lock_timeout = {ms:d}")
        return
    connection.ensure_connection()
    if _bounds.get(connection.connection) != ms:
        _tell(f"SET lock_timeout = {ms:d}")
        _bounds[connection.connection] = ms


def is_held(error: BaseException) -> bool:
    """Tell whether this is the end of waiting for a lock that another holds."""
    return getattr(error.__cause__, "sqlstate", None) == _HELD


def is_ended(error: BaseException) -> bool:
    """Tell whether the server ended a transaction that was silent for too long, as that of a process that hung."""
    return getattr(error.__cause__, "sqlstate", None) == _SILENT


@contextmanager
def taking_time() -> Iterator[None]:
    """Let the running transaction be silent for as long as the block computes; it should hold no lock."""
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        yield
        return
    _tell("SET LOCAL idle_in_transaction_session_timeout = 0")
    yield
    _tell("SET LOCAL idle_in_transaction_session_timeout TO DEFAULT")


def _tell(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
