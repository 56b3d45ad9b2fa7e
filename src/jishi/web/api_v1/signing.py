"""Who calls: a person in a browser (session and CSRF) or a program with a bearer token."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from jishi.platform.context import Context
from jishi.platform.token import find_bearer
from jishi.web.shell.actor import act_as


class Token(HttpBearer):
    """Let a program act as the owner of its token."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the owner, whose permits and parties the request now has."""
        owner = find_bearer(token, Context().now_ms())
        if owner is not None:
            act_as(request, owner)
        return owner


# The token first: a request that carries one is no browser's, so nobody can have forged it.
SIGNED_IN = [Token(), SessionAuth()]
IN_A_BROWSER = SessionAuth()
