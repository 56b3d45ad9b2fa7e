"""The thinnest HTTP client that keeps its connection, so that a bench measures the server: one request, one answer."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"


@dataclass(slots=True)
class Line:
    """One kept connection to a server on this machine."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, head: bytes, body: bytes = b"") -> tuple[int, bytes]:
        """Send a request head (without its length and last blank line) and a body; return status and body."""
        self.writer.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        begin = answer.index(b"content-length:") + 15
        length = int(answer[begin : answer.index(b"\r", begin)])
        return int(answer[9:12]), await self.reader.readexactly(length)

    def close(self) -> None:
        """Close the connection."""
        self.writer.close()


async def connect(port: int) -> Line:
    """Open a connection to a port of this machine."""
    return Line(*await asyncio.open_connection(HOST, port))


def bid_head(ticket: str) -> bytes:
    """Return the head of a bid with its ticket."""
    lines = ["POST /live/bids HTTP/1.1", f"Host: {HOST}", "Content-Type: application/json"]
    return "".join(f"{line}\r\n" for line in [*lines, f"Authorization: Bearer {ticket}"]).encode()


def bid_body(key: str, price_fen: int) -> bytes:
    """Return the body of a quote."""
    given: dict[str, Any] = {"key": key, "input": {"type": "bid", "price_fen": price_fen}}
    return json.dumps(given).encode()
