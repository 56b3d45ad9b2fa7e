"""Issue and revoke bid tickets (竞价凭证): the permission to bid is checked here once, not on every bid."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from jishi.apps.market.actions.bidding import own_registration
from jishi.apps.market.models import DRAFT, NOTICED, Registration
from jishi.apps.market.ticket import LIFE_MS, VERSION, Ticket, write_ticket
from jishi.apps.parties import api as parties
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

    It ends no later than the actor's own authority.
    Faults as of a bid: `access.denied`, `market.bid.no_deposit`, `market.bid.not_admitted`.
    """
    row = own_registration(ctx, registration_id)
    until_ms = _end(ctx, row.party, row.offering_id)
    whom = (row.offering_id, row.id, row.party, row.alias, row.ticket_series)
    return Issued(write_ticket(Ticket(VERSION, new_id(ctx.entropy), *whom, until_ms)), until_ms)


def revoke_tickets(ctx: Context, registration_id: str) -> None:
    """Revoke every ticket of a registration the actor represents; the next batch of bids refuses them."""
    row = Registration.objects.select_related("offering").filter(pk=registration_id).first()
    target = Target(row.offering_id, row.offering.division, row.party) if row else Target()
    require(ctx, "bid.place", target)
    with turn(), transaction.atomic():
        Registration.objects.filter(pk=registration_id).update(ticket_series=F("ticket_series") + 1)


def end_tickets(ctx: Context, ended: parties.AuthorityEnded) -> None:
    """End every ticket of a party's registrations that an ended authority may hold, in its transaction.

    Who may still act for the party asks for a new one.
    """
    rows = Registration.objects.filter(party=ended.party_id)
    if ended.scope:
        rows = rows.filter(offering=ended.scope)
    rows.filter(offering__state__in=(DRAFT, NOTICED)).update(ticket_series=F("ticket_series") + 1)


def end_tickets_of(ctx: Context, user_id: int) -> None:
    """End every ticket a person may hold for a party, in the transaction that ends the person's ways in."""
    represented, agencies = parties.represented_by(user_id, ctx.now_ms())
    for party, scope in (*((each, "") for each in represented), *agencies):
        end_tickets(ctx, parties.AuthorityEnded(party, scope))


def _end(ctx: Context, party: str, offering_id: str) -> int:
    until_ms = ctx.now_ms() + LIFE_MS
    if ctx.actor.user_id is None:
        return until_ms
    mandate = parties.mandate_end(ctx.actor.user_id, party, offering_id, ctx.now_ms())
    return until_ms if mandate is None else min(until_ms, mandate)
