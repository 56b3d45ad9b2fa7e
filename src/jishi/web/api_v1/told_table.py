"""A table that was decided, written for programs: CSV, Arrow, JSON, or NDJSON with its progress."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import polars as pl
from ninja.errors import Throttled

from jishi.apps.packs.api import Part, Run
from jishi.kernel.fault import Fault
from jishi.platform.tables.sink import arrow_bytes, csv_bytes
from jishi.platform.tables.source import Form

_AT_ONCE = threading.BoundedSemaphore(2)
LONGEST_WAIT_S = 10
PIECE = 1 << 17
MOST_LISTED = 10_000
ANSWERS = (
    "text/csv",
    "application/vnd.apache.arrow.stream",
    "application/json",
    "application/x-ndjson",
)
LIKE: dict[Form, str] = {"csv": ANSWERS[0], "xlsx": ANSWERS[0], "parquet": ANSWERS[1], "arrow": ANSWERS[1]}


def choose_answer(accept: str, form: Form) -> str:
    """Choose the form of the answer the caller likes best, else the one like the table's; Fault `api.accept`."""
    liked = sorted((_liking(each) for each in accept.split(",") if each.strip()), key=lambda pair: -pair[1])
    for media, weight in liked or [("*/*", 1.0)]:
        if weight and media in ("*/*", "application/*", "text/*"):
            return LIKE[form]
        if weight and media in ANSWERS:
            return media
    raise Fault("api.accept", accept=accept[:200], valid=list(ANSWERS))


@contextmanager
def taking_turns() -> Iterator[None]:
    """Work on a table while few others do: bidders must not wait for it. A 429 where it does not come to it."""
    if not _AT_ONCE.acquire(timeout=LONGEST_WAIT_S):
        raise Throttled(wait=LONGEST_WAIT_S)
    try:
        yield
    finally:
        _AT_ONCE.release()


def _in_turn(parts: Iterator[Part]) -> Iterator[Part]:
    """Take turns part by part, so that a caller who reads slowly keeps nobody waiting."""
    while True:
        with _AT_ONCE:
            part = next(parts, None)
        if part is None:
            return
        yield part


def _small(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut what is sent small: servers keep several pieces of an answer in memory for a slow reader."""
    for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]


class Told:
    """Write a run part by part; closing it lets go of what it holds, begun or not."""

    def __init__(self, run: Run, media: str, language: str, let_go: Callable[[], Any]) -> None:
        self.run, self.media, self.language, self.let_go = run, media, language, let_go
        self.listed = 0
        self.parts: Iterator[Part] = iter(())
        self.lines: Iterator[bytes] = iter(())

    def begin(self) -> None:
        """Decide the first part, so that what is wrong with the whole is told before the answer begins."""
        parts = _in_turn(self.run.parts())
        first = next(parts)
        self.parts = chain([first], parts)
        self.lines = _small(_WAYS[self.media](self))

    def __iter__(self) -> "Told":
        """Give itself."""
        return self

    def __next__(self) -> bytes:
        """Give the next part of the answer."""
        return next(self.lines)

    def close(self) -> None:
        """Let go."""
        self.let_go()

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the rows with their answers."""
        return (part.frame for part in self.parts)

    def problems(self, part: Part) -> list[dict[str, Any]]:
        """List the problems of a part, as long as there is room."""
        room = max(MOST_LISTED - self.listed, 0)
        self.listed += len(part.troubles[:room])
        return [each.to_json(self.language) for each in part.troubles[:room]]

    def head(self) -> dict[str, Any]:
        """Say what is decided by which law."""
        run = self.run
        near = {"unused": list(run.plan.unused), "absent": list(run.plan.absent), "near": dict(run.plan.near)}
        pack = {"rule": run.plan.rule, "as_of": run.day.isoformat(), "pack": run.pack}
        return {**pack, "of": run.source.count(), "columns": {**dict(run.plan.facts)}, **near}

    def foot(self) -> dict[str, Any]:
        """Count what was decided."""
        tally = self.run.tally
        return {
            "done": tally.rows,
            "counts": dict(tally.answers),
            "missing": dict(tally.missing),
            "unconfirmed": tally.unconfirmed,
            "rows_with_problems": tally.troubled,
            "problems_listed": self.listed,
        }


def _csv(told: Told) -> Iterator[bytes]:
    return csv_bytes(told.frames())


def _arrow(told: Told) -> Iterator[bytes]:
    return arrow_bytes(told.frames())


def _json(told: Told) -> Iterator[bytes]:
    yield _dump(told.head())[:-1] + b',"rows":['
    problems: list[dict[str, Any]] = []
    comma = b""
    for part in told.parts:
        problems += told.problems(part)
        rows = part.frame.write_ndjson().encode().rstrip(b"\n")
        if rows:
            yield comma + rows.replace(b"\n", b",\n")
            comma = b",\n"
    yield b'],"problems":' + _dump(problems) + b"," + _dump(told.foot())[1:]


def _ndjson(told: Told) -> Iterator[bytes]:
    yield _dump({"begin": told.head()}) + b"\n"
    yield _dump({"done": 0, "of": told.run.source.count()}) + b"\n"
    for part in told.parts:
        rows = part.frame.write_ndjson().encode().rstrip(b"\n")
        if rows:
            yield b'{"case":' + rows.replace(b"\n", b'}\n{"case":') + b"}\n"
        if found := told.problems(part):
            yield _dump({"problems": found}) + b"\n"
        yield _dump({"done": told.run.tally.rows, "of": told.run.source.count()}) + b"\n"
    yield _dump({"end": told.foot()}) + b"\n"


_WAYS: dict[str, Callable[[Told], Iterator[bytes]]] = dict(
    zip(ANSWERS, (_csv, _arrow, _json, _ndjson), strict=True)
)


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _liking(entry: str) -> tuple[str, float]:
    media, *params = (part.strip() for part in entry.split(";"))
    weight = next((part[2:] for part in params if part.startswith("q=")), "1")
    try:
        return media.lower(), float(weight)
    except ValueError:
        return media.lower(), 0.0
