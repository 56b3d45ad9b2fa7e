"""Work on many rows at once: cut long sequences into queries, write rows without the ORM's cost a row."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import msgspec
from django.db import connection, models

Item = TypeVar("Item")
_encode = msgspec.json.Encoder().encode


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items, in order.

    >>> list(batched("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


@contextmanager
def together() -> Iterator[None]:
    """Send the writes of the block to PostgreSQL without waiting for each; what one breaks is raised by its end.

    In the block nothing may ask how many rows a statement changed. On SQLite each is done at once, as ever.
    """
    line = connection.connection
    if connection.vendor != "postgresql" or line is None or line.pgconn.pipeline_status:
        yield
        return
    with connection.wrap_database_errors, line.pipeline():
        yield


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert unsaved rows of one model in order; unlike `bulk_create` it does not set their automatic keys."""
    if not rows:
        return
    fields: list[Any] = [f for f in rows[0]._meta.concrete_fields if not isinstance(f, models.AutoField)]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(rows[0]._meta.db_table)
    columns = [_column(field, rows) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", list(zip(*columns, strict=True))
        )


def insert_values(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows given as values of the named fields, JSON as its text: no row becomes an object of the ORM.

    Fields left out must have a default of the database. PostgreSQL takes each column as one JSON text: its driver
    writes long arrays of texts slower than the server reads JSON.
    """
    if not rows:
        return
    sql = _insert_of(connection.vendor, model, tuple(names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(sql, [listed(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(sql, rows)


@lru_cache
def _insert_of(vendor: str, model: type[models.Model], names: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    own = {field.name: field for field in model._meta.concrete_fields}
    columns = [str(own[name].column) for name in names]
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))})"
    if vendor != "postgresql":
        return f"{into} VALUES ({', '.join(['%s'] * len(names))})"
    cast = ", ".join(f"{quote(str(own[name].column))}::{own[name].db_type(connection)}" for name in names)
    each = ", ".join(["json_array_elements_text(%s::json)"] * len(names))
    return f"{into} SELECT {cast} FROM ROWS FROM ({each}) AS given ({', '.join(map(quote, columns))})"


def select_values(
    model: type[models.Model], names: Sequence[str], *among: tuple[str, Collection[str]]
) -> list[tuple[Any, ...]]:
    """Return the named fields of the rows of which each (field, texts) of `among` holds; JSON comes as stored.

    The texts go as one parameter, however many: nothing is compiled anew for each.
    """
    quote, own = connection.ops.quote_name, {field.name: field for field in model._meta.concrete_fields}
    columns = ", ".join(quote(str(own[name].column)) for name in names)
    table = quote(model._meta.db_table)
    where = " AND ".join(f"{quote(str(own[name].column))} {AMONG[connection.vendor]}" for name, _ in among)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {where}", [listed(texts) for _, texts in among])
        return cursor.fetchall()


AMONG = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "= ANY(ARRAY(SELECT json_array_elements_text(%s::json)))",
}
"""The SQL condition that a column's text is among those of one parameter, `listed`."""


def listed(values: Iterable[Any]) -> str:
    """Return values as the one parameter of `AMONG`, or as one column of rows."""
    return _encode(list(values)).decode()


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Store the named fields of rows of one model: one short statement a row where `bulk_update` builds a long one."""
    if not rows:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    own = {field.name: field for field in meta.concrete_fields}
    fields = [own[name] for name in names]
    changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    columns = [_column(field, rows) for field in (*fields, meta.pk)]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {quote(str(meta.pk.column))} = %s",
            list(zip(*columns, strict=True)),
        )


def _column(field: "models.Field[Any, Any]", rows: Sequence[models.Model]) -> list[Any]:
    values = [getattr(row, field.attname) for row in rows]
    if isinstance(field, models.JSONField | models.DecimalField):
        return [field.get_db_prep_save(value, connection) for value in values]
    return values
