"""Writers and one reader of the change feed in one process: `python -m tests.web.feed_run < asked.json`, prints JSON.

Each writer commits entries of its own stream; on PostgreSQL a transaction stays open for a random while after its row
has its number, so that rows are committed in another order than they were numbered. The reader asks the real address
again and again; whatever was committed before it asked has to be there.
"""

import json
import random
import sys
import threading
import time
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction
from django.test import Client

from jishi.platform import evidence
from jishi.platform.turn import turn

PAGE = 500


class Run:
    """What was committed, in the order in which its writers heard so, until told to stop."""

    def __init__(self, rate: float, writers: int) -> None:
        self.every_s = writers / rate
        self.committed: list[tuple[str, int]] = []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(each,)) for each in range(writers)]

    def write(self, number: int) -> None:
        """Commit one entry after another at this writer's share of the rate."""
        chance, stream = random.Random(number), f"case/{number}"
        due_s = time.monotonic()
        while not self.stop.is_set():
            with turn(), transaction.atomic():
                head = evidence.lock(stream)
                evidence.append(head, 5, [("Noted", {"n": number}, 5)])
                if connection.vendor == "postgresql":
                    time.sleep(chance.uniform(0, 0.03))
            self.committed.append((stream, head.seq))
            due_s += self.every_s
            self.stop.wait(max(0.0, due_s - time.monotonic()))
        connection.close()


def read(checks: int, run: Run) -> dict[str, Any]:
    """Ask `checks` times for what is new; count what was committed before and is not there, gaps and repetitions."""
    client, after, missed, gaps = Client(), -1, 0, 0
    seen: set[tuple[str, int]] = set()
    began, told = time.monotonic(), 0
    for _ in range(checks):
        before, more = list(run.committed), True
        while more:
            page = client.get(f"/api/v1/changes?after={after}&limit={PAGE}").json()
            told += len(page["items"])
            for item in page["items"]:
                gaps += item["index"] != after + 1
                after = item["index"]
                seen.add((item["stream"], item["seq"]))
            more = page["more"]
        missed += len(set(before) - seen)
        time.sleep(0.005)
    seconds = time.monotonic() - began
    return {"checks": checks, "missed": missed, "gaps": gaps, "twice": told - len(seen), "seconds": seconds}


def main() -> None:
    """Write and read, then compare."""
    asked = json.load(sys.stdin)
    print(json.dumps(measure(asked["rate"], asked["writers"], asked["checks"])))


def measure(rate: float, writers: int, checks: int) -> dict[str, Any]:
    """Return what was missed, by hash, and how many updates a second were written."""
    run = Run(rate, writers)
    for thread in run.threads:
        thread.start()
    found = read(checks, run)
    run.stop.set()
    for thread in run.threads:
        thread.join()
    return {**found, "updates_per_s": len(run.committed) / found["seconds"]}


if __name__ == "__main__":
    main()
