"""Deadlines are rows with a due instant. Whoever finds one due runs its handler; a crash delays, never loses.

The handler takes the owner's lock and looks at the owner's own state, so running it twice does nothing twice.
"""

import logging
from collections.abc import Callable

from jishi.platform.context import Context
from jishi.platform.models import Deadline, Heartbeat

Handler = Callable[[Context, str], None]
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
        Deadline.objects.update_or_create(kind=kind, ref=ref, defaults={"due_ms": due_ms})


def run_due(ctx: Context, limit: int = 200) -> int:
    """Run handlers of deadlines due at the context's instant; return how many ran. One failure stops no other."""
    rows = list(Deadline.objects.filter(due_ms__lte=ctx.now_ms()).order_by("due_ms")[:limit])
    for row in rows:
        try:
            _handlers[row.kind](ctx, row.ref)
        except Exception:
            log.exception("deadline %s %s failed; it stays due", row.kind, row.ref)
    return len(rows)


def next_due_ms() -> int | None:
    """Return the earliest due instant, or None."""
    return Deadline.objects.order_by("due_ms").values_list("due_ms", flat=True).first()


def beat(ctx: Context, name: str = "server") -> None:
    """Write down that the server runs now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at_ms": ctx.now_ms()})


def last_beat_ms(name: str = "server") -> int | None:
    """Return the last instant at which the server was known to run, or None."""
    return Heartbeat.objects.filter(name=name).values_list("at_ms", flat=True).first()
