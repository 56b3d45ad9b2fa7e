"""The lines of a serving process: how much the kernel keeps of what a reader has not taken, and how many may be open.

A send buffer of the system's own size holds hundreds of frames, all of them old by the time a slow reader gets them.
Accepted lines inherit these bounds from the listening one, whoever opened it: the embedded server, or granian's own
workers, which each open theirs after the application has started. Elsewhere than on Linux nothing is bounded.
"""

import asyncio
import os
import resource
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

UNSENT_BYTES = 8 * 1024
"""More than this a line takes only once some of it has left: two or three frames."""
SEND_BUFFER_BYTES = 64 * 1024
"""Of what has left and is not yet acknowledged, the kernel's own cost included: a clogged network is a queue, too."""
DEAD_MS = 60_000
"""A line whose reader has taken nothing for so long is closed."""
_TRIES, _EVERY_S, _QUEUED_S = 200, 0.05, 1.0


async def bound_lines() -> None:
    """Bound the lines of this process as soon as it listens; without a TCP port it gives up after ten seconds."""
    for _ in range(_TRIES):
        if bound_listening() or not _on_linux():
            break
        await asyncio.sleep(_EVERY_S)
    await asyncio.sleep(_QUEUED_S)
    bound_listening()  # what was on its way in before, and was not yet accepted


def bound_listening() -> int:
    """Bound what comes in at the ports this process listens on, and what has come; return how many ports these are."""
    if not _on_linux():
        return 0
    with ExitStack() as looked_at:
        lines = [looked_at.enter_context(line) for line in _open_lines()]
        ports = {_port(line) for line in lines if line.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
        for line in lines:
            if _port(line) in ports:
                _bound(line)
    return len(ports)


def raise_file_limit(lines: int) -> None:
    """Let this process hold so many lines and as many files beside them, or as many as the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * lines if hard == resource.RLIM_INFINITY else min(2 * lines, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS knows a lower bound that it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _on_linux() -> bool:
    return sys.platform == "linux"


def _open_lines() -> Iterator[socket.socket]:
    """Give every TCP socket of this process once more, to be closed by whoever asked."""
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if not stat.S_ISSOCK(os.fstat(int(each.name)).st_mode):
                continue
            line = socket.socket(fileno=os.dup(int(each.name)))
            if line.family in (socket.AF_INET, socket.AF_INET6) and line.type == socket.SOCK_STREAM:
                yield line
            else:
                line.close()


def _port(line: socket.socket) -> int:
    port: int = line.getsockname()[1]
    return port


def _bound(line: socket.socket) -> None:
    with suppress(OSError):  # its other end has gone
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
