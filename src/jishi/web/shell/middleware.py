"""Headers that keep a page to itself, the address and the language of its reader.

The policy allows nothing inline and no other host. A page that needs an exception does not
get one here: it puts its script in a file.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from jishi.apps.packs import api as packs
from jishi.web.shell.actor import lacks_second_factor
from jishi.web.shell.peer import find_peer
from jishi.web.shell.second_factor import lead

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Set the security headers on every answer, unless the view set one itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and add the headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Of somebody who is signed in: nothing stays in the browser of a shared machine.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class OneLaw:
    """Let a request be answered under one version of the law from its first line to its last."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        with packs.one_law():
            return self.get_response(request)


class ClientAddress:
    """Take the reader's address from as many proxies as the operator says there are, none of it from the reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under the address that the outermost proxy saw."""
        nearest, forwarded = request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", "")
        request.META["REMOTE_ADDR"] = find_peer(nearest, forwarded)
        return self.get_response(request)


class SecondFactor:
    """Lead whose role asks for a second factor that was not shown away from the desk, to where it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Let everything pass but a page of the desk whose reader lacks it."""
        match = request.resolver_match
        if not settings.JISHI_SECOND_FACTOR or match is None or "desk" not in match.app_names:
            return None
        return lead(request) if lacks_second_factor(request) else None


class ChosenLanguage(LocaleMiddleware):
    """Speak the language the reader chose, otherwise the market's own; a browser's wish is no choice."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the cookie, or the default."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(known)
        request.LANGUAGE_CODE = translation.get_language()
