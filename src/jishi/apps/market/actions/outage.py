"""A silence of every server (服务中断): the clocks under which bidders act stand still in it, and a notice says so.

See docs/adr/0006-clocks-stop-during-an-outage.md.
"""

from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.fold import Command, Locked, answer_all
from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.frame import SCHEDULED
from jishi.platform import deadline
from jishi.platform.context import Context

GRACE_MS = 5_000
"""A shorter silence stops no clock."""


def silent_since(ctx: Context) -> int | None:
    """Return the last instant (ms) at which a server was known to run and to write, None if that was just now.

    None too where no server ever told that it runs.
    """
    last_ms = deadline.last_beat_ms()
    return last_ms if last_ms is not None and ctx.now_ms() - last_ms > GRACE_MS else None


def is_short(offering: Offering) -> bool:
    """Tell whether bidders act under a clock that is not the announced close: a round, a question, a stage."""
    announced = offering.terms.get("closes", offering.terms.get("listing_end"))
    return bool(offering.accepts) and offering.due_ms != announced


def give_back(ctx: Context, locked: Locked, last_alive_ms: int) -> bool:
    """Let the clock of a locked lot stand still from the last sign of life (ms) until now; tell whether it did.

    A lot that moved since was given its time already, or lost none.
    """
    offering, head = locked
    stopped_ms = max(last_alive_ms, head.at_ms)
    if stopped_ms > ctx.now_ms() - GRACE_MS or offering.state != NOTICED:
        return False
    pause = [Command(inputs.Suspend("outage"), at_ms=stopped_ms), Command(inputs.Resume())]
    if not all(answer.accepted for answer in answer_all(ctx, locked, pause)):
        return False
    said = {"cause": "outage", "stopped_ms": stopped_ms, "resumed_ms": ctx.now_ms()}
    add_notice(ctx, locked, "outage", said)
    return True


def may_lose_time(offering: Offering, last_alive_ms: int) -> bool:
    """Tell whether a clock of a lot ran after the last sign of life (ms) while bidders might have acted."""
    running = offering.state == NOTICED and not offering.suspended and offering.phase != SCHEDULED
    return running and offering.due_ms is not None and offering.due_ms > last_alive_ms
