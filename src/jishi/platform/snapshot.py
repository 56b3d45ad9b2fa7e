"""One view of the database for several reads: what commits in between is not half seen. It writes and locks nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Run the reads of the block on one state of the database; inside a transaction they run as they are."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _read_transaction():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _read_transaction() -> Iterator[None]:
    """Read without the writer's lock, which Django takes at the start of each of its own transactions."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")
