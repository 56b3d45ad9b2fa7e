"""Hold what bidders were told against what is stored: `python -m jishi.project.bench.kept < asked.json`, prints JSON.

Given {told, lots, bundles, all_answered, seen}: `told` is the file the load wrote, `lots` the ids. Counts what is
wrong, so all zero is good: an acknowledged bid that is not stored or stored otherwise, a bid stored twice, a gap in the
numbers, a hash that does not follow from its entry, a refusal that was not remembered; `bundles` lots are verified as
a stranger would, and what was `seen` is judged by `history`.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.apps.market.publication import to_entry
from jishi.kernel.evidence.entry import leaf_hash
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.evidence.verify import verify
from jishi.platform.evidence import read_stream
from jishi.platform.models import CommandRecord, EvidenceEntry
from jishi.platform.secrets import operator_public_key
from jishi.project.bench.history import judge, read_seen

Line = tuple[str, int, str, int | None, int, dict[str, Any]]
"""Key, place of the lot, alias, price (fen, None for what is no bid), status, and the answer."""
RECEIPTS = 3


def read_told(path: Path) -> list[Line]:
    """Return what the load wrote down."""
    found = []
    for line in path.read_bytes().splitlines():
        head, _, body = line.partition(b"\t")
        found.append((*json.loads(head), json.loads(body or b"{}")))
    return found


def check_all(asked: dict[str, Any]) -> dict[str, Any]:
    """Check every lot; return the counts of what is wrong, and of what was looked at."""
    told = read_told(Path(asked["told"]))
    wrong: Counter[str] = Counter(dict.fromkeys(WRONGS, 0))
    seen: Counter[str] = Counter()
    digests = []
    for place, offering_id in enumerate(asked["lots"]):
        lines = [line for line in told if line[1] == place]
        rows = read_stream(f"offering/{offering_id}")
        digests.append(_check_stream(rows, wrong))
        _check_bids(rows, lines, wrong, asked["all_answered"])
        _check_records(offering_id, lines, wrong)
        stopped = sum('"type":"suspend"' in row.data for row in rows)
        seen += Counter(
            entries=len(rows),
            stopped=stopped,
            accepted=sum(line[4] == 200 for line in lines),
            answers=len(lines),
        )
    for place, offering_id in list(enumerate(asked["lots"]))[: asked["bundles"]]:
        _check_bundle(offering_id, [line[5] for line in told if line[1] == place and line[4] == 200], wrong)
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()
    if asked.get("seen"):
        _check_history(asked, wrong, seen)
    return {"wrong": dict(wrong), "looked_at": dict(seen), "streams_sha256": digest}


WRONGS = (
    "lost", "changed", "twice", "unasked", "gaps", "hashes", "records", "closed_twice", "bundles", "receipts",
)  # fmt: skip


def _check_stream(rows: list[EvidenceEntry], wrong: Counter[str]) -> str:
    """Check numbers, instants and hashes of one stream; return the chain of its hashes."""
    chain, at_ms, closings = hashlib.sha256(), 0, 0
    for seq, row in enumerate(rows, start=1):
        wrong["gaps"] += row.seq != seq or row.effective_at < at_ms
        wrong["hashes"] += leaf_hash(to_entry(row)).hex() != row.leaf_hash
        closings += '"BiddingClosed"' in row.data
        at_ms = row.effective_at
        chain.update(bytes.fromhex(row.leaf_hash))
    wrong["closed_twice"] += closings > 1
    return chain.hexdigest()


def _check_bids(
    rows: list[EvidenceEntry], lines: list[Line], wrong: Counter[str], all_answered: bool
) -> None:
    """Check that each acknowledged bid stands where its answer says, once, and that no other stands there."""
    stored = {row.seq: (row.leaf_hash, given) for row in rows if (given := bid_of(row)) is not None}
    for _, _, alias, price_fen, status, answer in lines:
        if status != 200 or price_fen is None:
            continue
        found = stored.get(answer["seq"])
        wrong["lost"] += found is None
        wrong["changed"] += found is not None and found != (answer["leaf_hash"], (alias, price_fen))
    told = Counter(line[5]["seq"] for line in lines if line[4] == 200)
    wrong["twice"] += sum(count - 1 for count in told.values())
    asked = {(line[2], line[3]) for line in lines}
    kept = Counter(given for _, given in stored.values())
    wrong["twice"] += sum(count - 1 for count in kept.values())
    wrong["unasked"] += len(kept.keys() - asked) if all_answered else 0


def _check_history(asked: dict[str, Any], wrong: Counter[str], looked_at: Counter[str]) -> None:
    for offering_id, (ops, frames) in zip(asked["lots"], read_seen(Path(asked["seen"])), strict=True):
        entries = [to_entry(row) for row in read_stream(f"offering/{offering_id}")]
        wrong.update(judge(entries, ops, frames))
        looked_at.update(frames=len(frames))


def bid_of(row: EvidenceEntry) -> tuple[str, int] | None:
    """Return alias and price (fen) of an entry that took a bid."""
    if row.kind != "MechanismStepped":
        return None
    given = json.loads(row.data)["input"]
    return (given["alias"], given["price_fen"]) if given["type"] == "bid" else None


def _check_records(offering_id: str, lines: Iterable[Line], wrong: Counter[str]) -> None:
    """Check that every decision, refusals too, is remembered under its key as it was answered."""
    rows = CommandRecord.objects.filter(scope=f"offering/{offering_id}").values_list("key", "answer")
    kept = dict(rows.iterator())
    for key, _, alias, _, status, answer in lines:
        if status in (200, 409):
            known = kept.get(f"{alias}:{key}")
            known = json.loads(known) if isinstance(known, str) else known
            names = ("accepted", "seq") if status == 200 else ("accepted", "code")
            wrong["records"] += known is None or any(known[name] != answer[name] for name in names)


def _check_bundle(offering_id: str, answers: list[dict[str, Any]], wrong: Counter[str]) -> None:
    bundle = market.bundle_offering(reads.get_offering(offering_id))
    wrong["bundles"] += not verify(bundle, operator_public_key()).ok
    for answer in answers[:: max(1, len(answers) // RECEIPTS)][:RECEIPTS]:
        wrong["receipts"] += not verify_receipt(answer["receipt"], bundle).ok


if __name__ == "__main__":
    print(json.dumps(check_all(json.load(sys.stdin))))
