"""A case at the desk in a real browser: filed for a walk-in, accepted, proposed, approved by a second officer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import HERE, PASSWORD, staff_address
from tests.web.server import Server, serving

PERMIT = "labour.residence_permit"
ANSWERS = {
    "name": "李四",
    "identity": "11010519491231002X",
    "applicant_age": "30",
    "home_address": "演示省演示路1号",
    "address": "长春市演示路2号",
    "months_resident": "8",
}
AGES = [0, 1, 2, 3, 5, 6, 40, 45]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a market with an officer of each role and some cases of walk-ins."""
    with serving(tmp_path_factory.mktemp("cases") / "var") as server:
        server.make_lots(lots=0)
        server.run("tests.web.case", given=AGES)
        yield server.start()


def test_a_permit_goes_over_the_desk(browser: Browser, server: Server, tmp_path: Path) -> None:
    clerk = Person(browser, server, "clerk")
    clerk.sign_in(staff_address("clerk"), PASSWORD)
    case = _file(clerk, tmp_path)
    for name, path in (
        ("desk-inbox", "/desk/"),
        ("desk-case", case),
        ("desk-procedures", "/desk/procedures/"),
        ("desk-procedure", f"/desk/procedures/{PERMIT}/"),
        ("desk-many", f"/desk/cases/step/?procedure={PERMIT}&step=accept&decision=decline"),
        ("desk-absence", "/desk/absence/"),
    ):
        clerk.shoot(name, path)
    clerk.go(case)
    _decide(clerk, "Accept")
    _decide(clerk, "Propose to grant")
    expect(clerk.page.locator("aside.case .steps-open button")).to_have_text(
        ["Assign it"], timeout=PATIENCE_MS
    )
    _approve(browser, server, case)
    clerk.go(case)
    clerk.sees("Documents issued")
    clerk.shoot("desk-case-issued", case)
    assert clerk.problems == []
    clerk.leave()


def _file(clerk: Person, folder: Path) -> str:
    page = clerk.page
    clerk.go("/desk/procedures/")
    page.locator(f"a[href='/desk/cases/new/{PERMIT}/']").click()
    page.locator("main form button").first.click()
    clerk.fill(**{name: ANSWERS[name] for name in ("name", "identity", "applicant_age", "home_address")})
    clerk.shoot("desk-filing", re.sub(r"^https?://[^/]+", "", page.url))
    clerk.fill(**{name: ANSWERS[name] for name in ("name", "identity", "applicant_age", "home_address")})
    _on(clerk)
    clerk.fill(address=ANSWERS["address"], months_resident=ANSWERS["months_resident"])
    page.locator("main [name=division]").select_option(HERE)
    page.locator("main [name=residence_proof]").select_option("job")
    page.locator("main [name=employer]").wait_for()
    clerk.fill(employer="演示公司")
    _on(clerk)
    paper = folder / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 demo")
    for need in ("identity_card", "photo", "proof"):
        page.locator(f"main [name={need}]").set_input_files(paper)
    _on(clerk)
    clerk.shoot("desk-filing-review", re.sub(r"^https?://[^/]+", "", page.url))
    _on(clerk)
    page.wait_for_url(re.compile(r"/desk/cases/[0-9a-f]{32}/$"))
    clerk.sees("李四")
    return re.sub(r"^https?://[^/]+", "", page.url)


def _on(clerk: Person) -> None:
    """Press the way on of a part of the guided form."""
    before = clerk.page.url
    clerk.page.locator("main form .actions button").first.click()
    clerk.page.wait_for_url(lambda url: url != before)


def _decide(person: Person, label: str) -> None:
    page = person.page
    page.locator("aside.case .steps-open button", has_text=re.compile(f"^{label}$")).click()
    page.locator(".step:popover-open form .actions button").first.click()
    person.sees("Decided")


def _approve(browser: Browser, server: Server, case: str) -> None:
    reviewer = Person(browser, server, "reviewer")
    reviewer.sign_in(staff_address("reviewer"), PASSWORD)
    reviewer.go(case)
    _decide(reviewer, "Issue the permit")
    reviewer.sees("Permit held")
    reviewer.shoot("desk-missed", "/desk/clocks/missed/")
    reviewer.shoot("desk-cases", "/desk/cases/")
    assert reviewer.problems == []
    reviewer.leave()
