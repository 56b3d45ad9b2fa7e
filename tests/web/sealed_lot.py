"""A lot for sealed bids about to close, on the real clock: `python -m tests.web.sealed_lot < wanted.json`.

Run it in the environment of a server whose pack sells by tender. Gives admitted bidders and three people who may
sit in its committee, all with the password of the tests. Prints ids as JSON.
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
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.models import User
from tests.web import lots
from tests.web.plan import DAY_MS, PASSWORD, STAFF, Plan

MEMBERS = ("notary", "association", "auditing")


SEALING = {"suite": "x25519", "members": 3, "threshold": 2}


def build(plan: Plan, **way: Any) -> dict[str, Any]:
    """Make the people and the lot, sold in a way (by tender); nobody is named to its committee yet."""
    now_ms = Context().now_ms()
    with transaction.atomic():
        staff = {role: lots._make_staff(role) for role in STAFF}
        for name in MEMBERS:
            User.objects.create_user(f"{name}@example.org", PASSWORD, display_name=name)
        bidders = [lots._make_bidder(plan, number) for number in range(plan.bidders)]
        for bidder in bidders:
            user = User.objects.get(pk=bidder["user"])
            user.set_password(PASSWORD)
            user.save()
        clock = SimulatedClock(now_ms - 60 * DAY_MS)
        ctx = Context(clock=clock)
        entry = registers.create_entry(ctx, lots._entry(plan.name))
        form = replace(
            lots._form(plan, plan.name, entry.id, now_ms), start_price_fen=None, increment_fen=None,
            **{"mechanism": "tender", "terms": {"sealing": SEALING}, **way},
        )  # fmt: skip
        offering = market.prepare_offering(lots._acting(ctx, staff["clerk"]), form)
        clock.move_to(now_ms - 50 * DAY_MS)
        market.publish_notice(lots._acting(ctx, staff["reviewer"]), offering.id)
        clock.move_to(now_ms - 10 * DAY_MS)
        rows = lots._admit(ctx, staff["clerk"], offering.id, [bidder["party"] for bidder in bidders])
    return {
        "id": offering.id,
        "staff": staff,
        "registrations": [row.id for row in rows],
        "aliases": [row.alias for row in rows],
    }


if __name__ == "__main__":
    print(json.dumps(build(Plan(**json.load(sys.stdin)))))
