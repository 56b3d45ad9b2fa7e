"""Taking part otherwise than by quoting: orders, purchases, the one quote of a stage, a right of first refusal.

Each act is a form of a room; what it may be now, the offering's `accepts` says, and the mechanism refuses the rest.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jishi.apps.market.api import take_part
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.quantity.money import parse_fen
from jishi.web.public.given import (
    SHOWN,
    own_key,
    read_count,
    read_fen,
    read_key,
    read_sent,
    refuse,
    reply,
    require_bidder,
)
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.money import money_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language

OFTEN = Buckets(rate=5, burst=30)
Sent = Mapping[str, Any]
Act = acts.Order | acts.Cancel | acts.Buy | acts.Offer | acts.Exercise | acts.Decline


@require_POST
@limited(OFTEN, "POST")
def take(request: HttpRequest, offering_id: str, act: str) -> HttpResponse:
    """Give one act of the reader's own registration to the mechanism."""
    try:
        read = READERS.get(act)
        if read is None:
            raise Fault("public.take.act.unknown", act=act, known=", ".join(READERS))
        sent = read_sent(request)
        registration = require_bidder(request, offering_id)
        given = read(registration.alias, sent)
        key = own_key(registration, read_key(request, sent))
        answer = take_part(ctx_of(request), registration.id, given, key)
    except Fault as fault:
        return refuse(request, offering_id, fault)
    said = {"sentence": _say(given, answer.seq), "act": act}
    return reply(request, offering_id, answer, said)


def _order(alias: str, sent: Sent) -> acts.Order:
    return acts.Order(
        alias, str(sent.get("side", "")), read_fen(sent, "price", "元"), read_count(sent, "quantity")
    )


def _offer(alias: str, sent: Sent) -> acts.Offer:
    """Read the one quote of a stage: `amount`, or where it is money `amount_yuan` as typed."""
    typed = sent.get("amount_yuan")
    return acts.Offer(
        alias, read_count(sent, "amount") if typed is None else parse_fen(f"{str(typed)[:SHOWN]}元")
    )


READERS: Mapping[str, Callable[[str, Sent], Act]] = {
    "order": _order,
    "cancel": lambda alias, sent: acts.Cancel(alias, read_count(sent, "order")),
    "buy": lambda alias, sent: acts.Buy(alias, read_count(sent, "quantity")),
    "offer": _offer,
    "exercise": lambda alias, sent: acts.Exercise(alias),
    "decline": lambda alias, sent: acts.Decline(alias),
}
"""How each act is read from what was sent."""


def _say(given: Act, seq: int) -> str:
    """Say what was taken, as which entry of the log."""
    named: dict[str, Any] = {"seq": seq}
    match given:
        case acts.Order():
            side = _("Buy") if given.side == "buy" else _("Sell")
            named["what"] = f"{side} {given.quantity:,} × {money_text(given.price_fen, language(), 'yuan')}"
            said = _("Order entered: %(what)s; entry %(seq)s of the log.")
        case acts.Cancel():
            said = _("The order was taken back; entry %(seq)s of the log.")
        case acts.Buy():
            named["count"] = f"{given.quantity:,}"
            said = _("Taken: %(count)s units; entry %(seq)s of the log.")
        case acts.Offer():
            said = _(
                "Your one quote is entry %(seq)s of the log. No page shows its amount to others before the stage ends."
            )
        case acts.Exercise():
            said = _("You exercise the right of first refusal; entry %(seq)s of the log.")
        case _:
            said = _("You let the right of first refusal go; entry %(seq)s of the log.")
    return said % named
