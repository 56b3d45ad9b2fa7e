"""How answers are sent: an ETag on everything public, nothing kept of what is personal."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import NinjaAPI

JSON = "application/json; charset=utf-8"


class Api(NinjaAPI):
    """Send every answer with what a cache may do with it."""

    def create_response(self, request: HttpRequest, data: Any, **given: Any) -> HttpResponse:
        """Answer with `data` as JSON."""
        return finish(request, super().create_response(request, data, **given))


def send_json(request: HttpRequest, content: bytes, file_name: str = "") -> HttpResponse:
    """Answer with bytes that are JSON already; with `file_name`, a browser offers to save them."""
    response = HttpResponse(content, content_type=JSON)
    if file_name:
        response["Content-Disposition"] = f'inline; filename="{file_name}"'
    return finish(request, response)


def finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Set the cache headers; answer 304 when the caller has these very bytes."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or hasattr(request, "auth"):
        response["Cache-Control"] = "private, no-store"
        return response
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"], response["Cache-Control"] = tag, "no-cache"
    return get_conditional_response(request, etag=tag, response=response)  # type: ignore[return-value]
