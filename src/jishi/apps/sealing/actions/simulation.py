"""A whole ceremony without people, for a simulated market day; everything it writes says so.

The members' private keys stand in the database until they are published, which is no seal at all: refused for
an offering that is not simulated.
"""

from typing import Any

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.sealing.actions.committee import Seat, committee_of, name_committee, store_key
from jishi.apps.sealing.actions.filing import Filing, file_envelope
from jishi.apps.sealing.actions.opening import open_bids, publish_key
from jishi.apps.sealing.models import Committee
from jishi.apps.sealing.reads import sealing_of
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import make_member_key, read_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.platform.context import Context
from jishi.platform.entropy import Entropy


def simulate_committee(ctx: Context, offering_id: str, entropy: Entropy) -> Committee:
    """Form a committee of simulated members whose keys are drawn from `entropy`."""
    offering = _require_simulated(ctx, offering_id)
    stated = sealing_of(offering)
    seats = [Seat(f"simulated {index}", None) for index in range(1, stated["members"] + 1)]
    with transaction.atomic():
        name_committee(ctx, offering_id, seats)
        committee = Committee.objects.select_for_update().get(pk=offering_id)
        for member in committee.members.order_by("index"):
            made = make_member_key(stated["suite"], entropy.draw)
            member.committee, member.kept = committee, made["private"]
            store_key(ctx, member, made["public"])
    return committee


def simulate_filing(
    ctx: Context, registration: market.Registration, bid: dict[str, Any], entropy: Entropy
) -> Filing:
    """Seal a bid as a bidder's own machine would, with `entropy`, and hand it in."""
    _require_simulated(ctx, registration.offering_id)
    committee = read_committee(committee_of(registration.offering_id).file)
    envelope = seal_bid(committee, registration.alias, bid, entropy.draw)
    return file_envelope(ctx, registration.id, envelope, envelope["commitment"])


def simulate_opening(ctx: Context, offering_id: str) -> market.Offering:
    """Publish every simulated member's key after the deadline and open the bids."""
    _require_simulated(ctx, offering_id)
    market.advance_offering(ctx.as_system(), offering_id)
    with transaction.atomic():
        committee = Committee.objects.select_for_update().get(pk=committee_of(offering_id).pk)
        for member in committee.members.order_by("index"):
            member.committee = committee
            publish_key(ctx, member, member.kept or member.private)
    return open_bids(ctx, offering_id)


def _require_simulated(ctx: Context, offering_id: str) -> market.Offering:
    offering = market.get_offering(offering_id)
    if not offering.simulated:
        raise Fault("ceremony.simulated", number=offering.number)
    return offering
