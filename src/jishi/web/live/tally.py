"""What the queue of bids tells: how long it is and how old, for Prometheus, the desk and whoever asks for readiness.

It keeps no identity. What became of bids is counted where they are stored.
"""

from typing import Any

from jishi.platform import readiness
from jishi.platform.committer import Committer

LATE_S = 3.0
"""Who waits longer is not served: a batch takes milliseconds."""


def check_queue(committer: Committer[Any]) -> readiness.Trouble | None:
    """Tell whether the committer still finds room, and whether it answers; a full queue refuses what comes."""
    length, most = committer.waiting(), committer.bounds.most
    if length >= most:
        return "platform.ready.queue", {"length": length, "most": most}
    oldest_s = committer.oldest_s()
    if oldest_s > LATE_S:
        return "platform.ready.queue_late", {"seconds": round(oldest_s), "length": length}
    return None
