"""Bring a demonstration lot to its stage by the same actions a market uses, on a clock that ends now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.apps.simulation.models import DemoResponder
from jishi.apps.simulation.scenario.timetable import DAY_MS, HOUR_MS, MINUTE_MS, Timetable, earlier, plan
from jishi.kernel.mechanism import inputs
from jishi.kernel.quantity.area import parse_area
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context

BIDDING = (
    "free",
    "question",
    "rounds",
    "awaiting_reserve",
    "sold_publicity",
    "contracted",
    "completed",
    "suspended",
)
SOLD = ("sold_publicity", "contracted", "completed")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: party ids and user ids by their names in the scenario, and the officers' passphrase."""

    scenario: packs.Scenario
    parties: Mapping[str, str]
    users: Mapping[str, int]

    def acting(self, ctx: Context, login: str) -> Context:
        """Return the context acting as a demo account with the system's reach."""
        return replace(ctx, actor=Actor(user_id=self.users[login], name=login, system=True))


def stage_lot(ctx: Context, cast: Cast, lot: packs.DemoLot, suffix: str = "") -> None:
    """Store a lot and take it to its stage; `ctx` has the real clock, which says when now is."""
    now_ms = ctx.now_ms()
    terms = packs.default_pack().product(cast.scenario.product).mechanism.defaults()
    times = plan(lot, now_ms, terms["question_ms"])
    past = replace(ctx, clock=SimulatedClock(min(times.notice, now_ms) - DAY_MS), simulated=True)
    entry = registers.create_entry(past, _entry(lot, suffix), allow_overlap=True)
    if lot.stage == "second_listing":
        first = _offer(past, cast, (lot, f"{suffix}（第一次）", earlier(times, 45)), entry.id)
        _close_unsold(past, cast, first)
        past.clock.move_to(times.notice - HOUR_MS)  # type: ignore[attr-defined]
        offering = _offer(past, cast, (lot, suffix, times), entry.id, first)
    else:
        offering = _offer(past, cast, (lot, suffix, times), entry.id)
    if lot.stage not in ("draft", "notice"):
        _play(past, cast, lot, offering, now_ms)


def _entry(lot: packs.DemoLot, suffix: str) -> registers.EntryForm:
    uses = [_use(use) for use in lot.uses]
    data: dict[str, Any] = {
        "parcel_no": lot.parcel_no + suffix,
        "place": lot.place,
        "division": lot.division,
        "area_cm2": parse_area(f"{lot.area_m2}㎡"),
        "uses": uses,
        "tenure": "state",
        "conditions": lot.conditions,
        "source_url": lot.source_url,
        "simulated": True,
    }
    for name in ("plot_ratio", "building_density", "green_ratio", "height"):
        if getattr(lot, name):
            data[name] = getattr(lot, name)
    if lot.unit_code and not suffix:
        data["unit_code"] = lot.unit_code
    return registers.EntryForm("land.parcel", data, geometry=lot.geometry)


def _use(use: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": use.code,
        "name": packs.default_pack().land_uses[use.code].name_zh,
        "term_years": str(use.term_years),
    }
    if use.area_m2:
        row["area_cm2"] = parse_area(f"{use.area_m2}㎡")
    if use.plot_ratio:
        row["plot_ratio"] = use.plot_ratio
    return row


def _offer(
    ctx: Context,
    cast: Cast,
    what: tuple[packs.DemoLot, str, Timetable],
    entry_id: str,
    first: market.Offering | None = None,
) -> market.Offering:
    lot, suffix, times = what
    form = _form(cast, lot, suffix, times, entry_id)
    clerk = cast.acting(ctx, "clerk")
    offering = (
        market.relist_offering(clerk, first.id, form) if first else market.prepare_offering(clerk, form)
    )
    if lot.reserve_fen:
        officer = cast.acting(ctx, "officer-one")
        market.seal_reserve_price(officer, offering.id, lot.reserve_fen, cast.users["officer-two"])
    if lot.stage == "draft":
        return offering
    ctx.clock.move_to(times.notice)  # type: ignore[attr-defined]
    return market.publish_notice(cast.acting(ctx, "reviewer"), offering.id)


def _form(
    cast: Cast, lot: packs.DemoLot, suffix: str, times: Timetable, entry_id: str
) -> market.OfferingForm:
    names = {party.id: party.name for party in cast.scenario.parties}
    return market.OfferingForm(
        number=lot.number + suffix,
        title=f"{lot.place}{lot.title_zh}",
        product=cast.scenario.product,
        entry_id=entry_id,
        start_price_fen=lot.start_price_fen,
        deposit_fen=lot.deposit_fen,
        increment_fen=lot.increment_fen,
        listing_start=times.listing_start,
        listing_end=times.listing_end,
        registration_end=times.registration_end,
        terms={"cap_fen": lot.cap_price_fen} if lot.cap_price_fen else {},
        organisation=names[cast.scenario.grantor],
        guarantee_allowed="保函" in lot.conditions,
    )


def _play(ctx: Context, cast: Cast, lot: packs.DemoLot, offering: market.Offering, now_ms: int) -> None:
    clock: Any = ctx.clock
    clock.move_to(min(offering.listing_start + HOUR_MS, now_ms - 2 * DAY_MS))
    aliases = _admit(ctx, cast, lot, offering)
    if lot.stage in BIDDING and len(aliases) > 0:
        _quote(ctx, lot, offering, aliases)
    if lot.stage in ("question", "rounds"):
        _open_rounds(ctx, lot, offering, aliases, now_ms)
    elif lot.stage in (*SOLD, "awaiting_reserve"):
        _run_out(ctx, offering)
        _after_close(ctx, cast, lot, offering)
    elif lot.stage == "unsold":
        _close_unsold(ctx, cast, offering)
    elif lot.stage == "suspended":
        clock.move_to(now_ms - DAY_MS)
        market.suspend_offering(cast.acting(ctx, "reviewer"), offering.id, "收到权属异议，正在核查（演示）")
    elif lot.stage == "terminated":
        clock.move_to(now_ms - DAY_MS)
        market.terminate_offering(cast.acting(ctx, "reviewer"), offering.id, "规划条件调整（演示）")


def _admit(ctx: Context, cast: Cast, lot: packs.DemoLot, offering: market.Offering) -> list[str]:
    if not lot.bidders:
        return []
    forms = [market.RegistrationForm(cast.parties[name]) for name in lot.bidders]
    rows = market.file_registrations(ctx, offering.id, forms)
    if lot.stage == "registration":
        return []  # these wait for the clerk
    market.qualify_registrations(cast.acting(ctx, "clerk"), offering.id, [row.id for row in rows])
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    _answerers(cast, lot, offering, dict(zip(lot.bidders, rows, strict=True)))
    return [row.alias for row in rows]


def _answerers(cast: Cast, lot: packs.DemoLot, offering: market.Offering, rows: Mapping[str, Any]) -> None:
    for bidder in cast.scenario.bidders:
        if bidder.party in rows and lot.stage in ("free", "question", "rounds", "second_listing"):
            row = rows[bidder.party]
            ceiling_fen = int(lot.start_price_fen * bidder.ceiling)
            DemoResponder.objects.create(
                registration_id=row.id,
                offering_id=offering.id,
                alias=row.alias,
                ceiling_fen=ceiling_fen,
                wait_ms=bidder.wait_ms,
            )


def _quote(ctx: Context, lot: packs.DemoLot, offering: market.Offering, aliases: list[str]) -> None:
    """Let the bidders quote in turn so that the first of them leads, at the final price where there is one."""
    clock: Any = ctx.clock
    clock.move_to(offering.listing_start + 2 * HOUR_MS)
    final = lot.final_price_fen
    price = lot.start_price_fen
    for alias in (*reversed(aliases[1:]), aliases[0]):
        if final is not None and alias == aliases[0]:
            price = max(price, final)
        market.submit(ctx, offering.id, [market.Command(inputs.Bid(alias, price))])
        price += lot.increment_fen
        clock.move_to(clock.now_ms() + 7 * MINUTE_MS)


def _open_rounds(
    ctx: Context, lot: packs.DemoLot, offering: market.Offering, aliases: list[str], now_ms: int
) -> None:
    clock: Any = ctx.clock
    clock.move_to(offering.listing_end)
    market.advance_offering(ctx, offering.id)
    if lot.stage != "rounds":
        return
    round_ms, left_ms = offering.terms["round_ms"], (lot.minutes_left or 1) * MINUTE_MS
    clock.move_to(offering.listing_end + 2 * MINUTE_MS)
    market.submit(ctx, offering.id, [market.Command(inputs.Continue(aliases[1]))])
    for alias, back_ms in ((aliases[1], 5 * MINUTE_MS), (aliases[0], 1_000)):
        clock.move_to(now_ms - max(back_ms, round_ms - left_ms))
        price = market.next_bid(market.get_offering(offering.id)) or 0
        market.submit(ctx, offering.id, [market.Command(inputs.Bid(alias, price))])


def _run_out(ctx: Context, offering: market.Offering) -> None:
    while (due_ms := market.get_offering(offering.id).due_ms) is not None:
        ctx.clock.move_to(due_ms)  # type: ignore[attr-defined]
        market.advance_offering(ctx, offering.id)


def _after_close(ctx: Context, cast: Cast, lot: packs.DemoLot, offering: market.Offering) -> None:
    if lot.stage == "awaiting_reserve":
        return
    clock: Any = ctx.clock
    clock.move_to(clock.now_ms() + 2 * HOUR_MS)
    market.confirm_sale(cast.acting(ctx, "reviewer"), offering.id)
    market.publish_result(cast.acting(ctx, "reviewer"), offering.id)
    if lot.stage == "sold_publicity":
        return  # refunds wait for the treasurer, the contract for the clerk
    clock.move_to(clock.now_ms() + DAY_MS)
    settlement.pay_refunds(cast.acting(ctx, "treasurer"), offering_ids=[offering.id])
    contract = settlement.draft_contract(cast.acting(ctx, "clerk"), offering.id)
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(cast.acting(ctx, "reviewer"), contract.id, "grantor")
    if lot.stage == "completed":
        clock.move_to(clock.now_ms() + 20 * DAY_MS)
        settlement.pay_instalments(ctx, [contract.id])
        settlement.write_register_entry(cast.acting(ctx, "clerk"), offering.id)


def _close_unsold(ctx: Context, cast: Cast, offering: market.Offering) -> market.Offering:
    _run_out(ctx, offering)
    ctx.clock.move_to(ctx.now_ms() + DAY_MS)  # type: ignore[attr-defined]
    return market.publish_result(cast.acting(ctx, "reviewer"), offering.id)
