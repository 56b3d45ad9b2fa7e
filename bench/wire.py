"""The thinnest HTTP client that keeps its connection: one request, one answer with a known length.

It exists so that a benchmark measures the server and not the client. It refuses chunked answers.
"""

import asyncio
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(slots=True)
class Line:
    """One kept connection to a server on this machine."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, head: bytes, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request head (without its length and last blank line) and a body; return status and body."""
        self.writer.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        answer = await self.reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        return status, await self.reader.readexactly(_length(answer))

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()


async def connect(port: int) -> Line:
    """Open a connection to a port of this machine."""
    return Line(*await asyncio.open_connection(HOST, port))


def post_head(path: str, **headers: str) -> bytes:
    """Return the head of a POST of JSON; an underscore in a header's name stands for a hyphen.

    >>> post_head("/a", Accept_Language="en").split(b"\\r\\n")[-2]
    b'Accept-Language: en'
    """
    lines = [f"POST {path} HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError(f"no Content-Length in {head!r}")
