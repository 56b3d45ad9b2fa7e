"""A line between a server process and its database that can be cut or fall silent, on this machine alone."""

import asyncio
import contextlib
import threading

from jishi.project.bench.stage import HOST

PART = 65536


class Relay:
    """Pass bytes between connections to `port` and a socket of the database, in a thread of its own."""

    def __init__(self, socket_path: str) -> None:
        self.path = socket_path
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._open = True
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> "Relay":
        """Take connections on a free port."""
        threading.Thread(target=self._loop.run_forever, name="relay", daemon=True).start()
        serving = asyncio.start_server(self._take, HOST, 0)
        server = asyncio.run_coroutine_threadsafe(serving, self._loop).result()
        self.port = int(server.sockets[0].getsockname()[1])
        return self

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        self._loop.call_soon_threadsafe(self._cut)

    def silence(self) -> None:
        """Pass nothing on, and say nothing about it."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def heal(self) -> None:
        """Pass on again."""
        self._loop.call_soon_threadsafe(self._heal)

    def stop(self) -> None:
        """Take no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _end(self) -> None:
        self._cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cut(self) -> None:
        self._open = False
        for writer in tuple(self._writers):
            writer.transport.abort()
        for task in tuple(self._tasks):
            task.cancel()

    def _heal(self) -> None:
        self._open = True
        self._flowing.set()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self.path)
        except OSError:
            writer.transport.abort()
            return
        for pair in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass(*pair))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            while part := await reader.read(PART):
                await self._flowing.wait()
                writer.write(part)
                await writer.drain()
        self._writers.discard(writer)
        writer.transport.abort()
