"""The bounds of accepted lines, on sockets of this process."""

import resource
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jishi.project.lines import DEAD_MS, SEND_BUFFER_BYTES, UNSENT_BYTES, bound_listening, raise_file_limit

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is bounded")


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """Listen."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        yield line


def bounds(line: socket.socket) -> list[int]:
    """Return what a line is bound to."""
    return [
        line.getsockopt(socket.IPPROTO_TCP, name)
        for name in (socket.TCP_NOTSENT_LOWAT, socket.TCP_USER_TIMEOUT)
    ]


@linux
@pytest.mark.parametrize("early", [False, True], ids=["later", "before"])
def test_what_comes_in_is_bounded(port: socket.socket, early: bool) -> None:
    """What comes later inherits the bounds; what came before, while the server only began, is given them."""
    if not early:
        assert bound_listening() >= 1
    with socket.create_connection(port.getsockname()) as reader, port.accept()[0] as accepted:
        if early:
            assert bounds(accepted) != [UNSENT_BYTES, DEAD_MS]
            bound_listening()
        assert bounds(accepted) == [UNSENT_BYTES, DEAD_MS]
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * SEND_BUFFER_BYTES
        assert bounds(reader) != [UNSENT_BYTES, DEAD_MS]  # whom this process asks is none of its business


@linux
def test_nothing_stays_open_that_was_looked_at(port: socket.socket) -> None:
    files = Path("/proc/self/fd")
    before = sorted(files.iterdir())
    bound_listening()
    assert sorted(files.iterdir()) == before
    assert port.getsockname()


def test_the_file_limit_is_raised_and_never_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = [(1024, 100_000), (90_000, 100_000), (1024, 4096), (1024, resource.RLIM_INFINITY)]
    limits.append((resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[0])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: asked.append(pair))
    while limits:
        raise_file_limit(32_768)
        limits.pop(0)
    assert asked == [(65_536, 100_000), (4096, 4096), (65_536, resource.RLIM_INFINITY)]
