"""One lot of a mixed day by another method than listing: registered, offered, bid for, published, contracts drafted."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.sealing import api as sealing
from jishi.apps.settlement import api as settlement
from jishi.apps.simulation.day.moves import run_moves
from jishi.apps.simulation.listings.goods import GoodsDraft
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.unit import one_unit

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
UNSTATED = "公告未载明"
DEPOSIT_SHARE = 10  # one part in so many of the price of a quantity, where a row states no deposit
LEAST_DEPOSIT_FEN = 10_000


def run_goods(
    ctx: Context, draft: GoodsDraft, parties: Sequence[str]
) -> tuple[market.Offering, tuple[str, ...]]:
    """Take one announced lot from register entry to drafted contracts in one transaction; Fault when it cannot stand.

    Return the offering and the ids of its contracts, one for each party to the sale.
    """
    chance = Random(ctx.entropy.draw(16))
    with one_unit():
        offering = market.prepare_offering(ctx, _form(draft, _enter(ctx, draft)))
        sold = hold_sale(ctx, offering, parties, chance)
        return sold, _draft_contracts(ctx, sold)


def hold_sale(
    ctx: Context, offering: market.Offering, parties: Sequence[str], chance: Random
) -> market.Offering:
    """Take a prepared offering through notice, committee, registration, bidding and result."""
    offering = announce(ctx, offering)
    alone = offering.mechanism == "negotiation"  # while one party wants the lot (协议出让)
    run_moves(ctx, offering.id, admit(ctx, offering, parties[:1] if alone else parties), chance)
    return _publish(ctx, offering.id)


def announce(ctx: Context, offering: market.Offering) -> market.Offering:
    """Publish the notice of a prepared offering and form its committee where it is sealed."""
    if offering.terms.get("draw_commitment"):
        market.commit_draw(ctx, offering.id)
    offering = market.publish_notice(ctx, offering.id)
    if sealing.is_sealed(offering):
        sealing.simulate_committee(ctx, offering.id, ctx.entropy)
    return offering


def admit(ctx: Context, offering: market.Offering, parties: Sequence[str]) -> list[market.Registration]:
    """File, qualify and pay for every party; return the registrations as admitted."""
    clock = _clock(ctx)
    clock.move_to(max(clock.now_ms(), offering.listing_start - 3 * HOUR_MS))
    forms = [market.RegistrationForm(party) for party in parties]
    rows = market.file_registrations(ctx, offering.id, forms)
    clock.move_to(clock.now_ms() + HOUR_MS)
    market.qualify_registrations(ctx, offering.id, [row.id for row in rows])
    if offering.deposit_fen:
        settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    clock.move_to(max(clock.now_ms(), offering.listing_start))
    market.advance_offering(ctx, offering.id)
    return [market.get_registration(row.id) for row in rows]


def _clock(ctx: Context) -> SimulatedClock:
    assert isinstance(ctx.clock, SimulatedClock)
    return ctx.clock


def _publish(ctx: Context, offering_id: str) -> market.Offering:
    offering, clock = market.get_offering(offering_id), _clock(ctx)
    clock.move_to(max(offering.closed_ms or 0, clock.now_ms()) + HOUR_MS)
    if offering.state == "ended":
        market.confirm_sale(ctx, offering.id)
    clock.move_to(clock.now_ms() + DAY_MS)
    market.publish_result(ctx, offering.id)
    settlement.pay_refunds(ctx, offering_ids=[offering.id])
    return market.get_offering(offering.id)


def _draft_contracts(ctx: Context, offering: market.Offering) -> tuple[str, ...]:
    if (offering.outcome or {}).get("result") != "sold":
        return ()
    return tuple(row.id for row in settlement.draft_contracts(ctx, [offering.id]))


def _enter(ctx: Context, draft: GoodsDraft) -> str:
    kind = packs.current_pack().product(draft.product).register_kind
    number = f"{draft.parcel_no or draft.notice_no or draft.place}#{draft.row}"
    stated = {
        "code": number,
        "name": draft.parcel_no or draft.place or UNSTATED,
        "place": draft.place,
        "division": draft.division_code,
        "conditions": draft.conditions,
        "source_url": draft.source_url,
        "simulated": True,
    }
    fields = packs.current_pack().registers[kind].fields
    for field in fields:  # what the register requires and no announcement states
        if field.required and not stated.get(field.name):
            stated[field.name] = draft.kind_text or UNSTATED
    known = {field.name for field in fields}
    data = {name: value for name, value in stated.items() if name in known and value}
    form = registers.EntryForm(kind=kind, data=data, division=draft.division_code or "", number=number)
    return registers.create_entry(ctx, form, allow_overlap=True).id


def _form(draft: GoodsDraft, entry_id: str) -> market.OfferingForm:
    deposit_fen = max(LEAST_DEPOSIT_FEN, draft.price_fen * draft.quantity // DEPOSIT_SHARE)
    return market.OfferingForm(
        number=f"{draft.notice_no or '无文号'}/{draft.parcel_no or draft.place}#{draft.row}",
        title=f"{draft.place} {draft.kind_text}".strip()[:200] or UNSTATED,
        product=draft.product,
        mechanism=draft.method,
        entry_id=entry_id,
        deposit_fen=deposit_fen,
        listing_start=draft.listing_start,
        listing_end=draft.listing_end,
        registration_end=draft.registration_end,
        terms=_terms(draft),
        organisation=draft.division_text or UNSTATED,
        joint_allowed=False,
        persons_allowed=True,
        operator_set=tuple(sorted(draft.operator_set)),
    )


def _terms(draft: GoodsDraft) -> dict[str, Any]:
    """State what the mechanism must be told and the product does not say."""
    price_fen, quantity = draft.price_fen, draft.quantity
    stated: Mapping[str, Mapping[str, Any]] = {
        "call_auction": {"reference_fen": price_fen},
        "uniform_price": {"supply": quantity, "floor_fen": price_fen},
        "pay_as_bid": {"supply": quantity, "floor_fen": price_fen},
        "fixed_price": {"price_fen": price_fen, "stock": quantity},
        "lottery": {"places": quantity, "price_fen": price_fen, "draw_commitment": "0" * 64},
        "negotiation": {"floor_fen": price_fen},
    }
    return dict(stated.get(draft.method, {}))
