"""Sales of any factor in the demonstration, prepared and held by the real actions on a clock that ends now."""

from dataclasses import replace
from random import Random
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.simulation.day.moves import open_moves
from jishi.apps.simulation.day.sale import admit, announce, hold_sale
from jishi.apps.simulation.scenario.lots import Cast
from jishi.apps.simulation.scenario.timetable import DAY_MS, HOUR_MS, NOTICE_DAYS
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context

TO_COME = "0" * 64
"""Stands for the commitment to a draw until one is made, before the notice."""


def stage_sale(ctx: Context, cast: Cast, sale: packs.DemoSale) -> market.Offering:
    """Store what a sale offers and take it to its stage; `ctx` has the real clock, which says when now is."""
    start_ms, end_ms = _plan(sale, ctx.now_ms())
    past = replace(ctx, clock=SimulatedClock(start_ms - NOTICE_DAYS * DAY_MS), simulated=True).as_system()
    form = _form(sale, _enter(past, sale), start_ms, end_ms)
    offering = market.prepare_offering(cast.acting(past, "clerk"), form)
    parties = [cast.parties[name] for name in sale.bidders]
    chance = Random(f"{cast.scenario.id} {sale.number}")
    if sale.stage == "ended":
        return hold_sale(past, offering, parties, chance)
    if sale.stage == "notice":
        return announce(past, offering)
    open_moves(past, offering.id, admit(past, announce(past, offering), parties), chance)
    return market.get_offering(offering.id)


def _plan(sale: packs.DemoSale, now_ms: int) -> tuple[int, int]:
    """Return when bidding begins and ends, so that now the sale stands at its stage."""
    span_ms, away_ms = sale.days_open * DAY_MS, sale.hours_left * HOUR_MS
    starts = {"notice": now_ms + away_ms, "open": now_ms - span_ms, "ended": now_ms - away_ms - span_ms}
    ends = {"notice": now_ms + away_ms + span_ms, "open": now_ms + away_ms, "ended": now_ms - away_ms}
    return starts[sale.stage], ends[sale.stage]


def _enter(ctx: Context, sale: packs.DemoSale) -> str:
    kind = packs.default_pack().product(sale.product).register_kind
    data: dict[str, Any] = {"division": sale.division, "simulated": True, **sale.data}
    return registers.create_entry(ctx, registers.EntryForm(kind, data), allow_overlap=True).id


def _form(sale: packs.DemoSale, entry_id: str, start_ms: int, end_ms: int) -> market.OfferingForm:
    return market.OfferingForm(
        number=sale.number,
        title=sale.title.zh,
        product=sale.product,
        mechanism=sale.mechanism,
        entry_id=entry_id,
        deposit_fen=sale.deposit_fen,
        start_price_fen=sale.start_price_fen,
        increment_fen=sale.increment_fen,
        listing_start=start_ms,
        listing_end=end_ms,
        registration_end=end_ms - HOUR_MS,
        terms=_terms(sale),
        organisation=sale.organisation,
        joint_allowed=False,
    )


def _terms(sale: packs.DemoSale) -> dict[str, Any]:
    stages = [sale.mechanism, *(stage["kind"] for stage in sale.terms.get("stages", ()))]
    return {**sale.terms, **({"draw_commitment": TO_COME} if "lottery" in stages else {})}
