"""The public pages: what each says, in both languages, in few queries, small, and nothing that is not public."""

import csv
import gzip
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from jishi.apps.market import reads as market
from tests.web.world import STAGES, START_FEN, STEP_FEN, World

MOST_QUERIES = 12
MOST_BYTES = 120 * 1024
ENGLISH = {"HTTP_COOKIE": "django_language=en"}
HAN = re.compile(r"[\u4e00-\u9fff]")
TAGS = re.compile(r"<(script|style|template).*?</\1>|<[^>]+>", re.DOTALL)
PAGES = ["/", "/lots/", "/lots/?view=map", "/results/", "/notices/", "/verify/", "/law/", "/log/"]
PAGES += ["/search/?q=TEST", "/complaints/"]
PUBLIC = [stage for stage in STAGES if not stage.endswith("draft")]


@pytest.fixture
def anyone(world: World) -> Client:
    return world.client("anonymous")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def words(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", TAGS.sub(" ", response.content.decode()))


def send(client: Client, raw: bytes, trust: str) -> HttpResponse:
    file = SimpleUploadedFile("bundle.json", raw, "application/json")
    return client.post("/verify/", {"bundle": file, "trust": trust})  # type: ignore[return-value]


def cost(read: Callable[[], Any]) -> tuple[int, Any]:
    with CaptureQueriesContext(connection) as queries:
        response = read()
    return len(queries), response


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small_and_asks_little(anyone: Client, path: str) -> None:
    queries, response = cost(lambda: anyone.get(path))
    assert response.status_code == 200
    assert queries <= MOST_QUERIES
    assert len(gzip.compress(response.content)) < MOST_BYTES


@pytest.mark.parametrize("stage", PUBLIC)
@pytest.mark.parametrize("part", ["", "room/"])
def test_an_offering_shows_in_every_state(world: World, anyone: Client, stage: str, part: str) -> None:
    queries, response = cost(lambda: anyone.get(f"/lots/{world.offerings[stage]}/{part}"))
    assert response.status_code == 200
    assert queries <= MOST_QUERIES
    assert f"测试宗地 {stage}" in words(response)


@pytest.mark.parametrize("path", ["/", "/lots/", "/results/", "/verify/", "/log/", "/complaints/"])
def test_a_page_in_english_has_english_words(anyone: Client, path: str) -> None:
    said = words(anyone.get(path, **ENGLISH))  # type: ignore[arg-type]
    ours = re.sub(r"测试\S*( \w+)?|\S*有限公司|中文|吉市|亩", "", said)
    assert HAN.findall(ours) == []


def test_a_draft_is_nowhere(world: World, anyone: Client) -> None:
    draft = world.offerings["draft"]
    for part in ("", "room/", "bundle.json", "quotes.csv", "receipt/1.json"):
        assert anyone.get(f"/lots/{draft}/{part}").status_code == 404
    for path in ("/", "/lots/", "/lots/?view=map", "/search/?q=TEST", "/notices/"):
        assert "TEST-draft" not in anyone.get(path).content.decode()


@pytest.mark.parametrize("part", ["", "room/", "bundle.json", "quotes.csv"])
@pytest.mark.parametrize("stage", ["free", "rounds", "ended"])
def test_no_name_stands_before_the_result(world: World, anyone: Client, stage: str, part: str) -> None:
    said = body(anyone.get(f"/lots/{world.offerings[stage]}/{part}")).decode()
    assert "北方置业" not in said
    assert "南方建设" not in said
    assert world.parties["north"] not in said


def test_a_result_names_its_winner(world: World, anyone: Client) -> None:
    said = words(anyone.get(f"/lots/{world.offerings['published']}/"))
    assert "北方置业有限公司" in said
    assert "101 万元" in said
    assert "核验" in said


def test_the_timeline_cites_and_doubts(world: World, anyone: Client) -> None:
    said = words(anyone.get(f"/lots/{world.offerings['free']}/"))
    assert "公告至挂牌开始不少于 20 日：符合" in said
    assert "挂牌时间不少于 10 日：符合（待核）" in said
    assert "39号令 第18条" in said


def test_facets_count_and_filter(world: World, anyone: Client) -> None:
    response = anyone.get("/lots/", {"division": "222400"})
    assert "测试宗地 far_free" in words(response)
    assert "测试宗地 published" not in words(response)
    chosen = [c for _, _, choices in response.context["facets"] for c in choices if c.chosen]
    assert [(c.value, c.count) for c in chosen] == [("222400", 1)]
    assert "222400" not in chosen[0].query  # choosing it again takes it away


def test_pages_follow_without_gap_or_repeat(anyone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = market.find_offerings
    monkeypatch.setattr(market, "find_offerings", lambda *args: real(*args, size=5))
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = anyone.get("/lots/", {"after": after}).context["page"]
        seen += [row.id for row in page.rows]
        after = page.next
    assert len(seen) == len(set(seen)) == len(PUBLIC)


def test_the_hall_saves_what_it_shows(anyone: Client) -> None:
    rows = list(csv.reader(io.StringIO(body(anyone.get("/lots.csv?state=noticed")).decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(body(anyone.get("/lots.xlsx?state=noticed")))).active
    assert sheet is not None
    assert rows[0][0] == sheet["A1"].value == "编号"
    numbers = {row[0] for row in rows[1:]}
    assert numbers == {cell.value for cell in sheet["A"][1:]}
    assert {"TEST-free", "TEST-rounds"} <= numbers
    assert "TEST-published" not in numbers
    assert anyone.get("/lots.pdf").status_code == 404


def test_a_cell_never_runs_as_a_formula(world: World, anyone: Client) -> None:
    offering = market.get_offering(world.offerings["free"])
    offering.title = "=HYPERLINK(1)"
    offering.save()
    rows = list(csv.reader(io.StringIO(body(anyone.get("/lots.csv")).decode("utf-8-sig"))))
    assert "'=HYPERLINK(1)" in {row[1] for row in rows}


def test_the_feed_and_its_notices(anyone: Client) -> None:
    feed = anyone.get("/notices/feed.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    links = re.findall(r'<link href="[^"]+(/notices/[0-9a-f]{32}/)"', feed.content.decode())
    assert len(links) > len(PUBLIC) / 2
    for link in links[:8]:
        assert anyone.get(link).status_code == 200


def test_a_notice_keeps_its_terms(world: World, anyone: Client) -> None:
    notice = market.list_notices(world.offerings["free"])[0]
    offering = notice.offering
    offering.deposit_fen = 1_00
    offering.save()
    assert "20 万元" in words(anyone.get(f"/notices/{notice.id}/"))


def test_a_bundle_verifies_here_and_a_changed_one_does_not(world: World, anyone: Client) -> None:
    raw = anyone.get(f"/lots/{world.offerings['published']}/bundle.json").content
    key = json.loads(raw)["signer"]["key"]
    assert "核验通过" in words(send(anyone, raw, key))
    unnamed = send(anyone, raw, "")
    assert not unnamed.context["report"].trusted
    forged = send(anyone, raw.replace(str(START_FEN).encode(), str(START_FEN + STEP_FEN).encode()), key)
    assert "核验不通过" in words(forged)
    for junk in (b"", b"{", b"[]", b"\xff\xfe", json.dumps({"entries": 1}).encode()):
        assert "核验不通过" in words(send(anyone, junk or b" ", ""))


def test_verify_without_a_file_says_so(anyone: Client) -> None:
    response = anyone.post("/verify/", {"trust": ""})
    assert response.status_code == 400
    assert "请选择一个核验包文件" in words(response)


def test_verify_says_no_python(world: World, anyone: Client) -> None:
    said = words(anyone.get(f"/verify/{world.offerings['published']}/"))
    assert not re.search(r"\b(None|True|False)\b", said)


def test_a_question_waits_for_its_answer(world: World) -> None:
    path = f"/lots/{world.offerings['free']}/"
    bidder = world.client("bidder")
    assert bidder.post(path + "ask/", {"text": "何时交地？"}).status_code == 302
    assert "何时交地" not in words(world.client("rival").get(path))


def test_an_objection_needs_an_account_and_a_result(world: World, anyone: Client) -> None:
    path = f"/results/{world.offerings['published']}/object/"
    assert "/login/" in anyone.post(path, {"text": "有误"})["Location"]
    member = world.client("member")
    assert member.post(path, {"text": "有误"}).status_code == 302
    assert [each.text for each in market.list_objections(world.offerings["published"])] == ["有误"]
    early = member.post(f"/results/{world.offerings['free']}/object/", {"text": "有误"})
    assert "尚未公布" in words(early)


def test_the_log_pages_back_to_its_first_entry(anyone: Client) -> None:
    first = anyone.get("/log/").context
    seen, older = [entry.index for entry, _, _ in first["rows"]], first["older"]
    while older is not None:
        page = anyone.get("/log/", {"before": older}).context
        seen += [entry.index for entry, _, _ in page["rows"]]
        older = page["older"]
    assert seen == list(range(first["size"] - 1, -1, -1))
    assert anyone.get("/log/?before=-3").status_code == 200


def test_a_supervisor_sees_the_room_and_no_one_in_it(world: World, anyone: Client) -> None:
    path = f"/lots/{world.offerings['free']}/supervise/"
    said = words(world.client("regulator").get(path))
    assert "访问日志" in said
    assert "北方置业" not in said
    assert world.client("far_regulator").get(path).status_code == 403
    assert "/login/" in anyone.get(path)["Location"]


def test_an_old_address_leads_to_the_present_one(anyone: Client) -> None:
    lot = "abc123"
    for old, new in (("", "/lots/"), ("lots.csv", "/lots.csv"), (f"{lot}/room/", f"/lots/{lot}/room/")):
        answer = anyone.get(f"/land/{old}?factor=data")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"{new}?factor=data")
