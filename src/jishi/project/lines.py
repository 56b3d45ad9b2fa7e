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
from contextlib import suppress
from pathlib import Path

UNSENT_BYTES = 8 * 1024
"""More than this a line takes only once some of it has left: two or three frames."""
SEND_BUFFER_BYTES = 64 * 1024
"""Of what has left and is not yet acknowledged, the kernel's own cost included: a clogged network is a queue, too."""
DEAD_MS = 60_000
"""A line whose reader has taken nothing for so long is closed."""
_TRIES, _EVERY_S = 200, 0.05


async def bound_lines() -> None:
    """Bound the lines of this process as soon as it listens; without a TCP port it gives up after ten seconds."""
    for _ in range(_TRIES):
        if bound_listening() or sys.platform != "linux":
            return
        await asyncio.sleep(_EVERY_S)


def bound_listening() -> int:
    """Bound what comes in at the ports this process listens on; return how many ports these are."""
    return sum(_bound(int(each.name)) for each in Path("/proc/self/fd").iterdir()) if _on_linux() else 0


def raise_file_limit(lines: int) -> None:
    """Let this process hold so many lines and as many files beside them, or as many as the system permits."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * lines if hard == resource.RLIM_INFINITY else min(2 * lines, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS knows a lower bound that it does not tell
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _on_linux() -> bool:
    return sys.platform == "linux"


def _bound(number: int) -> bool:
    """Bound one open file if it is a listening TCP socket."""
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            return False
        with socket.socket(fileno=os.dup(number)) as line:
            is_port = line.family in (socket.AF_INET, socket.AF_INET6) and line.type == socket.SOCK_STREAM
            if not is_port or not line.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return False
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
            return True
    except OSError:
        return False  # closed meanwhile
