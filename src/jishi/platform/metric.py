"""Figures of the running server for Prometheus: counted in each process, shown together, never anything personal.

Each process counts for itself and leaves a copy under JISHI_VAR/metrics once a second, so that whichever process is
asked shows all of them. Every series says which process it is from; nothing is added up here, since a process that
ends takes its counters with it. Refuses no figure; a copy that cannot be read is left out.
"""

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FRESH_S = 10.0
"""A copy older than this is of a process that has ended."""
FORGOTTEN_S = 3600.0
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)

disable_created_metrics()
_own = CollectorRegistry()
_accepted = Counter("jishi_accepted", "Inputs of bidders accepted", registry=_own)
_repeated = Counter("jishi_repeated", "Inputs answered again under a key answered before", registry=_own)
_refused = Counter("jishi_refused", "Inputs of bidders refused, by reason", ["reason"], registry=_own)
_unanswered = Counter("jishi_unanswered", "Inputs whose sender was told to ask again", registry=_own)
_batch = Histogram("jishi_batch_size", "Inputs in one transaction", buckets=_SIZES, registry=_own)
_commit = Histogram("jishi_commit_seconds", "Time of one such transaction", buckets=_SECONDS, registry=_own)
_queue = Gauge("jishi_queue_length", "Inputs that wait for a transaction", registry=_own)
_oldest = Gauge("jishi_queue_oldest_seconds", "How long the oldest unanswered input waits", registry=_own)
_age = Histogram("jishi_queue_age_seconds", "How long the oldest had waited", buckets=_SECONDS, registry=_own)
_lag = Histogram("jishi_tick_lag_seconds", "From due to committed", buckets=_SECONDS, registry=_own)
_failed = Counter("jishi_tick_failures", "Deadlines whose handler failed and is tried again", registry=_own)
_watchers = Gauge("jishi_watchers", "Open streams of live rooms", registry=_own)
_frames = Counter("jishi_frames", "Frames sent to watchers", registry=_own)


def accepted(count: int = 1) -> None:
    """Count accepted inputs, each once."""
    _accepted.inc(count)


def repeated(count: int = 1) -> None:
    """Count inputs that were given the answer their key got before, accepted or refused."""
    _repeated.inc(count)


def refused(reason: str, count: int = 1) -> None:
    """Count inputs refused for one reason, a code."""
    _refused.labels(reason).inc(count)


def unanswered() -> None:
    """Count an input whose sender no longer waits; what becomes of it is counted apart."""
    _unanswered.inc()


def batch(size: int, commit_s: float) -> None:
    """Note one transaction of the committer: how many inputs, how many seconds to its commit."""
    _batch.observe(size)
    _commit.observe(commit_s)


def watch_queue(length: Callable[[], int], oldest_s: Callable[[], float]) -> None:
    """Ask these two whenever the figures are read: a queue that stands still notes nothing by itself."""
    _queue.set_function(length)
    _oldest.set_function(oldest_s)


def queue_age(oldest_s: float) -> None:
    """Note how long (s) the oldest of a batch had waited when it was taken."""
    _age.observe(oldest_s)


def tick_lag(seconds: float) -> None:
    """Note how long (s) after it was due a deadline's work was committed."""
    _lag.observe(max(0.0, seconds))


def tick_failed() -> None:
    """Count a deadline whose handler failed."""
    _failed.inc()


def watchers(count: int) -> None:
    """Note how many streams are open."""
    _watchers.set(count)


def frames(count: int) -> None:
    """Count frames sent."""
    _frames.inc(count)


def exposition() -> bytes:
    """Return the figures of every process of this market in Prometheus's text form."""
    shown = CollectorRegistry()
    shown.register(_Shown(read_families()))
    return generate_latest(shown)


def read_families() -> list[Metric]:
    """Return the figures of every process: own ones as they are, others' as they last left them."""
    found: dict[str, Metric] = {}
    for family in (*_named(_own.collect()), *_others()):
        known = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
        known.samples += family.samples
    return list(found.values())


def leave_copy() -> None:
    """Write this process's figures where the other processes find them."""
    own = CollectorRegistry()
    own.register(_Shown(_named(_own.collect())))
    place = _place()
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place.with_suffix(".part")
    part.write_bytes(generate_latest(own))
    part.replace(place)  # not made durable: after a crash these figures are over
    for path in place.parent.glob("*.prom"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > FORGOTTEN_S:
                path.unlink()  # of a process that was killed


def remove_copy() -> None:
    """Take the copy away when this process ends."""
    _place().unlink(missing_ok=True)


def count_processes() -> int:
    """Return how many processes of this market leave figures now, this one among them."""
    return 1 + len(_fresh())


def process_name() -> str:
    """Return what this process is called in every series: host and process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def _place() -> Path:
    return Path(settings.JISHI_VAR) / "metrics" / f"{process_name()}.prom"


def _named(families: Iterable[Metric]) -> Iterator[Metric]:
    name = process_name()
    for family in families:
        for sample in family.samples:
            sample.labels["process"] = name
        yield family


def _others() -> Iterator[Metric]:
    for path in _fresh():
        with suppress(OSError, ValueError):
            yield from text_string_to_metric_families(path.read_text("utf-8"))


def _fresh() -> list[Path]:
    own, now_s = _place(), time.time()
    found = []
    for path in sorted(own.parent.glob("*.prom")):
        with suppress(OSError):
            if path != own and now_s - path.stat().st_mtime < FRESH_S:
                found.append(path)
    return found


class _Shown(Collector):
    """Hand families on as they are."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """Return the families."""
        return self._families
