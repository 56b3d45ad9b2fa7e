"""The ASGI application under `/live/`: one server-sent event stream per watcher of a public offering, and the clock.

A watcher is one coroutine that waits until it is gone; the hub sends. The id of a frame is the sequence number of the
offering's stream, so who comes back with the last one it saw is told at once when there is more, and only then.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from jishi.apps.market import reads
from jishi.kernel.fault import Fault
from jishi.platform.clock import SystemClock
from jishi.web.live.answer import tell_fault
from jishi.web.live.door import Door
from jishi.web.live.hub import Hub
from jishi.web.shell.peer import peer_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/live/"
CLOCK = "clock"
AGAIN_S = 5
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
ENDED = {("stalled",), ("closed",)}
hub, door = Hub(), Door()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream the frames of `/live/<offering id>`; 404 for what is not public, 503 or 429 for whom there is no room."""
    offering_id = scope["path"].removeprefix(PREFIX).strip("/")
    if offering_id == CLOCK:
        await _tell_time(send)
        return
    with contextlib.ExitStack() as inside:
        try:
            inside.enter_context(door.enter(peer_of(scope)))
        except Fault as full:
            await _refuse(send, full)
        else:
            await _let_in(offering_id, scope, (receive, send))


async def _let_in(offering_id: str, scope: Scope, line: tuple[Receive, Send]) -> None:
    _, send = line
    if await _is_open(offering_id):
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _stream(offering_id, scope, line)
    else:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def _is_open(offering_id: str) -> bool:
    if offering_id in hub.rooms:
        return True  # what is once public stays so
    return offering_id.isalnum() and await hub.read_in_thread(reads.is_public, offering_id)


async def _stream(offering_id: str, scope: Scope, line: tuple[Receive, Send]) -> None:
    receive, send = line
    try:
        with hub.watch(offering_id, send, _last_seen(scope)):
            while (await receive())["type"] != "http.disconnect":
                pass
    except asyncio.CancelledError as why:
        if why.args not in ENDED:
            raise


def _last_seen(scope: Scope) -> int:
    """Read the id of the last frame the watcher saw: the browser's header, or `?after=` of a page that begins anew."""
    given = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    given = given or parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else -1


async def _tell_time(send: Send) -> None:
    body = b'{"server_ms":%d}' % SystemClock().now_ms()
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(send: Send, full: Fault) -> None:
    status, headers, body = tell_fault(full, wait_s=AGAIN_S)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
