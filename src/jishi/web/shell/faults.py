"""Turn a `Fault` that reached the edge into a page, or into JSON, that says what to do."""

from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.errors import bad_request
from jishi.web.shell.site import language

_CONFLICT = (".taken", ".version", ".conflict", ".already", ".stale")
LATER = {
    "live.often": 429,
    "live.share": 429,
    "live.full": 503,
    "live.held": 503,
    "live.failed": 503,
    "live.unanswered": 503,
}
"""What may be sent again after a moment, under the same key, and its status."""
_ABSENT = (".unknown", ".not_found", ".absent", ".missing")


class FaultMiddleware:
    """Answer a `Fault` with its sentence in the reader's language and a fitting status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; an address with NUL in it is nobody's."""
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a `Fault`; leave every other error to Django."""
        if _is_unstorable(error):
            return bad_request(request)
        if not isinstance(error, Fault):
            return None
        if error.code == "access.denied" and not request.user.is_authenticated and not wants_json(request):
            return redirect_to_login(request.get_full_path())
        return fault_response(request, error)


def fault_response(request: HttpRequest, fault: Fault) -> HttpResponse:
    """Return the page or the JSON {"code", "params", "sentence"} that tells of `fault`."""
    sentence, status = say(fault.code, fault.params, language()), status_of(fault)
    if wants_json(request):
        body = {"ok": False, "code": fault.code, "params": fault.params, "sentence": sentence}
        return JsonResponse(
            body, status=status, headers=later_of(fault), json_dumps_params={"ensure_ascii": False}
        )
    page = {"sentence": sentence, "code": fault.code, "back": request.headers.get("Referer")}
    return render(request, "shell/fault.html", page, status=status)


def later_of(fault: Fault) -> dict[str, str]:
    """Return the header that says after how many seconds what was not taken may be sent again.

    >>> later_of(Fault("live.often", wait_ms=1700)), later_of(Fault("live.full")), later_of(Fault("x.y"))
    ({'Retry-After': '2'}, {'Retry-After': '1'}, {})
    """
    if fault.code not in LATER:
        return {}
    return {"Retry-After": str(max(1, round(fault.params.get("wait_ms", 1000) / 1000)))}


def status_of(fault: Fault) -> int:
    """Return the HTTP status of a fault: 403, 404, 409, 400, or 429 and 503 for what may be sent again.

    >>> status_of(Fault("access.denied")), status_of(Fault("parties.code.taken")), status_of(Fault("x.y"))
    (403, 409, 400)
    """
    if fault.code == "access.denied":
        return 403
    if fault.code in LATER:
        return LATER[fault.code]
    if fault.code.endswith(_ABSENT):
        return 404
    return 409 if fault.code.endswith(_CONFLICT) else 400


def _is_unstorable(error: Exception) -> bool:
    """Tell whether the database's driver refused text no reader can have typed: half a character, or NUL."""
    refused = isinstance(error, ValueError | DataError) and "0x00" in str(error)
    return refused or isinstance(error, UnicodeEncodeError)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether the caller is a script that reads JSON."""
    return "application/json" in request.headers.get("Accept", "")
