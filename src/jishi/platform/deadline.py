"""Deadlines are rows with a due instant. Whoever finds one due runs its handler; a crash delays, never loses.

The handler takes the owner's lock and looks at the owner's own state, so running it twice does nothing twice.
"""

import logging
from collections.abc import Callable

from django.db import transaction

from jishi.platform.context import Context
from jishi.platform.models import Deadline, Heartbeat

Handler = Callable[[Context, str], None]
RETRY_MS = 5_000
_handlers: dict[str, Handler] = {}
log = logging.getLogger("jishi.deadline")


def on_due(kind: str, handler: Handler) -> None:
    """Register the handler of deadlines of `kind`."""
    _handlers[kind] = handler


def set_deadline(kind: str, ref: str, due_ms: int | None) -> None:
    """Set, move, or (None) clear the deadline of `ref`; call it in the owner's transaction."""
    if due_ms is None:
        Deadline.objects.filter(kind=kind, ref=ref).delete()
    else:
        row = Deadline(kind=kind, ref=ref, due_ms=due_ms, run_ms=due_ms)
        Deadline.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["kind", "ref"], update_fields=["due_ms", "run_ms"]
        )


def run_due(ctx: Context, limit: int = 200) -> int:
    """Run handlers of deadlines due at the context's instant; return how many ran.

    One failure stops no other: what failed stays due and is run again after `RETRY_MS`.
    """
    rows = list(Deadline.objects.filter(run_ms__lte=ctx.now_ms()).order_by("run_ms", "pk")[:limit])
    for row in rows:
        try:
            with transaction.atomic():
                _handlers[row.kind](ctx, row.ref)
        except Exception:
            log.exception("deadline %s %s failed; it stays due", row.kind, row.ref)
            Deadline.objects.filter(pk=row.pk, due_ms=row.due_ms).update(run_ms=ctx.now_ms() + RETRY_MS)
    return len(rows)


def next_due_ms() -> int | None:
    """Return the earliest instant at which a deadline is to be run, or None."""
    return Deadline.objects.order_by("run_ms").values_list("run_ms", flat=True).first()


def beat(ctx: Context, name: str = "server") -> None:
    """Write down that the server runs now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at_ms": ctx.now_ms()})


def last_beat_ms(name: str = "server") -> int | None:
    """Return the last instant at which the server was known to run, or None."""
    return Heartbeat.objects.filter(name=name).values_list("at_ms", flat=True).first()
