"""What all processes of one deployment remember together for a short while: Django's cache, as rows of the database.

For counts that must not start anew in every process, above all of sign-ins that failed. A row is found by the keyed
hash of its name, so that no address and no e-mail stands there; its value is JSON. Rows that ended are removed as
others are written, and beyond `MOST` those that end soonest. Refuses values that are no JSON.
"""

import itertools
import json
import time
from contextlib import suppress
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import DatabaseError, connection, transaction
from django.utils.crypto import salted_hmac

from jishi.platform.models import SharedValue
from jishi.platform.turn import turn

MOST = 50_000
CLEAN_EVERY = 64
FOR_EVER_MS = 2**53 - 1
_INSERT = (
    "INSERT INTO platform_sharedvalue (key, value, until_ms) VALUES (%s, %s, %s)"
    " ON CONFLICT (key) DO UPDATE SET value = excluded.value, until_ms = excluded.until_ms"
)
_UNLESS_HELD = " WHERE platform_sharedvalue.until_ms <= %s"


class SharedCache(BaseCache):
    """Keep values in the table all processes share; each call is one statement, so none of them tears another."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._written = itertools.count(1)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Store a value unless one still holds; tell whether it was stored. Of many at once one succeeds."""
        given = self._row(key, value, timeout, version)
        return self._write(_INSERT + _UNLESS_HELD, [*given, _now_ms()])

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value that holds, else the default."""
        rows = SharedValue.objects.filter(pk=self._name(key, version), until_ms__gt=_now_ms())
        found = rows.values_list("value", flat=True).first()
        return default if found is None else json.loads(found)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Store a value in place of any other."""
        self._write(_INSERT, self._row(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let a value that holds end later or sooner; tell whether there is one."""
        rows = SharedValue.objects.filter(pk=self._name(key, version), until_ms__gt=_now_ms())
        with turn():
            return bool(rows.update(until_ms=self._end_ms(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove a value; tell whether there was one."""
        with turn():
            return bool(SharedValue.objects.filter(pk=self._name(key, version)).delete()[0])

    def clear(self) -> None:
        """Remove everything."""
        with turn():
            SharedValue.objects.all().delete()

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> list[Any]:
        return [self._name(key, version), json.dumps(value), self._end_ms(timeout)]

    def _write(self, statement: str, given: list[Any]) -> bool:
        with turn(), connection.cursor() as cursor:
            cursor.execute(statement, given)
            written = bool(cursor.rowcount)
        if next(self._written) % CLEAN_EVERY == 0:
            self._clean()
        return written

    def _clean(self) -> None:
        """Remove what ended, and what is too much; another process that does the same may go first."""
        with suppress(DatabaseError), turn(), transaction.atomic():
            SharedValue.objects.filter(until_ms__lte=_now_ms()).delete()
            over = SharedValue.objects.count() - MOST
            if over > 0:
                soonest = SharedValue.objects.order_by("until_ms").values_list("pk", flat=True)[:over]
                SharedValue.objects.filter(pk__in=list(soonest)).delete()

    def _name(self, key: str, version: int | None) -> str:
        made = self.make_key(key, version)
        return salted_hmac("jishi.platform.cache", made, algorithm="sha256").hexdigest()

    def _end_ms(self, timeout: Any) -> int:
        ends_s = self.get_backend_timeout(timeout)
        return FOR_EVER_MS if ends_s is None else round(ends_s * 1000)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
