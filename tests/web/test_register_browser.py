"""A register in a real browser: a messy file comes in, good rows are written, an entry changes, everybody reads it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.person import PATIENCE_MS, Person
from tests.web.plan import PASSWORD, staff_address
from tests.web.server import Server, serving

ROWS = """宗地编号,坐落,行政区划,面积(㎡),规划用途,权属,备忘
甲-001,人民大街1号,220102,"12,345.6",工业用地,国有,x
甲-002,解放大路2号,长春市南关区,45.3亩,城镇住宅用地、零售商业用地,国有,
甲-003,重庆路3号,220102,很大,工业用地,国有,
甲-001,人民大街又一号,220102,1,工业用地,国有,
甲-004,,220102,800,工业用地,私有,
乙-005,红旗街5号,220102,900,工业用地,集体,
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market."""
    with serving(tmp_path_factory.mktemp("registers") / "var") as server:
        server.make_lots(lots=0)
        yield server.start()


def test_a_messy_file_comes_in_and_everybody_reads_the_good_rows(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    clerk = Person(browser, server, "clerk")
    clerk.sign_in(staff_address("clerk"), PASSWORD)
    page = clerk.page
    run = _bring(clerk, tmp_path)
    clerk.shoot("import-tried", run)
    clerk.go(run)
    clerk.press("Write 3 good rows")
    expect(page.locator("main h1")).to_contain_text("done", timeout=PATIENCE_MS)
    clerk.go("/desk/entries/?register=land.parcel&q=人民大街")
    clerk.sees("甲-001")
    clerk.press("甲-001")
    entry = re.sub(r"^https?://[^/]+", "", page.url)
    _change(clerk, entry)
    clerk.sees("人民大街99号")
    for name, address in (("desk-entry", entry), ("desk-register", "/desk/entries/?register=land.parcel")):
        clerk.shoot(name, address)
    _read(browser, server)
    assert [each for each in clerk.problems if "422" not in each] == []
    clerk.leave()


def _bring(clerk: Person, tmp_path: Path) -> str:
    file = tmp_path / "宗地.csv"
    file.write_bytes(ROWS.encode("gb18030"))
    clerk.go("/desk/entries/import/land.parcel/")
    clerk.shoot("import-start", "/desk/entries/import/land.parcel/")
    clerk.go("/desk/entries/import/land.parcel/")
    clerk.page.locator("main [name=file]").set_input_files(file)
    clerk.press("Try the rows")
    clerk.sees("What keeps rows out")
    return re.sub(r"^https?://[^/]+", "", clerk.page.url)


def _change(clerk: Person, entry: str) -> None:
    page = clerk.page
    clerk.go(entry + "amend/")
    clerk.fill(place="人民大街99号", reason="门牌更正")
    clerk.press("Write it")
    for holder, amount in (("甲银行", "100万元"), ("乙银行", "20万元")):
        clerk.go(entry)
        page.locator("summary", has_text="Write an encumbrance").click()
        page.locator("[name=holder]").fill(holder)
        page.locator("[name=amount_fen]").fill(amount)
        page.locator("form[action$='/burden/'] button").click()
        clerk.sees(holder)


def _read(browser: Browser, server: Server) -> None:
    stranger = Person(browser, server, "stranger")
    stranger.go("/registers/")
    stranger.press("Land parcel")
    stranger.page.locator("main [name=q]").fill("红旗")
    stranger.press("Search")
    stranger.sees("乙-005")
    stranger.go("/registers/land.parcel/?q=人民大街")
    stranger.press("甲-001")
    stranger.sees("bars an offering")
    body = stranger.page.locator("main").inner_text()
    assert "甲银行" not in body, "who holds a burden is no public matter"
    address = re.sub(r"^https?://[^/]+", "", stranger.page.url)
    assert "人民大街99号" in stranger.read("/registers/land.parcel/entries.csv?q=甲-001").decode()
    for name, path in (
        ("public-registers", "/registers/"),
        ("public-register", "/registers/land.parcel/"),
        ("public-entry", address),
    ):
        stranger.shoot(name, path)
    assert stranger.problems == []
    stranger.leave()
