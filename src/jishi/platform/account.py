"""An account and the ways into it beside its password: they end when the password changes or the account is closed.

Sessions end by themselves: Django holds them against the password and lets nobody in who is not active. Tokens are
removed here; what other rooms gave (bid tickets) they end themselves, in the same transaction. Each is a line of the
access log (访问日志). Refuses to close an account twice.
"""

from collections.abc import Callable
from dataclasses import replace

from django.db import transaction

from jishi.kernel.fault import Fault
from jishi.platform.access import Target, record
from jishi.platform.context import Actor, Context
from jishi.platform.models import User
from jishi.platform.token import end_tokens
from jishi.platform.turn import turn

Handler = Callable[[Context, int], None]
_handlers: list[Handler] = []


def on_ways_ended(handler: Handler) -> None:
    """Call `handler(ctx, user_id)` in the same transaction whenever a person's ways in are ended."""
    _handlers.append(handler)


def change_password(ctx: Context, user: User, password: str) -> None:
    """Store a new password of a person and end every way in the old one opened; whoever knew it keeps none."""
    own = replace(ctx, actor=Actor(user_id=user.pk))  # who resets a password is not signed in
    with turn(), transaction.atomic():
        user.set_password(password)
        user.save()
        _end_ways(own, user, "account.change_password")


def close_account(ctx: Context, user: User) -> None:
    """Close an account (停用): nobody signs in by it and nothing acts for it; Fault `account.state` if it is closed."""
    _switch(ctx, user, is_active=False)


def reopen_account(ctx: Context, user: User) -> None:
    """Let the person of a closed account sign in again; tokens and tickets stay ended. Fault `account.state`."""
    _switch(ctx, user, is_active=True)


def _switch(ctx: Context, user: User, *, is_active: bool) -> None:
    with turn(), transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
            raise Fault("account.state", email=user.email)
        user.is_active = is_active
        _end_ways(ctx, user, "account.reopen" if is_active else "account.close")


def _end_ways(ctx: Context, user: User, action: str) -> None:
    end_tokens(user.pk)
    for handler in _handlers:
        handler(ctx, user.pk)
    record(ctx, action, Target(f"user/{user.pk}"), allowed=True)
