"""Count what the live path did with bids, for Prometheus and the desk. It decides nothing and keeps no identity."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from jishi.apps.market.actions import Answer, Outcome
from jishi.platform import metric, readiness
from jishi.platform.committer import Committer


def note_batch(outcomes: Sequence[Outcome], took_s: float) -> None:
    """Count one transaction: its size, its time (s), how many were accepted, and the others by reason."""
    metric.batch(len(outcomes), took_s)
    refused: Counter[str] = Counter()
    for outcome in outcomes:
        if not isinstance(outcome, Answer) or not outcome.accepted:
            refused[outcome.code] += 1
    metric.accepted(len(outcomes) - refused.total())
    for code, count in refused.items():
        metric.refused(code, count)


def check_queue(committer: Committer[Any]) -> readiness.Trouble | None:
    """Tell whether the committer still finds room; a full queue refuses what comes."""
    length, most = committer.waiting(), committer.bounds.most
    return ("platform.ready.queue", {"length": length, "most": most}) if length >= most else None
