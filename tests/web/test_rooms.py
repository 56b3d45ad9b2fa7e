"""Rooms of every kind: what each shows and takes, what it refuses, and what nobody may read yet."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering, list_entries
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.apps.market.hall import DAY_MS, START_FEN, STEP_FEN, Hall
from tests.apps.market.ways import many_ways

JSON = {"Accept": "application/json"}
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
CAP = {"increment_fen": STEP_FEN, "round_ms": 300_000, "cap_fen": START_FEN + STEP_FEN, "at_cap": "next"}
STAGES = [
    {"kind": "ascending", **CAP},
    {"kind": "second_quantity", "unit": "平方米", "span_ms": 30 * DAY_MS, "most": 1_000_000},
]
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
TWO_SECRETS = (7771, 8882)
TOLD = re.compile("|".join(rf"\b(?:{amount}|{amount:,})\b" for amount in TWO_SECRETS))


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_ways(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def hall(db: None, ways: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Hall:
    """Give an office whose lots opened a day ago on the clock of the web server."""
    monkeypatch.setenv("JISHI_PACK", str(ways))
    settings.JISHI_RATE_LIMITS = False
    return Hall(SimulatedClock(Context().now_ms() - 23 * DAY_MS))


def client(hall: Hall, name: str = "", **headers: str) -> Client:
    found = Client(headers=headers)
    if name:
        found.force_login(hall.users[name])
    return found


def room(hall: Hall, offering: Offering, name: str = "", part: str = "room/") -> str:
    answer = client(hall, name).get(f"/lots/{offering.id}/{part}")
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def take(hall: Hall, offering: Offering, name: str, act: str, **given: Any) -> Any:
    body = {"key": f"key-{act}-{given}"[:60].replace(" ", ""), **given}
    return client(hall, name).post(f"/lots/{offering.id}/take/{act}/", body, headers=JSON)


def call_auction(hall: Hall, **terms: Any) -> tuple[Offering, dict[str, Registration]]:
    terms = {"tick_fen": 100, **terms}
    offering = hall.offer(mechanism="call_auction", terms=terms, **NONE)
    return offering, hall.admit(offering, "north", "south")


def shop(hall: Hall, **terms: Any) -> tuple[Offering, dict[str, Registration]]:
    terms = {"price_fen": 5_000, "stock": 10, **terms}
    offering = hall.offer(mechanism="fixed_price", terms=terms, **NONE)
    return offering, hall.admit(offering, "north", "south")


def negotiation(hall: Hall, **terms: Any) -> tuple[Offering, dict[str, Registration]]:
    terms = {"floor_fen": START_FEN, "publicity_ms": 10 * DAY_MS, **terms}
    offering = hall.offer(mechanism="negotiation", terms=terms, **NONE)
    return offering, hall.admit(offering, "north")


def at_the_cap(hall: Hall, **changed: Any) -> tuple[Offering, dict[str, Registration]]:
    start = hall.clock.now_ms() + 22 * DAY_MS
    terms = {"stages": STAGES, "least_bidders": 2, **changed}
    draft = hall.draft(mechanism="auction", increment_fen=None, registration_end=start, terms=terms)
    rows = hall.admit(hall.publish(draft), "north", "south")
    hall.move(start)
    hall.advance(draft)
    bid = Bid(rows["north"].alias, START_FEN + STEP_FEN)
    assert market.take_part(hall.as_("north"), rows["north"].id, bid, "").accepted
    return get_offering(draft.id), rows


def published(hall: Hall, offering: Offering) -> Offering:
    hall.run_out(offering)
    if get_offering(offering.id).state == "ended":
        market.confirm_sale(hall.as_("reviewer"), offering.id)
    market.publish_result(hall.as_("reviewer"), offering.id)
    return get_offering(offering.id)


# --- orders


def test_orders_are_entered_shown_and_taken_back(hall: Hall) -> None:
    offering, _rows = call_auction(hall)
    first = take(hall, offering, "north", "order", side="buy", price="12", quantity="5")
    assert first.status_code == 200 and first.json()["receipt"]["seq"] == first.json()["seq"]
    again = take(hall, offering, "north", "order", side="buy", price="12", quantity="5")
    assert again.json()["seq"] == first.json()["seq"]
    assert take(hall, offering, "south", "order", side="sell", price="11", quantity="3").json()["ok"]
    told = json.loads(room(hall, offering, part="room.json"))
    assert told["book"]["levels"] == [[1200, 5, 0], [1100, 0, 3]]
    assert told["book"]["indicative_volume"] == 3
    assert told["facts"]["orders"] == 2
    own, others = room(hall, offering, "north"), room(hall, offering)
    assert 'value="1"' in own and "data-book-table" in others and "/take/" not in others
    assert take(hall, offering, "south", "cancel", order="1").json()["code"] == "orders.unknown"
    assert take(hall, offering, "north", "cancel", order="1").json()["ok"]
    assert get_offering(offering.id).quotes == 2


def test_a_page_without_scripts_orders_too(hall: Hall) -> None:
    offering, _rows = call_auction(hall)
    key = re.search(r'name="key" value="([\w-]+-o)"', room(hall, offering, "north"))
    assert key is not None
    form = {"key": key[1], "side": "buy", "price": "12", "quantity": "1,000"}
    path = f"/lots/{offering.id}/take/order/"
    for _click in range(2):
        answer = client(hall, "north").post(path, form, follow=True)
        assert answer.redirect_chain[-1][0] == f"/lots/{offering.id}/room/"
        assert "申报" in answer.content.decode()
    assert get_offering(offering.id).quotes == 1


@pytest.mark.parametrize(
    ("act", "given", "code"),
    [
        ("order", {"side": "buy", "price": "12.345", "quantity": "1"}, "money.sub_fen"),
        ("order", {"side": "buy", "price": "12.34", "quantity": "1"}, "orders.tick"),
        ("order", {"side": "up", "price": "12", "quantity": "1"}, "orders.side"),
        ("order", {"side": "buy", "price": "", "quantity": "1"}, "money.unreadable"),
        ("order", {"side": "buy", "price": "12", "quantity": "1.5"}, "public.take.count_unreadable"),
        ("order", {"side": "buy", "price": "12", "quantity": "0"}, "orders.quantity"),
        ("buy", {"quantity": "1"}, "mechanism.unwelcome"),
        ("fly", {}, "public.take.act.unknown"),
    ],
)
def test_what_is_wrong_is_said_with_the_rule(hall: Hall, act: str, given: dict[str, str], code: str) -> None:
    offering, _rows = call_auction(hall)
    answer = take(hall, offering, "north", act, **given)
    assert answer.json()["code"] == code and 400 <= answer.status_code < 500
    assert re.search("[\u4e00-\u9fff]", answer.json()["sentence"])
    assert get_offering(offering.id).quotes == 0


def test_a_stranger_takes_no_part(hall: Hall) -> None:
    offering, _rows = call_auction(hall)
    for name in ("", "member", "clerk", "east"):
        answer = take(hall, offering, name, "order", side="buy", price="12", quantity="1")
        assert answer.json()["code"] == "public.bid.no_registration"


def test_a_cleared_book_shows_price_volume_and_own_fill(hall: Hall) -> None:
    offering, rows = call_auction(hall)
    take(hall, offering, "north", "order", side="buy", price="12", quantity="5")
    take(hall, offering, "south", "order", side="sell", price="11", quantity="3")
    found = published(hall, offering)
    page = room(hall, found, "north")
    assert found.outcome is not None and found.outcome["volume"] == 3
    assert rows["north"].alias in page and rows["south"].alias in page and 'class="me"' in page
    shown = client(hall).get(f"/lots/{found.id}/").content.decode()
    assert "north置业有限公司" in shown and rows["north"].party not in shown
    csv = b"".join(client(hall).get("/results/results.csv").streaming_content).decode()
    assert "north置业有限公司" in csv


# --- shop


def test_a_shop_sells_what_is_left(hall: Hall) -> None:
    offering, _rows = shop(hall, least=2)
    assert take(hall, offering, "north", "buy", quantity="1").json()["code"] == "fixed_price.quantity"
    assert take(hall, offering, "north", "buy", quantity="4").json()["ok"]
    assert take(hall, offering, "north", "buy", quantity="4").json()["seq"]
    told = json.loads(room(hall, offering, part="room.json"))
    assert (told["facts"]["left"], told["facts"]["buyers"]) == (6, 1)
    page = room(hall, offering, "north")
    assert "您已购买 4" in page and "您已购买" not in room(hall, offering, "south")
    assert take(hall, offering, "south", "buy", quantity="7").json()["code"] == "fixed_price.stock"


def test_a_subscription_is_shared_at_the_close(hall: Hall) -> None:
    offering, _rows = shop(hall, rule="subscription")
    for name in ("north", "south"):
        assert take(hall, offering, name, "buy", quantity="9").json()["ok"]
    assert "认购" in room(hall, offering, "north")
    found = published(hall, offering)
    assert found.outcome is not None
    assert [award["quantity"] for award in found.outcome["awards"]] == [5, 5]
    shown = client(hall).get("/results/").content.decode()
    assert "north置业有限公司" in shown and "× 5" in shown
    lines = b"".join(client(hall).get("/results/results.csv").streaming_content).decode().splitlines()
    assert sum("置业有限公司" in line for line in lines) == 2


# --- notice


def test_a_negotiation_shows_its_publicity_and_takes_objections(hall: Hall) -> None:
    offering, rows = negotiation(hall)
    agree = acts.Agree(rows["north"].alias, START_FEN + STEP_FEN)
    market.decide_step(hall.as_("clerk"), offering.id, agree)
    page = room(hall, offering)
    assert rows["north"].alias in page and "公示" in page and "/accounts/login/" in page
    objector = client(hall, "member")
    assert f'action="/results/{offering.id}/object/"' in room(hall, offering, "member")
    form = {"text": "价格过低", "from": "room"}
    for _click in range(2):
        answer = objector.post(f"/results/{offering.id}/object/", form)
        assert answer.headers["Location"] == f"/lots/{offering.id}/room/"
    told = json.loads(room(hall, offering, part="room.json"))
    assert told["facts"] == {"objections": 1, "unanswered": 1}
    assert "价格过低" not in room(hall, offering, "member")


def test_a_second_applicant_sends_it_to_auction(hall: Hall) -> None:
    offering, _rows = negotiation(hall)
    assert "申请" in room(hall, offering, "south")
    hall.admit(offering, "south")
    page = room(hall, offering)
    assert get_offering(offering.id).state == "converted" and "第二个" in page


def test_a_holder_of_a_right_answers_in_the_room(hall: Hall) -> None:
    offering, rows = negotiation(hall, publicity_ms=DAY_MS // 2, first_refusal_ms=30 * DAY_MS)
    held = hall.file(offering, "south")["south"]
    market.decide_step(hall.as_("clerk"), offering.id, acts.Prefer(held.alias, "承租人"))
    market.qualify_registrations(hall.as_("clerk"), offering.id, [held.id])
    market.secure_deposits(hall.system, offering.id, [(held.id, "transfer")])
    market.decide_step(hall.as_("clerk"), offering.id, acts.Agree(rows["north"].alias, START_FEN))
    hall.move(get_offering(offering.id).due_ms or 0)
    assert hall.advance(offering).phase == "first_refusal"
    assert "/take/exercise/" in room(hall, offering, "south")
    assert "/take/exercise/" not in room(hall, offering, "north")
    refused = take(hall, offering, "north", "exercise")
    assert refused.json()["code"] == "first_refusal.not_entitled"
    assert take(hall, offering, "south", "exercise").json()["ok"]
    assert (get_offering(offering.id).outcome or {})["winner"] == held.alias


# --- an auction with stages


def everywhere(hall: Hall, offering: Offering, name: str) -> Iterator[tuple[str, str]]:
    """Yield all that others may read of an offering."""
    reader = client(hall, name)
    parts = ("", "room/", "room.json", "quotes.csv", "bundle.json")
    paths = [f"/lots/{offering.id}/{part}" for part in parts]
    paths += [f"/verify/{offering.id}/", "/log/", "/results/", "/lots/", "/", "/api/v1/changes?limit=500"]
    paths += [f"/lots/{offering.id}/receipt/{row.seq}.json" for row in list_entries(offering.id)]
    parts = ("", "/ladder", "/entries?limit=1000", "/notices", "/bundle", "/ocds")
    paths += [f"/api/v1/offerings/{offering.id}{part}" for part in parts]
    for path in paths:
        answer = reader.get(path)
        assert answer.status_code < 500, path
        yield path, (answer.getvalue() if answer.streaming else answer.content).decode()


def test_an_amount_quoted_once_is_nobodys_before_the_stage_ends(hall: Hall) -> None:
    offering, _rows = at_the_cap(hall)
    assert "/take/offer/" in room(hall, offering, "south")
    for name, amount in zip(("north", "south"), TWO_SECRETS, strict=True):
        assert take(hall, offering, name, "offer", amount=str(amount)).json()["ok"]
    for name in ("", "east", "clerk", "regulator"):
        for path, text in everywhere(hall, offering, name):
            assert not TOLD.search(text), path
    mine = room(hall, offering, "south")
    assert "8,882" in mine and "7,771" not in mine
    again = take(hall, offering, "south", "offer", amount="9")
    assert again.json()["code"] == "auction.offered"
    supervised = client(hall, "regulator").get(f"/lots/{offering.id}/supervise/").content.decode()
    assert not TOLD.search(supervised)
    bundle = client(hall).get(f"/lots/{offering.id}/bundle.json", headers=JSON)
    assert bundle.json()["code"] == "market.bundle.withheld"


def test_a_second_quantity_of_money_is_typed_in_yuan(hall: Hall) -> None:
    fund = {"kind": "second_quantity", "unit": "infrastructure_fen", "span_ms": 30 * DAY_MS}
    offering, _rows = at_the_cap(hall, stages=[{"kind": "ascending", **CAP}, fund])
    page = room(hall, offering, "south")
    assert 'name="amount_yuan"' in page and "基础设施" in page
    assert take(hall, offering, "south", "offer", amount_yuan="12,345.5").json()["ok"]
    assert "12,345.50 元" in room(hall, offering, "south")
    assert "12,345" not in room(hall, offering, "north")


def test_amounts_stand_in_the_result(hall: Hall) -> None:
    offering, _rows = at_the_cap(hall)
    for name, amount in zip(("north", "south"), TWO_SECRETS, strict=True):
        take(hall, offering, name, "offer", amount=str(amount))
    found = published(hall, offering)
    page = room(hall, found)
    assert TOLD.search(page) and all(f"{amount:,}" in page for amount in TWO_SECRETS)
    shown = client(hall).get(f"/lots/{found.id}/").content.decode()
    assert "south置业有限公司" in shown and "8,882" in shown
    assert client(hall).get(f"/lots/{found.id}/bundle.json").status_code == 200


@pytest.mark.parametrize("make", [call_auction, shop, negotiation, at_the_cap])
def test_every_page_of_every_kind_stands_in_both_languages(hall: Hall, make: Any) -> None:
    offering, _rows = make(hall)
    for language in ("zh-hans", "en"):
        for name in ("", "member", "north", "south"):
            reader = client(hall, name)
            reader.cookies["django_language"] = language
            for path in (f"/lots/{offering.id}/", f"/lots/{offering.id}/room/", "/", "/lots/"):
                answer = reader.get(path)
                assert answer.status_code == 200
                assert "mechanism." not in re.sub(r"<script.*?</script>", "", answer.content.decode())


def test_a_stage_of_sealed_quotes_leads_to_the_page_that_seals(hall: Hall) -> None:
    sealed = [{"kind": "ascending", **CAP}, {"kind": "sealed_quote", "span_ms": 30 * DAY_MS}]
    offering, rows = at_the_cap(hall, stages=sealed, sealing=SEALING)
    assert get_offering(offering.id).phase == "sealed_quote"
    assert f"/me/registrations/{rows['south'].id}/seal/" in room(hall, offering, "south")
    assert f"/lots/{offering.id}/sealed/" in room(hall, offering)


def test_a_room_of_sealed_bids_leads_to_the_page_that_seals(hall: Hall) -> None:
    offering = hall.offer(mechanism="tender", terms={"sealing": SEALING}, **NONE)
    rows = hall.admit(offering, "north")
    page = room(hall, offering, "north")
    assert f"/me/registrations/{rows['north'].id}/seal/" in page and "开启委员会尚未组成" in page
    assert f"/lots/{offering.id}/sealed/" in room(hall, offering)
    assert json.loads(room(hall, offering, part="room.json"))["facts"]["lines"] == 0


# --- how it ended for each


def outcome_of(hall: Hall, row: Registration, name: str) -> str:
    page = client(hall, name).get(f"/me/registrations/{row.id}/")
    assert page.status_code == 200
    found = re.search(r'<p class="verdict[^"]*">(已结束[^<]*)</p>', page.content.decode())
    return found[1] if found else ""


def test_each_hears_what_it_got_sold_or_why_it_lost(hall: Hall) -> None:
    offering, rows = call_auction(hall)
    take(hall, offering, "north", "order", side="buy", price="12", quantity="5")
    take(hall, offering, "south", "order", side="sell", price="11", quantity="3")
    published(hall, offering)
    assert "您取得 3 份" in outcome_of(hall, rows["north"], "north")
    assert "您卖出 3 份" in outcome_of(hall, rows["south"], "south")


def test_who_lost_hears_how_it_was_decided(hall: Hall) -> None:
    offering, rows = at_the_cap(hall)
    for name, amount in zip(("north", "south"), TWO_SECRETS, strict=True):
        take(hall, offering, name, "offer", amount=str(amount))
    published(hall, offering)
    assert "所报条件最优" in outcome_of(hall, rows["north"], "north")
