"""A crowd of watchers in one process: `python -m jishi.project.bench.crowd < asked.json`.

Given {ports, path, watchers}; prints {"ready"} once every watcher has a frame, reads on until it is given another line,
then prints for each watcher the instants (ns, monotonic) and ids of the frames it got.
"""

import asyncio
import contextlib
import json
import sys
import time
from typing import Any, cast

from jishi.project.bench.stage import HOST, raise_file_limit

AT_ONCE = 100
LONGEST_S = 60.0


class Watcher(asyncio.Protocol):
    """One open stream; keeps when each frame's id arrived."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.seen: list[tuple[int, int]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast(asyncio.WriteTransport, transport).write(self.request)  # uvloop's is one by its methods only

    def data_received(self, data: bytes) -> None:
        """Note the last frame of what arrived; the server writes a frame at once, so its id is not torn."""
        at = data.rfind(b"id: ")
        if at >= 0:
            self.seen.append((time.monotonic_ns(), int(data[at + 4 : data.index(b"\n", at)])))


def main() -> None:
    """Watch until the input ends, then print what was seen."""
    raise_file_limit()
    asked = json.loads(sys.stdin.readline())
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    print(json.dumps(asyncio.run(_watch(asked))), flush=True)


async def _watch(asked: dict[str, Any]) -> list[list[tuple[int, int]]]:
    loop = asyncio.get_running_loop()
    request = f"GET {asked['path']} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    watchers = [Watcher(request) for _ in range(asked["watchers"])]
    ports = asked["ports"]
    for place, watcher in enumerate(watchers):
        await loop.create_connection(lambda w=watcher: w, HOST, ports[place % len(ports)])  # type: ignore[misc]
        if not place % AT_ONCE:
            await asyncio.sleep(0.02)
    ends_at = time.monotonic() + LONGEST_S
    while not all(watcher.seen for watcher in watchers):
        if time.monotonic() > ends_at:
            raise RuntimeError(f"{sum(not watcher.seen for watcher in watchers)} watchers got no frame")
        await asyncio.sleep(0.05)
    print('{"ready": true}', flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    return [watcher.seen for watcher in watchers]


if __name__ == "__main__":
    main()
