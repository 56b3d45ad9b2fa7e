"""A silence of every server (服务中断): the clocks under which bidders act stand still in it, and a notice says so.

See docs/adr/0006-clocks-stop-during-an-outage.md.
"""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.fold import Command, Locked, answer_all
from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.frame import SCHEDULED
from jishi.platform.context import Context
from jishi.platform.models import EvidenceEntry
from jishi.platform.silence import Silence, list_silences


def runs(offering: Offering) -> bool:
    """Tell whether a clock of a lot runs under which bidders might act."""
    going = offering.state == NOTICED and not offering.suspended and offering.phase != SCHEDULED
    return going and offering.due_ms is not None


def find_silences(ctx: Context) -> Sequence[Silence]:
    """Return the latest silences, one that ends now among them, which is written down."""
    with transaction.atomic():
        return list_silences(ctx)


def give_back(ctx: Context, locked: Locked, silences: Sequence[Silence]) -> bool:
    """Let the clock of a locked lot stand still in the silences since its last entry; tell whether it did in any.

    Nothing is written about a lot before it was asked for here, so an entry after a silence says that the lot has its
    time already. Instants alone do not tell: what is simulated is written afterwards.
    """
    head = locked[1]
    pending = [each for each in silences if each.to_ms > head.at_ms]
    if not pending:
        return False
    entries = EvidenceEntry.objects.filter(stream=head.stream, seq=head.seq)
    last = entries.values_list("pk", flat=True).first() or 0
    return sum(_give(ctx, locked, each) for each in pending if last <= each.last_entry) > 0


def stopped_ms(offering: Offering, silence: Silence) -> int | None:
    """Return the instant (ms) from which a lot's clock stands still to the end of a silence; None if it runs on.

    A short clock, of a round, a question or a stage, stands still all along. An announced close has as much time left
    afterwards as it had before, or as the silence was long, whichever is less: one that is farther away stays.
    """
    due_ms = offering.due_ms
    if not runs(offering) or due_ms is None or due_ms <= silence.from_ms:
        return None
    if _is_short(offering):
        return silence.from_ms
    from_ms = max(silence.from_ms, due_ms - (silence.to_ms - silence.from_ms))
    return from_ms if from_ms < silence.to_ms else None


def _is_short(offering: Offering) -> bool:
    """Tell whether bidders act under a clock that is not the announced close."""
    announced = offering.terms.get("closes", offering.terms.get("listing_end"))
    return bool(offering.accepts) and offering.due_ms != announced


def _give(ctx: Context, locked: Locked, silence: Silence) -> bool:
    offering, head = locked
    found_ms = stopped_ms(offering, silence)
    if found_ms is None or (from_ms := max(found_ms, head.at_ms)) >= silence.to_ms:
        return False
    stop, go_on = (
        Command(inputs.Suspend("outage"), at_ms=from_ms),
        Command(inputs.Resume(), at_ms=silence.to_ms),
    )
    if not answer_all(ctx, locked, [stop])[0].accepted:
        return False
    answer_all(ctx, locked, [go_on])
    add_notice(ctx, locked, "outage", {"cause": "outage", "stopped_ms": from_ms, "resumed_ms": silence.to_ms})
    return True
