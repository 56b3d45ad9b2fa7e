"""The demonstration: every lot at its stage, accounts that sign in, one lot always open, bidders that answer."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import transaction
from django.test.utils import override_settings

from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.apps.market.models import Offering
from jishi.apps.market.publication import bundle_offering
from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.reform.api import read_board
from jishi.apps.simulation import api as simulation
from jishi.apps.simulation.models import DemoResponder
from jishi.apps.simulation.scenario.loader import SOON_MS
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism import inputs
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.models import User

# stage -> the states and phases a lot may stand in
STANDS = {
    "draft": ("draft", ""),
    "notice": ("noticed", "scheduled"),
    "registration": ("noticed", "scheduled"),
    "free": ("noticed", "free"),
    "question": ("noticed", "question"),
    "rounds": ("noticed", "rounds"),
    "awaiting_reserve": ("noticed", "awaiting_reserve"),
    "sold_publicity": ("published", "sold"),
    "contracted": ("contracted", "sold"),
    "completed": ("completed", "sold"),
    "unsold": ("unsold", "unsold"),
    "second_listing": ("noticed", "free"),
    "suspended": ("noticed", "free"),
    "terminated": ("terminated", "terminated"),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the keys under which the scenario is loaded."""
    return tmp_path_factory.mktemp("scenario")


@pytest.fixture(scope="module")
def loaded_ms(keys: Path, django_db_setup: Any, django_db_blocker: Any) -> Iterator[int]:
    """Load the scenario once for this module; give the instant of loading."""
    now_ms = int(time.time() * 1000)
    with override_settings(JISHI_VAR=keys), django_db_blocker.unblock(), transaction.atomic():
        assert simulation.load_scenario(Context(clock=SimulatedClock(now_ms)))
        yield now_ms
        transaction.set_rollback(True)


@pytest.fixture
def now(loaded_ms: int, keys: Path, db: None, settings: Any) -> Context:
    """Give the context of the instant of loading, with the keys of that time."""
    settings.JISHI_VAR = keys
    return Context(clock=SimulatedClock(loaded_ms))


def lots() -> list[packs.DemoLot]:
    """List the scenario's lots."""
    scenario = packs.default_pack().scenario
    assert scenario is not None
    return list(scenario.lots)


def offering_of(number: str) -> Offering:
    """Return the latest offering of a lot."""
    return Offering.objects.filter(number=number).get()


def answered(now: Context) -> tuple[DemoResponder, Offering]:
    """Return a demo bidder that leads, and its lot in free quoting: what waited for an answer got it."""
    while simulation.answer_bids(now):
        pass
    quick = next(lot for lot in lots() if lot.stage == "free" and (lot.minutes_left or 99) < 12)
    offering = offering_of(quick.number)
    row = DemoResponder.objects.filter(offering_id=offering.id).order_by("wait_ms").first()
    assert row is not None
    return row, offering


def stranger(now: Context, offering: Offering) -> str:
    """Return an alias of the lot that no demo bidder bids under."""
    ours = set(DemoResponder.objects.filter(offering_id=offering.id).values_list("alias", flat=True))
    others = [row.alias for row in market.list_registrations(offering.id) if row.alias not in ours]
    return next(alias for alias in others if alias != offering.leader)


def bid(now: Context, offering: Offering, alias: str) -> int:
    """Place the lowest valid quote; return it (fen)."""
    price = market.next_bid(market.get_offering(offering.id)) or 0
    (answer,) = market.submit(now, offering.id, [market.Command(inputs.Bid(alias, price))])
    assert answer.accepted, answer
    return price


def test_a_lot_stands_at_every_stage(now: Context) -> None:
    assert {lot.stage for lot in lots()} == STANDS.keys()


@pytest.mark.parametrize("number", [lot.number for lot in lots()])
def test_a_lot_reaches_its_stage(number: str, now: Context) -> None:
    lot = next(each for each in lots() if each.number == number)
    offering = offering_of(number)
    assert (offering.state, offering.phase) == STANDS[lot.stage]
    assert offering.suspended == (lot.stage == "suspended")
    assert offering.listing_round == (2 if lot.stage == "second_listing" else 1)
    assert offering.due_ms is None or offering.due_ms > now.now_ms() or offering.suspended


def test_every_account_signs_in(now: Context) -> None:
    for account in simulation.list_demo_accounts():
        user = authenticate(None, email=account.email, password=account.password)
        assert isinstance(user, User), account.email
    assert authenticate(None, email=simulation.list_demo_accounts()[0].email, password="wrong") is None


def test_loading_twice_does_nothing(now: Context) -> None:
    before = (Offering.objects.count(), User.objects.count())
    assert not simulation.load_scenario(now)
    assert (Offering.objects.count(), User.objects.count()) == before


def test_a_lot_is_opened_only_when_none_closes_soon(now: Context) -> None:
    assert not simulation.keep_lot_open(now)
    later = Context(clock=SimulatedClock(now.now_ms() + 4 * SOON_MS))
    for offering in Offering.objects.filter(state="noticed", due_ms__lt=later.now_ms() + SOON_MS):
        while (due_ms := market.get_offering(offering.id).due_ms) is not None and due_ms <= later.now_ms():
            market.advance_offering(later, offering.id)
    before = Offering.objects.count()
    assert simulation.keep_lot_open(later)
    assert not simulation.keep_lot_open(later)
    assert Offering.objects.count() == before + 1
    assert market.has_lot_due_before(later.now_ms() + SOON_MS)


def test_a_demo_bidder_answers_within_its_wait(now: Context) -> None:
    row, offering = answered(now)
    mine = bid(now, offering, stranger(now, offering))
    assert simulation.answer_bids(now) == 0  # its wait is not over
    then = Context(clock=SimulatedClock(now.now_ms() + row.wait_ms))
    assert simulation.answer_bids(then) == 1
    after = market.get_offering(offering.id)
    assert after.leader in DemoResponder.objects.values_list("alias", flat=True)
    assert (after.price_fen or 0) > mine
    assert simulation.answer_bids(then) == 0  # it does not outbid itself


def test_a_demo_bidder_never_goes_above_its_ceiling(now: Context) -> None:
    _, offering = answered(now)
    rows = DemoResponder.objects.filter(offering_id=offering.id)
    ceiling = max(rows.values_list("ceiling_fen", flat=True))
    me = stranger(now, offering)
    clock = SimulatedClock(now.now_ms())
    moving = Context(clock=clock)
    for _ in range(200):
        if market.get_offering(offering.id).leader != me:
            bid(moving, offering, me)
        clock.move_to(clock.now_ms() + max(rows.values_list("wait_ms", flat=True)))
        if not simulation.answer_bids(moving):
            break
        assert (market.get_offering(offering.id).price_fen or 0) <= ceiling
    assert market.get_offering(offering.id).leader == me
    assert (market.get_offering(offering.id).price_fen or 0) + offering.increment_fen > ceiling


def test_the_first_run_shows_tasks_and_cases_under_way(now: Context) -> None:
    scenario = packs.default_pack().scenario
    assert scenario is not None
    wanted = Counter(case.procedure for case in scenario.cases)
    assert {name: procedures.count_cases(name)["open"] for name in wanted} == dict(wanted)
    inbox = procedures.list_inbox(now, procedures.InboxQuery())
    assert {row.procedure for row in inbox.rows} == set(wanted)
    assert any(row.overdue for row in inbox.rows)
    today = day_of(now.now_ms(), packs.default_pack().manifest.utc_offset_minutes)
    board = read_board(packs.default_pack(), today.year, today)
    assert set(board.counts) == {"red", "yellow", "green", "blue", "grey"}


def sales() -> list[packs.DemoSale]:
    """List the scenario's sales beside its lots of land."""
    scenario = packs.default_pack().scenario
    assert scenario is not None
    return list(scenario.sales)


def test_every_factor_trades(now: Context) -> None:
    assert reads.count_on_offer().keys() == {
        product.factor for product in packs.default_pack().products.values()
    }
    assert {sale.product for sale in sales()} | {
        "land.state_grant_listing"
    } == packs.default_pack().products.keys()


@pytest.mark.parametrize("number", [sale.number for sale in sales()])
def test_a_sale_stands_at_its_stage_and_verifies(number: str, now: Context) -> None:
    sale = next(each for each in sales() if each.number == number)
    offering = offering_of(number)
    assert offering.simulated
    assert offering.mechanism == sale.mechanism
    if sale.stage == "ended":
        assert offering.state == "published", offering.outcome
        assert (offering.outcome or {})["result"] == "sold"
        report = verify(bundle_offering(offering))
        assert report.ok, [check for check in report.checks if not check.ok]
    else:
        assert offering.state == "noticed"
        assert bool(offering.accepts) == (sale.stage == "open")
        assert (offering.due_ms or 0) > now.now_ms()


def test_the_simulated_committee_opens_what_was_sealed_once_it_may(now: Context) -> None:
    assert simulation.open_sealed(now) == 0
    sealed = next(sale for sale in sales() if sale.stage == "open" and sale.mechanism == "lottery")
    offering = offering_of(sealed.number)
    assert offering.quotes > 0
    later = Context(clock=SimulatedClock((offering.due_ms or 0) + 1))
    market.advance_offering(later, offering.id)
    assert market.get_offering(offering.id).awaits == "draw"
    assert simulation.open_sealed(later) == 0
    market.reveal_draw(later.as_system(), offering.id)
    assert market.get_offering(offering.id).awaits == "unseal"
    assert simulation.open_sealed(later) == 1
    assert market.get_offering(offering.id).state == "ended"
