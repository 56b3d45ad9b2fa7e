"""What a service manager and Prometheus ask: `/health/live`, `/health/ready` and `/metrics`, before any middleware.

Liveness says that the process answers; readiness that it may be sent requests. The figures are for this machine, not
asked through a proxy, or for whoever has the token of JISHI_METRICS_TOKEN; others are refused and told so. Nothing here
names a person or a host but the process's own.
"""

import asyncio
import hmac
import ipaddress
import json
import math
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.conf import settings

from jishi.platform import metric
from jishi.platform.readiness import check_all
from jishi.platform.words import say

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
PATHS = frozenset({LIVE, READY, METRICS})
LATELY_S = 1.0
_STATUS = {200: "200 OK", 403: "403 Forbidden", 405: "405 Method Not Allowed", 503: "503 Service Unavailable"}
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Asked(NamedTuple):
    """One request: its method, path, the address it came from, its headers by lower-case name."""

    method: str
    path: str
    peer: str
    headers: Mapping[str, str]
    at_s: float = math.inf
    """When it came, by the clock that only goes on; now, where nothing else is said."""


class Told(NamedTuple):
    """One answer."""

    status: int
    kind: str
    body: bytes


def answer(asked: Asked) -> Told:
    """Answer one of `PATHS`."""
    if asked.method not in ("GET", "HEAD"):
        return _json(405, {"code": "health.method", **_said("health.method", {})})
    if asked.path == LIVE:
        return _json(200, {"live": True})
    if asked.path == READY:
        return ready.answer(asked.at_s)
    if not may_measure(asked):
        return _json(403, {"code": "health.metrics", **_said("health.metrics", {})})
    return Told(200, metric.CONTENT_TYPE, metric.exposition())


def may_measure(asked: Asked) -> bool:
    """Tell whether the figures may be told: to this machine itself, or to the bearer of the token."""
    token = settings.JISHI_METRICS_TOKEN
    given = asked.headers.get("authorization", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    if any(name in asked.headers for name in _FORWARDED):
        return False  # asked by somebody behind a proxy on this machine
    try:
        return ipaddress.ip_address(asked.peer).is_loopback
    except ValueError:
        return False


async def application(scope: dict[str, Any], _: Any, send: Callable[[Any], Awaitable[None]]) -> None:
    """Answer over ASGI; what may wait does so in a thread, liveness in the loop itself."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    asked = Asked(
        scope["method"], scope["path"], (scope.get("client") or ("",))[0], headers, time.monotonic()
    )
    told = await _asked_aside(asked)
    sent = [(b"content-type", told.kind.encode()), (b"cache-control", b"no-store")]
    sent.append((b"content-length", str(len(told.body)).encode()))
    await send({"type": "http.response.start", "status": told.status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else told.body})


async def _asked_aside(asked: Asked) -> Told:
    """Answer where nobody waits for it: what readiness asks of a slow database keeps one thread, not all of them."""
    if asked.path == LIVE:
        return answer(asked)
    in_one = _checking if asked.path == READY else None
    return await asyncio.get_running_loop().run_in_executor(in_one, answer, asked)


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def before(portal: Wsgi) -> Wsgi:
    """Return a WSGI application that answers these paths and hands every other request to `portal`."""

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") not in PATHS:
            return portal(environ, start)
        names = [name for name in environ if name.startswith("HTTP_")]
        headers = {name[5:].lower().replace("_", "-"): environ[name] for name in names}
        told = answer(
            Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("REMOTE_ADDR", ""), headers)
        )
        sent = [("Content-Type", told.kind), ("Cache-Control", "no-store")]
        start(_STATUS[told.status], [*sent, ("Content-Length", str(len(told.body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [told.body]

    return serve


class Ready:
    """Run the checks once for everybody who asks within a second: anybody may ask, and each asks the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began_s = -math.inf
        self._told: Told | None = None

    def answer(self, asked_s: float) -> Told:
        """Return what checks found that began at most a second before this was asked."""
        asked_s = min(asked_s, time.monotonic())
        with self._lock:
            if self._told is None or asked_s - self._began_s > LATELY_S:
                self._began_s, self._told = time.monotonic(), None
                self._told = _ready()
            return self._told


ready = Ready()
_checking = ThreadPoolExecutor(1, "jishi-ready")


def _ready() -> Told:
    found = check_all()
    checks = {
        name: {"well": True} if trouble is None else _trouble(trouble) for name, trouble in found.items()
    }
    is_ready = not any(found.values())
    return _json(200 if is_ready else 503, {"ready": is_ready, "checks": checks})


def _trouble(trouble: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    code, params = trouble
    return {"well": False, "code": code, "params": params, **_said(code, params)}


def _said(code: str, params: Mapping[str, Any]) -> dict[str, str]:
    return {"zh": say(code, params, "zh"), "en": say(code, params, "en")}


def _json(status: int, body: Mapping[str, Any]) -> Told:
    return Told(status, "application/json", json.dumps(body, ensure_ascii=False).encode())
