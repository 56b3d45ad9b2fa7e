"""The figures of all processes of a market added up for people to read; Prometheus is given them apart.

The sums are those of the processes that run now: one that ended took its own with it. A histogram knows only in which
bound a value fell, so a share is told as "at most".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from jishi.platform import metric


@dataclass(frozen=True, slots=True)
class Spread:
    """How many values there were, their mean, and what 99 of 100 did not exceed (None: beyond the last bound)."""

    count: int
    mean: float
    most_of_99: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the running processes counted since each began; times in seconds, `oldest_s` that of the slowest."""

    processes: int
    accepted: int
    repeated: int
    refused: Sequence[tuple[str, int]]
    waiting: int
    oldest_s: float
    watchers: int
    frames: int
    tick_failures: int
    batch: Spread
    commit_s: Spread
    queue_age_s: Spread
    tick_lag_s: Spread


def read_figures() -> Figures:
    """Add up the figures of every process that runs now."""
    found = {family.name: family for family in metric.read_families()}
    names = {sample.labels["process"] for family in found.values() for sample in family.samples}
    return Figures(
        processes=len(names),
        accepted=_total(found, "jishi_accepted"),
        repeated=_total(found, "jishi_repeated"),
        refused=_by_reason(found["jishi_refused"]) if "jishi_refused" in found else (),
        waiting=_total(found, "jishi_queue_length"),
        oldest_s=_greatest(found, "jishi_queue_oldest_seconds"),
        watchers=_total(found, "jishi_watchers"),
        frames=_total(found, "jishi_frames"),
        tick_failures=_total(found, "jishi_tick_failures"),
        batch=_spread(found, "jishi_batch_size"),
        commit_s=_spread(found, "jishi_commit_seconds"),
        queue_age_s=_spread(found, "jishi_queue_age_seconds"),
        tick_lag_s=_spread(found, "jishi_tick_lag_seconds"),
    )


def _total(found: dict[str, Metric], name: str) -> int:
    return round(sum(sample.value for sample in found[name].samples)) if name in found else 0


def _greatest(found: dict[str, Metric], name: str) -> float:
    return max((sample.value for sample in found[name].samples), default=0.0) if name in found else 0.0


def _by_reason(family: Metric) -> list[tuple[str, int]]:
    counts: dict[str, float] = {}
    for sample in family.samples:
        counts[sample.labels["reason"]] = counts.get(sample.labels["reason"], 0) + sample.value
    return sorted(((reason, round(count)) for reason, count in counts.items()), key=lambda each: -each[1])


def _spread(found: dict[str, Metric], name: str) -> Spread:
    count = total = 0.0
    within: dict[float, float] = {}
    for sample in found[name].samples if name in found else ():
        if sample.name == f"{name}_count":
            count += sample.value
        elif sample.name == f"{name}_sum":
            total += sample.value
        elif "le" in sample.labels:
            bound = float(sample.labels["le"])
            within[bound] = within.get(bound, 0) + sample.value
    most = next((bound for bound in sorted(within) if within[bound] >= 0.99 * count), float("inf"))
    return Spread(round(count), total / count if count else 0.0, None if most == float("inf") else most)
