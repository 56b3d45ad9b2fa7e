"""Form the opening committee (开启委员会) of an offering: name its members, register their fresh keys.

With the last key the committee file is fixed and written into the offering's stream. Refuses members who
bid for the offering, a key used before, and any change once the file stands: envelopes name its hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.parties import api as parties
from jishi.apps.sealing.bid_size import bid_size_of
from jishi.apps.sealing.models import Committee, Member
from jishi.apps.sealing.reads import find_committee, sealing_of
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import check_public_key, compose_committee
from jishi.kernel.spelling import visible
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.models import User

LONGEST_SEAT = 80


@dataclass(frozen=True, slots=True)
class Seat:
    """What one member stands for, in public words such as "notary office", and the person who holds it."""

    title: str
    person: int | None


def name_committee(ctx: Context, offering_id: str, seats: Sequence[Seat]) -> Committee:
    """Name the members of a noticed offering's committee; named again before it is formed, all starts anew.

    Faults `ceremony.unsealed`, `ceremony.formed`, `ceremony.members`, `ceremony.person`, `ceremony.bidder`.
    """
    offering = market.get_offering(offering_id)
    require(ctx, "committee.name", Target(offering.id, offering.division))
    seats = _check_seats(ctx, offering, seats)
    stated = sealing_of(offering)
    with transaction.atomic():
        _refuse_formed(Committee.objects.select_for_update().filter(pk=offering_id).first(), offering.number)
        Committee.objects.filter(pk=offering_id).delete()
        committee = Committee.objects.create(
            offering_id=offering_id, division=offering.division, suite=stated["suite"],
            threshold=stated["threshold"], bid_size=bid_size_of(offering.mechanism, offering.terms),
            named_ms=ctx.now_ms(), simulated=all(seat.person is None for seat in seats),
        )  # fmt: skip
        for index, seat in enumerate(seats, start=1):
            Member.objects.create(committee=committee, index=index, person=seat.person, seat=seat.title)
        named = {"seats": [seat.title for seat in seats], "simulated": committee.simulated}
        market.write_evidence(ctx, offering_id, [("CommitteeNamed", named)])
    return committee


def register_key(ctx: Context, offering_id: str, public: str) -> Committee:
    """Register the acting member's public key, made for this offering; a later one replaces it until all are in.

    Faults `ceremony.not_member`, `ceremony.formed`, `ceremony.key_used`, `sealing.committee.key`.
    """
    _require_running(market.get_offering(offering_id))
    with transaction.atomic():
        member = lock_seat(ctx, offering_id)
        store_key(ctx, member, public)
    return member.committee


def lock_seat(ctx: Context, offering_id: str) -> Member:
    """Lock the committee and return the acting person's seat in it; Fault `access.denied` without one."""
    committee = Committee.objects.select_for_update().filter(pk=offering_id).first()
    if committee is None or ctx.actor.user_id is None:
        raise Fault("access.denied", action="committee.sit")
    member = committee.members.filter(person=ctx.actor.user_id).first()
    if member is None:
        raise Fault("access.denied", action="committee.sit")
    member.committee = committee
    return member


def store_key(ctx: Context, member: Member, public: str) -> None:
    """Register a key for a seat of the locked committee; with the last one, form the committee."""
    committee = member.committee
    offering = market.get_offering(committee.offering_id)
    _refuse_formed(committee, offering.number)
    _refuse_bidder(ctx, offering, member)
    check_public_key(committee.suite, public)
    if Member.objects.filter(public=public).exclude(pk=member.pk).exists():
        raise Fault("ceremony.key_used", number=offering.number)
    member.public, member.registered_ms = public, ctx.now_ms()
    member.save(update_fields=["public", "registered_ms", "kept"])
    _form(ctx, committee)


def _form(ctx: Context, committee: Committee) -> None:
    members = list(committee.members.order_by("index"))
    if not all(member.public for member in members):
        return
    stated = sealing_of(market.get_offering(committee.offering_id))
    committee.suite, committee.threshold = stated["suite"], stated["threshold"]
    committee.file = compose_committee(
        committee.suite, committee.offering_id, [member.public for member in members],
        threshold=committee.threshold, bid_size=committee.bid_size,
    )  # fmt: skip
    committee.formed_ms = ctx.now_ms()
    committee.save(update_fields=["suite", "threshold", "file", "formed_ms"])
    seats = [{"seat": member.seat, "registered_at": member.registered_ms} for member in members]
    formed = {"committee": committee.file, "seats": seats, "simulated": committee.simulated}
    market.write_evidence(ctx, committee.offering_id, [("CommitteeFormed", formed)])


def _check_seats(ctx: Context, offering: market.Offering, seats: Sequence[Seat]) -> list[Seat]:
    _require_running(offering)
    needed = sealing_of(offering)["members"]
    seats = [Seat(visible(seat.title).strip(), seat.person) for seat in seats]
    if len(seats) != needed or not all(0 < len(seat.title) <= LONGEST_SEAT for seat in seats):
        raise Fault("ceremony.members", number=offering.number, needed=needed, most=LONGEST_SEAT)
    people = [seat.person for seat in seats if seat.person is not None]
    known = User.objects.filter(pk__in=people, is_active=True).count()
    unnamed = len(people) < len(seats) and not (offering.simulated or ctx.simulated)
    if known != len(people) or unnamed:
        raise Fault("ceremony.person", number=offering.number)
    for person in people:
        _require_no_bidder(offering, person, ctx.now_ms())
    return seats


def _refuse_bidder(ctx: Context, offering: market.Offering, member: Member) -> None:
    if member.person is not None:
        _require_no_bidder(offering, member.person, ctx.now_ms())


def _require_no_bidder(offering: market.Offering, person: int, at_ms: int) -> None:
    """Refuse a person who acts for a bidder: one of k interests that could read the bids must not bid (回避)."""
    represented, agencies = parties.represented_by(person, at_ms)
    own = {*represented, *(party for party, _ in agencies)}
    if own and any(row.party in own for row in market.list_registrations(offering.id)):
        raise Fault("ceremony.bidder", number=offering.number)


def _require_running(offering: market.Offering) -> None:
    sealing_of(offering)
    if offering.state != "noticed":
        raise Fault("ceremony.not_running", number=offering.number, state=offering.state)


def _refuse_formed(committee: Committee | None, number: str) -> None:
    if committee is not None and committee.file is not None:
        raise Fault("ceremony.formed", number=number)


def committee_of(offering_id: str) -> Committee:
    """Return the formed committee of an offering; Fault `ceremony.unformed`."""
    committee = find_committee(offering_id)
    if committee is None or committee.file is None:
        raise Fault("ceremony.unformed", number=market.get_offering(offering_id).number)
    return committee
