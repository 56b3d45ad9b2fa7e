"""Publish the members' keys after the deadline and open the bids (开标) once there are enough.

Opening asks nobody's leave: it follows from the log, and anybody computes the same. Refuses a key before
the deadline, a key that is not the member's (naming the seat), and, in the suite `sm`, to open
while keys may still come unless a reviewer decided with a reason that none will.
"""

from typing import Any

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.sealing.actions.committee import committee_of, lock_seat
from jishi.apps.sealing.models import Committee, Member
from jishi.apps.sealing.reads import latest_of, published_keys, read_filed
from jishi.kernel.evidence.check_sealing import ENDED, PUBLISHED
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Unseal
from jishi.kernel.sealing.committee import check_private_key, read_committee
from jishi.kernel.sealing.filed import open_filed, require_enough
from jishi.kernel.spelling import visible
from jishi.platform import deadline
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.patience import taking_time

DUE = "opening"
LONGEST_REASON = 2000
WAITING = ("sealing.keys.few", "sealing.keys.all")


def hand_over(ctx: Context, offering_id: str, private: str) -> Committee:
    """Publish the acting member's private key for this offering; with enough of them the bids are opened.

    Faults `ceremony.early` before the deadline, `ceremony.key_wrong`, `access.denied` without a seat.
    """
    market.advance_offering(ctx.as_system(), offering_id)
    with transaction.atomic():
        member = lock_seat(ctx, offering_id)
        publish_key(ctx, member, private)
    open_if_ready(ctx, offering_id)
    return member.committee


def publish_key(ctx: Context, member: Member, private: str) -> None:
    """Publish the key of a seat of the locked committee; published already, the same key changes nothing."""
    offering = market.get_offering(member.committee.offering_id)
    if member.private and member.private == private:
        return
    committee = committee_of(offering.id)
    if committee.opened_ms is None:  # who was not needed may still show, later, that the key was kept
        _require_due(offering)
    try:
        check_private_key(read_committee(committee.file), member.public, private)
    except Fault as fault:
        raise Fault(
            "ceremony.key_wrong", index=member.index, seat=member.seat, public=member.public
        ) from fault
    member.private, member.published_ms, member.kept = private, ctx.now_ms(), ""
    member.save(update_fields=["private", "published_ms", "kept"])
    market.write_evidence(ctx, offering.id, [(PUBLISHED, {"index": member.index, "private": private})])
    if committee.opened_ms is None and is_ready(committee):
        deadline.set_deadline(DUE, offering.id, ctx.now_ms())


def end_keys(ctx: Context, offering_id: str, reason: str) -> Committee:
    """Decide, with a public reason, that no more keys come, so that the suite `sm` opens with those there are.

    Faults `ceremony.reason`, `ceremony.early`, `sealing.keys.few`, `ceremony.not_needed`.
    """
    offering = market.get_offering(offering_id)
    require(ctx, "committee.end", Target(offering.id, offering.division))
    reason = visible(reason).strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Fault("ceremony.reason", most=LONGEST_REASON)
    market.advance_offering(ctx.as_system(), offering_id)
    with transaction.atomic():
        committee = Committee.objects.select_for_update().get(pk=committee_of(offering_id).pk)
        _require_due(market.get_offering(offering_id))
        read, published = read_committee(committee.file), published_keys(committee)
        require_enough(read, len(published), ended=True)
        if is_ready(committee):
            raise Fault("ceremony.not_needed", number=offering.number)
        committee.ended_ms, committee.end_reason = ctx.now_ms(), reason
        committee.save(update_fields=["ended_ms", "end_reason"])
        missing = [each.index for each in committee.members.order_by("index") if not each.private]
        market.write_evidence(ctx, offering_id, [(ENDED, {"missing": missing, "reason": reason})])
        deadline.set_deadline(DUE, offering_id, ctx.now_ms())
    open_if_ready(ctx, offering_id)
    return committee


def is_ready(committee: Committee) -> bool:
    """Tell whether the keys published open the bids."""
    try:
        ended = committee.ended_ms is not None
        require_enough(read_committee(committee.file), len(published_keys(committee)), ended=ended)
    except Fault:
        return False
    return True


def open_if_ready(ctx: Context, offering_id: str) -> None:
    """Open the bids if the keys are there and they are not open yet."""
    if is_ready(committee_of(offering_id)):
        open_bids(ctx, offering_id)


def open_due(ctx: Context, offering_id: str) -> None:
    """Open what a request left unopened; what waits for nothing, or is suspended, is left alone."""
    if market.get_offering(offering_id).awaits == "unseal":
        open_if_ready(ctx, offering_id)
    deadline.set_deadline(DUE, offering_id, None)


def open_bids(ctx: Context, offering_id: str) -> market.Offering:
    """Open every bid that counts and give all to the mechanism at once; open already, it does nothing.

    Faults `sealing.keys.few`, `sealing.keys.all`, `ceremony.early`. About 0.3 ms a bid, outside any lock.
    """
    offering, committee = market.get_offering(offering_id), committee_of(offering_id)
    if committee.opened_ms is not None:
        return offering
    _require_due(offering)
    read, keys = read_committee(committee.file), published_keys(committee)
    require_enough(read, len(keys), ended=committee.ended_ms is not None)
    with taking_time():  # a deadline opens inside its transaction, and thousands of bids take seconds
        opening = open_filed(read, latest_of(offering), read_filed(offering), keys)
    given = Unseal(market.sealed_lines(offering), opening.openings)
    return _unseal(ctx, offering_id, given)


def _unseal(ctx: Context, offering_id: str, given: Any) -> market.Offering:
    with transaction.atomic():
        committee = Committee.objects.select_for_update().get(pk=offering_id)
        if committee.opened_ms is not None:
            return market.get_offering(offering_id)
        offering = market.decide_step(ctx.as_system(), offering_id, given)
        committee.opened_ms = ctx.now_ms()
        committee.save(update_fields=["opened_ms"])
        deadline.set_deadline(DUE, offering_id, None)
    return offering


def _require_due(offering: market.Offering) -> None:
    if offering.state != "noticed" or offering.awaits != "unseal" or offering.suspended:
        raise Fault("ceremony.early", number=offering.number)
