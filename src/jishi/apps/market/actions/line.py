"""The line in which bids stand, by whichever way they came: one rate of a party, one queue of a process, one check.

Where a queue runs in the process, forms and programs stand in it behind whoever came earlier and wait for the answer.
Where none runs, or inside a transaction that writes more, a bid is a transaction of its own. Refuses before it takes.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction

from jishi.apps.market.actions.batch import Outcome, Sent, settle
from jishi.apps.market.actions.fold import Answer
from jishi.kernel.fault import Fault
from jishi.platform import metric
from jishi.platform.bucket import Buckets
from jishi.platform.clock import SystemClock
from jishi.platform.context import Context
from jishi.platform.turn import turn

RATE, BURST, SHARE = 10, 40, 8
"""What a party may send: bids a second, at once, and waiting in queues; its representatives and all ways together."""


def part_of(whole: int, processes: int) -> int:
    """Return the part of a bound that each of so many processes may let through; at least one, else nobody could bid.

    >>> part_of(40, 1), part_of(40, 3), part_of(8, 16)
    (40, 13, 1)
    """
    return max(1, whole // processes)


OFTEN = Buckets(rate=RATE / settings.JISHI_PROCESSES, burst=part_of(BURST, settings.JISHI_PROCESSES))
"""How often a party may bid at this process: no process knows what another let through, so each has a part."""
Queue = Callable[[Sent, str], Outcome]
"""Put a party's bid into the queue and wait for what becomes of it; raise a Fault where it was not taken."""
_queues: list[Queue] = []


def use_queue(queue: Queue | None) -> None:
    """Let bids of this process stand in `queue` from now on, or in none."""
    _queues[:] = [queue] if queue else []


def check_rate(party: str) -> None:
    """Take one from the party's bucket; Fault `live.often` with `wait_ms` if it is empty."""
    if settings.JISHI_RATE_LIMITS and (wait_s := OFTEN.wait_s(party)):
        raise Fault("live.often", wait_ms=round(wait_s * 1000))


def enter(ctx: Context, sent: Sent, party: str) -> Answer:
    """Give a bid of a party and return its answer.

    Faults: those of `settle`; `live.often`, `live.share`, `live.full`, `live.held` where it was not taken;
    `live.failed`, `live.unanswered` where that is not certain; `market.bid.authority` where who may bid changed
    meanwhile.
    """
    outcome = _settle_in_turn(ctx, sent, party)
    if isinstance(outcome, Answer):
        return outcome
    if (
        outcome.code == "live.ticket.revoked"
    ):  # the claim was read without a ticket, just before the lot was locked
        raise Fault("market.bid.authority")
    raise outcome


def _settle_in_turn(ctx: Context, sent: Sent, party: str) -> Outcome:
    if not isinstance(ctx.clock, SystemClock) or ctx.simulated:
        return _settle_alone(ctx, sent)  # a clock of its own: no queue of the server has it
    try:
        check_rate(party)
        queue = next(iter(_queues), None)  # taken once: a server that stops puts it away meanwhile
        if queue is not None and not connection.in_atomic_block:
            return queue(sent, party)
    except Fault as fault:
        if fault.code == "live.unanswered":
            metric.unanswered()  # it still waits, and is counted by what becomes of it
        else:
            metric.refused(fault.code)
        raise
    return _settle_alone(ctx, sent)


def _settle_alone(ctx: Context, sent: Sent) -> Outcome:
    with turn(), transaction.atomic():
        return settle(ctx, [sent])[0]
