"""The way a browser quotes: one POST, one answer. The amount is `price_fen`, or `price_wan` as typed in 万元."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.apps.market import actions
from jishi.kernel.fault import Fault
from jishi.web.live.request import PATH
from jishi.web.public.given import own_key, read_fen, read_key, read_sent, refuse, reply, require_bidder
from jishi.web.shell.faults import fault_response
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.money import money_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language

OFTEN = Buckets(rate=5, burst=30)


@require_POST
@limited(OFTEN, "POST")
def place(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Place a quote of the reader's own registration."""
    try:
        sent = read_sent(request)
        registration, price_fen = require_bidder(request, offering_id), read_fen(sent, "price_wan", "万元")
        key = own_key(registration, read_key(request, sent))
        answer = actions.place_bid(ctx_of(request), registration.id, price_fen, key)
    except Fault as fault:
        return refuse(request, offering_id, fault)
    price = money_text(price_fen, language())
    said = _("Accepted: %(price)s, entry %(seq)s of the log.") % {"price": price, "seq": answer.seq}
    return reply(request, offering_id, answer, {"sentence": said, "price_fen": price_fen})


@require_POST
@limited(OFTEN, "POST")
def go_on(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Say in the question period that one goes on bidding."""
    try:
        sent = read_sent(request)
        registration = require_bidder(request, offering_id)
        key = own_key(registration, read_key(request, sent))
        answer = actions.continue_bidding(ctx_of(request), registration.id, key)
    except Fault as fault:
        return refuse(request, offering_id, fault)
    said = _("You go on: limited-time bidding is open.")
    return reply(request, offering_id, answer, {"sentence": said, "price_fen": None})


@require_POST
@limited(OFTEN, "POST")
def give_ticket(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Give the page's script a bid ticket of the reader's own registration, with which it bids on the live path."""
    try:
        issued = actions.issue_ticket(ctx_of(request), require_bidder(request, offering_id).id)
    except Fault as fault:
        return fault_response(request, fault)
    now_ms = ctx_of(request).now_ms()
    return JsonResponse({"ticket": issued.text, "left_ms": issued.until_ms - now_ms, "url": PATH})
