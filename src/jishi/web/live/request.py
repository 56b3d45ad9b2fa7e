"""What a bidder sends to the live path: read once, checked whole, before anything waits in the queue for it."""

from typing import Any

import msgspec

from jishi.apps.market.actions import OF_BIDDERS, Claim, Command, Sent
from jishi.apps.market.api import Ticket, read_ticket
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.door import check_texts

PATH = "/live/bids"
LARGEST_BODY = 64 * 1024
SHORTEST_KEY, LONGEST_KEY = 8, 64
BEARER = b"Bearer "
MOST_TICKETS = 20_000


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The JSON body: a fresh key of one's own, an input, and the language a refusal is told in."""

    key: str
    input: dict[str, Any]
    lang: str = ""


_DECODER = msgspec.json.Decoder(Body)
_tickets: dict[bytes, Ticket] = {}


def find_ticket(headers: Any, at_ms: int) -> Ticket:
    """Return the ticket of a request; Faults `live.ticket.missing`, `.forged`, `.expired`."""
    for name, value in headers:
        if name == b"authorization" and value[:7] == BEARER:
            return _read_ticket(value[7:], at_ms)
    raise Fault("live.ticket.missing")


def read_body(raw: bytes, ticket: Ticket) -> tuple[Sent, str]:
    """Return what is sent and the language of the answer.

    Faults: `live.body`, `live.key`, `market.bid.not_yours`, `market.bid.other_alias`, `mechanism.input.*`.
    """
    try:
        body = _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Fault("live.body", why=str(error)[:200]) from None
    key = body.key
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Fault("live.key", least=SHORTEST_KEY, most=LONGEST_KEY)
    given = _read_input(body.input, ticket.alias)
    # Two bidders may choose the same key; the portal and the programs' interface make it one's own in the same way.
    command = Command(given, f"{ticket.alias}:{key}", read=True)
    claim = Claim(ticket.registration, ticket.alias, ticket.series)
    return Sent(ticket.offering, command, claim), body.lang


def _read_input(raw: dict[str, Any], alias: str) -> inputs.Input:
    name = raw.get("type")
    if name not in OF_BIDDERS:
        raise Fault("market.bid.not_yours", input=str(name)[:40], known=", ".join(OF_BIDDERS))
    if raw.setdefault("alias", alias) != alias:
        raise Fault("market.bid.other_alias", alias=alias)
    given = inputs.from_json(raw)
    check_texts(given)
    return given


def _read_ticket(text: bytes, at_ms: int) -> Ticket:
    """Read a ticket's text, the signature only once: the same one comes with every bid."""
    ticket = _tickets.get(text)
    if ticket is None or at_ms >= ticket.until_ms:
        ticket = read_ticket(text.decode("latin-1"), at_ms)
        if len(_tickets) >= MOST_TICKETS:
            _tickets.clear()
        _tickets[text] = ticket
    return ticket
