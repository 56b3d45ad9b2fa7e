"""Count how often each of the given lots closed and how late: `python -m jishi.project.bench.closed < ids.json`."""

import json
import sys
from collections import Counter
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from jishi.platform import evidence


def count_closed(offering_ids: list[str]) -> dict[str, Any]:
    """Return how many lots closed, how many more than once, and the lag from due to recorded (ms)."""
    closings: Counter[str] = Counter()
    lags: list[int] = []
    for offering_id in offering_ids:
        for entry in evidence.read_stream(f"offering/{offering_id}", ["MechanismStepped"]):
            names = [event["type"] for event in json.loads(entry.data)["events"]]
            if "BiddingClosed" in names:
                closings[offering_id] += 1
                lags.append(entry.recorded_at - entry.effective_at)
    lags.sort()
    return {
        "closed": len(closings),
        "closed_more_than_once": sum(count > 1 for count in closings.values()),
        "recorded_lag_ms": {
            "p50": lags[len(lags) // 2] if lags else None,
            "p99": lags[min(len(lags) - 1, int(0.99 * len(lags)))] if lags else None,
            "max": lags[-1] if lags else None,
        },
    }


if __name__ == "__main__":
    print(json.dumps(count_closed(json.load(sys.stdin))))
