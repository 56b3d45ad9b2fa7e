"""The live path: a bid by ticket, answered once stored; nothing forged, late or torn off is lost or doubled."""

import asyncio
import contextlib
import json
import queue
import threading
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import OperationalError

from jishi.apps.market import reads
from jishi.apps.market.actions import line as standing
from jishi.apps.market.actions import revoke_tickets
from jishi.apps.market.api import Ticket, use_queue
from jishi.apps.market.ticket import LIFE_MS, write_ticket
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.platform import metric
from jishi.platform.bucket import Buckets
from jishi.platform.committer import Bounds, Committer
from jishi.platform.context import Context
from jishi.web.live import path, tally
from tests.web.world import START_FEN, STEP_FEN, World

NEXT_FEN = START_FEN + 2 * STEP_FEN


class Line:
    """One request at the application, as a server would hand it over."""

    def __init__(self, ticket: str, body: Any, method: str = "POST") -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"authorization", f"Bearer {ticket}".encode())] if ticket else []
        self.scope = {"type": "http", "method": method, "path": path.PATH, "headers": headers}
        self.parts = [raw[:5], raw[5:]]
        self.status, self.headers, self.said = 0, {}, {}

    async def receive(self) -> dict[str, Any]:
        return {"type": "http.request", "body": self.parts.pop(0), "more_body": bool(self.parts)}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.said = json.loads(message["body"])

    async def ask(self) -> None:
        await path.application(self.scope, self.receive, self.send)


def bid(price_fen: int, key: str = "key-0001", **more: Any) -> dict[str, Any]:
    return {"key": key, "input": {"type": "bid", "price_fen": price_fen}, **more}


INBOX: queue.Queue[tuple[Any, Any]] = queue.Queue()


class Inline(Committer[Any]):
    """Leave the work to the thread of the test, whose transaction nobody else sees."""

    def offer(self, item: Any, tag: Any, party: str) -> None:
        """Take an item."""
        INBOX.put((item, tag))


def ask(*lines: Line) -> list[tuple[int, str]]:
    """Ask all at once and work off what comes; return status and code of each."""

    async def together() -> None:
        await asyncio.gather(*(line.ask() for line in lines))

    loop = threading.Thread(target=lambda: asyncio.run(together()))
    loop.start()
    while loop.is_alive():
        with contextlib.suppress(queue.Empty):
            item, tag = INBOX.get(timeout=0.01)
            path.committer.deliver([(tag, result) for result in path.committer.work([item])])
    return [(line.status, line.said.get("code", "")) for line in lines]


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work off each bid in the thread of the test."""
    monkeypatch.setattr(path, "committer", Inline(path._work, path._deliver))


@pytest.fixture
def ticket(world: World) -> str:
    client = world.client("rival")
    given = client.post(f"/lots/{world.offerings['rounds']}/ticket/", headers={"Accept": "application/json"})
    assert given.status_code == 200
    assert 0 < given.json()["left_ms"] <= LIFE_MS
    return str(given.json()["ticket"])


def forged(world: World, **changes: Any) -> str:
    """Sign a ticket of the rival as the platform would, but for what is changed."""
    row = reads.get_registration(world.registrations["rounds", "south"])
    fields = {
        "version": 1,
        "id": "t",
        "offering": row.offering_id,
        "registration": row.id,
        "party": row.party,
        "alias": row.alias,
        "series": row.ticket_series,
        "until_ms": Context().now_ms() + LIFE_MS,
    }
    return write_ticket(Ticket(**{**fields, **changes}))


pytestmark = pytest.mark.usefixtures("inline")


def test_a_bid_by_ticket_gets_its_place_and_receipt(world: World, ticket: str) -> None:
    line = Line(ticket, bid(NEXT_FEN))
    assert ask(line) == [(200, "")]
    lot = world.offerings["rounds"]
    assert reads.get_offering(lot).price_fen == NEXT_FEN
    assert line.said["receipt"]["seq"] == line.said["seq"]
    bundle = world.client("rival").get(f"/lots/{lot}/bundle.json").content
    assert verify_receipt(line.said["receipt"], bundle).ok


def test_the_same_key_is_the_same_bid_on_every_way(world: World, ticket: str) -> None:
    first, again = Line(ticket, bid(NEXT_FEN)), Line(ticket, bid(NEXT_FEN))
    assert ask(first) == ask(again) == [(200, "")]
    assert first.said == again.said
    room = f"/lots/{world.offerings['rounds']}/bid/"
    form = {"price_fen": NEXT_FEN, "key": "key-0001"}
    portal = world.client("rival").post(room, form, headers={"Accept": "application/json"})
    assert portal.json()["seq"] == first.said["seq"]
    assert ask(Line(ticket, bid(NEXT_FEN + STEP_FEN))) == [(422, "command.key_reused")]
    assert reads.get_offering(world.offerings["rounds"]).quotes == 3


def test_a_refusal_says_why_in_the_language_asked_for(world: World, ticket: str) -> None:
    silent, zh, en = (
        Line(ticket, bid(START_FEN, **more)) for more in ({}, {"lang": "zh-hans"}, {"lang": "en"})
    )
    assert ask(silent) + ask(zh) + ask(en) == [(409, "listing.below_next")] * 3
    assert "sentence" not in silent.said
    assert "{" not in zh.said["sentence"] + en.said["sentence"]
    assert zh.said["sentence"] != en.said["sentence"]
    assert silent.said["params"] == en.said["params"]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"no json", 400, "live.body"),
        ({"key": "key-0001"}, 400, "live.body"),
        ({"key": "key-0001", "input": {}, "extra": 1}, 400, "live.body"),
        (bid(NEXT_FEN, "short"), 422, "live.key"),
        (bid(NEXT_FEN, "键" * 9), 422, "live.key"),
        ({"key": "key-0001", "input": {"type": "tick"}}, 422, "market.bid.not_yours"),
        ({"key": "key-0001", "input": {"type": "x" * 9_000}}, 422, "market.bid.not_yours"),
        ({"key": "key-0001", "input": {"type": ["bid"]}}, 422, "market.bid.not_yours"),
        (
            {"key": "key-0001", "input": {"type": "bid", "price_fen": 5, "alias": "B-1"}},
            422,
            "market.bid.other_alias",
        ),
        ({"key": "key-0001", "input": {"type": "bid", "price_fen": "5"}}, 422, "mechanism.input.value"),
        (bid(2**60), 422, "mechanism.input.value"),
        ({"key": "key-0001", "input": {"type": "seal", "commitment": "\0"}}, 422, "mechanism.input.text"),
        (
            {"key": "key-0001", "input": {"type": "seal", "commitment": "a" * 201}},
            422,
            "mechanism.input.text",
        ),
        (
            {"key": "key-0001", "input": {"type": "order", "side": "\0", "price_fen": 1, "quantity": 1}},
            422,
            "mechanism.input.text",
        ),
        ({"key": "key-0001", "input": {"type": "seal", "commitment": "\ud800"}}, 400, "live.body"),
        (b"x" * (path.LARGEST_BODY + 6), 413, "live.too_large"),
    ],
)
def test_what_cannot_be_read_is_refused(world: World, ticket: str, sent: Any, status: int, code: str) -> None:
    line = Line(ticket, sent)
    assert ask(line) == [(status, code)]
    assert len(json.dumps(line.said.get("params"))) < 1_000
    assert reads.get_offering(world.offerings["rounds"]).quotes == 2


def test_only_post_is_taken(ticket: str) -> None:
    assert ask(Line(ticket, b"", "GET")) == [(405, "live.method")]


def test_a_ticket_must_be_signed_whole_and_in_time(world: World, ticket: str) -> None:
    swapped = ticket[:-4] + ("A" if ticket[-4] != "A" else "B") + ticket[-3:]
    for text in ("", ticket[:-2], swapped, "x", "é" * 40, "A" * 700):
        code = "live.ticket.forged" if text else "live.ticket.missing"
        assert ask(Line(text, bid(NEXT_FEN))) == [(401, code)], text
    late = forged(world, until_ms=Context().now_ms() - 1)
    assert ask(Line(late, bid(NEXT_FEN))) == [(401, "live.ticket.expired")]
    assert ask(Line(forged(world, version=2), bid(NEXT_FEN))) == [(401, "live.ticket.forged")]
    assert reads.get_offering(world.offerings["rounds"]).quotes == 2


def test_a_ticket_fits_its_own_lot_and_registration_alone(world: World) -> None:
    for changes in (
        {"offering": world.offerings["free"]},
        {"alias": reads.get_registration(world.registrations["rounds", "north"]).alias},
        {"series": 5},
        {"registration": "0" * 32},
    ):
        assert ask(Line(forged(world, **changes), bid(NEXT_FEN))) == [(401, "live.ticket.revoked")], changes
    assert ask(Line(forged(world), bid(NEXT_FEN))) == [(200, "")]


def test_a_ticket_revoked_is_refused_at_once(world: World, ticket: str) -> None:
    revoke_tickets(Context(), world.registrations["rounds", "south"])
    assert ask(Line(ticket, bid(NEXT_FEN))) == [(401, "live.ticket.revoked")]
    client = world.client("rival")
    fresh = client.post(f"/lots/{world.offerings['rounds']}/ticket/", headers={"Accept": "application/json"})
    assert ask(Line(fresh.json()["ticket"], bid(NEXT_FEN))) == [(200, "")]


def test_who_bids_too_often_waits(settings: Any, ticket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(standing, "OFTEN", Buckets(rate=0.5, burst=1))
    first, second = Line(ticket, bid(NEXT_FEN)), Line(ticket, bid(NEXT_FEN, "key-0002"))
    assert ask(first) + ask(second) == [(200, ""), (429, "live.often")]
    assert second.headers[b"retry-after"] == b"2"


# --- the queue itself, with work that is held up


class Held:
    """A committer whose work waits until it is freed; it counts what it took and stores nothing."""

    def __init__(self, bounds: Bounds) -> None:
        self.free, self.taken = threading.Event(), []
        self.committer: Committer[Any] = Committer(self._work, path._deliver, bounds)

    def _work(self, batch: list[Any]) -> list[Any]:
        assert self.free.wait(10)
        self.taken += [each.command.key for each in batch]
        answer = path.Answer(False, "listing.over")
        return [(answer, None) for _ in batch]


def test_a_full_queue_refuses_before_it_takes(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(Bounds(most=2, share=9, largest=1, linger_s=0.0))
    monkeypatch.setattr(path, "committer", held.committer)
    lines = [Line(ticket, bid(NEXT_FEN, f"key-000{at}")) for at in range(3)]

    async def crowd() -> None:
        tasks = [asyncio.create_task(line.ask()) for line in lines]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        held.free.set()
        held.committer.start()
        await asyncio.gather(*tasks)

    asyncio.run(crowd())
    held.committer.stop()
    assert [line.status for line in lines] == [409, 409, 503]
    assert (lines[2].said["code"], lines[2].headers[b"retry-after"]) == ("live.full", b"1")
    assert [key[-8:] for key in held.taken] == ["key-0000", "key-0001"]


def test_a_bidder_whose_line_breaks_delays_nobody(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(Bounds(linger_s=0.0))
    monkeypatch.setattr(path, "committer", held.committer)
    gone, kept = Line(ticket, bid(NEXT_FEN, "key-0001")), Line(ticket, bid(NEXT_FEN, "key-0002"))

    async def break_off() -> None:
        tasks = [asyncio.create_task(line.ask()) for line in (gone, kept)]
        await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        await asyncio.sleep(0)
        held.committer.start()
        held.free.set()
        await asyncio.wait_for(tasks[1], 5)

    asyncio.run(break_off())
    held.committer.stop()
    assert (gone.status, kept.status) == (0, 409)
    assert len(held.taken) == 2


def test_a_share_keeps_one_party_from_filling_the_queue(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(Bounds(most=9, share=1, linger_s=0.0))
    monkeypatch.setattr(path, "committer", held.committer)
    lines = [Line(ticket, bid(NEXT_FEN, "key-0001")), Line(ticket, bid(NEXT_FEN, "key-0002"))]

    async def crowd() -> None:
        tasks = [asyncio.create_task(line.ask()) for line in lines]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        held.free.set()
        held.committer.start()
        await asyncio.gather(*tasks)

    asyncio.run(crowd())
    held.committer.stop()
    assert [line.status for line in lines] == [409, 429]
    assert lines[1].said["code"] == "live.share"


def figure(name: str, reason: str = "") -> float:
    """Return a figure of this process."""
    found = [
        sample.value
        for family in metric.read_families()
        for sample in family.samples
        if (sample.name, sample.labels.get("reason", ""), sample.labels["process"])
        == (name, reason, metric.process_name())
    ]
    return found[0] if found else 0.0


def test_a_queue_that_stands_still_is_seen(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(Bounds(linger_s=0.0))
    monkeypatch.setattr(path, "committer", held.committer)
    monkeypatch.setattr(tally, "LATE_S", 0.1)
    monkeypatch.setattr(path, "gc", Mock())  # the tests keep their own collector
    lines = [Line(ticket, bid(NEXT_FEN, f"key-000{at}")) for at in range(3)]

    async def crowd() -> tuple[float, float, Any]:
        path.start()
        first = asyncio.create_task(lines[0].ask())
        while held.committer.waiting() or not held.committer.count.taken:
            await asyncio.sleep(0.01)
        rest = [asyncio.create_task(line.ask()) for line in lines[1:]]
        await asyncio.sleep(0.2)
        seen = figure("jishi_queue_length"), figure("jishi_queue_oldest_seconds")
        trouble = tally.check_queue(held.committer)
        held.free.set()
        await asyncio.gather(first, *rest)
        return *seen, trouble

    try:
        length, oldest_s, trouble = asyncio.run(crowd())
    finally:
        held.committer.stop()
        use_queue(None)
    assert length == 2
    assert oldest_s >= 0.2
    assert trouble == ("platform.ready.queue_late", {"seconds": 0, "length": 2})
    assert tally.check_queue(held.committer) is None
    assert figure("jishi_queue_oldest_seconds") == 0.0


def test_bids_that_failed_are_counted_as_refused(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OperationalError("the database is not there")

    monkeypatch.setattr(path, "settle_each", fail)
    broken: Committer[Any] = Committer(path._work, path._deliver, Bounds(linger_s=0.0))
    monkeypatch.setattr(path, "committer", broken)
    before = figure("jishi_refused_total", "live.failed")
    broken.start()
    assert (
        ask(Line(ticket, bid(NEXT_FEN)), Line(ticket, bid(NEXT_FEN, "key-0002")))
        == [(503, "live.failed")] * 2
    )
    broken.stop()
    assert figure("jishi_refused_total", "live.failed") == before + 2


def test_a_batch_that_fails_is_told_to_ask_again(
    world: World, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any) -> Any:
        raise OSError("the disk is full")

    broken: Committer[Any] = Committer(fail, path._deliver, Bounds(linger_s=0.0))
    monkeypatch.setattr(path, "committer", broken)
    broken.start()
    line = Line(ticket, bid(NEXT_FEN))
    assert ask(line) == [(503, "live.failed")]
    broken.stop()
    assert line.headers[b"retry-after"] == b"1"
