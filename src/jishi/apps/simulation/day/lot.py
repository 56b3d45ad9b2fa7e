"""One lot through the whole procedure in simulated time, by the same actions as the live market."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.apps.simulation.day.bidding import draw_bidders, quote
from jishi.apps.simulation.day.officers import Officers
from jishi.apps.simulation.day.options import BIDDING_PRODUCT, PRODUCT
from jishi.apps.simulation.day.sale import hold_sale
from jishi.apps.simulation.listings.draft import LotDraft, Use
from jishi.apps.simulation.listings.goods import GoodsDraft
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.kernel.quantity.bounds import format_bounds
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.unit import one_unit

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TWENTY_MINUTES = 1_200_000
UNSET = "0" * 64
NO_DEPOSIT_IN = 20  # one simulated bidder in so many never pays, as happens
UNSTATED = "公告未载明"  # the announcement does not say who grants; a contract needs a line for it


@dataclass(frozen=True, slots=True)
class Sale:
    """What became of a lot: its offering, and the contracts where it was sold, one a winner."""

    offering: market.Offering
    contract_ids: tuple[str, ...] = ()


def run_lot(ctx: Context, draft: LotDraft, parties: Sequence[str], officers: Officers) -> Sale:
    """Take one announced lot from register entry to register entry in one transaction; Fault when it cannot stand."""
    chance = Random(ctx.entropy.draw(16))
    with one_unit():
        if draft.method != "listing":
            return _hold(ctx, draft, parties, chance)
        offering = _publish(ctx, draft, officers, chance)
        aliases = _admit(ctx, offering, parties, chance)
        _bid(ctx, offering, aliases, chance)
        return _settle(ctx, offering, officers)


def _hold(ctx: Context, draft: LotDraft, parties: Sequence[str], chance: Random) -> Sale:
    """Sell a parcel by auction or tender."""
    form = replace(_form(draft, _enter(ctx, draft)), product=BIDDING_PRODUCT, mechanism=draft.method)
    offering = market.prepare_offering(
        ctx, replace(form, terms=_bidding_terms(draft), **_PRICED[draft.method])
    )
    offering = hold_sale(ctx, offering, parties, chance)
    contracts = (_contract(ctx, offering),) if offering.state == "published" else ()
    return Sale(market.get_offering(offering.id), contracts)


_PRICED: Mapping[str, Mapping[str, Any]] = {
    "auction": {"increment_fen": None},
    "tender": {"start_price_fen": None, "increment_fen": None},
}
"""Method -> the prices a draft states that are no terms of it."""


def _bidding_terms(draft: LotDraft) -> dict[str, Any]:
    if draft.method == "tender":
        return {"direction": "high", "min_price_fen": draft.start_price_fen}
    first: dict[str, Any] = {
        "kind": "ascending",
        "increment_fen": draft.increment_fen,
        "round_ms": draft.round_ms,
    }
    if draft.cap_fen is None:
        return {"stages": [first]}
    first["cap_fen"] = draft.cap_fen
    after = next((stage for word, stage in _AT_CAP.items() if word in draft.conditions), None)
    if after is None:
        return {"stages": [first]}
    sealed = {"draw_commitment": UNSET, "sealing": SEALING} if after["kind"] == "lottery" else {}
    return {"stages": [{**first, "at_cap": "next"}, dict(after)], **sealed}


SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
_AT_CAP: Mapping[str, Mapping[str, Any]] = {
    "摇号": {"kind": "lottery", "span_ms": TWENTY_MINUTES},
    "资金": {"kind": "second_quantity", "unit": "万元", "span_ms": TWENTY_MINUTES},
    "配建": {"kind": "second_quantity", "unit": "㎡", "span_ms": TWENTY_MINUTES},
    "自持": {"kind": "second_quantity", "unit": "%", "span_ms": TWENTY_MINUTES, "most": 100},
}
"""What the conditions of a notice say comes once the cap is reached (熔断后摇号、竞资金、竞配建、竞自持)."""


def _clock(ctx: Context) -> SimulatedClock:
    assert isinstance(ctx.clock, SimulatedClock)
    return ctx.clock


def _publish(ctx: Context, draft: LotDraft, officers: Officers, chance: Random) -> market.Offering:
    offering = market.prepare_offering(ctx, _form(draft, _enter(ctx, draft)))
    if draft.reserve == "stated":
        officers.seal(ctx, offering, draft.start_price_fen * chance.randint(1000, 1150) // 1000)
    return market.publish_notice(ctx, offering.id)


def _enter(ctx: Context, draft: LotDraft) -> str:
    number = f"{draft.parcel_no or draft.place}#{draft.row}"  # a number is unique in its market, not in the country
    division = draft.division_code or ""
    form = registers.EntryForm(kind="land.parcel", data=_parcel(draft), division=division, number=number)
    return registers.create_entry(ctx, form, allow_overlap=True).id


def _form(draft: LotDraft, entry_id: str) -> market.OfferingForm:
    terms: dict[str, Any] = {
        "cap_fen": draft.cap_fen,
        "cap_rule": draft.cap_rule,
        "headcount_auction": draft.headcount_auction,
        "question_ms": draft.question_ms,
        "round_ms": draft.round_ms,
    }
    return market.OfferingForm(
        number=f"{draft.notice_no or '无文号'}/{draft.parcel_no or draft.place}#{draft.row}",
        title=f"{draft.place} {_uses_text(draft)}"[:200],
        product=PRODUCT,
        entry_id=entry_id,
        start_price_fen=draft.start_price_fen,
        deposit_fen=draft.deposit_fen,
        increment_fen=draft.increment_fen,
        listing_start=draft.listing_start,
        listing_end=draft.listing_end,
        registration_end=draft.registration_end,
        terms=terms,
        organisation=draft.division_text or UNSTATED,
        joint_allowed=draft.joint_bidding is not False,
        persons_allowed=draft.natural_persons,
        guarantee_allowed=draft.guarantee_allowed,
        operator_set=tuple(sorted(draft.operator_set)),
    )


def _uses_text(draft: LotDraft) -> str:
    return "、".join(use.name_zh for use in draft.uses)


def _parcel(draft: LotDraft) -> dict[str, Any]:
    bounds = ("plot_ratio", "building_density", "green_ratio", "height")
    stated = {name: _bounds_text(draft, name) for name in bounds}
    return {
        "parcel_no": draft.parcel_no or draft.place,
        "place": draft.place,
        "division": draft.division_code,
        "division_text": draft.division_text,
        "area_cm2": draft.area_cm2,
        "uses": [_use(use) for use in draft.uses],
        "tenure": "state",
        "conditions": draft.conditions,
        "source_url": draft.source_url,
        "simulated": True,
        **{name: text for name, text in stated.items() if text},
    }


def _bounds_text(draft: LotDraft, name: str) -> str:
    bounds = getattr(draft, name)
    return (
        ""
        if bounds is None
        else format_bounds(bounds, "%" if name in ("building_density", "green_ratio") else "")
    )


def _use(use: Use) -> dict[str, Any]:
    row: dict[str, Any] = {"name": use.name_zh, "term_years": str(use.term_years)}
    if use.code:
        row["code"] = use.code
    if use.area_cm2:
        row["area_cm2"] = use.area_cm2
    if use.plot_ratio:
        row["plot_ratio"] = format_bounds(use.plot_ratio, "")
    if use.share:
        row["share"] = format_bounds(use.share, "%")
    return row


def _admit(ctx: Context, offering: market.Offering, parties: Sequence[str], chance: Random) -> list[str]:
    clock = _clock(ctx)
    clock.move_to(min(offering.listing_start + HOUR_MS, offering.registration_end - 3 * HOUR_MS))
    forms = [market.RegistrationForm(party) for party in parties]
    rows = market.file_registrations(ctx, offering.id, forms)
    clock.move_to(clock.now_ms() + HOUR_MS)
    market.qualify_registrations(ctx, offering.id, [row.id for row in rows])
    clock.move_to(clock.now_ms() + HOUR_MS)
    paying = [row for row in rows if len(rows) == 1 or chance.randrange(NO_DEPOSIT_IN)]
    settlement.pay_deposits(ctx, [(row.id, None) for row in paying])
    return [row.alias for row in paying]


def _bid(ctx: Context, offering: market.Offering, aliases: Sequence[str], chance: Random) -> None:
    offering = market.get_offering(offering.id)
    mechanism = market.mechanism_of(offering)
    state = mechanism.load(offering.snapshot or {})
    bidders = draw_bidders(aliases, state.terms.start_price_fen, chance)
    _clock(ctx).move_to(offering.listing_start)
    if bidders and offering.terms["headcount_auction"] is None:
        moves = [
            market.Command(given, "", at_ms) for given, at_ms in quote(mechanism, state, bidders, chance)
        ]
        market.submit(ctx, offering.id, moves)
    while (now := market.get_offering(offering.id)).due_ms is not None:
        _clock(ctx).move_to(now.due_ms)
        market.advance_offering(ctx, offering.id)


def _settle(ctx: Context, offering: market.Offering, officers: Officers) -> Sale:
    clock = _clock(ctx)
    offering = market.get_offering(offering.id)
    clock.move_to((offering.closed_ms or clock.now_ms()) + HOUR_MS)
    if offering.phase == "awaiting_reserve":
        offering = officers.open(ctx, offering)
    sold = offering.state == "ended"
    if sold:
        market.confirm_sale(ctx, offering.id)
    clock.move_to(clock.now_ms() + DAY_MS)
    market.publish_result(ctx, offering.id)
    settlement.pay_refunds(ctx, offering_ids=[offering.id])
    contracts = (_contract(ctx, offering),) if sold else ()
    return Sale(market.get_offering(offering.id), contracts)


def _contract(ctx: Context, offering: market.Offering) -> str:
    clock = _clock(ctx)
    clock.move_to(clock.now_ms() + 2 * DAY_MS)
    contract = settlement.draft_contract(ctx, offering.id)
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")
    clock.move_to(clock.now_ms() + 20 * DAY_MS)
    settlement.pay_instalments(ctx, [contract.id])
    settlement.write_register_entry(ctx, offering.id)
    return contract.id


def opening_ms(draft: LotDraft | GoodsDraft) -> int:
    """Return the instant at which the lot's notice is published: nine in the morning of the notice day."""
    offset = packs.default_pack().manifest.utc_offset_minutes
    return start_of_day_ms(draft.notice_day, offset) + 9 * HOUR_MS
