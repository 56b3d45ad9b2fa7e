"""One full run of the residence permit in real browsers: applied for, decided on, held, verified by its number."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from jishi.kernel.codes.uscc import make_uscc
from tests.web.person import PATIENCE_MS, Person
from tests.web.server import Server, serving

PERMIT = "labour.residence_permit"
PDF = b"%PDF-1.7 demo"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market with its staff."""
    with serving(tmp_path_factory.mktemp("cases") / "var") as server:
        server.make_lots(lots=0)
        yield server.start()


def test_a_permit_from_the_application_to_its_verification(browser: Browser, server: Server) -> None:
    person, stranger = Person(browser, server, "li"), Person(browser, server, "stranger")
    _look_around(stranger)
    _register(person)
    case = _apply(person)
    _hand_in(person, server, case)
    acts = [["clerk", "accept"], ["clerk", "propose"], ["reviewer", "issue"]]
    (number,) = _told(server, {"case": case, "acts": acts})
    person.go(f"/me/cases/{case}/")
    person.sees("Your permit is valid.")
    person.sees(number)
    person.shoot("case-held", f"/me/cases/{case}/")
    assert person.read(f"/me/cases/{case}/papers/{number}.pdf").startswith(b"%PDF-")
    _verify(stranger, number)
    _object(person, stranger, _told(server, {"publish": case}))
    for name, path in (("cases", "/me/cases/"), ("messages", "/me/messages/"), ("mine", "/me/")):
        person.shoot(name, path)
    problems = [*person.problems, *stranger.problems]
    assert [each for each in problems if "422" not in each and "404" not in each] == []
    person.leave()
    stranger.leave()


def test_a_collective_chooses_its_parcel_and_states_its_vote(browser: Browser, server: Server) -> None:
    village, code = Person(browser, server, "village"), make_uscc("91220100MA0000077")
    village.sign_up("village@example.org", "a-long-word-for-tests")
    village.go("/me/parties/new/")
    village.fill(name="演示村股份经济合作社", code=code)
    village.page.locator("main form button").last.click()
    village.sees("You act for it.")
    _told(server, {"parcel": "JT-1", "code": code})
    village.go("/me/cases/new/land.collective_entry/")
    village.page.locator("main [name=party]").first.check()
    village.page.locator("main [name=division]").select_option("220102")
    village.fill(words="演示村东")
    village.press("Find entries")
    village.sees("JT-1")
    village.page.locator("main [name=entry]").first.check()
    village.press("Begin")
    village.page.wait_for_url("**/form/land/")
    form = re.sub(r"^https?://[^/]+|land/$", "", village.page.url)
    village.go(f"{form}vote/")
    village.page.locator("main [name=voting_body]").select_option("members")
    village.press("Save and continue")
    village.page.wait_for_url("**/form/votes/")
    counts = {"members": "90", "present": "70", "yes": "60", "no": "8", "abstain": "2"}
    village.fill(**{f"members-{name}": count for name, count in counts.items()})
    village.press("Save and continue")
    village.page.wait_for_url("**/form/documents/")
    for name in ("start", "votes", "review"):
        village.shoot(f"collective-{name}", f"{form}{name}/")
    village.go(f"{form}votes/")
    village.sees("Passed: 60 in favour, 60 needed.")
    assert [each for each in village.problems if "422" not in each] == []
    village.leave()


def _look_around(stranger: Person) -> None:
    stranger.go("/procedures/")
    stranger.shoot("procedures", "/procedures/")
    stranger.go(f"/procedures/{PERMIT}/")
    stranger.sees("Steps and clocks")
    stranger.shoot("procedure", f"/procedures/{PERMIT}/")


def _register(person: Person) -> None:
    person.sign_up("li@example.org", "a-long-word-for-tests")
    person.go(f"/me/cases/new/{PERMIT}/")
    person.press("Register a party")
    person.page.locator("main [name=kind][value=person]").check()
    person.fill(name="李四", code="11010519491231002X")
    person.page.locator("main form button").last.click()
    person.sees("You act for it.")


def _apply(person: Person) -> str:
    page = person.page
    person.go(f"/me/cases/new/{PERMIT}/")
    person.shoot("filing-start", f"/me/cases/new/{PERMIT}/")
    person.go(f"/me/cases/new/{PERMIT}/")
    page.locator("main [name=party]").first.check()
    person.press("Begin")
    page.wait_for_url("**/form/person/")
    form = re.sub(r"^https?://[^/]+|person/$", "", page.url)
    person.fill(name="李四", identity="11010519491231002", applicant_age="30", home_address="演示省演示路1号")
    person.press("Save and continue")
    person.sees("Please put this right")
    person.shoot("filing-wrong", f"{form}person/?check=1")
    person.go(f"{form}person/")
    person.fill(identity="11010519491231002X")
    person.press("Save and continue")
    page.wait_for_url("**/form/stay/")
    person.fill(address="长春市演示路2号", months_resident="8")
    page.locator("main [name=division]").select_option("220102")
    expect(page.locator("main [name=employer]")).to_have_count(0)
    page.locator("main [name=residence_proof]").select_option("job")
    expect(page.locator("main [name=employer]")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("main [name=address]")).to_have_value("长春市演示路2号")
    person.fill(employer="演示公司")
    person.press("Save and continue")
    page.wait_for_url("**/form/documents/")
    person.shoot("filing-stay", f"{form}stay/")
    person.shoot("filing-documents", f"{form}documents/")
    person.shoot("filing-open", f"{form}review/")
    person.go(f"{form}documents/")
    for need in ("identity_card", "photo", "proof"):
        page.locator(f"main [name={need}]").set_input_files(_pdf(f"{need}.pdf"))
    person.press("Save and continue")
    person.sees("Everything asked for is here.")
    person.shoot("filing-review", f"{form}review/")
    person.go(f"{form}review/")
    person.press("File the application")
    person.sees("Filed under the number RP")
    return form.split("/")[3]


def _hand_in(person: Person, server: Server, case: str) -> None:
    asked = [["clerk", "supplement", "photo", "相片不清晰，请重新提交。"]]
    _told(server, {"case": case, "acts": asked})
    person.shoot("case-supplement", f"/me/cases/{case}/")
    person.go(f"/me/cases/{case}/")
    person.sees("Papers are missing")
    person.page.locator("main [name=photo]").set_input_files(_pdf("new.pdf"))
    person.press("All is there: hand it in")
    person.sees("The clock of the office runs again.")
    person.shoot("case-running", f"/me/cases/{case}/")


def _verify(stranger: Person, number: str) -> None:
    stranger.go("/papers/")
    stranger.fill(number=number)
    stranger.press("Verify")
    stranger.sees("valid")
    said = stranger.page.locator("main").inner_text()
    assert number in said and "李四" not in said
    stranger.shoot("paper", f"/papers/{number}")


def _object(person: Person, stranger: Person, notice: str) -> None:
    stranger.go(f"/publicity/{notice}/")
    stranger.sees("Whoever is signed in may object.")
    person.shoot("publicity", f"/publicity/{notice}/")
    stranger.shoot("publicities", "/publicity/")


def _told(server: Server, given: dict[str, Any]) -> Any:
    """Let the desk act; the console has the mails it sends before its answer."""
    return json.loads(server.run("tests.web.case_acts", given=given).strip().splitlines()[-1])


def _pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}
