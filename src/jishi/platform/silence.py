"""Silences (服务中断): spans in which no server could write, each written down by whoever finds it first.

A process that runs the clock beats every second, in a row of its own. It knows itself to live as long as it wrote
something lately, by a clock that nobody sets: a wall clock that steps is no silence. Any other, and one that could not
write for a while, looks at what all have written: the latest beat, and the end of the latest silence.
"""

import secrets
import time
from functools import partial
from typing import NamedTuple

from django.db import transaction

from jishi.platform.context import Context
from jishi.platform.models import EvidenceEntry, Heartbeat

GRACE_MS = 5_000
"""A shorter silence stops no clock."""
KEPT = 100
DAY_MS = 86_400_000
_NAMED = "server"
# counts on while the machine sleeps, where the system has such a clock
_clock_s = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Silence(NamedTuple):
    """From the last sign of life to the next one (ms), and the evidence entry before it."""

    from_ms: int
    to_ms: int
    last_entry: int


class _Own:
    """What this process knows without asking the database: something only while it beats."""

    beats = False
    never = False
    written_s = 0.0
    known: tuple[Silence, ...] = ()

    def is_fresh(self) -> bool:
        return self.never or (self.beats and (_clock_s() - self.written_s) * 1000 < GRACE_MS)

    def learn(self, known: tuple[Silence, ...]) -> None:
        self.known, self.written_s = known, _clock_s()


_own = _Own()


def begin() -> str:
    """Let this process know itself alive by what it writes, until `end`; return the name to beat under."""
    _own.beats, _own.written_s, _own.known = True, 0.0, ()
    return secrets.token_hex(16)


def end() -> None:
    """Let this process ask the database again."""
    _own.beats = False


def assume_none() -> None:
    """Look for no silence any more: this process simulates a market of its own, whose clock jumps."""
    _own.never = True


def beat(ctx: Context, name: str = _NAMED) -> Silence | None:
    """Write down that the server runs now, and a silence before it; return the latest silence there was."""
    with transaction.atomic():
        known = _look(ctx, declares=not _own.is_fresh())
        now_ms = ctx.now_ms()
        if not Heartbeat.objects.filter(name=name).update(at_ms=now_ms):
            Heartbeat.objects.filter(silent_from_ms=None, at_ms__lt=now_ms - DAY_MS).delete()
            Heartbeat.objects.create(name=name, at_ms=now_ms)
        transaction.on_commit(partial(_own.learn, known))
    return known[-1] if known else None


def last_beat_ms() -> int | None:
    """Return the last instant at which a server was known to run, or None."""
    return Heartbeat.objects.order_by("-at_ms").values_list("at_ms", flat=True).first()


def list_silences(ctx: Context) -> tuple[Silence, ...]:
    """Return the latest silences in order, one that ends now among them; call it in the transaction that writes next.

    The one that ends now is written down there, so nobody finds it again.
    """
    known = _own.known if _own.is_fresh() else _look(ctx, declares=True)
    transaction.on_commit(partial(_own.learn, known))
    return known


def _look(ctx: Context, *, declares: bool) -> tuple[Silence, ...]:
    read = Heartbeat.objects.order_by("-at_ms").values_list("silent_from_ms", "at_ms", "last_entry")
    rows, now_ms = list(read[:KEPT]), ctx.now_ms()
    known = [
        Silence(from_ms, to_ms, entry or 0) for from_ms, to_ms, entry in reversed(rows) if from_ms is not None
    ]
    if declares and rows and now_ms - rows[0][1] > GRACE_MS:
        known.append(_declare(rows[0][1], now_ms))
    return tuple(known)


def _declare(from_ms: int, to_ms: int) -> Silence:
    """Write a silence down, under a name of its own: of two that find it at once neither waits for the other."""
    entry = EvidenceEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    name = f"silence-{secrets.token_hex(16)}"
    Heartbeat.objects.create(name=name, at_ms=to_ms, silent_from_ms=from_ms, last_entry=entry)
    return Silence(from_ms, to_ms, entry)
