"""The portal's threads are for whoever is here whole: slow bodies and slow readers wait outside, within bounds."""

import asyncio
import hashlib
import http.client
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from jishi.kernel.fault import Fault
from jishi.project import held, portal
from jishi.project.held import FILE_COSTS, NEAR_BYTES, Held
from tests.web.server import HOST, Server, serving

THREADS = 4
LARGE = "/static/vendor/echarts.min.js"
END = {"type": "http.response.body", "body": b""}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market with few threads, limits and all."""
    settings = {"JISHI_THREADS": str(THREADS), "JISHI_NO_RATE_LIMITS": "0"}
    with serving(tmp_path_factory.mktemp("portal"), settings) as server:
        yield server.start()


def ask(server: Server, path: str, method: str = "GET", **given: Any) -> tuple[int, bytes]:
    """Ask the server once."""
    line = http.client.HTTPConnection(HOST, server.port, timeout=10)
    line.request(method, path, **given)
    answer = line.getresponse()
    return answer.status, answer.read()


def begin(server: Server, head: str, body: bytes = b"", taking: int = 0) -> socket.socket:
    """Begin a request on a line of its own, which takes few bytes at once if so said."""
    line = socket.socket()
    if taking:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, taking)
    line.connect((HOST, server.port))
    line.sendall(f"{head} HTTP/1.1\r\nHost: {HOST}\r\n".encode() + body)
    return line


def test_bodies_that_do_not_come_keep_nobody_waiting(server: Server) -> None:
    with ExitStack() as lines:
        for _ in range(3 * THREADS):
            waiting = begin(server, "POST /verify/", b"Content-Length: 1000\r\n\r\na=")
            lines.enter_context(waiting)
        began = time.monotonic()
        assert ask(server, "/verify/")[0] == 200
        assert ask(server, "/api/v1/offerings")[0] == 200
        assert time.monotonic() - began < 5


def test_readers_who_take_nothing_keep_nobody_waiting(server: Server) -> None:
    size = len(ask(server, LARGE)[1])
    time.sleep(2)  # until the lines are bounded: a whole file would fit into the system's own buffers
    with ExitStack() as lines:
        slow = [begin(server, f"GET {LARGE}", b"\r\n", taking=4096) for _ in range(3 * THREADS)]
        for line in slow:
            lines.enter_context(line)
        time.sleep(0.5)
        began = time.monotonic()
        assert ask(server, "/verify/")[0] == 200
        assert time.monotonic() - began < 5
        answer = http.client.HTTPResponse(slow[0])
        answer.begin()
        assert len(answer.read()) == size > 1_000_000, "who takes it late gets it whole"


def test_a_body_that_is_too_large_is_refused_unread(server: Server) -> None:
    with begin(server, "POST /verify/", b"Content-Length: 200000000\r\n\r\n") as line:
        line.settimeout(5)
        told = line.recv(4096)
        assert told.startswith(b"HTTP/1.1 413") and b"129 MiB" in told
        assert line.recv(4096) == b"", "what is still to come is no request"


def test_a_table_of_some_megabytes_arrives(server: Server) -> None:
    """A bundle sent by form is read by the page from what was kept, beyond memory and with its end."""
    page = http.client.HTTPConnection(HOST, server.port, timeout=10)
    page.request("GET", "/verify/")
    answer = page.getresponse()
    cookie = re.search(r"csrftoken=(\w+)", answer.getheader("set-cookie") or "")
    answer.read()
    assert cookie
    edge = "edge-of-a-part"
    fields = f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{cookie[1]}\r\n'
    file = f'--{edge}\r\nContent-Disposition: form-data; name="bundle"; filename="b.json"\r\n\r\n'
    body = (
        file.encode() + b" " * 3_000_000 + b'{"no": "bundle"}\r\n' + fields.encode() + f"--{edge}--".encode()
    )
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": f"csrftoken={cookie[1]}",
        "Referer": server.url,
    }
    # the token that lets it pass stands behind the file
    assert ask(server, "/verify/", "POST", body=body, headers=headers)[0] == 200
    lost = {**headers, "Cookie": ""}
    assert ask(server, "/verify/", "POST", body=body, headers=lost)[0] == 403


class Line:
    """One request, as a server would hand it over: its body comes in pieces, its answer is taken after `wait_s`."""

    def __init__(
        self, pieces: Iterable[bytes] = (), *, said: int = 0, each_s: float = 0, wait_s: float = 0
    ) -> None:
        self.pieces, self.each_s, self.wait_s = list(pieces), each_s, wait_s
        self.length = said or sum(map(len, self.pieces))
        headers = [(b"content-length", b"%d" % self.length)] if self.length else []
        self.scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
        self.scope |= {"http_version": "1.1", "client": ("10.0.0.1", 1)}
        self.sent: list[dict[str, Any]] = []
        self.asked = 0

    async def receive(self) -> dict[str, Any]:
        """Give the next piece; after the last one wait for ever, unless all came that was said."""
        self.asked += 1
        await asyncio.sleep(self.each_s)
        if not self.pieces:
            await asyncio.Event().wait()
        piece = self.pieces.pop(0)
        self.length -= len(piece)
        return {"type": "http.request", "body": piece, "more_body": self.length > 0}

    async def send(self, message: dict[str, Any]) -> None:
        """Take a message, slowly."""
        await asyncio.sleep(self.wait_s)
        self.sent.append(message)

    async def run(self) -> int:
        """Ask the portal; return the status."""
        await asyncio.wait_for(portal.application(self.scope, self.receive, self.send), 20)
        status: int = self.sent[0]["status"]
        return status

    @property
    def body(self) -> bytes:
        """Return what was answered."""
        return b"".join(message.get("body", b"") for message in self.sent)


@pytest.fixture
def echo(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[list[bytes]]:
    """Put an application in the portal's place that tells the digest of what it read, or gives the pieces listed."""
    pieces: list[bytes] = []

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        digest = hashlib.sha256()
        while part := environ["wsgi.input"].read(50_000):
            digest.update(part)
        start("200 OK", [])
        return pieces or [digest.hexdigest().encode()]

    settings.JISHI_RATE_LIMITS, settings.JISHI_PROXIES = True, 0
    monkeypatch.setattr(portal, "portal", answer)
    monkeypatch.setattr(held, "share", held.Share())
    yield pieces
    assert held.share.used == 0 and not held.share._of, "what was kept was thrown away"


def test_what_was_sent_arrives_whole_near_and_far(echo: list[bytes]) -> None:
    async def play() -> None:
        for size in (0, 5, NEAR_BYTES, 3_000_001):
            sent = bytes(place % 251 for place in range(size))
            line = Line([sent[at : at + 16_000] for at in range(0, size, 16_000)])
            assert await line.run() == 200
            assert line.body.decode() == hashlib.sha256(sent).hexdigest()
            assert line.asked or not size, "what has no body is asked for none"

    asyncio.run(play())


def test_who_is_too_slow_is_told_so(echo: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal, "SENDING", (0.2, 50_000))

    async def play() -> None:
        silent = Line([b"a="], said=1000)
        drops = Line([b"x"] * 100, each_s=0.02)
        steady = Line([b"x" * 5_000] * 20, each_s=0.02)
        statuses = await asyncio.gather(*(line.run() for line in (silent, drops, steady)))
        assert statuses == [408, 408, 200], "who keeps the pace may take longer than the head start"
        assert dict(silent.sent[0]["headers"])[b"connection"] == b"close"

    asyncio.run(play())


def test_who_left_is_answered_nothing(echo: list[bytes]) -> None:
    line = Line(said=1000)

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    asyncio.run(portal.application(line.scope, receive, line.send))
    assert not line.sent


def test_the_disk_has_bounds_in_all_and_by_address(
    echo: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_EACH", 2 * FILE_COSTS)
    monkeypatch.setattr(held, "MOST_ON_DISK", 3 * FILE_COSTS)

    async def play() -> None:
        large = [bytes(NEAR_BYTES)] * 2
        ends: list[Held] = []
        for whose in ("10.0.0.1", "10.0.0.1"):
            ends.append(Held(whose))
            await ends[-1].add(bytes(NEAR_BYTES + 1))
        refused = Line(large)
        assert await refused.run() == 429
        assert dict(refused.sent[0]["headers"])[b"retry-after"] == b"5"
        assert await Line([b"a=1"]).run() == 200, "a form finds room"
        ends.append(Held("10.0.0.2"))
        await ends[-1].add(bytes(NEAR_BYTES + 1))
        other = Held("10.0.0.3")
        with pytest.raises(Fault, match=r"portal\.full"):
            await other.add(bytes(NEAR_BYTES + 1))
        for each in (*ends, other):
            each.close()
        assert await Line(large).run() == 200

    asyncio.run(play())


def test_an_answer_is_kept_for_a_slow_reader_in_its_order(echo: list[bytes]) -> None:
    echo += [b"%07d" % place * 1000 for place in range(60)]

    async def play() -> None:
        slow = Line(wait_s=0.05)
        assert await slow.run() == 200
        assert slow.body == b"".join(echo)
        assert slow.sent[-1] == END

    asyncio.run(play())


def test_a_very_long_answer_is_made_as_it_is_taken(
    echo: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "MOST_BEHIND", 100_000)
    echo += [b"%07d" % place * 1000 for place in range(200)]
    monkeypatch.setattr(held, "MOST_EACH", FILE_COSTS)  # less than the answer has

    async def play() -> None:
        slow = Line(wait_s=0.02)
        assert await slow.run() == 200
        assert slow.body == b"".join(echo)

    asyncio.run(play())


@pytest.mark.parametrize("why", ["pace", "room"])
def test_a_reader_who_takes_too_little_is_cut_off(
    echo: list[bytes], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    echo += [bytes(7000)] * 60
    if why == "pace":
        monkeypatch.setattr(portal, "TAKING", (0.2, 10_000_000))
    else:
        monkeypatch.setattr(held, "MOST_ON_DISK", 0)

    async def play() -> None:
        slow = Line(wait_s=0.15)
        assert await slow.run() == 200
        assert END not in slow.sent, "its end is never said, so it knows"
        assert len(slow.body) < 60 * 7000

    asyncio.run(play())
