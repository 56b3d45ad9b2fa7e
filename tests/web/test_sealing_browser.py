"""The whole ceremony in a real browser: keys made, bids sealed and handed in, keys published, bids opened by anyone."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request, expect

from jishi.apps.packs.api import locate_pack
from jishi.kernel.evidence.verify import verify
from jishi.kernel.sealing.committee import read_committee
from jishi.kernel.sealing.envelope import seal_bid
from tests.apps.sealing.chamber import PRODUCT, TENDER
from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import PASSWORD, staff_address
from tests.web.sealed_lot import MEMBERS
from tests.web.server import Server, serving

LISTING_MS = 75_000
PRICES = ("1200000.50", "1100000", "1000000")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a market whose pack sells by tender too."""
    pack = Path(shutil.copytree(locate_pack("jilin"), tmp_path_factory.mktemp("pack") / "copy"))
    path = pack / "products" / f"{PRODUCT}.toml"
    text = path.read_text("utf-8")
    if 'id = "tender"' not in text:
        path.write_text(text.replace("[[step]]", TENDER + "\n[[step]]", 1), "utf-8")
    with serving(tmp_path_factory.mktemp("sealing") / "var", {"JISHI_PACK": str(pack)}) as server:
        yield server.start()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[dict[str, Person]]:
    """Give everyone a window of their own."""
    names = (*MEMBERS, "clerk", "bidder-0", "bidder-1", "bidder-2", "stranger")
    people = {name: Person(browser, server, name) for name in names}
    yield people
    for person in people.values():
        person.leave()


def test_sealed_bids_from_key_to_opening(people: dict[str, Person], server: Server, tmp_path: Path) -> None:
    wanted = {"name": "S", "bidders": 3, "listing_left_ms": LISTING_MS, "registration_left_ms": 5_000}
    lot = json.loads(server.run("tests.web.sealed_lot", given=wanted))
    closes_at = time.monotonic() + LISTING_MS / 1000
    _name_committee(people["clerk"], lot["id"])
    keys = {name: _register(people[name], lot["id"], tmp_path / f"{name}.json") for name in MEMBERS}
    sent = _seal(people, lot)
    _seal_elsewhere(people["bidder-2"], lot, tmp_path / "envelope.json")
    _picture(people, lot)
    assert time.monotonic() < closes_at, "the machine was too slow for the deadline of this test"
    time.sleep(max(0.0, closes_at - time.monotonic()) + 2)
    _hand_over(people, lot["id"], keys)
    _audit(people["stranger"], lot)
    everything = " ".join(sent)
    assert not any(price in everything for price in (*PRICES, "120000050", "110000000"))
    assert [problem for person in people.values() for problem in person.problems] == []


def _sign_in(person: Person, email: str) -> None:
    person.go("/accounts/login/?next=/me/")
    person.fill(login=email, password=PASSWORD)
    person.press("Sign in")
    person.page.wait_for_url("**/me/")


def _name_committee(clerk: Person, lot: str) -> None:
    clerk.sign_in(staff_address("clerk"), PASSWORD)
    clerk.go(f"/desk/offerings/{lot}/committee/")
    for index, name in enumerate(MEMBERS, start=1):
        clerk.fill(**{f"seat_{index}": f"The {name} office", f"person_{index}": f"{name}@example.org"})
    clerk.shoot("committee-naming", f"/desk/offerings/{lot}/committee/")
    for index, name in enumerate(MEMBERS, start=1):
        clerk.fill(**{f"seat_{index}": f"The {name} office", f"person_{index}": f"{name}@example.org"})
    clerk.press("Name the committee")
    clerk.sees("Keys are awaited.")


def _register(member: Person, lot: str, keep: Path) -> Path:
    _sign_in(member, f"{member.name}@example.org")
    member.press("Register a key for sealed bids")
    with member.page.expect_download() as download:
        member.press("Make a key and store the file")
    download.value.save_as(keep)
    member.page.locator("main [name=stored]").check()
    member.press("Register the public key")
    member.sees("Your key is registered.")
    return keep


def _seal(people: dict[str, Person], lot: Any) -> list[str]:
    sent: list[str] = []

    def hear(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    for number in range(2):
        bidder = people[f"bidder-{number}"]
        _sign_in(bidder, f"bidder-s-{number}@example.org")
        bidder.page.on("request", hear)
        bidder.go(f"/me/registrations/{lot['registrations'][number]}/seal/")
        bidder.page.locator("[data-seal] [data-price]").fill("a lot")
        bidder.press("Seal and hand in")
        bidder.sees("Please check what you typed.")
        bidder.page.locator("[data-seal] [data-price]").fill(PRICES[number])
        bidder.press("Seal and hand in")
        expect(bidder.page.locator("#filings tbody tr")).to_have_count(1, timeout=PATIENCE_MS)
    assert any("jishi.envelope%2F1" in each or "jishi.envelope/1" in each for each in sent)
    return sent


def _seal_elsewhere(bidder: Person, lot: Any, envelope: Path) -> None:
    _sign_in(bidder, "bidder-s-2@example.org")
    committee = read_committee(json.loads(bidder.read(f"/lots/{lot['id']}/committee.json")))
    made = seal_bid(committee, lot["aliases"][2], {"price_fen": 100_000_000}, os.urandom)
    envelope.write_text(json.dumps(made), "utf-8")
    bidder.go(f"/me/registrations/{lot['registrations'][2]}/seal/")
    bidder.page.locator("summary").filter(has_text="Seal on a machine").click()
    bidder.page.locator("main [name=file]").set_input_files(envelope)
    bidder.press("Hand in the file")
    expect(bidder.page.locator("#filings tbody tr")).to_have_count(1, timeout=PATIENCE_MS)


def _hand_over(people: dict[str, Person], lot: str, keys: dict[str, Path]) -> None:
    first, second = MEMBERS[0], MEMBERS[2]
    member = people[first]
    member.go("/me/")
    member.press("Publish my key to open the bids")
    member.page.locator("main [name=file]").set_input_files(keys[second])
    member.press("Publish it for everyone")
    member.sees("Nothing was sent.")
    member.shoot("seat-handing", f"/me/seats/{lot}/")
    for name in (first, second):
        person = people[name]
        person.go(f"/me/seats/{lot}/")
        person.page.locator("main [name=file]").set_input_files(keys[name])
        person.press("Publish it for everyone")
        person.sees("Your key is published.")


def _audit(stranger: Person, lot: Any) -> None:
    stranger.go(f"/lots/{lot['id']}/sealed/")
    expect(stranger.page.locator("#opened tbody tr")).to_have_count(3)
    stranger.sees("1,200,000.50")
    said = json.loads(stranger.read(f"/lots/{lot['id']}/sealed.json"))
    prices = {alias: opening["bid"]["price_fen"] for alias, opening in said["openings"].items()}
    assert prices == dict(zip(lot["aliases"], (120_000_050, 110_000_000, 100_000_000), strict=True))
    report = verify(stranger.read(f"/lots/{lot['id']}/bundle.json"))
    assert [check.code for check in report.checks if not check.ok] == []
    assert "sealing" in {check.name for check in report.checks}
    stranger.shoot("sealed-opened", f"/lots/{lot['id']}/sealed/")


def _picture(people: dict[str, Person], lot: Any) -> None:
    people["stranger"].shoot("sealed-filed", f"/lots/{lot['id']}/sealed/")
    people["bidder-0"].shoot("seal-bid", f"/me/registrations/{lot['registrations'][0]}/seal/")
    people["clerk"].shoot("committee-formed", f"/desk/offerings/{lot['id']}/committee/")
    people["notary"].shoot("seat-formed", f"/me/seats/{lot['id']}/")
