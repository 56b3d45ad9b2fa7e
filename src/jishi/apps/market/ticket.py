"""The bid ticket (竞价凭证): what lets a bidder send bids for a short while without a session, as signed text.

The platform signs it for itself (HMAC-SHA-256) when it has checked who asks, so each bid costs no look at the
database. Whether its series still holds and the registration still stands is looked at with the lot locked. Refuses
what it did not sign itself and what has expired.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from jishi.kernel.fault import Fault
from jishi.platform.secrets import ticket_key

LIFE_MS = 15 * 60_000
MAC_SIZE = 32
LONGEST_TEXT = 600


class Ticket(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who may bid for which registration of which offering, until when (ms)."""

    version: int
    id: str
    offering: str
    registration: str
    party: str
    alias: str
    series: int
    until_ms: int


VERSION = 1
_DECODER = msgspec.json.Decoder(Ticket)


def write_ticket(ticket: Ticket) -> str:
    """Return the signed text of a ticket."""
    body = msgspec.json.encode(ticket)
    return urlsafe_b64encode(_mac(body) + body).decode().rstrip("=")


def read_ticket(text: str, at_ms: int) -> Ticket:
    """Return the ticket; Faults `live.ticket.forged`, `live.ticket.expired` at an instant (ms) past its end."""
    ticket = _open(text)
    if at_ms >= ticket.until_ms:
        raise Fault("live.ticket.expired", until_ms=ticket.until_ms)
    return ticket


def _open(text: str) -> Ticket:
    if not 0 < len(text) <= LONGEST_TEXT or not text.isascii():
        raise Fault("live.ticket.forged")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Fault("live.ticket.forged") from None
    if not hmac.compare_digest(raw[:MAC_SIZE], _mac(raw[MAC_SIZE:])):
        raise Fault("live.ticket.forged")
    try:
        ticket = _DECODER.decode(raw[MAC_SIZE:])
    except msgspec.MsgspecError:  # signed by an earlier or a later version of the platform
        raise Fault("live.ticket.forged") from None
    if ticket.version != VERSION:
        raise Fault("live.ticket.forged")
    return ticket


def _mac(body: bytes) -> bytes:
    return hmac.digest(ticket_key(), body, hashlib.sha256)
