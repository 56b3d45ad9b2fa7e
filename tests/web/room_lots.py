"""One lot of any kind about to close, on the real clock: `python -m tests.web.room_lots < wanted.json`.

Run it in the environment of a server whose pack sells every way (`tests.apps.market.ways`). `wanted` names the lot,
its mechanism, its terms and how long it still takes bids. Gives two admitted bidders with the password of the tests,
and for a negotiation the price agreed with the only one. Prints ids and aliases as JSON.
"""

import json
import sys
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.registers import api as registers
from jishi.kernel.mechanism import acts
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.models import User
from tests.web import lots
from tests.web.plan import DAY_MS, PASSWORD, STAFF, START_FEN, Plan


def build(name: str, mechanism: str, terms: dict[str, Any], left_ms: int) -> dict[str, Any]:
    """Make the people and the lot, open, its bidders admitted before it opened."""
    plan = Plan(name=name, bidders=1 if mechanism == "negotiation" else 2, listing_left_ms=left_ms)
    now_ms = Context().now_ms()
    with transaction.atomic():
        staff = {role: lots._make_staff(role) for role in STAFF}
        bidders = [_bidder(plan, number) for number in range(plan.bidders)]
        clock = SimulatedClock(now_ms - 60 * DAY_MS)
        ctx = Context(clock=clock)
        entry = registers.create_entry(ctx, lots._entry(name))
        form = replace(
            lots._form(plan, name, entry.id, now_ms), mechanism=mechanism, increment_fen=None, terms=terms,
            start_price_fen=START_FEN if mechanism == "auction" else None,
            registration_end=now_ms - 20 * DAY_MS,
        )  # fmt: skip
        offering = market.prepare_offering(lots._acting(ctx, staff["clerk"]), form)
        clock.move_to(now_ms - 50 * DAY_MS)
        market.publish_notice(lots._acting(ctx, staff["reviewer"]), offering.id)
        clock.move_to(now_ms - 25 * DAY_MS)
        rows = lots._admit(ctx, staff["clerk"], offering.id, [bidder["party"] for bidder in bidders])
        clock.move_to(now_ms - 20 * DAY_MS)
        market.advance_offering(ctx, offering.id)
        if mechanism == "negotiation":
            clock.move_to(now_ms - DAY_MS)
            agreed = acts.Agree(rows[0].alias, START_FEN)
            market.decide_step(lots._acting(ctx, staff["clerk"]), offering.id, agreed)
    return {
        "id": offering.id,
        "registrations": [row.id for row in rows],
        "aliases": [row.alias for row in rows],
    }


def _bidder(plan: Plan, number: int) -> dict[str, Any]:
    made = lots._make_bidder(plan, number)
    user = User.objects.get(pk=made["user"])
    user.set_password(PASSWORD)
    user.save()
    return made


if __name__ == "__main__":
    print(json.dumps(build(**json.load(sys.stdin))))
