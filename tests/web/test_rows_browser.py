"""Rows in a real browser: an auction of two stages stated with and without script, a package bid sealed and opened."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism.package_slate import read_packages
from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import HERE, PASSWORD, staff_address
from tests.web.server import Server, serving

AUCTION = "land.state_grant_auction:auction"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market with its staff."""
    with serving(tmp_path_factory.mktemp("rows") / "var") as server:
        server.make_lots(lots=0)
        yield server.start()


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def clerk(browser: Browser, server: Server, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Sign a clerk in, in a browser that runs scripts or does not."""
    clerk = Person(browser, server, "clerk", scripted=request.param)
    yield clerk
    clerk.leave()
    assert [each for each in clerk.problems if "422" not in each] == []


def _rows(page: Page, *kinds: str) -> None:
    titles = page.locator(".part > legend")
    expect(titles).to_have_text(
        [f"Stages {n} · {kind}" for n, kind in enumerate(kinds, 1)], timeout=PATIENCE_MS
    )


def _has_focus(clerk: Person, selector: str) -> None:
    """Expect the focus where a keyboard goes on; without script the page comes back at the rows."""
    if clerk.scripted:
        expect(clerk.page.locator(selector)).to_be_focused()
    else:
        assert clerk.page.url.endswith("#id_stages")


def _enter(clerk: Person, number: str) -> str:
    """Write a parcel into the register; return the address where an offering of it is stated."""
    clerk.go("/desk/entries/new/land.parcel/")
    clerk.fill(parcel_no=number, place="Test Road", area_cm2="25000")
    clerk.fill(**{"uses-1-code": "0601", "uses-1-name": "工业用地", "uses-1-term_years": "50"})
    clerk.page.locator("main [name=division]").select_option(HERE)
    clerk.page.locator("main [name=tenure]").select_option("state")
    clerk.press("Write it")
    clerk.page.wait_for_url(re.compile(r"/desk/entries/[0-9a-f]{32}/$"))
    entry = clerk.page.url.rstrip("/").rpartition("/")[2]
    return f"/desk/offerings/new/{entry}/?way={AUCTION}"


def test_an_auction_of_two_stages_is_stated(clerk: Person) -> None:
    clerk.sign_in(staff_address("clerk"), PASSWORD)
    address = _enter(clerk, "ROWS-1" if clerk.scripted else "ROWS-2")
    clerk.shoot("stages", address)
    clerk.go(address)
    page = clerk.page
    if clerk.scripted:
        page.evaluate("() => { window.stayed = true }")
    clerk.fill(
        number=f"ROWS-{clerk.scripted}", title="Two stages", start_price_fen="100万元", deposit_fen="20万元"
    )
    clerk.fill(**{"stages-0-increment_fen": "2万元", "stages-0-round_ms": "3 min"})
    _rows(page, "Ascending quotes")
    page.locator("[name=stages-new]").select_option("second_quantity")
    clerk.press("Add a row")
    _rows(page, "Ascending quotes", "One quote of a second quantity")
    _has_focus(clerk, "[name=stages-1-unit]")
    page.locator("[name=stages-new]").select_option("lottery")
    clerk.press("Add a row")
    _rows(page, "Ascending quotes", "One quote of a second quantity", "Lottery")
    page.locator("#stages-up-1").click()
    _rows(page, "One quote of a second quantity", "Ascending quotes", "Lottery")
    _has_focus(clerk, "#stages-up-1")
    page.locator("#stages-down-1").click()
    _rows(page, "Ascending quotes", "One quote of a second quantity", "Lottery")
    page.locator("#stages-remove-2").click()
    _rows(page, "Ascending quotes", "One quote of a second quantity")
    _has_focus(clerk, "#stages-add")
    expect(page.locator("[name=title]")).to_have_value("Two stages")
    clerk.fill(**{"stages-0-cap_fen": "1万元", "stages-1-unit": "㎡", "stages-1-span_ms": "1 h"})
    page.locator("[name=stages-0-at_cap]").select_option("next")
    if clerk.scripted:
        assert page.evaluate("() => window.stayed"), "the page was loaded anew for a row"
    page.locator("[name=stages-1-unit]").press("Enter")
    said = page.locator(".problems li")
    expect(said).to_contain_text(["Stages 1 · Cap: "], timeout=PATIENCE_MS)
    wrong = page.locator(".field.wrong", has=page.locator("[name=stages-0-cap_fen]"))
    expect(wrong).to_contain_text("at least")
    clerk.shot("stages-wrong")
    said.get_by_role("link").click()
    expect(page.locator("#id_stages-0-cap_fen")).to_be_focused()
    clerk.fill(**{"stages-0-cap_fen": "300万元"})
    clerk.press("Save the draft")
    page.wait_for_url(re.compile(r"/desk/offerings/[0-9a-f]{32}/$"))
    clerk.sees("Increment: ¥20,000; Length of a timed round: 3 min; Cap: ¥3,000,000")
    clerk.sees("Unit: ㎡; Length: 1 h")
    clerk.go(f"{page.url.removeprefix(clerk.server.url)}revise/")
    _rows(page, "Ascending quotes", "One quote of a second quantity")
    expect(page.locator("[name=stages-0-cap_fen]")).to_have_value("3,000,000")
    expect(page.locator("[name=stages-1-span_ms]")).to_have_value("1 h")


def test_a_package_bid_is_sealed_from_rows_and_opens_as_typed(browser: Browser, server: Server) -> None:
    lot = json.loads(server.run("tests.web.package_lot", "build", given={"name": "P", "bidders": 1}))
    bidder, sent = Person(browser, server, "bidder"), list[str]()
    bidder.page.on("request", lambda request: sent.append(_said(request)))
    bidder.go("/accounts/login/?next=/me/")
    bidder.fill(login="bidder-p-0@example.org", password=PASSWORD)
    bidder.press("Sign in")
    bidder.page.wait_for_url("**/me/")
    address = f"/me/registrations/{lot['registrations'][0]}/seal/"
    bidder.shoot("seal-packages", address)
    bidder.go(address)
    box = bidder.page.locator("[data-seal]")
    rows, price = box.locator("[data-row]"), "1234567.5"
    expect(rows).to_have_count(1)
    _refused(bidder, "Package 1: choose at least one lot.")
    rows.nth(0).locator("[data-price]").fill(price)
    _refused(bidder, "Package 1: choose at least one lot.")
    rows.nth(0).get_by_label("A-2").check()
    rows.nth(0).get_by_label("A-1").check()
    bidder.press("Add a package")
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator("legend").first).to_have_text("Package 2")
    expect(rows.nth(1).locator(":checked")).to_have_count(0)
    for lotted in ("A-1", "A-2"):
        rows.nth(1).get_by_label(lotted).check()
    for wrong in ("", "0", "much", "100000000001"):
        rows.nth(1).locator("[data-price]").fill(wrong)
        _refused(bidder, "Package 2: write its price in yuan.")
    rows.nth(1).locator("[data-price]").fill("7")
    _refused(bidder, "Package 2 has the same lots as package 1; state each set of lots once.")
    rows.nth(1).get_by_label("A-1").uncheck()
    bidder.shot("seal-packages-typed")
    bidder.press("Add a package")
    expect(box.locator("[data-add]")).to_be_disabled()
    rows.nth(2).get_by_role("button", name="Remove").click()
    bidder.press("Seal and hand in")
    expect(bidder.page.locator("#filings tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    assert any("envelope" in each for each in sent) and "1234567" not in " ".join(sent)
    told = json.loads(server.run("tests.web.package_lot", "open", given=lot["id"]))
    alias = lot["aliases"][0]
    bid = told["openings"][alias]["bid"]
    assert bid == {
        "packages": [{"lots": ["A-1", "A-2"], "price_fen": 123_456_750}, {"lots": ["A-2"], "price_fen": 700}]
    }
    assert len(read_packages(alias, bid, ("A-1", "A-2", "B"), 3)) == 2
    bidder.go(f"/lots/{lot['id']}/sealed/")
    expect(bidder.page.locator("#opened tbody tr")).to_contain_text("A-1 + A-2: ¥1,234,567.50")
    report = verify(bidder.read(f"/lots/{lot['id']}/bundle.json"))
    assert [check.code for check in report.checks if not check.ok] == []
    bidder.shoot("packages-opened", f"/lots/{lot['id']}/sealed/")
    bidder.leave()
    assert bidder.problems == []


def _said(request: Request) -> str:
    return f"{request.url} {request.post_data or ''}"


def _refused(bidder: Person, words: str) -> None:
    """Expect that sealing is refused in these words."""
    bidder.press("Seal and hand in")
    expect(bidder.page.locator("[data-said]")).to_have_text(words)
