"""Lots sold together by package bids: `python -m tests.web.package_lot build < plan.json`, later `... open < id.json`.

Run it in the environment of a server. The committee is formed with keys that anyone can make again; `open` lets the
deadline pass on a simulated clock, publishes two keys of three and prints what was opened.
"""

import json
import sys
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.kernel.sealing.committee import make_member_key
from jishi.platform import silence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.entropy import SeededEntropy
from jishi.platform.models import User
from tests.web import lots
from tests.web.plan import DAY_MS, Plan
from tests.web.sealed_lot import MEMBERS, SEALING
from tests.web.sealed_lot import build as build_sealed

LOTS = [
    {"lot": "A-1", "reserve_fen": 100_000_000},
    {"lot": "A-2", "reserve_fen": 0},
    {"lot": "B", "reserve_fen": 5},
]
WAY = {
    "product": "land.state_grant_auction",
    "mechanism": "package",
    "terms": {"sealing": SEALING, "lots": LOTS, "packages": 3},
}


def build(plan: Plan) -> dict[str, Any]:
    """Make the people and the sale, with its committee formed."""
    made = build_sealed(plan, **WAY)
    seats = [sealing.Seat(name, _person(name)) for name in MEMBERS]
    sealing.name_committee(lots._acting(Context(), made["staff"]["clerk"]), made["id"], seats)
    for name in MEMBERS:
        sealing.register_key(lots._acting(Context(), _person(name)), made["id"], _key(name)["public"])
    return made


def unseal(offering_id: str) -> Any:
    """Publish two keys after the deadline; return what was opened."""
    ctx = Context(clock=SimulatedClock(Context().now_ms() + DAY_MS))
    silence.assume_none()  # else the day that passes here is one of the server, and the lot gets it back
    market.advance_offering(ctx, offering_id)
    for name in MEMBERS[:2]:
        sealing.hand_over(lots._acting(ctx, _person(name)), offering_id, _key(name)["private"])
    ceremony = sealing.read_ceremony(market.get_offering(offering_id))
    return ceremony.to_json() if ceremony else None


def _person(name: str) -> int:
    return int(User.objects.get(email=f"{name}@example.org").pk)


def _key(name: str) -> dict[str, Any]:
    return make_member_key("x25519", SeededEntropy(name).draw)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(build(Plan(**given)) if sys.argv[1] == "build" else unseal(given)))
