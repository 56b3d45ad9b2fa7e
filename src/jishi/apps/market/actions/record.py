"""Write what happened to an offering: its entries, its row, its search row; and check who may and when."""

from collections.abc import Sequence
from typing import Any

from jishi.apps.market.models import Offering
from jishi.apps.market.reads import represents_bidder
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import visible
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.batch import update_rows
from jishi.platform.context import Context
from jishi.platform.models import SearchRow, StreamHead
from jishi.platform.search import move_rows, put_rows

News = Sequence[tuple[str, dict[str, Any]]]
LONGEST = 2000


def guard(ctx: Context, action: str, offering_id: str, party: str = "") -> None:
    """Require the permission before any transaction opens, so that a refusal stays in the access log.

    Faults: `market.offering.unknown`, `access.denied`.
    """
    if ctx.actor.system:
        return
    division = Offering.objects.filter(pk=offering_id).values_list("division", flat=True).first()
    if division is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    require(ctx, action, Target(offering_id, division, party))


def require_impartial(ctx: Context, offering: Offering) -> None:
    """Raise Fault `market.own_case` when an officer represents who bids for the offering (回避)."""
    own = {*ctx.actor.parties, *(party for party, _ in ctx.actor.agencies)}
    if own and represents_bidder(offering.id, own):
        raise Fault("market.own_case", number=offering.number)


def instant(ctx: Context, head: StreamHead) -> int:
    """Return the action's instant: the later of the clock and the stream's last event (ms)."""
    return max(ctx.now_ms(), head.at_ms)


def write(ctx: Context, head: StreamHead, news: News) -> None:
    """Append entries of one instant to the offering's stream."""
    at_ms = instant(ctx, head)
    evidence.append(head, ctx.now_ms(), [(kind, data, at_ms) for kind, data in news])


def require_state(offering: Offering, *states: str) -> None:
    """Raise Fault `market.offering.state` unless the offering is in one of `states`."""
    if offering.state not in states:
        raise Fault(
            "market.offering.state", number=offering.number, state=offering.state, needed=", ".join(states)
        )


def check_text(text: str, code: str = "market.text_missing", most: int = LONGEST) -> str:
    """Return what was written without space around it; Fault `code` when nothing was, `market.text_long`."""
    text = visible(text).strip()
    if not text:
        raise Fault(code)
    if len(text) > most:
        raise Fault("market.text_long", length=len(text), most=most)
    return text


def check_reason(reason: str, most: int = LONGEST) -> str:
    """Return a stated reason; Fault `market.reason_missing` without one."""
    return check_text(reason, "market.reason_missing", most)


def save(ctx: Context, offering: Offering, *changed: str) -> None:
    """Store the offering, of one stored before only the fields `changed`, and its search row."""
    if changed:
        save_all(ctx, [offering], changed)
        return
    _touch(ctx, offering)
    offering.save()
    _show(ctx, [offering])


def save_all(
    ctx: Context, offerings: Sequence[Offering], changed: Sequence[str], *, searched: bool = True
) -> None:
    """Store the fields `changed` of offerings stored before, and their search rows.

    Without `searched` nothing has changed by which they are found: title, place, state, publicity.
    """
    for offering in offerings:
        _touch(ctx, offering)
    update_rows(offerings, [*changed, "updated_ms"])
    if searched:
        _show(ctx, offerings)
    elif ctx.projected and offerings:
        move_rows("offering", [(row.id, row.due_ms, row.updated_ms) for row in offerings])


def _touch(ctx: Context, offering: Offering) -> None:
    offering.updated_ms = max(offering.updated_ms or 0, ctx.now_ms())


def _show(ctx: Context, offerings: Sequence[Offering]) -> None:
    if ctx.projected and offerings:
        put_rows([_search_row(offering) for offering in offerings])


def _search_row(offering: Offering) -> SearchRow:
    return SearchRow(
        kind="offering",
        object_id=offering.id,
        title=f"{offering.number} {offering.title}",
        text=f"{offering.lot.get('place', '')} {offering.lot.get('uses_text', '')}",
        division=offering.division,
        state=offering.phase or offering.state,
        due_ms=offering.due_ms,
        public=offering.notice_ms is not None,
        updated_ms=offering.updated_ms,
    )
