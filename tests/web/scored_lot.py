"""A scored tender whose bids are in: `python -m tests.web.scored_lot < wanted.json`, in a server's own environment.

"build" makes staff, a regulator, admitted bidders with their sealed bids, a committee, and accounts of experts who
stand in no pool yet; "open" publishes the committee's keys once the deadline has passed. Prints ids as JSON.
"""

import json
import sys
import time
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.registers import api as registers
from jishi.apps.sealing import api as sealing
from jishi.kernel.sealing.committee import make_member_key, read_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.platform import access
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.entropy import SeededEntropy
from jishi.platform.models import User
from tests.web import lots
from tests.web.plan import DAY_MS, HERE, PASSWORD, STAFF, Plan

MEMBERS = ("notary", "association", "auditing")
EXPERTS = tuple(f"expert-{number}" for number in range(9))
GRACE_MS = 500
PRICES = (120_000_000, 110_000_000, 100_000_000)
TERMS = {
    "sealing": {"suite": "x25519", "members": 3, "threshold": 2},
    "method": "score",
    "direction": "high",
    "drop_extremes": True,
    "criteria": [
        {"id": "price", "weight_bp": 4000, "full_marks": 40, "kind": "price"},
        {"id": "plan", "weight_bp": 6000, "full_marks": 100, "kind": "expert"},
    ],
}


def build(plan: Plan) -> dict[str, Any]:
    """Make people and lot, and hand in the bids."""
    with transaction.atomic():
        staff = {role: lots._make_staff(role) for role in STAFF}
        regulator = User.objects.create_user("regulator@example.org", PASSWORD, display_name="regulator")
        access.grant(regulator, access.REGULATOR, HERE)
        people = {
            name: User.objects.create_user(f"{name}@example.org", PASSWORD, display_name=name)
            for name in (*MEMBERS, *EXPERTS)
        }
        bidders = [lots._make_bidder(plan, number) for number in range(len(PRICES))]
        offering, rows = _offer(plan, staff, bidders)
        seats = [sealing.Seat(name, people[name].pk) for name in MEMBERS]
        sealing.name_committee(lots._acting(Context(), staff["clerk"]), offering.id, seats)
        for name in MEMBERS:
            acting = lots._acting(Context(), people[name].pk)
            sealing.register_key(acting, offering.id, _key(name)["public"])
    committee = read_committee(sealing.committee_of(offering.id).file)
    for row, price_fen in zip(rows, PRICES, strict=True):
        envelope = seal_bid(committee, row.alias, {"price_fen": price_fen}, SeededEntropy(row.alias).draw)
        assert sealing.file_envelope(Context(), row.id, envelope, f"key-{row.alias}").answer.accepted
    return {"id": offering.id, "aliases": [row.alias for row in rows]}


def open_bids(lot: str) -> dict[str, Any]:
    """Wait for the deadline and publish two keys, which open the bids."""
    time.sleep(max(0, market.get_offering(lot).listing_end + GRACE_MS - Context().now_ms()) / 1000)
    for name in MEMBERS[:2]:
        person = User.objects.get(email=f"{name}@example.org").pk
        sealing.hand_over(lots._acting(Context(), person), lot, _key(name)["private"])
    return {"awaits": market.get_offering(lot).awaits}


def _offer(
    plan: Plan, staff: dict[str, int], bidders: list[dict[str, Any]]
) -> tuple[market.Offering, list[Any]]:
    now_ms = Context().now_ms()
    clock = SimulatedClock(now_ms - 60 * DAY_MS)
    ctx = Context(clock=clock)
    entry = registers.create_entry(ctx, lots._entry(plan.name))
    form = replace(
        lots._form(plan, plan.name, entry.id, now_ms),
        mechanism="tender", start_price_fen=None, increment_fen=None, terms=TERMS,
    )  # fmt: skip
    offering = market.prepare_offering(lots._acting(ctx, staff["clerk"]), form)
    clock.move_to(now_ms - 50 * DAY_MS)
    market.publish_notice(lots._acting(ctx, staff["reviewer"]), offering.id)
    clock.move_to(now_ms - 10 * DAY_MS)
    parties = [bidder["party"] for bidder in bidders]
    return offering, lots._admit(ctx, staff["clerk"], offering.id, parties)


def _key(name: str) -> dict[str, Any]:
    return make_member_key("x25519", SeededEntropy(f"key of {name}").draw)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(open_bids(given["open"]) if "open" in given else build(Plan(**given))))
