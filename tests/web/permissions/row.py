"""One row of the permission table: an address, an object, and the personas who may."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.web.world import ANONYMOUS, PERSONAS, World

EVERYONE = frozenset(PERSONAS)
MEMBERS = EVERYONE - {ANONYMOUS}
NOBODY: frozenset[str] = frozenset()
NO_BIDDER = b'"public.bid.no_registration"'  # how the live room refuses who is none of its bidders
Given = Callable[[World], Mapping[str, Any]]


def nothing(world: World) -> Mapping[str, Any]:
    """Give no parameter."""
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """`route` is spelled as in urls.py; `target` fills its parameters, `body` is sent as JSON or as a form.

    `on` says in words whose object it is. Who may gets no 401, 403, 404 and no sign-in page, though the state of
    things may still refuse (409, 422); everyone else gets one of these.
    """

    route: str
    may: frozenset[str]
    on: str = ""
    method: str = "GET"
    target: Given = nothing
    body: Given | None = None
    json: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Name the row in a test report."""
        return f"{self.method} {self.route} {self.on}".strip()

    def url(self, world: World) -> str:
        """Return the address with its parameters filled."""
        given = self.target(world)
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(given[match[1]]), self.route)

    def ask(self, client: Client, world: World, url: str) -> HttpResponse:
        """Send the request to the filled address."""
        given: dict[str, Any] = {"headers": dict(self.headers)}
        if self.body is not None:
            given["data"] = dict(self.body(world))
        if self.json:
            given["content_type"] = "application/json"
        answer: HttpResponse = getattr(client, self.method.lower())(url, **given)
        return answer


def is_denied(answer: HttpResponse) -> bool:
    """Tell whether an answer keeps the caller out."""
    signs_in = answer.status_code in (301, 302) and "/accounts/login" in answer.headers["Location"]
    return signs_in or answer.status_code in (401, 403, 404) or NO_BIDDER in getattr(answer, "content", b"")
