"""Lots for a bench, made by the real actions: `python -m jishi.project.bench.lots < plan.json`, prints JSON.

Notice, listing, qualification and deposits happened on a simulated clock in the past; the close lies in the future,
so that the server's own clock takes the lot from there. Refuses a market that holds real ones (`JISHI_LIVE`).
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.market.actions import issue_ticket
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.mechanism import inputs
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context
from jishi.platform.models import User
from jishi.project.bench.plan import DAY_MS, DEPOSIT_FEN, HERE, START_FEN, STEP_FEN, Plan

CLERK, REVIEWER = "clerk", "reviewer"


def make(plan: Plan) -> dict[str, Any]:
    """Make the parties, the lots with all parties admitted to each, and tickets; return their ids."""
    now_ms = Context().now_ms()
    clock = SimulatedClock(now_ms - 60 * DAY_MS)
    ctx = Context(clock=clock)
    with transaction.atomic():
        addresses = {role: f"{role}-{plan.name}@example.org".lower() for role in (CLERK, REVIEWER)}
        staff = {role: User.objects.create_user(address).pk for role, address in addresses.items()}
        bidding = _parties(ctx, plan, plan.bidders * (plan.lots if plan.apart else 1))
        lots = []
        for place in range(plan.lots):
            clock_of_lot = SimulatedClock(now_ms - 60 * DAY_MS)
            ends_ms = now_ms + plan.closes_ms + plan.spread_ms * place // max(1, plan.lots)
            lots.append(
                _lot(
                    replace(ctx, clock=clock_of_lot),
                    plan,
                    (f"{plan.name}-{place + 1:05d}", ends_ms),
                    (staff, bidding[place * plan.bidders :][: plan.bidders] if plan.apart else bidding),
                )
            )
    return {"lots": lots, "took_ms": Context().now_ms() - now_ms}


def _parties(ctx: Context, plan: Plan, count: int) -> list[str]:
    codes = [make_uscc(f"91220100M{plan.name}{number:07d}") for number in range(count)]
    named = enumerate(codes)
    forms = [
        parties.PartyForm("organisation", f"测试竞买人{plan.name}{place}", code) for place, code in named
    ]
    return [each.id for each in parties.register_parties(ctx, forms)] if forms else []


def _lot(
    ctx: Context, plan: Plan, named: tuple[str, int], people: tuple[Mapping[str, int], Sequence[str]]
) -> dict[str, Any]:
    (number, ends_ms), (staff, bidding) = named, people
    clerk, reviewer = (_acting(ctx, staff[role]) for role in (CLERK, REVIEWER))
    entry = registers.create_entry(ctx, _entry(number))
    offering = market.prepare_offering(clerk, _form(plan, (number, entry.id), ends_ms))
    _move(ctx, ends_ms - 50 * DAY_MS)
    market.publish_notice(reviewer, offering.id)
    _move(ctx, ends_ms - 10 * DAY_MS)
    rows = _admit(ctx, clerk, offering.id, bidding)
    quotes = [
        inputs.Bid(row.alias, START_FEN + place * STEP_FEN) for place, row in enumerate(rows[: plan.quotes])
    ]
    if quotes:
        market.submit(ctx, offering.id, [market.Command(each) for each in quotes])
    return {
        "id": offering.id,
        "closes_ms": ends_ms,
        "registrations": [_registration(plan, row) for row in rows],
    }


def _registration(plan: Plan, row: market.Registration) -> dict[str, Any]:
    ticket = ""
    if plan.tickets:
        acting = Actor(name="bidder", parties=(row.party,), system=True)
        ticket = issue_ticket(Context(actor=acting), row.id).text
    return {
        "id": row.id,
        "alias": row.alias,
        "party": row.party,
        "ticket": ticket,
        "series": row.ticket_series,
    }


def _admit(
    ctx: Context, clerk: Context, offering_id: str, bidding: Sequence[str]
) -> list[market.Registration]:
    if not bidding:
        return []
    forms = [market.RegistrationForm(party) for party in bidding]
    rows = market.file_registrations(ctx, offering_id, forms)
    market.qualify_registrations(clerk, offering_id, [row.id for row in rows])
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


def _form(plan: Plan, named: tuple[str, str], ends_ms: int) -> market.OfferingForm:
    number, entry_id = named
    return market.OfferingForm(
        number=number,
        title=f"测试宗地 {number}",
        product="land.state_grant_listing",
        entry_id=entry_id,
        start_price_fen=START_FEN,
        deposit_fen=DEPOSIT_FEN,
        increment_fen=STEP_FEN,
        listing_start=ends_ms - 20 * DAY_MS,
        registration_end=ends_ms - 1,
        listing_end=ends_ms,
        terms={name: getattr(plan, name) for name in ("question_ms", "round_ms", "free_quotes")},
        organisation="长春市规划和自然资源局（测试）",
    )


def _acting(ctx: Context, user_id: int) -> Context:
    return replace(ctx, actor=Actor(user_id=user_id, system=True))


def _move(ctx: Context, at_ms: int) -> None:
    assert isinstance(ctx.clock, SimulatedClock)
    ctx.clock.move_to(at_ms)


if __name__ == "__main__":
    print(json.dumps(make(Plan(**json.load(sys.stdin)))))
