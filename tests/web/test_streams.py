"""The stream's resume and the server's clock, on the real server; and what the page makes of the clock."""

import contextlib
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from queue import Empty

import pytest
from playwright.sync_api import Browser, Page

from tests.web.server import HOST, Server, serving
from tests.web.test_live import Room, Watcher, _bid

MOST_HELD_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Serve one lot with two bidders."""
    with serving(tmp_path_factory.mktemp("streams")) as server:
        made = server.make_lots(bidders=2)
        yield Room(server.start(), made, "")


def ask(server: Server, path: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask the server once."""
    line = http.client.HTTPConnection(HOST, server.port, timeout=10)
    line.request(method, path)
    answer = line.getresponse()
    return answer.status, answer.read()


def test_who_saw_the_last_frame_hears_nothing_until_the_next_bid(room: Room) -> None:
    last = Watcher(room.server, room.lot["id"]).next()
    again = Watcher(room.server, room.lot["id"], last.id)
    with pytest.raises(Empty):
        again.frames.get(timeout=1.5)
    price_fen, _ = _bid(room, 0)
    assert again.until(price_fen).id > last.id


def test_a_slow_watcher_has_few_old_frames_before_it(room: Room) -> None:
    """Who reads 4 kB a second while frames of 3 kB come soon gets the present one, not all that it missed."""
    stop = threading.Event()
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((HOST, room.server.port))
    line.sendall(f"GET /live/{room.lot['id']} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
    bidding = threading.Thread(target=_keep_bidding, args=(room, stop))
    bidding.start()
    taken = b""
    for _ in range(30):
        taken += line.recv(800)
        time.sleep(0.2)
    stop.set()
    bidding.join()
    held = b""
    line.settimeout(1.5)
    with contextlib.suppress(TimeoutError):
        while part := line.recv(65536):
            held += part
    line.close()
    newest = Watcher(room.server, room.lot["id"]).next()
    ids = [int(each) for each in re.findall(rb"^id: (\d+)$", taken + held, re.MULTILINE)]
    assert ids[-1] == newest.id and ids == sorted(ids)
    assert len(held) < MOST_HELD_BYTES, f"{len(held)} bytes of {len(ids)} frames"


def _keep_bidding(room: Room, stop: threading.Event) -> None:
    while not stop.is_set():
        _bid(room, 1)
        _bid(room, 0)


def test_an_address_may_say_what_was_seen_last(room: Room) -> None:
    last = Watcher(room.server, room.lot["id"]).next()
    seen = Watcher(room.server, f"{room.lot['id']}?after={last.id}")
    with pytest.raises(Empty):
        seen.frames.get(timeout=1.5)
    assert Watcher(room.server, f"{room.lot['id']}?after=nonsense").next().id == last.id


def test_the_clock_is_the_servers(room: Room) -> None:
    before = time.time_ns() // 1_000_000
    status, body = ask(room.server, "/live/clock")
    assert status == 200
    assert before <= json.loads(body)["server_ms"] <= time.time_ns() // 1_000_000


def test_the_server_is_alive_ready_and_measured(room: Room) -> None:
    assert ask(room.server, "/health/live") == (200, b'{"live": true}')
    status, body = ask(room.server, "/health/ready")
    assert status == 200, body
    assert {"database", "clock", "log", "ticker", "queue"} <= json.loads(body)["checks"].keys()
    _bid(room, 1)
    status, text = ask(room.server, "/metrics")
    assert status == 200 and b"jishi_frames_total" in text


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a window of its own."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


CLOCK = """async () => {
  const clock = await import("/static/shell/clock.js");
  const before = Date.now();
  await clock.ask();
  return [before, clock.serverNow(), Date.now()];
}"""


def test_the_page_knows_the_servers_clock_to_milliseconds(room: Room, page: Page) -> None:
    page.goto(f"{room.server.url}/lots/{room.lot['id']}/room/")
    before, told, after = page.evaluate(CLOCK)
    assert before - 20 <= told <= after + 20


def test_the_page_keeps_the_servers_clock_when_the_machines_is_set(room: Room, page: Page) -> None:
    page.add_init_script("const real = Date.now; window.shift = 0; Date.now = () => real() + window.shift;")
    page.goto(f"{room.server.url}/lots/{room.lot['id']}/room/")
    page.evaluate("window.shift = 3600000")
    _, told, after = page.evaluate(CLOCK)
    assert abs(told - (after - 3_600_000)) < 100


LINES = """
window.lines = [];
window.EventSource = class extends EventTarget {
  constructor(url) { super(); this.url = url; this.readyState = 1; lines.push(this); }
  close() { this.readyState = 2; }
  give(id, frame) { this.onmessage({ lastEventId: String(id), data: JSON.stringify(frame) }); }
};
window.EventSource.CLOSED = 2;
"""
GIVE = """([id, price_fen, late_ms]) => {
  const frame = { ...window.frame, price_fen, server_ms: Date.now() - late_ms };
  lines.at(-1).give(id, frame);
  return [document.querySelector('[data-show="price"]').textContent, lines.map((line) => [line.url, line.readyState])];
}"""


@pytest.fixture
def watched(room: Room, page: Page) -> tuple[Page, str]:
    """Open the room with lines that the test holds the other end of; give the page and the stream's address."""
    frame = Watcher(room.server, room.lot["id"]).next()
    page.add_init_script(LINES + f"window.frame = {frame.text};")
    page.goto(f"{room.server.url}/lots/{room.lot['id']}/room/")
    page.wait_for_function("() => window.lines.length > 0")
    page.evaluate(CLOCK)
    return page, f"/live/{room.lot['id']}"


def test_the_page_shows_nothing_older_than_it_has_shown(watched: tuple[Page, str]) -> None:
    page, _ = watched
    after, _ = page.evaluate(GIVE, [9_000, 900_000_000, 0])
    again, _ = page.evaluate(GIVE, [8_999, 800_000_000, 0])
    newer, _ = page.evaluate(GIVE, [9_001, 910_000_000, 0])
    assert again == after != newer


def test_frames_that_come_late_are_left_for_a_new_line(watched: tuple[Page, str]) -> None:
    page, path = watched
    _, lines = page.evaluate(GIVE, [9_000, 900_000_000, 60_000])  # what stands may have stood long
    assert lines == [[path, 1]]
    _, lines = page.evaluate(GIVE, [9_001, 910_000_000, 1_000])
    assert lines == [[path, 1]]
    _, lines = page.evaluate(GIVE, [9_002, 920_000_000, 4_000])
    assert lines == [[path, 2], [f"{path}?after=9002", 1]]
    page.evaluate(GIVE, [9_003, 930_000_000, 0])
    _, lines = page.evaluate(GIVE, [9_004, 940_000_000, 4_000])  # not again and again
    assert len(lines) == 2


def test_the_page_begins_anew_with_another_history(watched: tuple[Page, str]) -> None:
    page, path = watched
    shown, _ = page.evaluate(GIVE, [9_000, 900_000_000, 0])
    with page.expect_navigation():
        page.evaluate("lines[0].dispatchEvent(new Event('anew'))")
    page.wait_for_function("() => window.lines.length > 0")
    now, lines = page.evaluate(GIVE, [3_000, 300_000_000, 0])
    assert lines == [[path, 1]] and now != shown


def test_a_server_that_stops_does_not_wait_for_its_watchers(room: Room) -> None:
    """Stand last: the server of this module ends here."""
    Watcher(room.server, room.lot["id"]).next()
    began = time.monotonic()
    room.server.stop()
    assert time.monotonic() - began < 5
