"""Deadlines are rows with a due instant. Whoever finds one due runs its handler; a crash delays, never loses.

The handler takes the owner's lock and looks at the owner's own state, so running it twice does nothing twice. Kinds
that can be run many at a time share one transaction: such a handler leaves out what another process holds, so several
processes that wake at the same instant share the work instead of waiting for each other. The owner is locked before
its deadline, as everywhere, so that a bid and a tick never wait for each other in a circle. Nothing is waited for
long: one owner that is held, perhaps by a process that is cut off, delays no deadline of the others.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from django.db import transaction

from jishi.platform import metric
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.models import Deadline
from jishi.platform.patience import is_held, wait_at_most
from jishi.platform.turn import turn

Handler = Callable[[Context, str], None]
Sweep = Callable[[Context, Sequence[str]], Collection[str]]
"""Run the deadlines of many refs in the caller's transaction; return those run, without those held elsewhere."""
RETRY_MS = 5_000
TOGETHER = 16
"""So many share a transaction: bidders who wait for its lock on SQLite wait some 30 ms."""
MOST = 200
HELD_MS = 2_000
"""A ref that others held for so long is waited for."""
WAIT_MS, SHORT_MS = 200, 20
"""So long a lock is waited for; once one was not to be had, so long each of the others of that run."""
AGAIN_MS = 1_000
"""What was held is tried again after this."""


class _Later(threading.local):
    """The deadlines the running block will write at its end; per thread, as database connections are."""

    wanted: dict[tuple[str, str], int | None] | None = None


_later = _Later()
_handlers: dict[str, Handler] = {}
_sweeps: dict[str, Sweep] = {}
_listeners: list[Callable[[int], None]] = []
log = logging.getLogger("jishi.deadline")


def on_due(kind: str, handler: Handler, sweep: Sweep | None = None) -> None:
    """Register the handler of deadlines of `kind`, and one that runs many of them in one transaction."""
    _handlers[kind] = handler
    if sweep is not None:
        _sweeps[kind] = sweep


def on_set(listener: Callable[[int], None]) -> None:
    """Call `listener(due_ms)` in this process once a deadline that it set has been committed."""
    _listeners.append(listener)


def set_deadline(kind: str, ref: str, due_ms: int | None) -> None:
    """Set, move, or (None) clear the deadline of `ref`; call it in the owner's transaction."""
    if _later.wanted is not None:
        _later.wanted[kind, ref] = due_ms
    else:
        _write({(kind, ref): due_ms})


@contextmanager
def set_together() -> Iterator[None]:
    """Write the deadlines set in the block at its end, in few statements; call it in the owners' transaction."""
    if _later.wanted is not None:
        yield
        return
    _later.wanted = {}
    try:
        yield
        wanted, _later.wanted = _later.wanted, None
        _write(wanted)
    finally:
        _later.wanted = None


def _write(wanted: Mapping[tuple[str, str], int | None]) -> None:
    over: dict[str, list[str]] = {}
    rows = []
    for (kind, ref), due_ms in wanted.items():
        if due_ms is None:
            over.setdefault(kind, []).append(ref)
        else:
            rows.append(Deadline(kind=kind, ref=ref, due_ms=due_ms, run_ms=due_ms))
    for kind, refs in over.items():
        for part in batched(refs, MOST):
            Deadline.objects.filter(kind=kind, ref__in=part).delete()
    for some in batched(rows, MOST):
        unique, moving = ["kind", "ref"], ["due_ms", "run_ms"]
        Deadline.objects.bulk_create(some, update_conflicts=True, unique_fields=unique, update_fields=moving)
    if rows and _listeners:
        transaction.on_commit(partial(_tell, min(row.due_ms for row in rows)), robust=True)


def _tell(due_ms: int) -> None:
    for listener in _listeners:
        listener(due_ms)


def run_due(ctx: Context, limit: int = 400) -> int:
    """Run the deadlines due at the context's instant; return how many ran.

    One failure stops no other: what failed stays due and is run again after `RETRY_MS`, what is held by another
    after `AGAIN_MS`.
    """
    rows = list(Deadline.objects.filter(run_ms__lte=ctx.now_ms()).order_by("run_ms", "pk")[:limit])
    swept = [row for row in rows if row.kind in _sweeps]
    ran = _run_apart(ctx, (row for row in rows if row.kind not in _sweeps))
    apart: list[Deadline] = []
    for kind in sorted({row.kind for row in swept}):
        for part in batched((row for row in swept if row.kind == kind), TOGETHER):
            done, left = _sweep(ctx, kind, part)
            ran, apart = ran + done, apart + left
    return ran + _run_apart(ctx, apart)  # last, so that what must be waited for holds up nothing that is free


def _sweep(ctx: Context, kind: str, rows: Sequence[Deadline]) -> tuple[int, list[Deadline]]:
    """Run many in one transaction; return how many ran, and those to run apart, each to stand or fall alone."""
    try:
        with turn(), transaction.atomic(), set_together():
            wait_at_most(WAIT_MS)
            done = set(_sweeps[kind](ctx, [row.ref for row in rows]))
    except Exception:
        log.exception("deadlines of %s failed together; they are run one by one", kind)
        return 0, list(rows)
    _note(ctx, (row for row in rows if row.ref in done))
    held = [row for row in rows if row.ref not in done and ctx.now_ms() - row.run_ms > HELD_MS]
    return len(done), held


def _run_apart(ctx: Context, rows: Iterable[Deadline]) -> int:
    """Run each in a transaction of its own; return how many ran or failed, without those held by another."""
    ran, wait_ms = 0, WAIT_MS
    for row in rows:
        if _run_one(ctx, row, wait_ms):
            ran += 1
        else:
            wait_ms = SHORT_MS
    return ran


def _run_one(ctx: Context, row: Deadline, wait_ms: int) -> bool:
    """Run one and return True; False where what it needs is held by another."""
    try:
        with turn(), transaction.atomic():
            wait_at_most(wait_ms)
            _handlers[row.kind](ctx, row.ref)
    except Exception as error:
        metric.tick_failed()
        if is_held(error):
            log.warning("deadline %s %s is held by another; it is tried again", row.kind, row.ref)
            _put_off(row, ctx.now_ms() + AGAIN_MS)
            return False
        log.exception("deadline %s %s failed; it stays due", row.kind, row.ref)
        _put_off(row, ctx.now_ms() + RETRY_MS)
    else:
        _note(ctx, [row])
    return True


def _put_off(row: Deadline, again_ms: int) -> None:
    """Run a deadline no earlier than that; one whose row is held, by who moves it perhaps, is left as it is."""
    free = Deadline.objects.select_for_update(skip_locked=True)
    with turn(), transaction.atomic():
        for found in free.filter(pk=row.pk, due_ms=row.due_ms):
            found.run_ms = again_ms
            found.save(update_fields=["run_ms"])


def _note(ctx: Context, rows: Iterable[Deadline]) -> None:
    now_ms = ctx.now_ms()
    for row in rows:
        metric.tick_lag((now_ms - row.due_ms) / 1000)


def next_due_ms() -> int | None:
    """Return the earliest instant at which a deadline is to be run, or None."""
    return Deadline.objects.order_by("run_ms").values_list("run_ms", flat=True).first()
