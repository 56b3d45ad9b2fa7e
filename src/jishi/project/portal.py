"""The portal over ASGI: a thread is taken once the request is here whole, and let go before its answer has left.

So who sends slowly, or takes slowly what was asked for, keeps no thread from others. What comes too slowly is answered
408, what is too large 413; a reader who takes too little is cut off.
"""

import asyncio
import contextlib
import io
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import IO, Any, cast

from a2wsgi import WSGIMiddleware

from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.project.held import Held, Pace
from jishi.project.wsgi import portal
from jishi.web.shell.peer import peer_of, whose_address

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

THREADS = int(os.environ.get("JISHI_THREADS", "16"))
LARGEST_BODY = 129 << 20
"""The largest table a program may send, and a form around it; pages refuse what is too large for them themselves."""
SENDING = (15.0, 50_000)
"""A body's head start in seconds, and the bytes a second after it."""
TAKING = (60.0, 10_000)
"""The same for whoever takes an answer."""
MOST_BEHIND = 64 << 20
"""A longer answer (a table of millions of rows) is made no faster than it is taken: only there a thread waits."""
AGAIN_S = 5
_BODY = "jishi.body"
_STATUS = {"portal.slow": 408, "portal.too_large": 413, "portal.full": 503, "portal.address": 429}


class Gone(Exception):
    """Says that the other end has left."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of the portal."""
    whose = whose_address(peer_of(scope))
    with contextlib.closing(Held(whose)) as body, contextlib.closing(Held(whose)) as answer:
        try:
            given = await _read(receive, _length(scope), body)
        except Fault as fault:
            await _refuse(fault, send)
        except Gone:
            return
        else:
            outlet = Outlet(send, answer)
            sending = asyncio.create_task(outlet.run())
            try:
                await _threads({**scope, _BODY: given}, receive, outlet.take)
            finally:
                body.close()  # the reader may be slow
                outlet.end()
                await sending


class Outlet:
    """Take an answer from the portal at once, and send it as fast as the reader takes it."""

    def __init__(self, send: Send, held: Held) -> None:
        self._send, self._held, self._pace = send, held, Pace(*TAKING)
        self._start: dict[str, Any] | None = None
        self._waits = self._ended = self.cut = False
        self._news, self._taken = asyncio.Event(), asyncio.Event()

    async def take(self, message: dict[str, Any]) -> None:
        """Take a message; what is for a reader who was cut off goes nowhere, so that the portal comes to an end."""
        if message["type"] == "http.response.start":
            self._start = message
        elif not self.cut:
            await self._keep(message.get("body", b""))
            self._ended = not message.get("more_body", False)
        self._news.set()

    def end(self) -> None:
        """Say that the portal is through; without its last message the answer is not whole."""
        self.cut = self.cut or not self._ended
        self._news.set()

    async def run(self) -> None:
        """Send until the answer has left, or nobody takes it."""
        while not self.cut:
            await self._news.wait()
            self._news.clear()
            with contextlib.suppress(OSError):  # TimeoutError is one, too
                await self._send_held()
                if self._ended:
                    await self._out({"type": "http.response.body", "body": b""})
                    return
                continue
            self.cut = True
            self._taken.set()

    async def _keep(self, piece: bytes) -> None:
        while self._held.behind() > MOST_BEHIND and not self.cut:
            self._taken.clear()
            await self._taken.wait()
        try:
            await self._held.add(piece, keep_near=not self._waits)
        except Fault:  # no room for more of what this address does not take
            self.cut = True

    async def _send_held(self) -> None:
        if self._start is not None:
            start, self._start = self._start, None
            await self._out(start)
        while piece := await self._held.next():
            await self._out({"type": "http.response.body", "body": piece, "more_body": True})
            self._pace.moved(len(piece))
            self._taken.set()

    async def _out(self, message: dict[str, Any]) -> None:
        self._waits = True
        await self._pace.wait(self._send(message))
        self._waits = False


async def _read(receive: Receive, length: int, held: Held) -> IO[bytes]:
    """Read a body whole; Gone, or Faults `portal.too_large`, `portal.slow`, `portal.full`, `portal.address`."""
    if not length:
        return io.BytesIO()  # what comes without a length the portal does not read
    if length > LARGEST_BODY:
        raise Fault("portal.too_large", most=LARGEST_BODY >> 20)
    pace, more = Pace(*SENDING), True
    while more:
        try:
            message = await pace.wait(receive())
        except TimeoutError:
            raise Fault("portal.slow") from None
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        await held.add(piece)
        pace.moved(len(piece))
        more = message.get("more_body", False)
    return await held.whole()


def _length(scope: Scope) -> int:
    """Return how long the body is said to be, as the portal reads it."""
    said = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(said[0]) if said and said[0].isdigit() else 0


async def _refuse(fault: Fault, send: Send) -> None:
    """Tell why nothing was read, and close the line: what is still to come on it is no request."""
    status = _STATUS[fault.code]
    body = "\n".join(say(fault.code, fault.params, each) for each in ("zh", "en")).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    headers += [(b"connection", b"close"), (b"cache-control", b"no-store")]
    if status in (429, 503):
        headers.append((b"retry-after", b"%d" % AGAIN_S))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer in a thread, which reads what was received and never waits for a line."""
    answer: Iterable[bytes] = portal({**environ, "wsgi.input": environ["asgi.scope"][_BODY]}, start)
    return answer


_threads: Any = WSGIMiddleware(cast(Any, _answer), workers=THREADS)
