"""What a person was told about cases, and what they have not read yet."""

from dataclasses import dataclass
from typing import Any

from jishi.apps.procedures.models import Message
from jishi.platform.context import Context
from jishi.platform.search import Page, page_recent


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message: a code and its parameters, said by `platform.words.say`; `case` is what it is about."""

    id: int
    case: str
    code: str
    params: dict[str, Any]
    at_ms: int
    read: bool


def list_messages(ctx: Context, cursor: str | None = None, size: int = 30) -> Page:
    """Give a page of the actor's messages, the newest first."""
    rows = Message.objects.filter(user_id=ctx.actor.user_id or 0)
    page = page_recent(rows, cursor, size, field="at_ms")
    shown = [
        MessageRow(each.pk, each.case_id, each.code, each.params, each.at_ms, each.read_ms is not None)
        for each in page.rows
    ]
    return Page(shown, page.next, page.total)


def count_unread(ctx: Context) -> int:
    """Give how many messages the actor has not read, to 100."""
    return Message.objects.filter(user_id=ctx.actor.user_id or 0, read_ms=None)[:100].count()
