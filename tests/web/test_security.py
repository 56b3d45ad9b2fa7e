"""What a stranger may try: bodies no browser sends, text no keyboard types, too much of everything."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.apps.settlement.bank import find_bank
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.models import User
from jishi.project.preflight import require_real_market
from jishi.web.public.table import save_table
from jishi.web.public.views import bid, verify
from jishi.web.shell.faults import FaultMiddleware
from jishi.web.shell.fields import MoneyField
from jishi.web.shell.limit import caller_of
from jishi.web.shell.middleware import ClientAddress
from tests.web.world import World

ROOM = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"price_fen": 100, "key": "\\ud800\\ud800aaaaaaaa"}',
        '{"price_fen": ' + "9" * 5000 + "}",
        '{"price_fen": NaN, "key": "aaaaaaaaaa"}',
        '{"price_fen": 100, "key": "aaaa\\u0000aaaa"}',
        b"\xff\xfe{}",
    ],
    ids=["deep list", "deep object", "half a character", "endless number", "not a number", "NUL", "no UTF-8"],
)
def test_a_bid_nobody_can_have_typed_is_refused(world: World, body: Any) -> None:
    url = f"/lots/{world.offerings['rounds']}/bid/"
    answer = world.client("bidder").post(url, body, **ROOM)
    assert answer.status_code == 400
    assert answer.json()["sentence"]


@pytest.mark.parametrize("url", ["/lots/%00/", "/lots/?q=a%00b", "/lots.csv?phase=%00", "/notices/a%00/"])
def test_an_address_with_nul_in_it_is_refused(db: None, url: str) -> None:
    assert Client().get(url).status_code == 400


def test_text_the_database_cannot_hold_is_a_bad_request(rf: RequestFactory) -> None:
    request = rf.post("/")
    request.user = AnonymousUser()
    middleware = FaultMiddleware(lambda request: HttpResponse())
    for error in (DataError("text fields cannot contain NUL (0x00) bytes"), ValueError("(0x00)")):
        answer = middleware.process_exception(request, error)
        assert answer is not None
        assert answer.status_code == 400
    assert middleware.process_exception(request, ValueError("another mistake")) is None


def test_nobody_may_frame_a_page_and_a_signed_in_one_is_not_kept(world: World) -> None:
    page = world.client("clerk").get("/desk/")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/lots/").headers


def test_bidding_without_end_is_slowed_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.0, 0.0])
    monkeypatch.setattr(bid.OFTEN, "_clock", lambda: next(now))
    monkeypatch.setattr(bid.OFTEN, "burst", 1)
    monkeypatch.setattr(bid.OFTEN, "_left", {})  # who came in another test may have had the same id
    client, url = world.client("member"), f"/lots/{world.offerings['rounds']}/bid/"
    assert [client.post(url, {}).status_code for _ in range(2)] == [302, 429]


def test_one_stranger_s_file_is_verified_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LONGEST_WAIT_S", 0.01)
    url = f"/verify/{world.offerings['published']}/"
    with verify._ONE_AT_A_TIME:
        assert Client().get(url).status_code == 400
    assert Client().get(url).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        (2, "9.9.9.9, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "127.0.0.1"),
    ],
)
def test_a_reader_cannot_choose_their_own_address(
    settings: Any, proxies: int, forwarded: str, address: str
) -> None:
    settings.JISHI_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    ClientAddress(lambda request: HttpResponse(request.META["REMOTE_ADDR"]))(request)
    assert request.META["REMOTE_ADDR"] == address


def test_a_network_of_addresses_is_one_stranger() -> None:
    def name(address: str) -> str:
        request = RequestFactory().get("/", REMOTE_ADDR=address)
        request.user = AnonymousUser()
        return caller_of(request)

    assert name("2001:db8::1") == name("2001:db8::ffff:2") != name("2001:db8:0:1::1")
    assert name("10.0.0.1") == name("::ffff:10.0.0.1") != name("10.0.0.2")


@pytest.mark.parametrize("amount", ["999999999999999999", "99999999999999万元"])
def test_an_amount_beyond_the_books_is_refused(amount: str) -> None:
    field = MoneyField()
    with pytest.raises(ValidationError, match="过大"):
        field.clean(amount)


def test_a_real_market_takes_nothing_simulated(world: World, settings: Any) -> None:
    settings.JISHI_LIVE = True
    with pytest.raises(Fault, match="clock.simulated"):
        SimulatedClock(0)
    with pytest.raises(Fault, match="settlement.bank.none"):
        settlement.pay_deposit(Context(), world.registrations["free", "north"], 1)
    with pytest.raises(Fault, match="project.live.bank"):
        require_real_market()


def test_a_real_market_knows_no_account_whose_password_is_public(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JISHI_LIVE = True
    monkeypatch.setattr(find_bank(), "simulated", False)
    require_real_market()
    User.objects.create_user("clerk@demo.example", "jishi-demo-2026")
    with pytest.raises(Fault, match="project.live.accounts"):
        require_real_market()


def test_a_reserve_price_is_never_sent_back(world: World) -> None:
    url = f"/desk/offerings/{world.offerings['draft']}/seal/"
    typed = {"reserve_fen": "1234.5万元", "second_officer": "nobody"}
    answer = world.client("officer_one").post(url, typed)
    assert answer.status_code == 422
    assert "1234.5" not in answer.content.decode()


@pytest.mark.parametrize("cell", ["=1+1", "＝1+1", "\x0b=1+1", "@x", "\n=1"])
def test_a_saved_table_runs_no_formula(cell: str) -> None:
    saved = save_table("x", "csv", ["a"], [[cell]])
    assert b"".join(saved.streaming_content).decode().splitlines()[1].lstrip('"').startswith("'")


def test_unseen_characters_break_neither_feed_nor_table(world: World) -> None:
    offering = market.get_offering(world.offerings["free"])
    offering.lot["place"], offering.title = "a\x0bb\u202ec", "t\x01"
    offering.save()
    for url in ("/notices/feed.atom", "/lots.xlsx", "/lots.csv"):
        answer = Client().get(url)
        assert answer.status_code == 200
        assert b"".join(answer) if answer.streaming else answer.content


PUBLIC = ("land/{}/", "land/{}/room/", "land/{}/bundle.json", "land/{}/quotes.csv", "verify/{}/")
OPEN_API = ("", "/notices", "/ladder", "/evidence", "/bundle", "/ocds")
LISTS = ("", "land/", "results/", "notices/", "log/", "api/v1/changes?limit=500", "api/v1/offerings?size=100")
SECRET_STAGES = ("free", "rounds", "awaiting_reserve", "ended", "confirmed", "unsold", "terminated")


@pytest.mark.parametrize("persona", ["anonymous", "rival", "far_clerk"])
def test_nobody_learns_who_bids_before_the_result(world: World, persona: str, settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False
    ids = [world.offerings[stage] for stage in SECRET_STAGES]
    paths = [path.format(each) for path in PUBLIC for each in ids]
    paths += [f"api/v1/offerings/{each}{path}" for path in OPEN_API for each in ids]
    client = world.client(persona)
    pages = {path: client.get(f"/{path}") for path in paths}
    shown = {path: (b"".join(a) if a.streaming else a.content).decode() for path, a in pages.items()}
    kept = ["北方置业", world.parties["north"], *(row.id for row in rows_of("north", world))]
    assert [(path, word) for path, text in shown.items() for word in kept if word in text] == []


def test_no_salt_of_a_commitment_is_shown(world: World, settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False
    salts = [row.salt for row in (*rows_of("north", world), *rows_of("south", world))]
    for path in (*LISTS, *(f"land/{each}/bundle.json" for each in world.offerings.values())):
        answer = world.client("regulator").get(f"/{path}")
        text = (b"".join(answer) if answer.streaming else answer.content).decode()
        assert not [salt for salt in salts if salt in text]


def test_an_agent_for_one_lot_sees_that_lot_alone(world: World) -> None:
    agent = world.users["member"].pk
    scope, party = world.offerings["free"], world.parties["north"]
    parties.add_representative(Context(), party, agent, role="agent", scope=scope)
    page = world.client("member").get("/me/").content.decode()
    shown = {row.offering.number for row in rows_of("north", world) if row.id in page or row.alias in page}
    assert shown == {"TEST-free"}
    assert "TEST-contracted" not in page


def rows_of(party: str, world: World) -> list[market.Registration]:
    return reads.list_own_registrations([world.parties[party]])
