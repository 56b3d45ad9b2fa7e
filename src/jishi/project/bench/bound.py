"""What bounds the live path, measured in the same run: `python -m jishi.project.bench.bound < asked.json`, prints JSON.

Given {lot, batch, seconds}. `plain`: the same code with one transaction a bid (one command, its ticket's claim checked,
its receipt signed), no HTTP. `group`: transactions of `batch` bids that only insert the rows of these bids, as their
values stand in memory, in a copy of the two tables: what disk and database allow with no rule, no fold, no signature,
no HTTP.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.db import connection, transaction

from jishi.apps.market.actions import Answer, Claim, Command, Sent, settle_each
from jishi.apps.market.api import sign_promises
from jishi.kernel.mechanism import inputs
from jishi.platform.batch import select_values
from jishi.platform.context import Context
from jishi.platform.models import CommandRecord, EvidenceEntry
from jishi.project.bench.plan import START_FEN, STEP_FEN
from jishi.project.bench.stage import fsync_rate

ENTRY = ("stream", "seq", "kind", "effective_at", "recorded_at", "data", "leaf_hash")
RECORD = ("scope", "key", "digest", "answer", "at_ms")
TABLES = ((EvidenceEntry, ENTRY), (CommandRecord, RECORD))


def measure(asked: dict[str, Any]) -> dict[str, float]:
    """Return flushes a second of the disk, and bids a second of the plain path and of the bare group commit."""
    fsyncs = fsync_rate(settings.JISHI_VAR)
    plain = _plain(asked["lot"], asked["seconds"])
    return {
        "fsync_per_s": round(fsyncs, 1),
        "plain_per_s": round(plain, 1),
        "group_commit_per_s": round(_group(asked), 1),
    }


def _plain(lot: dict[str, Any], seconds: float) -> float:
    rows, prices, ctx = itertools.cycle(lot["registrations"]), itertools.count(START_FEN, STEP_FEN), Context()

    def once() -> int:
        row, price_fen = next(rows), next(prices)
        command = Command(inputs.Bid(row["alias"], price_fen), f"{row['alias']}:plain-{price_fen}", read=True)
        answer = settle_each(ctx, [Sent(lot["id"], command, Claim(row["id"], row["alias"], row["series"]))])[
            0
        ]
        if not isinstance(answer, Answer) or not answer.accepted:
            raise RuntimeError(f"the plain path refused: {answer}")
        sign_promises([(f"offering/{lot['id']}", answer.seq, answer.leaf_hash, answer.at_ms)])
        return 1

    return _per_second(once, seconds)


def _group(asked: dict[str, Any]) -> float:
    batch = max(1, round(asked["batch"]))
    streams = [f"offering/{asked['lot']['id']}"]
    parts = [
        _Copy(model.__name__.lower(), names, [row[: len(names)] for row in rows])
        for (model, names), rows in zip(
            TABLES,
            (
                select_values(EvidenceEntry, ENTRY, ("stream", streams)),
                select_values(CommandRecord, RECORD, ("scope", streams)),
            ),
            strict=True,
        )
    ]

    def once() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            for part in parts:
                part.insert(cursor, batch)
        return batch

    return _per_second(once, asked["seconds"])


class _Copy:
    """A table with the columns, the unique place and the rows of one that the live path fills."""

    def __init__(self, name: str, names: tuple[str, ...], rows: list[Any]) -> None:
        quoted = [connection.ops.quote_name(each) for each in names]
        key = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "bigserial PRIMARY KEY"
        kinds = ["text" if isinstance(value, str | dict) else "bigint" for value in rows[-1]]
        columns = ", ".join(f"{column} {kind}" for column, kind in zip(quoted, kinds, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE bound_{name} (id {key}, {columns}, UNIQUE ({quoted[0]}, {quoted[1]}))"
            )
        self.rows = [tuple(json.dumps(v) if isinstance(v, dict) else v for v in row) for row in rows[-1000:]]
        self.place = names[1]
        self.sql = f"INSERT INTO bound_{name} ({', '.join(quoted)}) "
        marks = ", ".join(f"%s::{kind}[]" for kind in kinds)
        self.bulk = f"SELECT * FROM unnest({marks})"
        self.one = f"VALUES ({', '.join(['%s'] * len(names))})"
        self.count = 0

    def insert(self, cursor: Any, size: int) -> None:
        """Insert `size` rows, each under a place of its own."""
        rows = [self._row(number) for number in range(self.count, self.count + size)]
        self.count += size
        if connection.vendor == "postgresql":
            cursor.execute(self.sql + self.bulk, [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(self.sql + self.one, rows)

    def _row(self, number: int) -> tuple[Any, ...]:
        row = self.rows[number % len(self.rows)]
        place = number if isinstance(row[1], int) else f"{row[1]}-{number}"
        return (row[0], place, *row[2:])


def _per_second(once: Callable[[], int], seconds: float) -> float:
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        done += once()
    return done / spent


if __name__ == "__main__":
    print(json.dumps(measure(json.load(sys.stdin))))
