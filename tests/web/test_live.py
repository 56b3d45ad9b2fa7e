"""The stream of a live room on the real server: prompt, in order, without identities, closed to drafts."""

import http.client
import json
import queue
import threading
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.web.caller import Caller
from tests.web.server import HOST, Server, serving

LONGEST_DELAY_S = 0.5
FRAME = {
    *("offering", "state", "phase", "suspended", "price_fen", "leader", "due_ms", "next_bid_fen"),
    *("increment_fen", "quotes", "registrants", "result", "accepts", "facts", "book", "ladder", "server_ms"),
}


class Frame(NamedTuple):
    """One frame as a watcher got it."""

    id: int
    data: dict[str, Any]
    text: str
    at: float


class Watcher:
    """Watch one room from a thread; `frames` hands over what arrived."""

    def __init__(self, server: Server, offering_id: str, last_id: int | None = None) -> None:
        self.frames: queue.Queue[Frame] = queue.Queue()
        self._line = http.client.HTTPConnection(HOST, server.port, timeout=30)
        headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
        self._line.request("GET", f"/live/{offering_id}", headers=headers)
        self.answer = self._line.getresponse()
        if self.answer.status == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> Frame:
        """Wait for the next frame."""
        return self.frames.get(timeout=10)

    def until(self, price_fen: int) -> Frame:
        """Wait for the frame that shows a price; one that stood before may come first."""
        while (frame := self.next()).data["price_fen"] != price_fen:
            pass
        return frame

    def _read(self) -> None:
        number = 0
        try:
            while line := self.answer.readline().decode():
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: ") and line != "data: {}\n":
                    text = line[6:]
                    self.frames.put(Frame(number, json.loads(text), text, time.monotonic()))
        except (OSError, ValueError, AttributeError):
            return  # the server has gone


class Room(NamedTuple):
    """A served lot in free quoting, and a draft."""

    server: Server
    made: dict[str, Any]
    draft: str

    @property
    def lot(self) -> dict[str, Any]:
        """Return the lot."""
        lot: dict[str, Any] = self.made["lots"][0]
        return lot


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Serve one lot with two bidders, and one draft."""
    with serving(tmp_path_factory.mktemp("live")) as server:
        made = server.make_lots(bidders=2)
        draft = server.make_lots(name="D", draft=True)["lots"][0]["id"]
        yield Room(server.start(), made, draft)


def _bid(room: Room, bidder: int) -> tuple[int, float]:
    """Place the next valid bid; return its price and when it was acknowledged."""
    caller = Caller(room.server, room.made["bidders"][bidder]["token"])
    price_fen = caller.get(f"/offerings/{room.lot['id']}")["next_bid_fen"]
    status, answer = caller.bid(room.lot["registrations"][bidder], price_fen, f"live-{price_fen}")
    assert status == 200, answer
    return price_fen, time.monotonic()


def test_bid_reaches_watchers_in_half_a_second(room: Room) -> None:
    """Each of several bids is in a frame of every watcher 0.5 s after its acknowledgement, ids rising."""
    watchers = [Watcher(room.server, room.lot["id"]) for _ in range(3)]
    last = [watcher.next().id for watcher in watchers]
    for turn in range(4):
        price_fen, told_at = _bid(room, turn % 2)
        for place, watcher in enumerate(watchers):
            frame = watcher.next()
            assert frame.data["price_fen"] == price_fen
            assert frame.at - told_at < LONGEST_DELAY_S
            assert frame.id > last[place]
            last[place] = frame.id


def test_frame_names_nobody(room: Room) -> None:
    """A frame holds aliases and figures: no party, no registration, no account, no name."""
    price_fen, _ = _bid(room, 0)
    frame = Watcher(room.server, room.lot["id"]).until(price_fen)
    assert set(frame.data) == FRAME
    assert frame.data["leader"] == room.lot["aliases"][0]
    assert {"seq", "at_ms", "alias", "price_fen", "simulated"} == set(frame.data["ladder"][0])
    hidden = [*room.lot["registrations"], *(bidder["party"] for bidder in room.made["bidders"])]
    for text in (*hidden, "测试竞买人", "@", "bidder-"):
        assert text not in frame.text


def test_reconnecting_watcher_goes_on_where_things_stand(room: Room) -> None:
    """Who comes back with the last id it saw gets the whole standing again, not older than that."""
    first = Watcher(room.server, room.lot["id"]).next()
    price_fen, _ = _bid(room, 1)
    again = Watcher(room.server, room.lot["id"], first.id)
    assert again.until(price_fen).id > first.id


def test_stream_headers(room: Room) -> None:
    """No cache and no proxy may hold frames back."""
    answer = Watcher(room.server, room.lot["id"]).answer
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"


def test_draft_and_unknown_have_no_stream(room: Room) -> None:
    """A draft is as unknown to watchers as what never was."""
    answers = [
        Watcher(room.server, which).answer for which in (room.draft, "0" * 32, "", "../accounts/login/")
    ]
    assert [answer.status for answer in answers] == [404] * 4
    assert len({answer.read() for answer in answers}) == 1
