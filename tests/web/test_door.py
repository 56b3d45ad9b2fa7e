"""The door of the live rooms: whoever watches leaves lines to bids and pages, and one address leaves some to others."""

import asyncio
import json
import resource
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jishi.platform.words import say
from jishi.project.serving import MOST_LINES
from jishi.web.live import hub as rooms
from jishi.web.live import stream
from jishi.web.live.door import Door, most_watchers

DEFAULTS = (3_000, 200)


class Line:
    """One request for a stream, as a server would hand it over; `leave` ends it."""

    def __init__(self, peer: str, forwarded: str = "") -> None:
        headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        self.scope = {
            "type": "http",
            "path": "/live/ab12",
            "query_string": b"",
            "client": (peer, 1),
            "headers": headers,
        }
        self.gone = asyncio.Event()
        self.sent: list[dict[str, Any]] = []
        self.task = asyncio.create_task(stream.application(self.scope, self.receive, self.send))

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def leave(self) -> None:
        self.gone.set()
        await self.task


async def ask(*lines: Line) -> list[int]:
    """Give every line a moment; return what each was answered."""
    await asyncio.sleep(0.02)
    return [line.sent[0]["status"] for line in lines]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """Give a door of its own before an offering that no database holds; return the settings."""

    async def is_open(_: str) -> bool:
        return True

    monkeypatch.setattr(stream, "door", Door())
    monkeypatch.setattr(stream, "hub", rooms.Hub())
    monkeypatch.setattr(stream, "_is_open", is_open)
    monkeypatch.setattr(rooms, "_frames", lambda given: dict.fromkeys(given[0], (1, b"1")))
    monkeypatch.setattr(rooms, "_kept_open", lambda read, given: read(given))
    settings.JISHI_RATE_LIMITS, settings.JISHI_PROXIES = True, 0
    settings.JISHI_WATCHERS, settings.JISHI_WATCHERS_EACH = 4, 2
    return settings


def run(play: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(play(), 10))  # type: ignore[arg-type]


def test_when_all_places_are_taken_the_next_is_told_to_come_again(door: Any) -> None:
    async def play() -> None:
        lines = [Line(f"10.0.0.{place}") for place in range(5)]
        assert await ask(*lines) == [200, 200, 200, 200, 503]
        start, body = lines[4].sent
        assert dict(start["headers"])[b"retry-after"] == b"5"
        assert json.loads(body["body"])["sentence"] == say("live.watchers.full", {}, "zh")
        await lines[0].leave()
        again = Line("10.0.0.9")
        assert await ask(again) == [200]
        for line in (*lines[1:], again):
            await line.leave()
        assert stream.door.inside == 0 and not stream.door._of

    run(play)


def test_one_address_leaves_places_to_others(door: Any) -> None:
    async def play() -> None:
        lines = [Line("10.0.0.1") for _ in range(3)]
        assert await ask(*lines) == [200, 200, 429]
        assert dict(lines[2].sent[0]["headers"])[b"retry-after"] == b"5"
        other = Line("10.0.0.2")
        assert await ask(other) == [200]
        await lines[0].leave()
        again = Line("10.0.0.1")
        assert await ask(again) == [200]
        for line in (*lines[1:], other, again):
            await line.leave()

    run(play)


@pytest.mark.parametrize(
    ("proxies", "statuses"),
    [(0, [200, 200, 429, 429]), (1, [200, 200, 200, 429])],
    ids=["what a reader says", "what the proxy says"],
)
def test_the_address_is_the_one_the_proxy_saw(door: Any, proxies: int, statuses: list[int]) -> None:
    door.JISHI_PROXIES = proxies

    async def play() -> None:
        said = ("9.9.9.1, 10.0.0.1", "9.9.9.2, 10.0.0.1", "9.9.9.3, 10.0.0.2", "9.9.9.4, 10.0.0.1")
        lines = [Line("127.0.0.1", each) for each in said]
        assert await ask(*lines) == statuses
        for line in lines:
            await line.leave()

    run(play)


def test_a_network_of_addresses_is_one(door: Any) -> None:
    async def play() -> None:
        lines = [Line(f"2001:db8::{place}") for place in range(3)]
        assert await ask(*lines, Line("2001:db8:0:1::1")) == [200, 200, 429, 200]

    run(play)


def test_a_bench_may_watch_from_one_address(door: Any) -> None:
    door.JISHI_RATE_LIMITS = False

    async def play() -> None:
        assert await ask(*(Line("10.0.0.1") for _ in range(5))) == [200, 200, 200, 200, 503]

    run(play)


def test_watchers_leave_lines_and_files_to_others(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (settings.JISHI_WATCHERS, settings.JISHI_WATCHERS_EACH) == DEFAULTS
    assert settings.JISHI_WATCHERS < MOST_LINES / 2
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert most_watchers() == 768
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert most_watchers() == 3_000
