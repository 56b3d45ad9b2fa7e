"""The server is killed in the middle of a lot: nothing acknowledged is lost, nothing is there twice, it closes once."""

import http.client
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from jishi.kernel.evidence.verify import verify
from tests.web.caller import Caller
from tests.web.plan import STEP_FEN
from tests.web.server import Server, serving

BIDDERS = 4
ROUND_MS = 5_000
GRACE_MS = 5_000  # an outage shorter than this does not stop the clock of a lot
BEAT_MS = 1_500  # what lies between the server's own measure of an outage and ours, at most
pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Sent:
    """One bid as its bidder remembers it; without an answer when the line broke."""

    bidder: int
    price_fen: int
    key: str
    status: int = 0
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Hall:
    """One lot under the hammer, and everything its bidders sent."""

    server: Server
    made: dict[str, Any]
    sent: list[Sent] = field(default_factory=list)

    @property
    def lot(self) -> str:
        """Return the offering's id."""
        return str(self.made["lots"][0]["id"])

    def caller(self, bidder: int) -> Caller:
        """Return a bidder's program with a fresh line."""
        return Caller(self.server, self.made["bidders"][bidder]["token"])

    def registration(self, bidder: int) -> str:
        """Return a bidder's registration."""
        return str(self.made["lots"][0]["registrations"][bidder])

    def open_rounds(self) -> None:
        """Wait for the question period, which the server's own clock opens, and go on."""
        caller = self.caller(0)
        caller.await_offering(self.lot, lambda lot: lot["phase"] == "free")
        first = caller.bid(
            self.registration(0), caller.get(f"/offerings/{self.lot}")["next_bid_fen"], "free-bid-1"
        )
        assert first[0] == 200, first
        caller.await_offering(self.lot, lambda lot: lot["phase"] == "question")
        status, answer = self.caller(1).go_on(self.registration(1), "go-on-0001")
        assert status == 200, answer

    def bid_until_broken(self, part: str, seconds: float) -> list[threading.Thread]:
        """Let every bidder bid from a thread of its own until the line breaks or the time is over."""
        ends_at = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._keep_bidding, args=(i, part, ends_at)) for i in range(BIDDERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _keep_bidding(self, bidder: int, part: str, ends_at: float) -> None:
        caller, registration, count = self.caller(bidder), self.registration(bidder), 0
        while time.monotonic() < ends_at:
            count += 1
            sent = Sent(bidder, 0, f"{part}-{bidder}-{count:05d}")
            try:
                lot = caller.get(f"/offerings/{self.lot}")
                if lot["state"] != "noticed":
                    return
                sent = Sent(bidder, lot["next_bid_fen"] or STEP_FEN, sent.key)
                status, answer = caller.bid(registration, sent.price_fen, sent.key)
            except (OSError, http.client.HTTPException, ValueError):
                self.sent.append(sent)
                return
            self.sent.append(Sent(bidder, sent.price_fen, sent.key, status, answer))

    @property
    def acknowledged(self) -> list[Sent]:
        """Return the bids that were acknowledged."""
        return [sent for sent in self.sent if sent.status == 200]


@pytest.mark.parametrize("down_ms", [0, GRACE_MS + 1_500], ids=["short", "long"])
def test_kill_during_bidding(tmp_path: Path, down_ms: int) -> None:
    """SIGKILL in mid-stream, restart: every acknowledged bid stands once, the lot closes once, the bundle verifies."""
    with serving(tmp_path / "var") as server:
        hall = _open_hall(server)
        threads = hall.bid_until_broken("before", 60)
        time.sleep(2.5)
        killed_ms = _now_ms()
        server.kill()
        for thread in threads:
            thread.join()
        before = list(hall.sent)
        assert len(hall.acknowledged) >= BIDDERS, "the lot was hardly under the hammer"
        time.sleep(down_ms / 1000)
        server.start()
        started_ms = _now_ms()
        _ask_again(hall, before)
        for thread in hall.bid_until_broken("after", 1.0):
            thread.join()
        lot = hall.caller(0).await_offering(hall.lot, lambda found: found["state"] != "noticed")
        _ask_again(hall, before)
        entries = _read_entries(hall)
        _check_bids(hall, entries)
        _check_close(lot, entries, started_ms - killed_ms)
        report = verify(hall.caller(0).get_bytes(f"/offerings/{hall.lot}/bundle"))
        assert report.ok, [check for check in report.checks if not check.ok]


def _open_hall(server: Server) -> Hall:
    made = server.make_lots(
        bidders=BIDDERS, listing_left_ms=18_000, registration_left_ms=17_000, round_ms=ROUND_MS
    )
    hall = Hall(server.start(), made)
    hall.open_rounds()
    return hall


def _ask_again(hall: Hall, sent: list[Sent]) -> None:
    """Retry with the same keys: an acknowledged bid gets the same answer, an unanswered one gets one and keeps it."""
    for each in sent:
        if not each.price_fen:
            continue
        caller = hall.caller(each.bidder)
        status, answer = caller.bid(hall.registration(each.bidder), each.price_fen, each.key)
        if each.status == 200:
            assert (status, answer["seq"], answer["leaf_hash"]) == (
                200,
                each.answer["seq"],
                each.answer["leaf_hash"],
            )
        elif each.status == 0 and status == 200:
            again = caller.bid(hall.registration(each.bidder), each.price_fen, each.key)
            assert again[1]["seq"] == answer["seq"]
        else:
            assert status == 409, answer


def _read_entries(hall: Hall) -> list[dict[str, Any]]:
    caller, entries = hall.caller(0), []
    while page := caller.get(f"/offerings/{hall.lot}/entries?after_seq={len(entries)}&limit=1000"):
        entries += page
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    return entries


def _events(entries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    steps = [entry for entry in entries if entry["kind"] == "MechanismStepped"]
    return [event for entry in steps for event in entry["data"]["events"] if event["type"] == kind]


def _check_bids(hall: Hall, entries: list[dict[str, Any]]) -> None:
    by_seq = {entry["seq"]: entry for entry in entries}
    aliases = hall.made["lots"][0]["aliases"]
    for sent in hall.acknowledged:
        entry = by_seq[sent.answer["seq"]]
        assert entry["leaf_hash"] == sent.answer["leaf_hash"]
        assert entry["data"]["input"] == {
            "type": "bid",
            "alias": aliases[sent.bidder],
            "price_fen": sent.price_fen,
        }
    seqs = Counter(sent.answer["seq"] for sent in hall.acknowledged)
    assert max(seqs.values()) == 1
    prices = [event["price_fen"] for event in _events(entries, "BidAccepted")]
    assert prices == sorted(set(prices)), "each accepted quote is above the one before: none stands twice"


def _check_close(lot: dict[str, Any], entries: list[dict[str, Any]], outage_ms: int) -> None:
    assert len(_events(entries, "BiddingClosed")) == 1
    last = _events(entries, "BidAccepted")[-1]
    assert (lot["state"], lot["outcome"]["result"], lot["price_fen"]) == ("ended", "sold", last["price_fen"])
    place = max(entry["seq"] for entry in entries if _events([entry], "BidAccepted"))
    waited_ms = sum(event["pause_ms"] for event in _events(entries[place:], "ListingResumed"))
    assert lot["outcome"]["closed_at"] == last["due_ms"] + waited_ms
    given_back = [event["pause_ms"] for event in _events(entries, "ListingResumed")]
    if abs(outage_ms - GRACE_MS) > BEAT_MS:
        assert len(given_back) == (outage_ms > GRACE_MS)
    for pause_ms in given_back:  # from the last sign of life, written every second, until the clock ran again
        assert abs(pause_ms - outage_ms) < 2 * BEAT_MS


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
