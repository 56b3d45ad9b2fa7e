"""What the live path answers: a place in the log with its signed receipt, a refusal with its reason, or a problem."""

from collections.abc import Mapping
from typing import Any

import msgspec

from jishi.apps.market.actions import Answer
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.moment import instant_text

JSON = (b"content-type", b"application/json; charset=utf-8")
PLAIN = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
STATUS = {
    "live.ticket.missing": 401,
    "live.ticket.forged": 401,
    "live.ticket.expired": 401,
    "live.ticket.revoked": 401,
    "live.body": 400,
    "live.method": 405,
    "live.too_large": 413,
    "live.often": 429,
    "live.share": 429,
    "live.full": 503,
    "live.held": 503,
    "live.failed": 503,
    "live.unanswered": 503,
    "live.watchers.address": 429,
    "live.watchers.full": 503,
    "market.offering.unknown": 404,
}
UNREADABLE = 422
EARLIEST_MS = 10**11  # less is a span, not an instant
LATER = {code for code, status in STATUS.items() if status in (429, 503)}
_encode = msgspec.json.Encoder().encode
Reply = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers and body."""


def tell_answer(answer: Answer, receipt: dict[str, Any] | None, lang: str) -> Reply:
    """Tell what became of a command; with `lang` a refusal has its sentence."""
    if answer.accepted:
        told = {
            "accepted": True,
            "seq": answer.seq,
            "at_ms": answer.at_ms,
            "leaf_hash": answer.leaf_hash,
            "receipt": receipt,
        }
        return _reply(200, told)
    told = {"accepted": False, "code": answer.code, "params": answer.params, "at_ms": answer.at_ms}
    if lang:
        told["sentence"] = _say(answer.code, answer.params, lang)
    return _reply(409, told)


def tell_fault(fault: Fault, lang: str = "zh", wait_s: float = 1.0) -> Reply:
    """Tell why nothing was taken; what may be sent again says after how many seconds."""
    sentence = _say(fault.code, fault.params, lang or "zh")
    status = STATUS.get(fault.code, UNREADABLE)
    told = {"accepted": False, "code": fault.code, "params": fault.params, "sentence": sentence}
    later = [(b"retry-after", b"%d" % max(1, round(wait_s)))] if fault.code in LATER else []
    return _reply(status, told, later)


def _say(code: str, params: Mapping[str, Any], lang: str) -> str:
    """Say a refusal, its instants in the market's zone."""
    instants = {
        name: instant_text(value, "second")
        for name, value in params.items()
        if name.endswith("_ms") and isinstance(value, int) and value > EARLIEST_MS
    }
    return say(code, {**params, **instants}, lang)


def _reply(status: int, told: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None) -> Reply:
    body = _encode(told)
    return status, [JSON, (b"content-length", b"%d" % len(body)), *PLAIN, *(more or ())], body
