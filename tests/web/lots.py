"""Lots that are about to close, for servers that run on the real clock: `python -m tests.web.lots < plan.json`.

Run it in the environment of the server (`Server.run`). Notice, listing and admission happened on a simulated clock in
the past; the end of the listing lies in the future, so that the server's own clock takes the lot from there. Prints as
JSON the people and the lots that were made.
"""

import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.platform import access
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context
from jishi.platform.models import User
from jishi.platform.token import issue_token
from tests.web.plan import (
    DAY_MS,
    DEPOSIT_FEN,
    HERE,
    PASSWORD,
    STAFF,
    START_FEN,
    STEP_FEN,
    Plan,
    staff_address,
)


def build(plan: Plan) -> dict[str, Any]:
    """Make the staff (once), bidders with a token each, and the lots with all of them admitted."""
    with transaction.atomic():
        staff = {role: _make_staff(role) for role in STAFF}
        bidders = [_make_bidder(plan, number) for number in range(plan.bidders)]
        parties_of_all = [bidder["party"] for bidder in bidders]
        numbers = [f"{plan.name}-{place + 1:03d}" for place in range(plan.lots)]
        lots = [_make_lot(plan, number, staff, parties_of_all) for number in numbers]
    return {"staff": staff, "bidders": bidders, "lots": lots}


def _make_staff(role: str) -> int:
    found = User.objects.filter(email=staff_address(role)).first()
    if found is None:
        found = User.objects.create_user(staff_address(role), PASSWORD, display_name=role)
        access.grant(found, role, HERE)
    return int(found.pk)


def _make_bidder(plan: Plan, number: int) -> dict[str, Any]:
    user = User.objects.create_user(f"bidder-{plan.name}-{number}@example.org".lower())
    code = make_uscc(f"91220100MA{zlib.crc32(plan.name.encode()) % 10**3:03d}{number:04d}")
    form = parties.PartyForm("organisation", f"测试竞买人{plan.name}{number}", code)
    party = parties.register_party(Context(), form)
    parties.add_representative(Context(), party.id, user.pk)
    _, token = issue_token(Context(actor=Actor(user_id=user.pk)), "test")
    return {"user": user.pk, "party": party.id, "token": token}


def _make_lot(plan: Plan, number: str, staff: Mapping[str, int], bidding: Sequence[str]) -> dict[str, Any]:
    now_ms = Context().now_ms()
    clock = SimulatedClock(now_ms - 60 * DAY_MS)
    ctx = Context(clock=clock)
    entry = registers.create_entry(ctx, _entry(number))
    offering = market.prepare_offering(_acting(ctx, staff["clerk"]), _form(plan, number, entry.id, now_ms))
    if plan.draft:
        return {"id": offering.id, "number": number}
    clock.move_to(now_ms - 50 * DAY_MS)
    market.publish_notice(_acting(ctx, staff["reviewer"]), offering.id)
    clock.move_to(now_ms - 10 * DAY_MS)
    rows = _admit(ctx, staff["clerk"], offering.id, bidding)
    return {
        "id": offering.id,
        "number": number,
        "registrations": [row.id for row in rows],
        "aliases": [row.alias for row in rows],
    }


def _admit(ctx: Context, clerk: int, offering_id: str, bidding: Sequence[str]) -> list[market.Registration]:
    if not bidding:
        return []
    forms = [market.RegistrationForm(party) for party in bidding]
    rows = market.file_registrations(ctx, offering_id, forms)
    market.qualify_registrations(_acting(ctx, clerk), offering_id, [row.id for row in rows])
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    return rows


def _entry(number: str) -> registers.EntryForm:
    data = {
        "parcel_no": number,
        "place": f"测试路{number}号",
        "division": HERE,
        "area_cm2": 250_005_000,
        "uses": [{"code": "0701", "name": "城镇住宅用地", "term_years": "70"}],
        "tenure": "state",
        "conditions": "测试条件",
        "simulated": True,
    }
    return registers.EntryForm("land.parcel", data)


def _form(plan: Plan, number: str, entry_id: str, now_ms: int) -> market.OfferingForm:
    names = ("question_ms", "round_ms", "free_quotes")
    return market.OfferingForm(
        number=number,
        title=f"测试宗地 {number}",
        product="land.state_grant_listing",
        entry_id=entry_id,
        start_price_fen=START_FEN,
        deposit_fen=DEPOSIT_FEN,
        increment_fen=STEP_FEN,
        listing_start=now_ms - 20 * DAY_MS,
        registration_end=now_ms + plan.registration_left_ms,
        listing_end=now_ms + plan.listing_left_ms,
        terms={name: getattr(plan, name) for name in names},
        organisation="长春市规划和自然资源局（测试）",
    )


def _acting(ctx: Context, user_id: int) -> Context:
    return replace(ctx, actor=Actor(user_id=user_id, system=True))


if __name__ == "__main__":
    print(json.dumps(build(Plan(**json.load(sys.stdin)))))
