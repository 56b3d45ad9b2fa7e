"""Refusals of the API: {"code", "params", "sentence"} with a fitting status, in the caller's language."""

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.faults import later_of, status_of

# The request is well formed, but things do not stand so that it could be done.
CONFLICTS = (
    ".state",
    ".closed",
    ".suspended",
    ".twice",
    ".late",
    ".key_reused",
    ".no_deposit",
    ".not_admitted",
)
# What HTTP has a status of its own for.
STATUSES = {"api.length": 411, "api.too_large": 413, "api.media": 415, "api.accept": 406}
# What is missing here the caller left out; it is not the address that leads nowhere.
STATUSES |= {f"procedures.{part}.missing": 422 for part in ("document", "vote", "subject", "division")}
HTTP_CODES = {401: "api.sign_in", 403: "api.csrf", 404: "api.absent"}


def add_problems(api: NinjaAPI) -> None:
    """Let `api` answer every refusal in the one form."""

    def answer(request: HttpRequest, error: Any) -> HttpResponse:
        fault, status = _read(error)
        told = api.create_response(request, describe(request, fault), status=status)
        for name, value in later_of(fault).items():
            told[name] = value
        return told

    for kind in (Fault, HttpError, ValidationError, Http404):
        api.add_exception_handler(kind, answer)


def _read(error: Any) -> tuple[Fault, int]:
    """Return the fault an error amounts to, and its status."""
    if isinstance(error, Fault):
        return error, fault_status(error)
    if isinstance(error, ValidationError):
        found = [{"field": _field(each), "problem": each["msg"]} for each in error.errors]
        fields = "; ".join(f"{each['field']}: {each['problem']}" for each in found)
        return Fault("api.invalid", fields=fields, errors=found), 422
    if isinstance(error, Throttled):
        return Fault("api.too_many", seconds=math.ceil(error.wait or 1)), 429
    status = getattr(error, "status_code", 404)
    return Fault(HTTP_CODES.get(status, "api.body")), status


def describe(request: HttpRequest, fault: Fault) -> dict[str, Any]:
    """Return the body that tells of `fault`, its sentence in the caller's language."""
    sentence = say(fault.code, fault.params, get_language_from_request(request))
    return {"code": fault.code, "params": fault.params, "sentence": sentence}


def fault_status(fault: Fault) -> int:
    """Return 403, 404, 409 (things stand otherwise), one of STATUSES or 422 (cannot be so) for a fault.

    >>> [fault_status(Fault(code)) for code in ("access.denied", "market.offering.closed", "x.y")]
    [403, 409, 422]
    """
    if fault.code in STATUSES:
        return STATUSES[fault.code]
    status = status_of(fault)
    if status != 400:
        return status
    return 409 if fault.code.endswith(CONFLICTS) else 422


def _field(error: dict[str, Any]) -> str:
    """Name the place without the wrapper ninja puts around a body."""
    return ".".join(str(part) for part in error["loc"] if part not in ("form", "payload"))
