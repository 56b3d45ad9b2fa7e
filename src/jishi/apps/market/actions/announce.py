"""Store what an offering announces (公告) beside the notice that opens it."""

from typing import Any

from jishi.apps.market.actions.fold import Locked
from jishi.apps.market.actions.record import instant
from jishi.apps.market.models import Notice
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


def add_notice(ctx: Context, locked: Locked, kind: str, body: dict[str, Any]) -> Notice:
    """Store the next notice of an offering (中止、恢复、延期、终止、结果公告 …)."""
    offering, head = locked
    return Notice.objects.create(
        id=new_id(ctx.entropy),
        offering=offering,
        version=offering.notices.count() + 1,
        kind=kind,
        title=offering.title,
        body=body,
        at_ms=instant(ctx, head),
    )
