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
LIVE = ("free", "question", "rounds", "second_listing")
SECOND_AFTER_DAYS = 45
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


@dataclass(frozen=True, slots=True)
class Play:
    """One lot being brought to its stage: who plays it, under which name, and when now is."""

    ctx: Context
    cast: Cast
    lot: packs.DemoLot
    suffix: str
    now_ms: int

    def acting(self, login: str) -> Context:
        """Return the context acting as a demo account."""
        return self.cast.acting(self.ctx, login)

    def move_to(self, at_ms: int) -> None:
        """Move the simulated clock forward to `at_ms`."""
        assert isinstance(self.ctx.clock, SimulatedClock)
        self.ctx.clock.move_to(at_ms)


def stage_lot(ctx: Context, cast: Cast, lot: packs.DemoLot, suffix: str = "") -> None:
    """Store a lot and take it to its stage; `ctx` has the real clock, which says when now is."""
    now_ms = ctx.now_ms()
    terms = packs.default_pack().product(cast.scenario.product).mechanism_named("listing").defaults()
    times = plan(lot, now_ms, terms["question_ms"])
    first_times = earlier(times, SECOND_AFTER_DAYS) if lot.stage == "second_listing" else times
    past = replace(ctx, clock=SimulatedClock(min(first_times.notice, now_ms) - DAY_MS), simulated=True)
    play = Play(past, cast, lot, suffix, now_ms)
    entry = registers.create_entry(past, _entry(play), allow_overlap=True)
    first = None
    if lot.stage == "second_listing":
        first = _offer(replace(play, suffix=f"{suffix}（第一次）"), entry.id, first_times)
        _close_unsold(play, first)
        play.move_to(times.notice - HOUR_MS)
    offering = _offer(play, entry.id, times, first)
    if lot.stage not in ("draft", "notice"):
        _bring_on(play, offering)


def _entry(play: Play) -> registers.EntryForm:
    lot, suffix = play.lot, play.suffix
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
    play: Play, entry_id: str, times: Timetable, first: market.Offering | None = None
) -> market.Offering:
    form = _form(play, entry_id, times)
    clerk = play.acting("clerk")
    if first:
        offering = market.relist_offering(clerk, first.id, form)
    else:
        offering = market.prepare_offering(clerk, form)
    if play.lot.reserve_fen:
        second = play.cast.users["officer-two"]
        market.seal_reserve_price(play.acting("officer-one"), offering.id, play.lot.reserve_fen, second)
    if play.lot.stage == "draft":
        return offering
    play.move_to(times.notice)
    return market.publish_notice(play.acting("reviewer"), offering.id)


def _form(play: Play, entry_id: str, times: Timetable) -> market.OfferingForm:
    lot, scenario = play.lot, play.cast.scenario
    names = {party.id: party.name for party in scenario.parties}
    return market.OfferingForm(
        number=lot.number + play.suffix,
        title=f"{lot.place}{lot.title_zh}",
        product=scenario.product,
        entry_id=entry_id,
        start_price_fen=lot.start_price_fen,
        deposit_fen=lot.deposit_fen,
        increment_fen=lot.increment_fen,
        listing_start=times.listing_start,
        listing_end=times.listing_end,
        registration_end=times.registration_end,
        terms=_terms(lot),
        organisation=names[scenario.grantor],
        guarantee_allowed="保函" in lot.conditions,
    )


def _terms(lot: packs.DemoLot) -> dict[str, Any]:
    terms: dict[str, Any] = {"cap_fen": lot.cap_price_fen} if lot.cap_price_fen else {}
    return terms | ({"round_ms": lot.round_seconds * 1000} if lot.round_seconds else {})


def _bring_on(play: Play, offering: market.Offering) -> None:
    stage, reviewer = play.lot.stage, play.acting("reviewer")
    play.move_to(min(offering.listing_start + HOUR_MS, play.now_ms - 2 * DAY_MS))
    aliases = _admit(play, offering)
    if stage in BIDDING and aliases:
        _quote(play, offering, aliases)
    if stage in ("question", "rounds"):
        _open_rounds(play, offering, aliases)
    elif stage in (*SOLD, "awaiting_reserve"):
        _run_out(play, offering)
        _after_close(play, offering)
    elif stage == "unsold":
        _close_unsold(play, offering)
    elif stage == "suspended":
        play.move_to(play.now_ms - DAY_MS)
        market.suspend_offering(reviewer, offering.id, "收到权属异议，正在核查（演示）")
    elif stage == "terminated":
        play.move_to(play.now_ms - DAY_MS)
        market.terminate_offering(reviewer, offering.id, "规划条件调整（演示）")


def _admit(play: Play, offering: market.Offering) -> list[str]:
    ctx, lot = play.ctx, play.lot
    if not lot.bidders:
        return []
    forms = [market.RegistrationForm(play.cast.parties[name]) for name in lot.bidders]
    rows = market.file_registrations(ctx, offering.id, forms)
    if lot.stage == "registration":
        return []  # these wait for the clerk
    market.qualify_registrations(play.acting("clerk"), offering.id, [row.id for row in rows])
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    _let_answer(play, offering, dict(zip(lot.bidders, rows, strict=True)))
    return [row.alias for row in rows]


def _let_answer(play: Play, offering: market.Offering, rows: Mapping[str, market.Registration]) -> None:
    for bidder in play.cast.scenario.bidders:
        if bidder.party not in rows or play.lot.stage not in LIVE:
            continue
        row = rows[bidder.party]
        DemoResponder.objects.create(
            registration_id=row.id,
            offering_id=offering.id,
            alias=row.alias,
            ceiling_fen=int(play.lot.start_price_fen * bidder.ceiling),
            wait_ms=bidder.wait_ms,
        )


def _quote(play: Play, offering: market.Offering, aliases: list[str]) -> None:
    """Let the bidders quote in turn so that the first of them leads, at the final price where there is one."""
    at_ms = offering.listing_start + 2 * HOUR_MS
    price = play.lot.start_price_fen
    for alias in (*reversed(aliases[1:]), aliases[0]):
        if alias == aliases[0]:
            price = max(price, play.lot.final_price_fen or 0)
        play.move_to(at_ms)
        market.submit(play.ctx, offering.id, [market.Command(inputs.Bid(alias, price))])
        price += play.lot.increment_fen
        at_ms += 7 * MINUTE_MS


def _open_rounds(play: Play, offering: market.Offering, aliases: list[str]) -> None:
    play.move_to(offering.listing_end)
    market.advance_offering(play.ctx, offering.id)
    if play.lot.stage != "rounds":
        return
    left_ms = (play.lot.minutes_left or 1) * MINUTE_MS
    play.move_to(offering.listing_end + 2 * MINUTE_MS)
    market.submit(play.ctx, offering.id, [market.Command(inputs.Continue(aliases[1]))])
    for alias, back_ms in ((aliases[1], 4 * MINUTE_MS), (aliases[0], 1_000)):
        play.move_to(play.now_ms - max(back_ms, offering.terms["round_ms"] - left_ms))
        price = market.next_bid(market.get_offering(offering.id)) or 0
        market.submit(play.ctx, offering.id, [market.Command(inputs.Bid(alias, price))])


def _run_out(play: Play, offering: market.Offering) -> None:
    while (due_ms := market.get_offering(offering.id).due_ms) is not None:
        play.move_to(due_ms)
        market.advance_offering(play.ctx, offering.id)


def _after_close(play: Play, offering: market.Offering) -> None:
    if play.lot.stage == "awaiting_reserve":
        return
    reviewer, clerk = play.acting("reviewer"), play.acting("clerk")
    play.move_to(play.ctx.now_ms() + 2 * HOUR_MS)
    market.confirm_sale(reviewer, offering.id)
    market.publish_result(reviewer, offering.id)
    if play.lot.stage == "sold_publicity":
        return  # refunds wait for the treasurer, the contract for the clerk
    play.move_to(play.ctx.now_ms() + DAY_MS)
    settlement.pay_refunds(play.acting("treasurer"), offering_ids=[offering.id])
    contract = settlement.draft_contract(clerk, offering.id)
    settlement.sign_contract(play.ctx, contract.id, "grantee")
    settlement.sign_contract(reviewer, contract.id, "grantor")
    if play.lot.stage == "completed":
        play.move_to(play.ctx.now_ms() + 20 * DAY_MS)
        settlement.pay_instalments(play.ctx, [contract.id])
        settlement.write_register_entry(clerk, offering.id)


def _close_unsold(play: Play, offering: market.Offering) -> market.Offering:
    _run_out(play, offering)
    play.move_to(play.ctx.now_ms() + DAY_MS)
    return market.publish_result(play.acting("reviewer"), offering.id)
