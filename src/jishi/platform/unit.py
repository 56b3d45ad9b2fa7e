"""A unit of work: many actions as one transaction that stands or falls whole.

In it nested actions make no savepoint of their own. The first fault dooms the unit, and Django refuses every
query after it: nothing is ever undone half-way, and nobody else changes a locked row. So what was read under a
lock is read once and kept to the end. Outside a unit nothing is kept.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, models, transaction

Row = TypeVar("Row", bound=models.Model)


class _Kept(threading.local):
    """The locked rows of the running unit by model and key; per thread, as database connections are."""

    rows: dict[tuple[type[models.Model], Any], Any] | None = None


_kept = _Kept()


@contextmanager
def one_unit() -> Iterator[None]:
    """Run the block as one transaction; RuntimeError inside another one."""
    with transaction.atomic(durable=True):
        _kept.rows = {}
        # A savepoint without a name is how Django writes down that a fault undoes the whole transaction.
        connection.savepoint = lambda: None  # type: ignore[method-assign]
        try:
            yield
        finally:
            del connection.savepoint
            _kept.rows = None


def lock_once(model: type[Row], key: str, lock: Callable[[], Row | None]) -> Row | None:
    """Return the row that `lock` reads and locks; in a unit it is read the first time only."""
    row = find_kept(model, key) or lock()
    if row is not None:
        keep(row)
    return row


def keep(row: models.Model) -> None:
    """Keep a row that this transaction locked or made; outside a unit do nothing."""
    if _kept.rows is not None:
        _kept.rows[type(row), row.pk] = row


def find_kept(model: type[Row], key: str) -> Row | None:
    """Return the row the running unit keeps, or None."""
    return None if _kept.rows is None else _kept.rows.get((model, key))


def find_all_kept(model: type[Row], keys: Iterable[str]) -> dict[str, Row]:
    """Return those rows of `keys` that the running unit keeps, by key."""
    return {key: row for key in keys if (row := find_kept(model, key))}
