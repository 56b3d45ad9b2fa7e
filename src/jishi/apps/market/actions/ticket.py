"""Issue and revoke bid tickets (竞价凭证): the permission to bid is checked here once, not on every bid."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from jishi.apps.market.actions.bidding import own_registration
from jishi.apps.market.models import Registration
from jishi.apps.market.ticket import LIFE_MS, VERSION, Ticket, write_ticket
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.turn import turn


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket's text, shown once, and its end (ms)."""

    text: str
    until_ms: int


def issue_ticket(ctx: Context, registration_id: str) -> Issued:
    """Give a ticket for a registration the actor represents; it holds for a quarter of an hour.

    Faults as of a bid: `access.denied`, `market.bid.no_deposit`, `market.bid.not_admitted`.
    """
    row = own_registration(ctx, registration_id)
    until_ms = ctx.now_ms() + LIFE_MS
    whom = (row.offering_id, row.id, row.party, row.alias, row.ticket_series)
    return Issued(write_ticket(Ticket(VERSION, new_id(ctx.entropy), *whom, until_ms)), until_ms)


def revoke_tickets(ctx: Context, registration_id: str) -> None:
    """Revoke every ticket of a registration the actor represents; the next batch of bids refuses them."""
    row = Registration.objects.select_related("offering").filter(pk=registration_id).first()
    target = Target(row.offering_id, row.offering.division, row.party) if row else Target()
    require(ctx, "bid.place", target)
    with turn(), transaction.atomic():
        Registration.objects.filter(pk=registration_id).update(ticket_series=F("ticket_series") + 1)
