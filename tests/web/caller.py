"""A program that calls a real server over HTTP, one kept connection each."""

import http.client
import json
import time
from collections.abc import Callable
from typing import Any

from tests.web.server import HOST, Server

PATIENCE_S = 30.0


class Caller:
    """Call the API of `server`, as the owner of `token` if there is one."""

    def __init__(self, server: Server, token: str = "") -> None:
        self._headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._line = http.client.HTTPConnection(HOST, server.port, timeout=PATIENCE_S)

    def get(self, path: str) -> Any:
        """Return the JSON under an address of the API; anything but 200 is an error."""
        status, body = self._ask("GET", path, None, {})
        assert status == 200, (path, status, body)
        return json.loads(body)

    def get_bytes(self, path: str) -> bytes:
        """Return the bytes under an address of the API."""
        status, body = self._ask("GET", path, None, {})
        assert status == 200, (path, status, body)
        return body

    def bid(self, registration: str, price_fen: int, key: str) -> tuple[int, dict[str, Any]]:
        """Place a quote; return status and answer."""
        return self._post("/bids", {"registration": registration, "price_fen": price_fen}, key)

    def go_on(self, registration: str, key: str) -> tuple[int, dict[str, Any]]:
        """Say in the question period that one goes on; return status and answer."""
        return self._post("/bids/continue", {"registration": registration}, key)

    def await_offering(self, offering_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for an offering until it is as wanted."""
        ends_at = time.monotonic() + PATIENCE_S
        while not holds(found := self.get(f"/offerings/{offering_id}")):
            assert time.monotonic() < ends_at, f"still {found['state']} {found['phase']}"
            time.sleep(0.05)
        return dict(found)

    def _post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        status, answer = self._ask("POST", path, json.dumps(body), headers)
        return status, json.loads(answer)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        self._line.request(method, f"/api/v1{path}", body, {**self._headers, **headers})
        answer = self._line.getresponse()
        return answer.status, answer.read()
