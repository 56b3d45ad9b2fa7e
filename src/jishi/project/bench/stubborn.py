"""Bidders who ask until they are answered and watchers who write down what they saw, while everything breaks.

Each bid keeps its key over lost lines, refusals for want of room and servers that are gone. Some hang up in the middle
of a request, some send the same request twice at once.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from jishi.project.bench.history import Frame, Op
from jishi.project.bench.plan import START_FEN, STEP_FEN
from jishi.project.bench.wire import HOST, bid_head, connect

ANSWERED = (200, 409)
PATIENCE_S = 2.5
PAUSE_S = 0.05
FRAMES_A_LINE = 15
Answer = tuple[int, dict[str, Any]]
Asked = tuple[bytes, str, dict[str, Any], str]
"""The head of a request, its key, its input, and the bidder's alias."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How likely a request hangs up halfway, comes twice, is below the price, says that one goes on; how often (s)."""

    hangs_up: float = 0.05
    twice: float = 0.05
    stale: float = 0.15
    goes_on: float = 0.1
    every_s: float = 0.02


@dataclass(frozen=True, slots=True)
class Manner:
    """A bidder's habit and the chance it goes by."""

    chance: random.Random
    habit: Habit


@dataclass
class Room:
    """One lot as its crowd sees it: the latest price, the result if it is over, and all frames and operations."""

    place: int
    id: str
    price_fen: int = 0
    result: str | None = None
    frames: list[Frame] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    told: list[tuple[str, str, int | None, int, dict[str, Any]]] = field(default_factory=list)
    """Key, alias, price (fen, None for what is no bid), status and answer."""
    differing: int = 0
    """Answers to one key that differ."""
    unanswered: int = 0


async def bid(room: Room, row: dict[str, Any], ports: list[int], manner: Manner) -> None:
    """Bid for a lot as one bidder until cancelled; what is under way is asked to its end."""
    head, number = bid_head(row["ticket"]), 0
    chance, habit = manner.chance, manner.habit
    while room.result is None:
        number += 1
        given: dict[str, Any] = {"type": "bid", "price_fen": _price(room, chance, habit)}
        if chance.random() < habit.goes_on:
            given = {"type": "continue"}
        key = f"{row['alias']}-{number:06d}-{chance.getrandbits(32):08x}"
        asking = asyncio.ensure_future(_insist(room, (head, key, given, row["alias"]), ports, manner))
        try:
            await asyncio.shield(asking)
            await asyncio.sleep(chance.expovariate(1 / habit.every_s))
        except asyncio.CancelledError:
            await asking
            return


def _price(room: Room, chance: random.Random, habit: Habit) -> int:
    up = chance.randint(-2, 0) if chance.random() < habit.stale else chance.randint(1, 3)
    return max(START_FEN, room.price_fen + up * STEP_FEN)


async def _insist(room: Room, asked: Asked, ports: list[int], manner: Manner) -> None:
    chance, habit = manner.chance, manner.habit
    head, key, given, alias = asked
    body = json.dumps({"key": key, "input": given}).encode()
    sent_s = time.monotonic()
    answers: list[Answer] = []
    room.unanswered += 1
    while not answers:
        if chance.random() < habit.hangs_up:
            await _hang_up(chance.choice(ports), head, body)
        copies = 2 if chance.random() < habit.twice else 1
        asks = (_ask(chance.choice(ports), head, body) for _ in range(copies))
        answers = [each for each in await asyncio.gather(*asks) if each is not None]
        if not answers:
            await asyncio.sleep(PAUSE_S)
    room.unanswered -= 1
    told_s = time.monotonic()
    room.differing += any(_same(each) != _same(answers[0]) for each in answers)
    status, answer = answers[0]
    room.told.append((key, alias, given.get("price_fen"), status, answer))
    named = {**given, "alias": alias}
    room.ops.append(
        Op(
            named,
            sent_s,
            told_s,
            answer.get("seq", 0),
            answer.get("code", ""),
            answer.get("params", {}),
            answer["at_ms"],
        )
    )


def _same(answer: Answer) -> tuple[Any, ...]:
    status, told = answer
    return status, *(told.get(name) for name in ("seq", "at_ms", "leaf_hash", "code"))


async def _ask(port: int, head: bytes, body: bytes) -> Answer | None:
    """Send a request; None for no answer, or for one that says to come again."""
    line = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            line = await connect(port)
            status, raw = await line.ask(head, body)
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return None
    finally:
        if line is not None:
            line.close()
    if status in ANSWERED:
        return status, json.loads(raw)
    if status in (429, 503):
        return None
    raise RuntimeError(f"a bid was answered with {status}: {raw[:300]!r}")


async def _hang_up(port: int, head: bytes, body: bytes) -> None:
    """Send a request, whole or in part, and do not wait for the answer."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            line = await connect(port)
            whole = b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)
            line.writer.write(whole if body[-2] % 2 else whole[: len(whole) - len(body) // 2])
            await line.writer.drain()
            line.writer.transport.abort()


async def watch(room: Room, ports: list[int], number: int) -> None:
    """Read the frames of a lot until cancelled, as a browser does: after a break it says what it saw last.

    After `FRAMES_A_LINE` frames it hangs up by itself and goes on at the next process.
    """
    seen, lines = 0, number
    while True:
        lines += 1
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
            reader, writer = await asyncio.open_connection(HOST, ports[lines % len(ports)])
            try:
                last = f"Last-Event-ID: {seen}\r\n" if seen else ""
                writer.write(f"GET /live/{room.id} HTTP/1.1\r\nHost: {HOST}\r\n{last}\r\n".encode())
                async for frame in _read_frames(reader, number):
                    seen = frame.seq
                    _note(room, frame)
            finally:
                writer.close()
        await asyncio.sleep(PAUSE_S)


def _note(room: Room, frame: Frame) -> None:
    room.frames.append(frame)
    room.price_fen = max(room.price_fen, frame.shown["price_fen"] or 0)
    room.result = room.result or frame.shown["result"]


async def _read_frames(reader: asyncio.StreamReader, number: int) -> AsyncIterator[Frame]:
    seq, left = 0, FRAMES_A_LINE
    while left and (text := await reader.readline()):
        if text.startswith(b"id: "):
            seq = int(text[4:])
        elif text.startswith(b"data: ") and seq:
            yield Frame(number, seq, json.loads(text[6:]))
            seq, left = 0, left - 1
