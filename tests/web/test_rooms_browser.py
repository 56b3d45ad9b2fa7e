"""The rooms in a real browser: orders cleared, stock sold out, an objection, and a quote nobody reads too early."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.apps.market.ways import many_ways
from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import DAY_MS, PASSWORD, START_FEN, STEP_FEN
from tests.web.server import Server, serving

CLOSES_MS = 90_000
SPAN_MS = 60_000
STAGES = [
    {
        "kind": "ascending",
        "increment_fen": STEP_FEN,
        "round_ms": 300_000,
        "cap_fen": START_FEN,
        "at_cap": "next",
    },
    {"kind": "second_quantity", "unit": "保障性住房面积（平方米）", "span_ms": SPAN_MS, "most": 100_000},
]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a market whose pack sells every way."""
    pack = many_ways(tmp_path_factory.mktemp("pack"))
    with serving(tmp_path_factory.mktemp("rooms") / "var", {"JISHI_PACK": str(pack)}) as server:
        yield server.start()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[dict[str, Person]]:
    """Give two bidders and a stranger a window each."""
    people = {name: Person(browser, server, name) for name in ("one", "two", "stranger")}
    yield people
    for person in people.values():
        person.leave()


def make_lot(server: Server, name: str, mechanism: str, terms: dict[str, Any], left_ms: int) -> Any:
    wanted = {"name": name, "mechanism": mechanism, "terms": terms, "left_ms": left_ms}
    return json.loads(server.run("tests.web.room_lots", given=wanted))


def enter(people: dict[str, Person], lot: Any, name: str) -> None:
    """Let everybody stand in the room, the bidders signed in."""
    for number, who in enumerate(("one", "two")[: len(lot["registrations"])]):
        people[who].go(f"/accounts/login/?next=/lots/{lot['id']}/room/")
        people[who].fill(login=f"bidder-{name.lower()}-{number}@example.org", password=PASSWORD)
        people[who].press("Sign in")
        people[who].page.wait_for_url("**/room/")
    people["stranger"].go(f"/lots/{lot['id']}/room/")


def see_the_end(people: dict[str, Person], timeout_ms: int = PATIENCE_MS) -> None:
    """Wait until every page has come anew with the outcome, so that nothing reloads any more."""
    for person in people.values():
        person.sees("How it was decided", timeout_ms)


def shoot(people: dict[str, Person], lot: Any, name: str) -> None:
    path = f"/lots/{lot['id']}/room/"
    people["stranger"].shoot(f"{name}-public", path)
    people["one"].shoot(f"{name}-bidder", path)
    for who in ("stranger", "one"):
        people[who].go(path)


def calm(people: dict[str, Person]) -> None:
    assert [problem for person in people.values() for problem in person.problems] == []


def order(person: Person, side: str, price: str, quantity: str) -> None:
    person.page.locator(f"main [name=side][value={side}]").check()
    person.fill(price=price, quantity=quantity)
    person.page.get_by_role("button", name="Enter the order").dblclick()
    person.sees("Order entered:")


def test_orders_are_gathered_and_cleared(people: dict[str, Person], server: Server) -> None:
    lot = make_lot(server, "O", "call_auction", {"tick_fen": 50, "reference_fen": 1_150}, CLOSES_MS)
    enter(people, lot, "O")
    order(people["one"], "buy", "12", "300")
    book = people["stranger"].page.locator("[data-book-table] tbody tr")
    expect(book).to_have_count(1, timeout=PATIENCE_MS)
    order(people["two"], "sell", "11", "200")
    expect(people["stranger"].page.locator("[data-book=volume]")).to_have_text("200", timeout=PATIENCE_MS)
    order(people["one"], "buy", "10.5", "40")
    people["one"].page.get_by_role("button", name="Take back").last.click()
    people["one"].sees("The order was taken back")
    expect(book).to_have_count(2, timeout=PATIENCE_MS)
    shoot(people, lot, "orders")
    see_the_end(people, CLOSES_MS + PATIENCE_MS)
    people["stranger"].sees("¥11.50")
    people["one"].sees("(me)")
    shoot(people, lot, "orders-cleared")
    people["stranger"].shoot("orders-offering", f"/lots/{lot['id']}/")
    calm(people)


def test_a_shop_sells_out(people: dict[str, Person], server: Server) -> None:
    lot = make_lot(server, "P", "fixed_price", {"price_fen": 5_000, "stock": 10, "least": 2}, DAY_MS)
    enter(people, lot, "P")
    people["one"].fill(quantity="11")
    people["one"].page.get_by_role("button", name="Purchase", exact=True).click()
    people["one"].sees("buy at most 10")
    people["one"].fill(quantity="4")
    people["one"].page.get_by_role("button", name="Purchase", exact=True).dblclick()
    people["one"].sees("You have bought 4 units.")
    expect(people["stranger"].page.locator("[data-fact=left]")).to_have_text("6", timeout=PATIENCE_MS)
    shoot(people, lot, "shop")
    people["two"].go(f"/lots/{lot['id']}/room/")
    people["two"].fill(quantity="6")
    people["two"].page.get_by_role("button", name="Purchase", exact=True).click()
    see_the_end(people)
    people["stranger"].sees("Sold out")
    shoot(people, lot, "shop-sold")
    people["stranger"].shoot("shop-offering", f"/lots/{lot['id']}/")
    calm(people)


def test_an_agreement_is_public_and_objected_to(people: dict[str, Person], server: Server) -> None:
    terms = {"floor_fen": START_FEN, "publicity_ms": 10 * DAY_MS}
    lot = make_lot(server, "N", "negotiation", terms, DAY_MS)
    enter(people, lot, "N")
    people["stranger"].sees("Publicity period until")
    people["two"].sign_up("objector@example.org", PASSWORD)
    people["two"].go(f"/lots/{lot['id']}/room/")
    people["two"].fill(text="The price is below that of the lot beside it.")
    people["two"].page.get_by_role("button", name="File the objection").dblclick()
    people["two"].sees("Your objection was received.")
    expect(people["stranger"].page.locator("[data-fact=objections]")).to_have_text("1", timeout=PATIENCE_MS)
    shoot(people, lot, "notice")
    people["two"].shoot("notice-objector", f"/lots/{lot['id']}/room/")
    people["stranger"].shoot("notice-offering", f"/lots/{lot['id']}/")
    calm(people)


def test_the_cap_leads_to_one_quote_each(people: dict[str, Person], server: Server) -> None:
    lot = make_lot(server, "A", "auction", {"stages": STAGES, "least_bidders": 2}, DAY_MS)
    enter(people, lot, "A")
    shoot(people, lot, "auction-open")
    people["one"].page.locator("form[data-bid] [data-submit]").click()
    people["one"].page.locator("#confirm-bid [data-confirm]").click()
    for who, amount in (("one", "777"), ("two", "87654")):
        people[who].sees("My one quote")
        people[who].fill(amount=amount)
        people[who].page.get_by_role("button", name="Hand in the quote").dblclick()
        people[who].sees(f"You quoted {int(amount):,}")
    offers = people["stranger"].page.locator("[data-fact=offers]")
    expect(offers).to_have_text("2", timeout=PATIENCE_MS)
    assert "87,654" not in people["stranger"].page.locator("main").inner_text()
    assert b"87654" not in people["stranger"].read(f"/lots/{lot['id']}/room.json")
    shoot(people, lot, "auction-quote")
    see_the_end(people, SPAN_MS + PATIENCE_MS)
    people["stranger"].sees("87,654")
    shoot(people, lot, "auction-decided")
    people["stranger"].shoot("auction-offering", f"/lots/{lot['id']}/")
    calm(people)
