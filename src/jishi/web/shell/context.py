"""What every template may use: the market, the ways through it, who is signed in, the server's clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jishi.platform.access import may
from jishi.platform.clock import SystemClock
from jishi.web.shell.actor import actor_of
from jishi.web.shell.address import find_address
from jishi.web.shell.site import language, site

WAYS = (
    ("public:home", _("Home")),
    ("public:hall", _("Trading")),
    ("public:procedures", _("Services")),
    ("public:results", _("Results")),
    ("public:notices", _("Notices")),
    ("public:verify", _("Verify")),
    ("public:law:rules", _("Law")),
    ("public:measures:all", _("Measures")),
)
FOOT = (
    ("public:verify", _("How to verify")),
    ("api_v1:openapi-view", _("Open API")),
    ("public:feed", _("Atom feed")),
    ("public:registers", _("Registers")),
    ("public:publicities", _("Publications")),
    ("public:papers", _("Verify a document")),
    ("public:complaints", _("Complaints")),
    ("public:log", _("Evidence log")),
)


@dataclass(frozen=True, slots=True)
class Way:
    """One link of the masthead or the foot; `current` marks the room the reader is in."""

    url: str
    label: Any
    current: bool = False


def shell(request: HttpRequest) -> dict[str, Any]:
    """Offer the shell's variables to every template."""
    actor = actor_of(request)
    return {
        "market": site(),
        "page_language": language(),
        "ways": list(_open_ways(WAYS, request.path)),
        "foot_ways": list(_open_ways(FOOT, "")),
        "search_url": find_address("public:search") or find_address("public:hall"),
        "mine_url": find_address("participant:home"),
        "desk_url": find_address("desk:home") if may(actor, "desk.enter") else None,
        "is_demo": settings.JISHI_DEMO,
        "server_ms": SystemClock().now_ms(),
    }


def _open_ways(named: tuple[tuple[str, Any], ...], path: str) -> Iterator[Way]:
    for name, label in named:
        url = find_address(name)
        if url is not None:
            yield Way(url, label, path == url if url == "/" else path.startswith(url))
