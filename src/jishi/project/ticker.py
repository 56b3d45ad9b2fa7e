"""The clock thread: runs due deadlines, sequences the log, keeps the heartbeat, lets demo bidders answer."""

import logging
import threading

from django.conf import settings
from django.db import close_old_connections, connection

from jishi.apps.market import api as market
from jishi.apps.simulation import api as simulation
from jishi.platform import deadline, evidence
from jishi.platform.context import Context
from jishi.platform.log import publish_log
from jishi.platform.turn import turn
from jishi.project.cosigning import Cosigner

LONGEST_SLEEP_S = 0.25
BEAT_EVERY_MS = 1_000
OPEN_EVERY_MS = 20_000
PUBLISH_EVERY_MS = 1_000
log = logging.getLogger("jishi.ticker")


class Ticker:
    """Run the clock in a daemon thread from `start` to `stop`."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._beaten_ms = 0
        self._opened_ms = 0
        self._published_ms = 0
        self._cosigner = Cosigner()

    def start(self) -> None:
        """Begin to tick. Call `recover` first, before any request is answered."""
        self._thread = threading.Thread(target=self._run, name="jishi-ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current tick."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.is_set():
            ctx = Context()
            try:
                close_old_connections()
                self._tick(ctx)
            except Exception:
                log.exception("a tick failed; the next one tries again")
            self._stop.wait(self._sleep_s(ctx))
        connection.close()

    def recover(self) -> None:
        """Give running rounds back the time the server was down."""
        try:
            last_ms = deadline.last_beat_ms()
            if last_ms is not None:
                market.recover_outage(Context(), last_ms)
        except Exception:
            log.exception("recovery after the outage failed; deadlines run as they stand")

    def _tick(self, ctx: Context) -> None:
        with turn():
            deadline.run_due(ctx)
        with turn():
            evidence.sequence_pending()
        if ctx.now_ms() - self._published_ms >= PUBLISH_EVERY_MS:
            self._published_ms = ctx.now_ms()
            publish_log()
            self._cosigner.ask()
        if settings.JISHI_DEMO:
            simulation.answer_bids(ctx)
        if ctx.now_ms() - self._beaten_ms >= BEAT_EVERY_MS:
            self._beaten_ms = ctx.now_ms()
            with turn():
                deadline.beat(ctx)
        if settings.JISHI_DEMO and ctx.now_ms() - self._opened_ms >= OPEN_EVERY_MS:
            self._opened_ms = ctx.now_ms()
            simulation.keep_lot_open(ctx)

    def _sleep_s(self, ctx: Context) -> float:
        try:
            due_ms = deadline.next_due_ms()
        except Exception:
            return LONGEST_SLEEP_S
        if due_ms is None:
            return LONGEST_SLEEP_S
        return min(LONGEST_SLEEP_S, max(0.005, (due_ms - ctx.now_ms()) / 1000))
