"""The whole way of a lot in a real browser: from two sign-ups to a register entry and a bundle anyone can check."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.evidence.verify import verify
from tests.web.person import PATIENCE_MS, Person, raise_bid
from tests.web.plan import PASSWORD, START_FEN, STEP_FEN, staff_address
from tests.web.server import Server, serving

REGISTERING_MS, FREE_MS, ROUND_MS = 40_000, 8_000, 9_000
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market that has only its staff."""
    with serving(tmp_path_factory.mktemp("journey") / "var") as server:
        server.make_lots(lots=0)
        yield server.start()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[dict[str, Person]]:
    """Give everyone a window; nobody may have met an error in it."""
    names = ("anna", "ben", "clerk", "reviewer", "treasurer", "stranger")
    people = {name: Person(browser, server, name) for name in names}
    yield people
    for person in people.values():
        person.leave()


def test_a_lot_is_sold_online(people: dict[str, Person], server: Server) -> None:
    """Two parties sign up, are admitted and bid against each other; one buys, the other is paid back, anyone checks."""
    for place, name in enumerate(("anna", "ben")):
        _join(people[name], name, place)
    for role in ("clerk", "reviewer", "treasurer"):
        people[role].sign_in(staff_address(role), PASSWORD)
    lot = _open_lot(server)
    _admit(people, lot)
    _bid_freely(people, lot)
    _bid_in_rounds(people, lot)
    _conclude(people, lot)
    _settle(people, lot)
    _check(people["stranger"], lot)
    _picture(people, lot)
    assert [problem for person in people.values() for problem in person.problems] == []


def _join(person: Person, name: str, place: int) -> None:
    person.sign_up(f"{name}@example.net", PASSWORD)
    person.go("/me/parties/new/")
    person.fill(name=f"{name} 置业有限公司", code=make_uscc(f"91220100MA000100{place}"))
    person.press("Register")
    person.sees("You act for it.")


def _open_lot(server: Server) -> str:
    made = server.make_lots(
        name="J",
        registration_left_ms=REGISTERING_MS,
        listing_left_ms=REGISTERING_MS + FREE_MS,
        question_ms=60_000,
        round_ms=ROUND_MS,
    )
    return str(made["lots"][0]["id"])


def _admit(people: dict[str, Person], lot: str) -> None:
    for name in ("anna", "ben"):
        bidder = people[name]
        bidder.go(f"/lots/{lot}/")
        bidder.press("Apply to bid")
        for ground in bidder.page.locator("[name^=ground_][value=no]").all():
            ground.check()
        bidder.page.locator("[name=read]").check()
        bidder.page.locator("[name=truthful]").check()
        bidder.press("File the application")
        bidder.sees("Your application is filed")
    clerk = people["clerk"]
    clerk.go(f"/desk/offerings/{lot}/")
    clerk.press("Check the applications")
    clerk.press("Pass the chosen ones")
    clerk.page.wait_for_load_state()
    for name in ("anna", "ben"):
        bidder = people[name]
        bidder.page.reload()
        bidder.press("Pay now (sandbox, simulated)")
        bidder.sees("The sandbox bank has booked the payment.")


def _bid_freely(people: dict[str, Person], lot: str) -> None:
    anna, ben = people["anna"], people["ben"]
    for bidder in (anna, ben):
        bidder.go(f"/lots/{lot}/room/")
        bidder.shows("registrants", "2")
    raise_bid(anna)
    ben.shows("quotes", "1")  # the start price stands there before anybody has quoted it
    ben.shows("price", _figure(START_FEN))
    raise_bid(ben)
    anna.shows("price", _figure(START_FEN + STEP_FEN))
    anna.shows("quotes", "2")


def _bid_in_rounds(people: dict[str, Person], lot: str) -> None:
    anna, ben = people["anna"], people["ben"]
    goes_on = anna.page.get_by_role("button", name="I go on", exact=True)
    expect(goes_on).to_be_visible(timeout=REGISTERING_MS + FREE_MS + PATIENCE_MS)
    goes_on.click()
    expect(ben.page.locator("form[data-bid]")).to_be_visible(timeout=PATIENCE_MS)
    raise_bid(anna)
    ben.shows("price", _figure(START_FEN + 2 * STEP_FEN))
    raise_bid(ben)
    anna.shows("price", _figure(START_FEN + 3 * STEP_FEN))
    raise_bid(anna)
    for bidder in (anna, ben):
        bidder.sees("This room is closed", timeout_ms=ROUND_MS + PATIENCE_MS)


def _conclude(people: dict[str, Person], lot: str) -> None:
    reviewer, clerk, anna = people["reviewer"], people["clerk"], people["anna"]
    for step, said in (
        ("Confirm the sale", "The confirmation of sale is issued."),
        ("Publish the result", "The result is published."),
    ):
        _take_step(reviewer, lot, step, said)
    _take_step(clerk, lot, "Draft the contract", "The contract is drafted")
    anna.go("/me/")
    anna.press("Sign the contract")
    anna.press("Sign (sandbox)")
    anna.sees("Signed (sandbox signature).")
    _take_step(reviewer, lot, "Sign for the grantor (sandbox)", "Signed for the grantor")
    assert anna.read(f"{anna.page.url}pdf/").startswith(b"%PDF")


def _settle(people: dict[str, Person], lot: str) -> None:
    anna, ben, treasurer = people["anna"], people["ben"], people["treasurer"]
    treasurer.go("/desk/refunds/")
    treasurer.press("Pay all that are due (sandbox)")
    treasurer.sees("1 refund paid (sandbox).")
    ben.go("/me/")
    ben.page.locator("main table a").filter(has_text="测试宗地 J-001").click()
    ben.sees("paid")
    anna.page.reload()
    pays = anna.page.get_by_role("button", name="Pay (sandbox)", exact=True)
    expect(pays).to_have_count(2)
    for left in (1, 0):
        pays.first.click()
        expect(pays).to_have_count(left)
    _take_step(people["clerk"], lot, "Write the register entry", "The grantee is written into the register")


def _take_step(person: Person, lot: str, label: str, said: str) -> None:
    """Open a step on the page of the offering, and take it in what opens."""
    person.go(f"/desk/offerings/{lot}/")
    person.press(label)
    person.page.locator("[popover]:popover-open").get_by_role("button", name=label, exact=True).click()
    person.sees(said)


def _check(stranger: Person, lot: str) -> None:
    """Download the bundle as nobody in particular, verify it here and there, and see a changed one refused."""
    bundle = stranger.read(f"/lots/{lot}/bundle.json")
    report = verify(bundle)
    assert report.ok, [check for check in report.checks if not check.ok]
    _drop(stranger, bundle)
    stranger.sees("The result stands")
    changed = bundle.replace(b'"price_fen":%d' % (START_FEN + 4 * STEP_FEN), b'"price_fen":%d' % START_FEN)
    assert changed != bundle
    _drop(stranger, changed)
    stranger.sees("The bundle does not stand")


def _drop(person: Person, bundle: bytes) -> None:
    person.go("/verify/")
    file: Any = {"name": "bundle.json", "mimeType": "application/json", "buffer": bundle}
    person.page.locator("[name=bundle]").set_input_files(file)
    person.page.locator(
        "#here .verdict:not(:empty)"
    ).wait_for()  # checked in the browser before anything is sent
    person.press("Recompute the outcome")


def _picture(people: dict[str, Person], lot: str) -> None:
    public = ("/", "/lots/", "/results/", "/notices/", "/verify/", "/law/", "/log/", "/complaints/")
    pages = [("stranger", path) for path in public]
    pages += [
        ("stranger", f"/lots/{lot}/"),
        ("stranger", f"/lots/{lot}/room/"),
        ("stranger", f"/verify/{lot}/"),
    ]
    pages += [
        ("anna", "/me/"),
        ("anna", "/me/parties/new/"),
        ("anna", re.sub(".*?//[^/]*", "", people["anna"].page.url)),
    ]
    pages += [("clerk", "/desk/"), ("clerk", f"/desk/offerings/{lot}/"), ("clerk", "/desk/entries/")]
    pages += [("treasurer", "/desk/payments/"), ("treasurer", "/desk/refunds/?state=paid")]
    for name, path in pages:
        title = re.sub("[^a-z]+", "-", re.sub("[0-9a-f]{32}", "id", f"{name}{path}"))
        people[name].shoot(title.strip("-"), path)


def _figure(fen: int) -> str:
    """Write fen as the room does in English."""
    return f"{fen // 100:,}"
