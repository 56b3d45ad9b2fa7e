"""The lock every change of an offering takes: first its stream's head, then its row, then the ticks due by now.

Ticks run before anything else is written, so each stands in the stream at the instant it was due.
"""

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from jishi.apps.market.actions.fold import Fold, Locked, finish_all
from jishi.apps.market.actions.outage import give_back, runs
from jishi.apps.market.actions.record import instant
from jishi.apps.market.models import NOTICED, Offering
from jishi.apps.market.states import holds
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.batch import AMONG, batched, listed
from jishi.platform.context import Context
from jishi.platform.models import StreamHead
from jishi.platform.silence import list_silences
from jishi.platform.unit import find_all_kept, keep, lock_once

MOST = 500


def lock_offering(ctx: Context, offering_id: str) -> tuple[Offering, StreamHead]:
    """Lock an offering, run its due ticks, return it and its evidence head; in a transaction.

    Fault `market.offering.unknown`.
    """
    locked = lock_row(offering_id)
    run_ticks(ctx, [locked])
    return locked


def lock_offerings(ctx: Context, offering_ids: Collection[str]) -> dict[str, Locked]:
    """Lock offerings in one order, run their due ticks, return each with its evidence head; unknown ids are left out.

    A snapshot whose state this process kept is not read: the row's mark tells whether it is the same.
    """
    streams = {f"offering/{offering_id}": offering_id for offering_id in offering_ids}
    heads = {streams[stream]: head for stream, head in evidence.lock_all(list(streams)).items()}
    rows = find_all_kept(Offering, offering_ids)
    missing = [each for each in offering_ids if each not in rows]
    for part in batched(missing, MOST):
        rows |= {row.id: row for row in _lock_rows(part)}
    for row in rows.values():
        keep(row)
    locked = {each: (row, heads[each]) for each, row in rows.items()}
    run_ticks(ctx, list(locked.values()))
    return locked


def _lock_rows(offering_ids: Sequence[str]) -> Iterable[Offering]:
    """Lock rows in the order of their ids; without the snapshots if this process kept every state."""
    left_out = {"snapshot"} if all(map(holds, offering_ids)) else set()
    quote = connection.ops.quote_name
    meta = Offering._meta
    columns = ", ".join(
        quote(str(field.column)) for field in meta.concrete_fields if field.name not in left_out
    )
    sql = f"SELECT {columns} FROM {quote(meta.db_table)} WHERE id {AMONG[connection.vendor]} ORDER BY id"
    if connection.features.has_select_for_update:
        sql += " FOR UPDATE"
    return Offering.objects.raw(sql, [listed(offering_ids)])


def run_ticks(ctx: Context, locked: Sequence[Locked]) -> None:
    """Run the due ticks of locked offerings and write them, before anything else is folded.

    First each lot is given back what its clock ran while no server could write: whoever comes first after an outage, a
    bidder or the clock, must not take it from the others.
    """
    running = [each for each in locked if runs(each[0])]
    if running and (silences := list_silences(ctx)):
        for each in running:
            give_back(ctx, each, silences)
    due = [each for each in locked if _is_due(ctx, each)]
    folds = [Fold(ctx, *each) for each in due]
    for fold in folds:
        fold.run_due(instant(ctx, fold.head))
    finish_all(ctx, folds)


def _is_due(ctx: Context, locked: Locked) -> bool:
    offering, head = locked
    return offering.state == NOTICED and offering.due_ms is not None and offering.due_ms <= instant(ctx, head)


def lock_row(offering_id: str) -> tuple[Offering, StreamHead]:
    """Lock the head and the row alone, leaving due ticks as they are."""
    head = evidence.lock(f"offering/{offering_id}")
    rows = Offering.objects
    offering = lock_once(
        Offering, offering_id, lambda: rows.select_for_update().filter(pk=offering_id).first()
    )
    if offering is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    return offering, head
