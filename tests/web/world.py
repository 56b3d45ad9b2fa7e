"""A small market for web tests, made by the real actions on clocks that end now.

`build_world()` fills the database and returns a `World`: people to sign in as, and one offering in every stage.

    HERE (220102): clerk reviewer treasurer regulator auditor officer_one officer_two
    THERE (222401): far_clerk far_reviewer far_treasurer far_regulator
    bidder represents "north", rival represents "south"; member represents nobody; anonymous is nobody.

Both bidders are registered in every offering whose listing began; "north" leads and wins. To add a stage: a line in
`STAGES`, and what happens in it in `_play`. Tests use the fixture `world` of conftest.py, which is built once a
module; what a test changes is rolled back after it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.actions import suspend_offering
from jishi.apps.packs.api import default_pack
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.mechanism import inputs
from jishi.platform import access
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context
from jishi.platform.models import User

HERE, THERE = "220102", "222401"
PASSWORD = "a-long-word-for-tests"
START_FEN, STEP_FEN, DEPOSIT_FEN = 100_000_000, 1_000_000, 20_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PRODUCT = "land.state_grant_listing"
EXCLUSIONS = [each.id for each in default_pack().product(PRODUCT).qualification.exclusions]
NO_GROUND = {f"ground_{each}": "no" for each in EXCLUSIONS}  # what an honest applicant answers

STAFF = {
    "clerk": (access.CLERK, HERE),
    "reviewer": (access.REVIEWER, HERE),
    "treasurer": (access.TREASURER, HERE),
    "regulator": (access.REGULATOR, HERE),
    "auditor": (access.AUDITOR, HERE),
    "officer_one": (access.RESERVE_OFFICER, HERE),
    "officer_two": (access.RESERVE_OFFICER, HERE),
    "far_clerk": (access.CLERK, THERE),
    "far_reviewer": (access.REVIEWER, THERE),
    "far_treasurer": (access.TREASURER, THERE),
    "far_regulator": (access.REGULATOR, THERE),
}
BIDDERS = {"bidder": "north", "rival": "south"}
ANONYMOUS = "anonymous"
PERSONAS = (ANONYMOUS, "member", *BIDDERS, *STAFF)

# When notice, listing start, end of registration and listing end fall, in hours from now.
COMING = (-24, 25 * 24, 39 * 24, 40 * 24)
RUNNING = (-30 * 24, -5 * 24, 3 * 24, 10 * 24)
CLOSING = (-45 * 24, -20 * 24, -2, -1)
OVER = (-45 * 24, -20 * 24, -6 * 24, -5 * 24)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an offering stands: its dates, its division, and the terms that differ."""

    hours: tuple[int, int, int, int]
    division: str = HERE
    terms: Mapping[str, Any] = field(default_factory=dict)


LONG = {"question_ms": 6 * HOUR_MS, "round_ms": 6 * HOUR_MS}
STAGES = {
    "draft": Stage(COMING),
    "notice": Stage(COMING),
    "registration": Stage(RUNNING),
    "free": Stage(RUNNING),
    "suspended": Stage(RUNNING),
    "terminated": Stage(RUNNING),
    "question": Stage(CLOSING, terms=LONG),
    "rounds": Stage(CLOSING, terms=LONG),
    "awaiting_reserve": Stage(OVER),
    "ended": Stage(OVER),
    "confirmed": Stage(OVER),
    "published": Stage(OVER),
    "contracted": Stage(OVER),
    "completed": Stage(OVER),
    "unsold": Stage(OVER),
    "converted": Stage(OVER, terms={"headcount_auction": 2}),
    "halted": Stage(OVER, terms={"cap_fen": START_FEN + STEP_FEN, "cap_rule": "halt"}),
    "far_draft": Stage(COMING, THERE),
    "far_free": Stage(RUNNING, THERE),
}
SOLD = ("ended", "confirmed", "published", "contracted", "completed")
QUIET = ("unsold", "converted", "registration")  # nobody quotes


@dataclass(frozen=True, slots=True)
class World:
    """What was built: ids by persona, party and stage."""

    now_ms: int
    users: Mapping[str, User]
    parties: Mapping[str, str]
    offerings: dict[str, str] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    registrations: dict[tuple[str, str], str] = field(default_factory=dict)

    def client(self, persona: str, **headers: str) -> Client:
        """Return a browser in which `persona` is signed in."""
        client = Client(headers=headers)
        if persona != ANONYMOUS:
            client.force_login(self.users[persona])
        return client

    def acting(self, ctx: Context, persona: str) -> Context:
        """Return `ctx` acting as `persona`, with the system's reach so that building needs no grants."""
        return replace(ctx, actor=Actor(user_id=self.users[persona].pk, name=persona, system=True))


def build_world(stages: tuple[str, ...] = tuple(STAGES), now_ms: int | None = None) -> World:
    """Fill an empty database with people and one offering in each of `stages`."""
    ctx = Context()
    world = World(now_ms or ctx.now_ms(), _make_users(), _make_parties(ctx))
    for persona, party in BIDDERS.items():
        parties.add_representative(ctx, world.parties[party], world.users[persona].pk)
    if "awaiting_reserve" in stages:
        for officer in ("officer_one", "officer_two"):
            market.register_officer_key(world.acting(ctx, officer), PASSWORD, cost=2)
    for place, stage in enumerate(stages):
        _stage_offering(world, stage, place)
    return world


def _make_users() -> dict[str, User]:
    users = {
        persona: User.objects.create_user(f"{persona}@example.org", PASSWORD, display_name=persona)
        for persona in PERSONAS
        if persona != ANONYMOUS
    }
    for persona, (role, division) in STAFF.items():
        access.grant(users[persona], role, division)
    return users


def _make_parties(ctx: Context) -> dict[str, str]:
    forms = {
        "north": parties.PartyForm("organisation", "北方置业有限公司", make_uscc("91220100MA0000001")),
        "south": parties.PartyForm("organisation", "南方建设有限公司", make_uscc("91220100MA0000002")),
    }
    return {name: parties.register_party(ctx, form).id for name, form in forms.items()}


def _stage_offering(world: World, name: str, place: int) -> None:
    stage = STAGES[name]
    notice, *dates = (world.now_ms + hours * HOUR_MS for hours in stage.hours)
    ctx = Context(clock=SimulatedClock(notice - DAY_MS))
    entry = registers.create_entry(ctx, _entry(name, stage.division, place))
    form = _form(name, entry.id, dates, stage.terms)
    offering = market.prepare_offering(world.acting(ctx, "clerk"), form)
    world.offerings[name], world.entries[name] = offering.id, entry.id
    if name == "awaiting_reserve":
        officer, second = world.acting(ctx, "officer_one"), world.users["officer_two"].pk
        market.seal_reserve_price(officer, offering.id, START_FEN + STEP_FEN, second)
    if name.endswith("draft"):
        return
    _move(ctx, notice)
    market.publish_notice(world.acting(ctx, "reviewer"), offering.id)
    if name != "notice":
        _play(world, ctx, name)


def _entry(name: str, division: str, place: int) -> registers.EntryForm:
    data = {
        "parcel_no": f"TEST-{place:03d}",
        "place": f"测试路{place}号",
        "division": division,
        "area_cm2": 250_005_000,
        "uses": [{"code": "0701", "name": "城镇住宅用地", "term_years": "70"}],
        "tenure": "state",
        "conditions": f"{name} 的条件",
        "simulated": True,
    }
    return registers.EntryForm("land.parcel", data)


def _form(name: str, entry_id: str, dates: list[int], terms: Mapping[str, Any]) -> market.OfferingForm:
    listing_start, registration_end, listing_end = dates
    return market.OfferingForm(
        number=f"TEST-{name}",
        title=f"测试宗地 {name}",
        product=PRODUCT,
        entry_id=entry_id,
        start_price_fen=START_FEN,
        deposit_fen=DEPOSIT_FEN,
        increment_fen=STEP_FEN,
        listing_start=listing_start,
        listing_end=listing_end,
        registration_end=registration_end,
        terms=dict(terms),
        organisation="长春市规划和自然资源局（测试）",
        guarantee_allowed=True,
    )


def _play(world: World, ctx: Context, name: str) -> None:
    offering = market.get_offering(world.offerings[name])
    _move(ctx, offering.listing_start + HOUR_MS)
    aliases = _register(world, ctx, name)
    if name not in QUIET:
        for step, party in enumerate(("south", "north")):
            bid = inputs.Bid(aliases[party], START_FEN + step * STEP_FEN)
            market.submit(ctx, offering.id, [market.Command(bid)])
    reviewer = world.acting(ctx, "reviewer")
    if name == "suspended":
        suspend_offering(reviewer, offering.id, "收到权属异议，正在核查")
    elif name == "terminated":
        market.terminate_offering(reviewer, offering.id, "规划条件调整")
    elif STAGES[name].hours in (CLOSING, OVER):
        _close(world, ctx, name, aliases)


def _register(world: World, ctx: Context, name: str) -> dict[str, str]:
    offering_id = world.offerings[name]
    forms = [market.RegistrationForm(world.parties[party]) for party in BIDDERS.values()]
    rows = dict(zip(BIDDERS.values(), market.file_registrations(ctx, offering_id, forms), strict=True))
    world.registrations.update(((name, party), row.id) for party, row in rows.items())
    if name != "registration":
        ids = [row.id for row in rows.values()]
        market.qualify_registrations(world.acting(ctx, "clerk"), offering_id, ids)
        settlement.pay_deposits(ctx, [(each, None) for each in ids])
    return {party: row.alias for party, row in rows.items()}


def _close(world: World, ctx: Context, name: str, aliases: Mapping[str, str]) -> None:
    offering = market.get_offering(world.offerings[name])
    _move(ctx, max(offering.listing_end, ctx.now_ms()))
    if offering.state == "noticed":
        market.advance_offering(ctx, offering.id)
    if name == "rounds":
        market.submit(ctx, offering.id, [market.Command(inputs.Continue(aliases["north"]))])
    elif name not in ("question", "halted"):
        _move(ctx, offering.listing_end + HOUR_MS)
        if market.get_offering(offering.id).state == "noticed":
            market.advance_offering(ctx, offering.id)
    if name in SOLD:
        for done in SOLD[1 : SOLD.index(name) + 1]:
            AFTER_SALE[done](world, ctx, offering.id)


def _confirm(world: World, ctx: Context, offering_id: str) -> None:
    market.confirm_sale(world.acting(ctx, "reviewer"), offering_id)


def _publish(world: World, ctx: Context, offering_id: str) -> None:
    market.publish_result(world.acting(ctx, "reviewer"), offering_id)


def _contract(world: World, ctx: Context, offering_id: str) -> None:
    contract = settlement.draft_contract(world.acting(ctx, "clerk"), offering_id)
    settlement.sign_contract(world.acting(ctx, "bidder"), contract.id, "grantee")
    settlement.sign_contract(world.acting(ctx, "reviewer"), contract.id, "grantor")


def _complete(world: World, ctx: Context, offering_id: str) -> None:
    contract = settlement.find_contract(offering_id)
    assert contract is not None
    settlement.pay_instalments(ctx, [contract.id])
    settlement.write_register_entry(world.acting(ctx, "clerk"), offering_id)


AFTER_SALE: dict[str, Callable[[World, Context, str], None]] = {
    "confirmed": _confirm,
    "published": _publish,
    "contracted": _contract,
    "completed": _complete,
}


def _move(ctx: Context, at_ms: int) -> None:
    assert isinstance(ctx.clock, SimulatedClock)
    ctx.clock.move_to(at_ms)
