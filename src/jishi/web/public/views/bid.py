"""The way a browser bids: one POST, one answer; with scripts as JSON, without them as a page.

The amount is `price_fen`, or `price_wan` as typed in 万元. The idempotency key comes in the header
`Idempotency-Key` or the field `key`: sending the same key again asks for the same answer.
"""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.apps.market import actions
from jishi.apps.market import reads as market
from jishi.apps.market.api import Registration, receipt_of
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.money import parse_fen
from jishi.platform.words import say
from jishi.web.public.standing import own_registration
from jishi.web.shell.faults import fault_response, wants_json
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.money import money_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language

LONGEST_KEY = 80
LARGEST_FEN = 10**15
OFTEN = Buckets(rate=5, burst=30)


@require_POST
@limited(OFTEN, "POST")
def place(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Place a quote of the reader's own registration."""
    try:
        sent = _read(request)
        registration, price_fen = _own(request, offering_id), _read_price(sent)
        answer = actions.place_bid(ctx_of(request), registration.id, price_fen, _read_key(request, sent))
    except Fault as fault:
        return _refuse(request, offering_id, fault)
    return _reply(request, offering_id, answer, price_fen)


@require_POST
@limited(OFTEN, "POST")
def go_on(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Say in the question period that one goes on bidding."""
    try:
        sent = _read(request)
        registration = _own(request, offering_id)
        answer = actions.continue_bidding(ctx_of(request), registration.id, _read_key(request, sent))
    except Fault as fault:
        return _refuse(request, offering_id, fault)
    return _reply(request, offering_id, answer, None)


def _read(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise Fault("public.body_unreadable")
    return sent


def _own(request: HttpRequest, offering_id: str) -> Registration:
    registration = own_registration(request, offering_id)
    if registration is None:
        raise Fault("public.bid.no_registration", number=market.get_public_offering(offering_id).number)
    return registration


def _read_price(sent: dict[str, Any]) -> int:
    price, typed = sent.get("price_fen"), str(sent.get("price_wan", ""))
    if isinstance(price, str) and price.isascii() and price.isdigit():
        price = int(price[:18])
    if price in (None, ""):
        price = parse_fen(f"{typed}万元")
    if isinstance(price, bool) or not isinstance(price, int) or not 0 < price <= LARGEST_FEN:
        raise Fault("public.bid.price_unreadable", text=typed or str(price))
    return price


def _read_key(request: HttpRequest, sent: dict[str, Any]) -> str:
    key = request.headers.get("Idempotency-Key") or str(sent.get("key", ""))
    if not 8 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Fault("public.bid.key", least=8, most=LONGEST_KEY)
    return key


def _refuse(request: HttpRequest, offering_id: str, fault: Fault) -> HttpResponse:
    if wants_json(request) or fault.code.endswith(".unknown"):
        return fault_response(request, fault)
    messages.error(request, say(fault.code, fault.params, language()))
    return redirect("public:room", offering_id)


def _reply(
    request: HttpRequest, offering_id: str, answer: actions.Answer, price_fen: int | None
) -> HttpResponse:
    sentence = _sentence(answer, price_fen)
    if not wants_json(request):
        (messages.success if answer.accepted else messages.error)(request, sentence)
        return redirect("public:room", offering_id)
    body = {
        "ok": answer.accepted,
        "accepted": answer.accepted,
        "code": answer.code,
        "params": dict(answer.params),
        "sentence": sentence,
        "price_fen": price_fen,
        "seq": answer.seq,
        "at_ms": answer.at_ms,
        "receipt": receipt_of(f"offering/{offering_id}", answer.seq) if answer.accepted else None,
    }
    return JsonResponse(
        body, status=200 if answer.accepted else 409, json_dumps_params={"ensure_ascii": False}
    )


def _sentence(answer: actions.Answer, price_fen: int | None) -> str:
    if not answer.accepted:
        return say(answer.code, answer.params, language())
    if price_fen is None:
        return _("You go on: limited-time bidding is open.")
    return _("Accepted: %(price)s, entry %(seq)s of the log.") % {
        "price": money_text(price_fen, language()),
        "seq": answer.seq,
    }
