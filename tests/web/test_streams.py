"""The stream's resume and the server's clock, on the real server; and what the page makes of the clock."""

import http.client
import json
import time
from collections.abc import Iterator
from queue import Empty

import pytest
from playwright.sync_api import Browser, Page

from tests.web.server import HOST, Server, serving
from tests.web.test_live import Room, Watcher, _bid


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
    page.goto(f"{room.server.url}/land/{room.lot['id']}/room/")
    before, told, after = page.evaluate(CLOCK)
    assert before - 20 <= told <= after + 20


def test_the_page_keeps_the_servers_clock_when_the_machines_is_set(room: Room, page: Page) -> None:
    page.add_init_script("const real = Date.now; window.shift = 0; Date.now = () => real() + window.shift;")
    page.goto(f"{room.server.url}/land/{room.lot['id']}/room/")
    page.evaluate("window.shift = 3600000")
    _, told, after = page.evaluate(CLOCK)
    assert abs(told - (after - 3_600_000)) < 100


def test_a_server_that_stops_does_not_wait_for_its_watchers(room: Room) -> None:
    """Stand last: the server of this module ends here."""
    Watcher(room.server, room.lot["id"]).next()
    began = time.monotonic()
    room.server.stop()
    assert time.monotonic() - began < 5
