"""The ASGI application at `/live/bids`: a bid with its ticket, its place in the queue, and the answer once committed.

No middleware, no session: who may bid was checked when the ticket was issued, and is looked at again with the lot
locked. Nothing is answered as accepted before it is stored. Refuses with Retry-After what finds no room, before it
is taken.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import Future
from typing import Any

from django.conf import settings

from jishi.apps.market.actions import Answer, Outcome, Sent, settle_each
from jishi.apps.market.api import SHARE, Ticket, check_rate, part_of, sign_promises, use_queue
from jishi.kernel.fault import Fault
from jishi.platform import metric
from jishi.platform.committer import Bounds, Committer, Full
from jishi.platform.context import Context
from jishi.web.live.answer import Reply, tell_answer, tell_fault
from jishi.web.live.request import LARGEST_BODY, PATH, find_ticket, read_body

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Result = tuple[Outcome, dict[str, Any] | None]
"""What became of a command, and its receipt if it was accepted."""
Waiting = asyncio.Future[Result] | Future[Result]
"""Who waits: a request on the live path, or a thread of the portal."""

__all__ = ["PATH", "application", "committer", "start", "stop"]
COLLECT_AFTER = (50_000, 20, 100)
"""A batch makes thousands of small objects and no cycles: the collector comes seldom."""
LONGEST_WAIT_S = 5.0
"""How long a thread of the portal waits for an answer; a batch takes milliseconds."""


def start() -> None:
    """Begin to take bids. What stands in memory by now stays there: the collector need not look through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    metric.watch_queue(committer.waiting, committer.oldest_s)
    committer.start()
    use_queue(wait_in_queue)


def stop() -> None:
    """Take nothing more, and work off what waits."""
    committer.stop()
    use_queue(None)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one bid."""
    status, headers, body = await _answer(scope, receive)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _answer(scope: Scope, receive: Receive) -> Reply:
    try:
        if scope["method"] != "POST":
            raise Fault("live.method", method=scope["method"])
        ticket = find_ticket(scope["headers"], time.time_ns() // 1_000_000)
        sent, lang = read_body(await _read(receive), ticket)
        waiting = _enter(sent, ticket)
    except Fault as fault:
        metric.refused(fault.code)
        return tell_fault(fault, wait_s=fault.params.get("wait_ms", 1000) / 1000)
    outcome, receipt = await waiting
    if isinstance(outcome, Answer):
        return tell_answer(outcome, receipt, lang)
    return tell_fault(outcome, lang)


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
    if len(body) > LARGEST_BODY:
        raise Fault("live.too_large", most=LARGEST_BODY)
    return body


def _enter(sent: Sent, ticket: Ticket) -> "asyncio.Future[Result]":
    """Put a command into the queue; Faults `live.often`, `live.share`, `live.full`: nothing was taken."""
    check_rate(ticket.party)
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[Result] = loop.create_future()
    _offer(sent, (loop, waiting), ticket.party)
    return waiting


def wait_in_queue(sent: Sent, party: str) -> Outcome:
    """Put a bid of a form or a program into the same queue and wait, in the thread of the portal, for its outcome.

    Faults: `live.share`, `live.full`: nothing was taken; `live.unanswered`: what was taken may yet be stored.
    """
    waiting: Future[Result] = Future()
    _offer(sent, (None, waiting), party)
    try:
        return waiting.result(LONGEST_WAIT_S)[0]
    except TimeoutError:
        raise Fault("live.unanswered", seconds=round(LONGEST_WAIT_S)) from None


def _offer(sent: Sent, tag: Any, party: str) -> None:
    try:
        committer.offer(sent, tag, party)
    except Full as full:
        raise Fault("live.share" if full.shared else "live.full") from None


def _work(batch: list[Sent]) -> list[Result]:
    metric.queue_age(committer.count.last_wait_s)
    batch = list(batch)
    try:
        return _settle(batch)
    except Exception:
        metric.refused("live.failed", len(batch))  # the answer that all of them get
        raise


def _settle(batch: list[Sent]) -> list[Result]:
    began = time.monotonic()
    outcomes = settle_each(Context(), batch, lambda locked: _draw(batch, locked))
    metric.batch(len(outcomes), time.monotonic() - began)
    accepted = [
        (place, (f"offering/{sent.offering_id}", outcome.seq, outcome.leaf_hash, outcome.at_ms))
        for place, (sent, outcome) in enumerate(zip(batch, outcomes, strict=True))
        if isinstance(outcome, Answer) and outcome.accepted
    ]
    receipts = sign_promises([promised for _, promised in accepted])
    by_place = dict(zip((place for place, _ in accepted), receipts, strict=True))
    return [(outcome, by_place.get(place)) for place, outcome in enumerate(outcomes)]


def _draw(batch: list[Sent], locked: Collection[str]) -> list[Sent]:
    """Add to a batch whose lots are locked what came for these lots while it waited for them."""
    drawn = committer.draw(lambda sent: sent.offering_id in locked)
    batch += drawn
    return drawn


def _deliver(done: list[tuple[Any, Any]]) -> None:
    loops: dict[asyncio.AbstractEventLoop | None, list[tuple[Waiting, Any]]] = {}
    for (loop, waiting), result in done:
        loops.setdefault(loop, []).append((waiting, result))
    for loop, pairs in loops.items():
        if loop is None:
            _resolve(pairs)  # threads of the portal
        else:
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: list[tuple[Waiting, Any]]) -> None:
    for waiting, result in pairs:
        if waiting.done():  # the bidder's line is gone: what was taken stands, and the key asks for it again
            continue
        failed = isinstance(result, Exception)
        waiting.set_result((Fault("live.failed"), None) if failed else result)


committer: Committer[Sent] = Committer(
    _work, _deliver, Bounds(share=part_of(SHARE, settings.JISHI_PROCESSES))
)
