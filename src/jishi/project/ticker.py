"""The clock threads: one runs deadlines to the millisecond, one tells that this server lives, one does what may wait.

The last sequences and publishes the log, leaves this process's figures, lets demo bidders answer. They are apart so
that nothing slow delays a deadline or looks like an outage. Every process may have both: whoever is first does it.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from jishi.apps.market import api as market
from jishi.apps.procedures import api as procedures
from jishi.apps.simulation import api as simulation
from jishi.platform import deadline, metric, silence
from jishi.platform.context import Context
from jishi.platform.log import extend_log, is_published, publish_log
from jishi.platform.readiness import Trouble
from jishi.platform.turn import turn
from jishi.project.cosigning import Cosigner

LONGEST_SLEEP_S = 0.25
CHORES_EVERY_S = 0.1
BEAT_EVERY_S = 1.0
SILENT_S = 5.0
SHORTEST_SLEEP_S = 0.002
"""Between two looks at a deadline that another process is about to run."""
PUBLISHED_MS = 900
WATCH_EVERY_S = 3_600.0
ANY_MS = 1 << 62
log = logging.getLogger("jishi.ticker")


class Ticker:
    """Run the clock in two daemon threads from `start` to `stop`."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._sooner = threading.Event()
        self._threads: list[threading.Thread] = []
        self._wakes_ms = 0
        self._leads = False
        self._written = 0
        self._alive_s = time.monotonic()
        self._name = ""
        self._given: silence.Silence | None = None
        self._cosigner = Cosigner()
        self._chores = [
            _Chore(0.0, self._extend),
            _Chore(1.0, self._publish),
            _Chore(1.0, lambda _: metric.leave_copy()),
            _Chore(60.0, _count_processes),
            _Chore(60.0, procedures.plan_duties),
            _Chore(WATCH_EVERY_S, procedures.watch_registers),
        ]
        if settings.JISHI_DEMO:
            self._chores += [
                _Chore(0.0, simulation.answer_bids),
                _Chore(5.0, simulation.open_sealed),
                _Chore(20.0, simulation.keep_lot_open),
            ]

    def start(self) -> None:
        """Begin to tick. Call `recover` first, before any request is answered."""
        deadline.on_set(self._wake)
        for name, run in (
            ("ticker", self._run_deadlines),
            ("heart", self._run_heart),
            ("chores", self._run_chores),
        ):
            thread = threading.Thread(target=run, name=f"jishi-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def leave(self) -> None:
        """Tell no longer that this server runs, and run no deadline: nobody reaches it any more."""
        self._stop.set()
        self._sooner.set()

    def stop(self) -> None:
        """Stop after the current tick."""
        self.leave()
        for thread in self._threads:
            thread.join(timeout=5)
        silence.end()
        metric.remove_copy()

    def recover(self) -> None:
        """Give running rounds back the time the server was down, and tell that it runs."""
        self._name = silence.begin()
        try:
            self._beat()
        except DatabaseError:
            log.exception("no sign of life could be written; lots get the time back once it can")

    def _beat(self) -> None:
        """Tell that this server runs; after a silence lots get their time back."""
        ctx = Context()
        with turn():  # the clock is read in it: what was waited for is a silence, too
            latest = silence.beat(ctx, self._name)
        if latest != self._given:
            market.recover_outage(ctx)
            self._given = latest

    def check(self) -> Trouble | None:
        """Tell whether this process's own deadline thread still turns."""
        silent_s = time.monotonic() - self._alive_s
        return None if silent_s < SILENT_S else ("platform.ready.clock", {"seconds": int(silent_s)})

    def _run_deadlines(self) -> None:
        while not self._stop.is_set():
            ctx = Context()
            self._sooner.clear()
            try:
                close_old_connections()
                deadline.run_due(ctx)
                wait_s = self._sleep_s(ctx)
                self._alive_s = time.monotonic()
            except Exception:
                log.exception("a tick failed; the next one tries again")
                wait_s = LONGEST_SLEEP_S
            self._sooner.wait(wait_s)
        connection.close()

    def _sleep_s(self, ctx: Context) -> float:
        self._wakes_ms = ANY_MS  # what is set from here on is seen, now or by waking
        due_ms, now_ms = deadline.next_due_ms(), ctx.now_ms()
        wait_s = LONGEST_SLEEP_S if due_ms is None else (due_ms - now_ms) / 1000
        wait_s = min(LONGEST_SLEEP_S, max(SHORTEST_SLEEP_S, wait_s))
        self._wakes_ms = now_ms + int(wait_s * 1000)
        return wait_s

    def _wake(self, due_ms: int) -> None:
        """Look again when a deadline was set that is due before this thread would wake."""
        if due_ms < self._wakes_ms:
            self._sooner.set()

    def _run_heart(self) -> None:
        while not self._stop.wait(BEAT_EVERY_S):
            try:
                close_old_connections()
                self._beat()
            except Exception:
                log.exception("no sign of life could be written; lots get the time back once it can")
        connection.close()

    def _run_chores(self) -> None:
        while not self._stop.wait(CHORES_EVERY_S):
            close_old_connections()
            for chore in self._chores:
                chore.run_if_due()
        connection.close()

    def _extend(self, _: Context) -> None:
        """Grow the log little by little, so that publishing need not do it at once; one process does."""
        self._written = extend_log(self._written) if self._leads else 0

    def _publish(self, ctx: Context) -> None:
        self._leads = not is_published(since_ms=ctx.now_ms() - PUBLISHED_MS)
        if self._leads:
            publish_log(self._written)
        self._cosigner.ask()


class _Chore:
    """One thing done every so often (s); a failure is written down and tried again next time."""

    def __init__(self, every_s: float, run: Callable[[Context], object]) -> None:
        self.every_s, self.run = every_s, run
        self.next_s = 0.0

    def run_if_due(self) -> None:
        if time.monotonic() < self.next_s:
            return
        self.next_s = time.monotonic() + self.every_s
        try:
            self.run(Context())
        except Exception:
            log.exception("a chore of the clock failed; it is tried again")


def _count_processes(_: Context) -> None:
    """Warn when more processes serve than a party's rate is shared out to: then it may bid more often than is said."""
    found = metric.count_processes()
    if settings.JISHI_RATE_LIMITS and found > settings.JISHI_PROCESSES:
        log.warning(
            "%d processes serve, but JISHI_PROCESSES is %d; set it to %d",
            found,
            settings.JISHI_PROCESSES,
            found,
        )
