"""Let entries lapse (失效) when the last day of their validity is over."""

from django.db import transaction

from jishi.apps.registers.actions.writing import EXPIRY, Writing, write_moved
from jishi.apps.registers.content import Content, register_kind
from jishi.apps.registers.models import RegisterEntry
from jishi.apps.registers.reads import full_data, lock_entries
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline

LAPSED = "lapsed"


def expire_entry(ctx: Context, entry_id: str) -> None:
    """Move an entry whose validity is over to its kind's expired state; else do nothing."""
    with transaction.atomic():
        if not RegisterEntry.objects.filter(id=entry_id).exists():
            set_deadline(EXPIRY, entry_id, None)
            return
        row = lock_entries([entry_id])[0]
        kind = register_kind(row.kind)
        if kind.validity is None or row.lapses_ms is None or row.state not in kind.validity.expires:
            set_deadline(EXPIRY, entry_id, None)
            return
        if row.lapses_ms > ctx.now_ms():
            set_deadline(EXPIRY, entry_id, row.lapses_ms)
            return
        row.state = kind.validity.expired
        write_moved(ctx, [Writing(row, Content(kind, full_data(row)))], reason=LAPSED)
