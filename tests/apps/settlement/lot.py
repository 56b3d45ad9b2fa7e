"""One lot on offer and its bidders, brought as far as a test of settlement needs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.mechanism import inputs
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context

MONDAY_MS = 1_772_416_800_000  # 2026-03-02 10:00 in the pack's zone
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_FEN, STEP_FEN, DEPOSIT_FEN = 100_000_001, 1_000_000, 20_000_001
DIVISION = "220102"
PRODUCT = "land.state_grant_listing"
BUREAU = "长春市规划和自然资源局（测试）"


def move_to(ctx: Context, at_ms: int) -> None:
    """Set the still clock forward."""
    assert isinstance(ctx.clock, SimulatedClock)
    ctx.clock.move_to(at_ms)


def make_parties(ctx: Context, count: int) -> list[str]:
    """Register so many organisations."""
    forms = [
        parties.PartyForm("organisation", f"第{n}号置业有限公司", make_uscc(f"91220100MA{n:07d}"))
        for n in range(1, count + 1)
    ]
    return [party.id for party in parties.register_parties(ctx, forms)]


def offer(ctx: Context, number: str = "T-1", **changes: Any) -> market.Offering:
    """Publish the notice of a lot and let its listing run."""
    data = {
        "parcel_no": number,
        "place": "测试路1号",
        "division": DIVISION,
        "area_cm2": 250_005_000,
        "uses": [{"code": "0701", "name": "城镇住宅用地", "term_years": "70"}],
        "tenure": "state",
    }
    entry = registers.create_entry(ctx, registers.EntryForm("land.parcel", data))
    start = ctx.now_ms() + 22 * DAY_MS
    form = market.OfferingForm(
        number=number,
        title=f"测试宗地 {number}",
        product=PRODUCT,
        entry_id=entry.id,
        start_price_fen=START_FEN,
        deposit_fen=DEPOSIT_FEN,
        increment_fen=STEP_FEN,
        listing_start=start,
        listing_end=start + 12 * DAY_MS,
        registration_end=start + 11 * DAY_MS,
        organisation=BUREAU,
        guarantee_allowed=True,
    )
    offering = market.prepare_offering(ctx, replace(form, **changes))
    market.publish_notice(ctx, offering.id)
    move_to(ctx, start + HOUR_MS)
    market.advance_offering(ctx, offering.id)
    return market.get_offering(offering.id)


def register(ctx: Context, offering: market.Offering, bidders: Sequence[str]) -> list[market.Registration]:
    """File and qualify registrations; their sub-accounts are then open."""
    rows = market.file_registrations(ctx, offering.id, [market.RegistrationForm(each) for each in bidders])
    return market.qualify_registrations(ctx, offering.id, [row.id for row in rows])


def close(ctx: Context, offering: market.Offering, winner: market.Registration | None) -> market.Offering:
    """Let `winner` quote once, if any, and bring the lot to its end."""
    if winner is not None:
        quote = market.Command(inputs.Bid(winner.alias, START_FEN + STEP_FEN))
        assert market.submit(ctx, offering.id, [quote])[0].accepted
    while (now := market.get_offering(offering.id)).due_ms is not None:
        move_to(ctx, now.due_ms)
        market.advance_offering(ctx, offering.id)
    return market.get_offering(offering.id)


def sell(ctx: Context, offering: market.Offering, winner: market.Registration) -> settlement.Contract:
    """Close, confirm and publish a sale; return the drafted contract."""
    close(ctx, offering, winner)
    market.confirm_sale(ctx, offering.id)
    market.publish_result(ctx, offering.id)
    return settlement.draft_contract(ctx, offering.id)
