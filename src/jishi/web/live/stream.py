"""The ASGI application under `/live/`: one server-sent event stream per watcher of a public offering."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import close_old_connections

from jishi.apps.market import reads
from jishi.web.live.hub import Hub, Room

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/live/"
KEEP_ALIVE_S = 15
MOST_WATCHERS = 20_000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Stream the frames of `/live/<offering id>`; 404 for what is not public, 503 when the room is full."""
    offering_id = scope["path"].removeprefix(PREFIX).strip("/")
    if not offering_id.isalnum() or not await asyncio.to_thread(_is_public, offering_id):
        await _refuse(send, 404)
    elif sum(room.watchers for room in hub.rooms.values()) >= MOST_WATCHERS:
        await _refuse(send, 503)
    else:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        with hub.watch(offering_id) as room:
            await _stream(room, receive, send)


def _is_public(offering_id: str) -> bool:
    close_old_connections()
    return reads.is_public(offering_id)


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"retry-after", b"5")]})
    await send({"type": "http.response.body", "body": b""})


async def _stream(room: Room, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_until_gone(receive))
    shown = -1
    try:
        while not gone.done():
            changed = room.changed
            if room.seq != shown and room.frame:
                shown = room.seq
                await _write(send, room.frame)
                continue
            news = asyncio.create_task(changed.wait())
            done, _ = await asyncio.wait(
                {news, gone}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED
            )
            news.cancel()
            if not done:
                await _write(send, b"event: beat\ndata: {}\n\n")
    finally:
        gone.cancel()


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
