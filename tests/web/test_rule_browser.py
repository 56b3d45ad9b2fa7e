"""The law changes in a real browser: a clerk edits a number, sees whose answer changes, a reviewer makes it the law."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import PASSWORD, staff_address
from tests.web.server import Server, serving

NUMBERS, CASES = "parameters/land.csv", "cases/land.notice_check.toml"
WHOLE = "220000"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market whose clerk and reviewer answer for the whole province."""
    with serving(tmp_path_factory.mktemp("rules") / "var") as server:
        server.make_lots(lots=0)
        for role in ("clerk", "reviewer"):
            server.run("jishi.project.cli", "grant", staff_address(role), role, WHOLE)
        yield server.start()


@pytest.fixture
def staff(browser: Browser, server: Server) -> Iterator[dict[str, Person]]:
    """Sign clerk and reviewer in; nobody may have met an error."""
    people = {role: Person(browser, server, role) for role in ("clerk", "reviewer")}
    for role, person in people.items():
        person.sign_in(staff_address(role), PASSWORD)
    yield people
    for person in people.values():
        person.leave()


def test_a_released_change_is_the_law_of_pages_and_guards_and_the_old_one_stays(
    staff: dict[str, Person], browser: Browser, server: Server
) -> None:
    clerk, reviewer = staff["clerk"], staff["reviewer"]
    first, second = (_offer(clerk, number) for number in ("B-1", "B-2"))
    _publish(reviewer, first)
    reviewer.sees("The notice is published")
    draft = _edit(clerk)
    _release(reviewer, draft)
    _publish(reviewer, second)
    reviewer.sees("cannot go on")
    reviewer.go(first)
    old = reviewer.page.locator("td .hash").first.get_attribute("title")
    reviewer.page.get_by_role("link", name="Times of a public notice and a listing for sale").first.click()
    expect(reviewer.page).to_have_url(re.compile(f"pack={old}"), timeout=PATIENCE_MS)
    reviewer.sees("They are")
    stranger = Person(browser, server, "stranger")
    asked = (
        "?ask=1&land_ownership=state&sale_method=listing&notice_complete=true&notice_days=20&listing_days=10"
    )
    stranger.go(f"/law/land.notice_check/{asked}")
    stranger.sees("They are not")
    stranger.leave()
    assert [
        each for person in (clerk, reviewer, stranger) for each in person.problems if "422" not in each
    ] == []


def _offer(clerk: Person, number: str) -> str:
    """Write a parcel into the register and offer it by the earliest lawful dates; give the offering's address."""
    clerk.go("/desk/entries/new/land.parcel/")
    page = clerk.page
    clerk.fill(parcel_no=number, place="Test Road", area_cm2="25000")
    clerk.fill(**{"uses-1-code": "0601", "uses-1-name": "工业用地", "uses-1-term_years": "50"})
    page.locator("main [name=division]").select_option("220102")
    page.locator("main [name=tenure]").select_option("state")
    clerk.press("Write it")
    page.wait_for_url(re.compile(r"/desk/entries/[0-9a-f]{32}/$"))
    entry = page.url.rstrip("/").rpartition("/")[2]
    clerk.go(f"/desk/offerings/new/{entry}/")
    clerk.fill(number=number, start_price_fen="100万元", increment_fen="1万元", deposit_fen="20万元")
    clerk.press("Save the draft")
    page.wait_for_url(re.compile(r"/desk/offerings/[0-9a-f]{32}/$"))
    expect(page.locator("aside.case")).to_contain_text("permitted")
    return page.url.removeprefix(clerk.server.url)


def _publish(reviewer: Person, address: str) -> None:
    reviewer.go(f"{address}publish/")
    reviewer.page.locator("main form button").first.click()
    reviewer.page.wait_for_load_state()


def _edit(clerk: Person) -> str:
    """Draft a longer notice: the number, then the cases that no longer hold; give the draft's address."""
    page = clerk.page
    clerk.go("/desk/rules/")
    clerk.press("Start a draft")
    clerk.fill(title="Notices of 26 days", reason="A decision of the province")
    clerk.press("Start")
    page.wait_for_url("**/desk/rules/drafts/*/")
    draft = page.url.removeprefix(clerk.server.url)
    _replace(clerk, draft + f"files/{NUMBERS}", {"最少天数,20,": "最少天数,26,"})
    expect(page.locator("aside.case")).to_contain_text("Whose answer changes")
    expect(page.locator("aside.case")).to_contain_text("They are not")
    expect(page.locator("aside.case")).to_contain_text("stop it")
    clerk.shoot("rule-file", draft + f"files/{NUMBERS}")
    days = {"notice_days = 20": "notice_days = 26", "notice_days = 19": "notice_days = 25"}
    _replace(clerk, draft + f"files/{CASES}", days)
    expect(page.locator("aside.case")).to_contain_text("Nothing stops it")
    clerk.go(draft)
    clerk.shoot("rule-draft", draft)
    clerk.press("Submit for release")
    clerk.sees("another person reviews and releases it")
    return draft


def _replace(clerk: Person, address: str, changes: dict[str, str]) -> None:
    clerk.go(address)
    field = clerk.page.locator("main textarea[name=text]")
    text = field.input_value()
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    field.fill(text)
    clerk.press("Save and check")
    clerk.sees("Saved.", timeout_ms=3 * PATIENCE_MS)


def _release(reviewer: Person, draft: str) -> None:
    reviewer.go("/desk/")
    reviewer.press("Notices of 26 days")
    reviewer.press("Review and release")
    reviewer.sees("最少天数,26,")
    reviewer.shoot("rule-release", f"{draft}release/")
    reviewer.go(f"{draft}release/")
    reviewer.press("Release: make it the law")
    reviewer.sees("it is the law from now on", timeout_ms=3 * PATIENCE_MS)
    reviewer.shoot("rule-version", reviewer.page.url.removeprefix(reviewer.server.url))
    reviewer.shoot("rules", "/desk/rules/")
