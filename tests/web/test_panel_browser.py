"""A scored tender in real browsers: pool taken in, panel convened while bids are sealed, drawn, seated, marking."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from jishi.apps.packs.api import locate_pack
from jishi.kernel.evidence.verify import verify
from tests.apps.sealing.chamber import PRODUCT, TENDER
from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import PASSWORD, staff_address
from tests.web.scored_lot import EXPERTS
from tests.web.server import Server, serving

LISTING_MS = 45_000
ROAD, COST = "道路", "造价"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a market whose pack sells by tender too."""
    pack = Path(shutil.copytree(locate_pack("jilin"), tmp_path_factory.mktemp("pack") / "copy"))
    path = pack / "products" / f"{PRODUCT}.toml"
    text = path.read_text("utf-8")
    if 'id = "tender"' not in text:
        path.write_text(text.replace("[[step]]", TENDER + "\n[[step]]", 1), "utf-8")
    with serving(tmp_path_factory.mktemp("panels") / "var", {"JISHI_PACK": str(pack)}) as server:
        yield server.start()


@pytest.fixture
def people(browser: Browser, server: Server) -> Iterator[dict[str, Person]]:
    """Give everyone a window of their own."""
    people = {name: Person(browser, server, name) for name in ("clerk", "reviewer", "stranger", *EXPERTS)}
    yield people
    for person in people.values():
        person.leave()


def test_a_scored_tender_from_pool_to_ranking(people: dict[str, Person], server: Server) -> None:
    wanted = {"name": "Q", "bidders": 3, "listing_left_ms": LISTING_MS, "registration_left_ms": 5_000}
    lot = json.loads(server.run("tests.web.scored_lot", given=wanted))
    clerk, reviewer, stranger = people["clerk"], people["reviewer"], people["stranger"]
    _take_in(clerk)
    panel = _convene(clerk, lot["id"])
    stranger.go(f"/lots/{lot['id']}/")
    stranger.press("Panel of experts: how it was drawn")
    stranger.sees("Not drawn yet")
    stranger.page.locator(f"main h1 a[href='/lots/{lot['id']}/']").click()
    stranger.page.wait_for_url("**/lots/*/")
    stranger.shoot("lot-with-panel", f"/lots/{lot['id']}/")
    assert json.loads(server.run("tests.web.scored_lot", given={"open": lot["id"]})) == {"awaits": "seat"}
    reviewer.sign_in(staff_address("reviewer"), PASSWORD)
    reviewer.go(f"/desk/panels/{panel}/")
    reviewer.press("Draw")
    reviewer.sees("The panel is drawn; its members are asked.")
    leaving = _seated(reviewer, panel)[0]
    _keep_out(people[leaving], panel)
    names = _seated(reviewer, panel)
    assert leaving not in names and len(names) == 5
    for name in names:
        _accept(people[name], panel)
    reviewer.shoot("panel-sitting", f"/desk/panels/{panel}/")
    for place, name in enumerate(names):
        _mark(people[name], panel, lot["aliases"], place)
    _close(people[names[0]], panel)
    _look(stranger, lot, panel)
    # A window that was refused notes the answer in its console; everything else is a fault of ours.
    problems = [each for person in people.values() for each in person.problems if "422" not in each]
    assert problems == []


def _take_in(clerk: Person) -> None:
    lines = ["编号,姓名,工作单位,专业,邮箱"]
    lines += [
        f"Z{n},{name},单位{n},{ROAD if n < 7 else COST},{name}@example.org" for n, name in enumerate(EXPERTS)
    ]
    lines.append("Z99,无单位,,道路,")
    clerk.sign_in(staff_address("clerk"), PASSWORD)
    clerk.go("/desk/experts/")
    table = {"name": "pool.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    clerk.page.locator("main [name=file]").set_input_files(table)  # type: ignore[arg-type]
    clerk.press("Take it in")
    clerk.sees("Rows taken: 9; not taken: 1")
    clerk.sees("Row 10")
    clerk.shoot("experts", "/desk/experts/")


def _convene(clerk: Person, lot: str) -> str:
    clerk.go("/desk/")
    clerk.shoot("inbox", "/desk/")
    clerk.page.locator(f"main a[href='/desk/panels/new/offering/{lot}/']").click()
    clerk.fill(seats_0="4", seats_1="2")
    clerk.press("Convene the panel")
    clerk.sees("should be odd")
    clerk.fill(seats_0="4", seats_1="1")
    clerk.press("Convene the panel")
    clerk.sees("The panel is convened")
    panel = clerk.page.url.rstrip("/").rpartition("/")[2]
    clerk.shoot("panel-convened", f"/desk/panels/{panel}/")
    return panel


def _seated(reviewer: Person, panel: str) -> list[str]:
    reviewer.go(f"/desk/panels/{panel}/")
    rows = reviewer.page.locator("main table.cards tbody tr").filter(
        has_not=reviewer.page.locator("text=left")
    )
    texts = [text for text in rows.locator("th").all_inner_texts() if "expert-" in text]
    return [next(name for name in EXPERTS if name in text) for text in texts]


def _sign_in(person: Person) -> None:
    person.go("/accounts/login/?next=/me/")
    person.fill(login=f"{person.name}@example.org", password=PASSWORD)
    person.press("Sign in")
    person.page.wait_for_url("**/me/")


def _keep_out(expert: Person, panel: str) -> None:
    _sign_in(expert)
    expert.press("Accept a seat in a panel, or keep out")
    expert.shoot("seat-asked", f"/me/panels/{panel}/")
    expert.page.locator("summary").filter(has_text="I must keep out").click()
    expert.page.locator("main [name=ground]").select_option("relative")
    expert.press("Leave the seat")
    expert.sees("You have left the seat")


def _accept(expert: Person, panel: str) -> None:
    _sign_in(expert)
    expert.go(f"/me/panels/{panel}/")
    expert.press("Accept the seat")
    expert.page.locator("main [name=impartial]").check()
    expert.press("Accept the seat")
    expert.sees("Your seat is yours.")


def _mark(expert: Person, panel: str, aliases: list[str], place: int) -> None:
    expert.go(f"/me/panels/{panel}/")
    for number, alias in enumerate(aliases):
        sheet = expert.page.locator(f"#sheet-{alias}")
        sheet.locator("input[type=number]").fill(str(60 + 10 * number + place))
        sheet.get_by_role("button").click()
        expert.sees(f"Your marks for {alias} are kept.")
    if place == 0:
        expert.shoot("seat-marking", f"/me/panels/{panel}/")


def _close(head: Person, panel: str) -> None:
    head.go(f"/me/panels/{panel}/")
    head.page.locator("main [name=sure]").check()
    head.press("Close it and hand over the result")
    head.sees("The panel is closed; its result is handed over.")


def _look(stranger: Person, lot: Any, panel: str) -> None:
    stranger.go(f"/lots/{lot['id']}/panel/")
    expect(stranger.page).to_have_url(f"{stranger.server.url}/panels/{panel}/", timeout=PATIENCE_MS)
    stranger.sees("till then members appear under aliases")
    record = json.loads(stranger.read(f"/panels/{panel}.json"))
    assert len(record["seats"]) == 5 and record["secret"] is None and len(record["contributions"]) == 3
    assert not any(name in json.dumps(record) for name in EXPERTS)
    assert verify(stranger.read(f"/panels/{panel}.json")).ok
    bundle = json.loads(stranger.read(f"/lots/{lot['id']}/bundle.json"))
    kinds = [json.dumps(entry) for entry in bundle["entries"]]
    assert sum('"BidScored"' in each for each in kinds) == 15
    assert [c.code for c in verify(stranger.read(f"/lots/{lot['id']}/bundle.json")).checks if not c.ok] == []
    stranger.shoot("panel-public", f"/panels/{panel}/")
