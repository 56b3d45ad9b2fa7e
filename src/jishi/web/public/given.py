"""What a bidder sends to a room and what comes back: one POST, one answer; with scripts as JSON, else as a page.

The idempotency key comes in the header `Idempotency-Key` or the field `key`: sending the same key again, as a double
click does, asks for the same answer. Refuses a body that is no object, and numbers that cannot be read.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from jishi.apps.market import reads as market
from jishi.apps.market.actions import Answer
from jishi.apps.market.api import Registration, receipt_of
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.money import parse_fen
from jishi.platform.words import say
from jishi.web.public.standing import own_registration
from jishi.web.shell.faults import fault_response, wants_json
from jishi.web.shell.moment import instant_text
from jishi.web.shell.site import language

LONGEST_KEY = 64
LARGEST_FEN = 10**15
LARGEST_COUNT = 10**12
SHOWN = 40
"""How much is repeated of what cannot be read, and how much of an amount is read at all (characters)."""
_INSTANTS = ("_ms", "_until", "closes", "opens")


def read_sent(request: HttpRequest) -> dict[str, Any]:
    """Return the fields sent, as a form or as one JSON object; Fault `public.body_unreadable`."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Fault("public.body_unreadable")
    return sent


def require_bidder(request: HttpRequest, offering_id: str) -> Registration:
    """Return the reader's own registration; Fault `public.bid.no_registration` without one."""
    registration = own_registration(request, offering_id)
    if registration is None:
        raise Fault("public.bid.no_registration", number=market.get_public_offering(offering_id).number)
    return registration


def read_key(request: HttpRequest, sent: Mapping[str, Any]) -> str:
    """Return the idempotency key; Fault `public.bid.key` without a fit one."""
    key = request.headers.get("Idempotency-Key") or str(sent.get("key", ""))
    if not 8 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Fault("public.bid.key", least=8, most=LONGEST_KEY)
    return key


def own_key(registration: Registration, key: str) -> str:
    """Return the key as one bidder's own: two bidders may choose the same."""
    return f"{registration.alias}:{key}"


def read_fen(sent: Mapping[str, Any], name: str, unit: str) -> int:
    """Return an amount (fen): `price_fen` as it is, else the field `name` typed in `unit` (元 or 万元)."""
    price, typed = sent.get("price_fen"), str(sent.get(name, ""))[:SHOWN]
    if isinstance(price, str) and price.isascii() and price.isdigit():
        price = int(price[:18])
    if price in (None, ""):
        price = parse_fen(f"{typed}{unit}")
    if isinstance(price, bool) or not isinstance(price, int) or not 0 < price <= LARGEST_FEN:
        code = "public.bid.price_unreadable" if unit == "万元" else "public.take.price_unreadable"
        raise Fault(code, text=(typed or str(price))[:SHOWN])
    return price


def read_count(sent: Mapping[str, Any], name: str) -> int:
    """Return a whole number of units; Fault `public.take.count_unreadable`."""
    raw = sent.get(name)
    count = raw if isinstance(raw, int) and not isinstance(raw, bool) else _count(str(raw or ""))
    if count is None or not 0 <= count <= LARGEST_COUNT:
        raise Fault("public.take.count_unreadable", text=str(raw or "")[:SHOWN])
    return count


def refuse(request: HttpRequest, offering_id: str, fault: Fault) -> HttpResponse:
    """Say why nothing was taken: as JSON to a script, else on the page of the room."""
    if wants_json(request) or fault.code.endswith(".unknown"):
        return fault_response(request, fault)
    messages.error(request, say_refusal(fault.code, fault.params))
    return redirect("public:room", offering_id)


def reply(request: HttpRequest, offering_id: str, answer: Answer, told: Mapping[str, Any]) -> HttpResponse:
    """Give the answer with its receipt; `told` has the sentence of an acceptance and what else the script is told."""
    sentence = told["sentence"] if answer.accepted else say_refusal(answer.code, answer.params)
    if not wants_json(request):
        (messages.success if answer.accepted else messages.error)(request, sentence)
        return redirect("public:room", offering_id)
    body = {
        **told,
        "ok": answer.accepted,
        "accepted": answer.accepted,
        "code": answer.code,
        "params": dict(answer.params),
        "sentence": sentence,
        "seq": answer.seq,
        "at_ms": answer.at_ms,
        "receipt": receipt_of(f"offering/{offering_id}", answer.seq) if answer.accepted else None,
    }
    return JsonResponse(
        body, status=200 if answer.accepted else 409, json_dumps_params={"ensure_ascii": False}
    )


def say_refusal(code: str, params: Mapping[str, Any]) -> str:
    """Say a refusal in the reader's language, its instants in the market's zone."""
    said = {
        name: instant_text(value, "second") if _is_instant(name, value) else value
        for name, value in params.items()
    }
    return say(code, said, language())


def _is_instant(name: str, value: Any) -> bool:
    return isinstance(value, int) and name.endswith(_INSTANTS) and value > 10**11


def _count(text: str) -> int | None:
    digits = text.replace(",", "").replace("，", "").strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 15 else None
