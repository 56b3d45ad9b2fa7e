"""Mark messages about cases as read."""

from jishi.apps.procedures.models import Message
from jishi.platform.context import Context


def mark_read(ctx: Context) -> int:
    """Mark every message of the actor as read; give how many were not."""
    rows = Message.objects.filter(user_id=ctx.actor.user_id or 0, read_ms=None)
    return rows.update(read_ms=ctx.now_ms())
