"""Tokens by which programs sign in as a person. They are shown once; the database holds only their hash."""

import base64
import hashlib

from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.models import ApiToken, User

PREFIX = "jishi_"
DAY_MS = 24 * 3_600_000
LONGEST_DAYS = 366
MOST = 20


def issue_token(ctx: Context, name: str, days: int = 90) -> tuple[ApiToken, str]:
    """Make a token of the acting person for at most 366 days; return its row and, this once, its text."""
    if ctx.actor.user_id is None:
        raise Fault("access.denied", action="token.issue")
    if not 0 < days <= LONGEST_DAYS:
        raise Fault("token.days", days=days, most=LONGEST_DAYS)
    if len(list_tokens(ctx)) >= MOST:
        raise Fault("token.too_many", most=MOST)
    secret = base64.urlsafe_b64encode(ctx.entropy.draw(32)).decode().rstrip("=")
    text = PREFIX + secret
    row = ApiToken.objects.create(
        id=new_id(ctx.entropy),
        owner_id=ctx.actor.user_id,
        name=name,
        sha256=_hash(text),
        made_ms=ctx.now_ms(),
        until_ms=ctx.now_ms() + days * DAY_MS,
    )
    return row, text


def revoke_token(ctx: Context, token_id: str) -> None:
    """Remove a token of the acting person; Fault `token.unknown` when it is not theirs."""
    removed, _ = ApiToken.objects.filter(pk=token_id, owner_id=ctx.actor.user_id).delete()
    if not removed:
        raise Fault("token.unknown", token=token_id)


def end_tokens(user_id: int) -> int:
    """Remove every token of a person; return how many there were."""
    return ApiToken.objects.filter(owner_id=user_id).delete()[0]


def list_tokens(ctx: Context) -> list[ApiToken]:
    """Return the tokens of the acting person that still hold, newest first."""
    rows = ApiToken.objects.filter(owner_id=ctx.actor.user_id, until_ms__gt=ctx.now_ms())
    return list(rows.order_by("-made_ms", "pk"))


def find_bearer(text: str, at_ms: int) -> User | None:
    """Return the active person a token speaks for at an instant (ms), or None."""
    rows = ApiToken.objects.filter(sha256=_hash(text), until_ms__gt=at_ms, owner__is_active=True)
    row = rows.select_related("owner").first()
    return row.owner if row else None


def _hash(text: str) -> str:
    # The text has 256 bits of chance: a plain hash of it cannot be guessed back.
    return hashlib.sha256(text.encode()).hexdigest()
