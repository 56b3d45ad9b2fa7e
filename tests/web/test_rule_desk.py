"""The desk of rules and of facts needed: who may draft and release, what is shown, what becomes the law."""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.packs import actions
from jishi.apps.packs import api as packs
from jishi.apps.packs.models import PackDraft
from jishi.apps.registers import api as registers
from jishi.apps.rulings.models import FactTask
from jishi.kernel.fault import Fault
from jishi.platform import access
from jishi.platform.context import Context
from tests.web.world import DAY_MS, World

NUMBERS, CASES = "parameters/land.csv", "cases/land.notice_check.toml"
WAS, IS = "公告至开始日最少天数,20,", "公告至开始日最少天数,26,"
WHOLE = "220000"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let no test see what another released."""
    packs.forget_current()
    yield
    packs.forget_current()


@pytest.fixture
def staff(world: World) -> dict[str, Client]:
    """Give the clerk and the reviewer the whole province, and a window to each."""
    for role in ("clerk", "reviewer"):
        access.grant(world.users[role], role, WHOLE)
    return {role: world.client(role) for role in ("clerk", "reviewer", "regulator")}


def begin(clerk: Client, title: str = "公告期改为二十六日") -> str:
    """Start a draft; give its address."""
    made = clerk.post("/desk/rules/new/", {"title": title, "reason": "测试"})
    assert made.status_code == 302, made.context["form"].errors
    return str(made.url)


def text_of(clerk: Client, address: str, path: str) -> tuple[str, int]:
    """Give the text of a file as the editor shows it, and the revision."""
    form = clerk.get(f"{address}files/{path}").context["form"]
    return form.initial["text"], form.initial["revision"]


def save(clerk: Client, address: str, path: str, changes: dict[str, str]) -> Any:
    """Save a file with texts replaced."""
    text, revision = text_of(clerk, address, path)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return clerk.post(f"{address}files/{path}", {"text": text.replace("\n", "\r\n"), "revision": revision})


def revision_of(address: str) -> int:
    """Give the revision a draft stands at."""
    return PackDraft.objects.get(pk=address.rstrip("/").rpartition("/")[2]).revision


def test_a_clerk_changes_a_number_and_a_reviewer_makes_it_the_law(
    world: World, staff: dict[str, Client]
) -> None:
    clerk, reviewer = staff["clerk"], staff["reviewer"]
    old, lot = packs.current_pack().hash, world.offerings["draft"]
    assert all(said.permits for said in clerk.get(f"/desk/offerings/{lot}/").context["said"])
    address = begin(clerk)
    assert save(clerk, address, NUMBERS, {WAS: IS}).status_code == 302
    page = clerk.get(address)
    assert page.context["report"].stops and "disabled" in page.text
    assert {each.file for each in page.context["report"].errors} >= {CASES}
    (rule,) = page.context["report"].rules
    assert rule["rule"] == "land.notice_check" and ("合法", "不合法") in {way[:2] for way in rule["ways"]}
    days = {"notice_days = 20": "notice_days = 26", "notice_days = 19": "notice_days = 25"}
    assert save(clerk, address, CASES, days).status_code == 302
    assert not clerk.get(address).context["report"].errors
    assert clerk.post(f"{address}release/", {"revision": 2}).status_code == 403
    clerk.post(f"{address}submit/", {"revision": revision_of(address)})
    assert any(item.kind == "pack_draft" for item in reviewer.get("/desk/").context["items"])
    whole = reviewer.get(f"{address}release/")
    assert WAS in whole.text and IS in whole.text and "不合法" in whole.text
    done = reviewer.post(f"{address}release/", {"revision": revision_of(address)})
    assert done.status_code == 302, done
    packs.forget_current()
    new = packs.current_pack().hash
    assert new in done.url and new != old
    assert done.url in clerk.get(address).text, "the draft shows what became of it"
    version = reviewer.get(done.url)
    assert version.context["held"] and [each.path for each in version.context["diffs"]] == [CASES, NUMBERS]
    kept = zipfile.ZipFile(io.BytesIO(reviewer.get(f"{done.url}files.zip").content))
    assert IS in kept.read(NUMBERS).decode()
    (short,) = [said for said in reviewer.get(f"/desk/offerings/{lot}/").context["said"] if not said.permits]
    assert short.rule == "land.notice_check" and [each.id for each in short.clauses] == ["39号令 8"]
    refused = reviewer.post(f"/desk/offerings/{lot}/publish/")
    assert refused.status_code == 422 and "26" in refused.text
    (kept_ruling,) = reviewer.get(f"/desk/offerings/{lot}/").context["kept"]
    assert kept_ruling.ruling.pack == new and f"pack={new}" in kept_ruling.url
    facts = (
        "?ask=1&land_ownership=state&sale_method=listing&notice_complete=true&notice_days=25&listing_days=10"
    )
    law = [Client().get(f"/law/land.notice_check/{facts}{more}").text for more in ("", f"&pack={old}")]
    told = [re.search(r'class="big">([^<]*)', page).group(1) for page in law]  # type: ignore[union-attr]
    assert told == ["不合法", "合法"]


def test_a_text_that_cannot_be_saved_is_kept_beside_the_reason(staff: dict[str, Client]) -> None:
    clerk = staff["clerk"]
    address = begin(clerk)
    assert save(clerk, address, NUMBERS, {WAS: IS}).status_code == 302
    stale = clerk.post(f"{address}files/{NUMBERS}", {"text": "mine", "revision": 0})
    assert stale.status_code == 422 and "mine" in stale.text
    assert clerk.get(f"{address}files/products/land.toml").status_code == 404
    assert clerk.get(f"{address}files/rules/none.toml").status_code == 404


def test_a_new_rule_begins_with_everything_that_must_stand(staff: dict[str, Client]) -> None:
    clerk = staff["clerk"]
    address = begin(clerk)
    assert clerk.post(f"{address}files/add/", {"kind": "table", "name": "Night Work"}).status_code == 422
    made = clerk.post(f"{address}files/add/", {"kind": "table", "name": "labour.night_work"})
    assert made.status_code == 302 and made.url.endswith("files/rules/labour.night_work.toml")
    page = clerk.get(made.url)
    assert 'id = "labour.night_work"' in page.context["form"].initial["text"]
    assert page.context["here"], "what is missing is named"
    twice = clerk.post(f"{address}files/add/", {"kind": "table", "name": "labour.night_work"})
    assert twice.status_code == 422
    schedule = clerk.post(f"{address}files/add/", {"kind": "schedule", "name": "labour.night_rate"})
    assert schedule.status_code == 302
    found = clerk.get(f"{address}files/?q=night_rate").context["folders"]
    assert [[each.path for each in entries] for _, entries, _ in found] == [
        ["rules/labour.night_rate.csv", "rules/labour.night_rate.toml"]
    ]
    gone = clerk.post(made.url, {"restore": "1", "revision": revision_of(address), "text": ""})
    assert gone.status_code == 302
    assert not clerk.get(f"{address}files/?q=night_work").context["folders"]


def test_somebodys_own_cases_are_compared_and_not_kept(staff: dict[str, Client]) -> None:
    clerk = staff["clerk"]
    address = begin(clerk)
    save(clerk, address, NUMBERS, {WAS: IS})
    head = "who,as_of,land_ownership,sale_method,notice_complete,notice_days,listing_days\n"
    lines = "甲,2026-03-02,state,listing,true,22,10\n乙,2026-03-02,state,listing,true,30,10\n"
    asked = {"table": io.BytesIO((head + lines).encode()), "rule": "land.notice_check"}
    told = clerk.post(f"{address}try/", asked)
    assert told.status_code == 200 and told.context["told"]["asked"] == 2
    assert [rule["changed"] for rule in told.context["rules"]] == [1] and "甲" in told.text
    broken = {
        "table": io.BytesIO((head + "丙,then,state,listing,true,x,10\n").encode()),
        "rule": "land.notice_check",
    }
    refused = clerk.post(f"{address}try/", broken)
    assert refused.status_code == 422 and "notice_days" in refused.text


def test_an_overtaken_draft_says_so_and_can_be_moved(world: World, staff: dict[str, Client]) -> None:
    clerk = staff["clerk"]
    address = begin(clerk)
    other = actions.start_draft(Context(), "另一份", "测试")
    actions.save_file(Context(), other.id, "facts/added.toml", "# 空\n", revision=0)
    actions.submit_draft(Context(), other.id, revision=1)
    actions.release_draft(Context(actor=world.acting(Context(), "reviewer").actor), other.id, revision=2)
    packs.forget_current()
    page = clerk.get(address)
    assert page.context["moved"] and f"{address}rebase/" in page.text
    clerk.post(f"{address}rebase/", {"revision": 0})
    assert not clerk.get(address).context["moved"]


def test_a_draft_goes_back_with_a_reason_and_may_end(staff: dict[str, Client]) -> None:
    clerk, reviewer = staff["clerk"], staff["reviewer"]
    address = begin(clerk)
    clerk.post(f"{address}files/add/", {"kind": "facts", "name": "spare"})
    clerk.post(f"{address}files/facts/spare.toml", {"text": "# 备用\n", "revision": 1})
    clerk.post(f"{address}submit/", {"revision": 2})
    assert PackDraft.objects.get().state == "submitted"
    assert reviewer.post(f"{address}return/", {"turn-reason": " "}).status_code == 422
    reviewer.post(f"{address}return/", {"turn-reason": "请写明依据"})
    page = clerk.get(address)
    assert PackDraft.objects.get().state == "open" and "请写明依据" in page.text
    clerk.post(f"{address}withdraw/", {"turn-reason": "不再需要"})
    assert PackDraft.objects.get().state == "withdrawn"
    assert f"{address}submit/" not in clerk.get(address).text


@pytest.fixture
def task(world: World) -> FactTask:
    """Give a task: a parcel states a use no vocabulary knows, and its notice was tried."""
    ctx = Context()
    data = {
        "parcel_no": "VAGUE-1", "place": "测试路", "division": "220102", "area_cm2": 100_000_000,
        "uses": [{"name": "说不清的用途", "term_years": "40"}], "tenure": "state",
    }  # fmt: skip
    entry = registers.create_entry(ctx, registers.EntryForm("land.parcel", data))
    form = market.OfferingForm(
        number="VAGUE-1", title="用途不明的宗地", product="land.state_grant_listing", entry_id=entry.id,
        start_price_fen=100_000_000, deposit_fen=20_000_000, increment_fen=1_000_000,
        listing_start=world.now_ms + 25 * DAY_MS, listing_end=world.now_ms + 40 * DAY_MS,
        registration_end=world.now_ms + 39 * DAY_MS, terms={}, organisation="测试局",
    )  # fmt: skip
    offering = market.prepare_offering(world.acting(ctx, "clerk"), form)
    with pytest.raises(Fault, match=r"rulings\.undetermined"):
        market.publish_notice(world.acting(ctx, "reviewer"), offering.id)
    return FactTask.objects.get(subject_id=offering.id)


def test_a_clerk_states_what_is_missing_and_the_step_goes_on(world: World, task: FactTask) -> None:
    clerk, reviewer = world.client("clerk"), world.client("reviewer")
    address = f"/desk/tasks/{task.id}/"
    assert any(item.url == address for item in clerk.get("/desk/").context["items"])
    page = clerk.get(address)
    assert [field.name for field in page.context["fields"]] == ["land_use"] and not page.context[
        "said"
    ].permits
    assert "/law/land.offerable/" in page.text and f"/desk/offerings/{task.subject_id}/" in page.text
    for wrong in (
        {"ground": "规划条件"},
        {"land_use": "9999", "ground": "规划条件"},
        {"land_use": "05", "ground": " "},
    ):
        assert clerk.post(f"{address}state/", wrong).status_code == 422
    assert clerk.post(f"{address}state/", {"land_use": "05", "ground": "规划条件通知书"}).status_code == 302
    after = clerk.get(address)
    assert after.context["said"].permits and "规划条件通知书" in after.text
    assert not after.context["may_state"]
    assert reviewer.post(f"/desk/offerings/{task.subject_id}/publish/").status_code == 302
    task.refresh_from_db()
    assert task.state == "settled" and not any(i.url == address for i in clerk.get("/desk/").context["items"])


def test_a_reviewer_decides_where_the_rule_cannot(world: World, task: FactTask) -> None:
    reviewer = world.client("reviewer")
    address = f"/desk/tasks/{task.id}/"
    assert any(item.url == address for item in reviewer.get("/desk/").context["items"])
    assert reviewer.post(f"{address}override/", {"reason": " "}).status_code == 422
    assert reviewer.post(f"{address}override/", {"reason": "会审纪要"}).status_code == 302
    page = reviewer.get(address)
    assert page.context["said"].overridden and "会审纪要" in page.text
    assert reviewer.post(f"/desk/offerings/{task.subject_id}/publish/").status_code == 302


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_speak_both_languages(staff: dict[str, Client], task: FactTask, language: str) -> None:
    clerk, reviewer = staff["clerk"], staff["reviewer"]
    address = begin(clerk)
    other = {"zh-hans": r"\b(Rules|Draft|Files|Law|Answer)\b", "en": "规则|草稿|检查|结论"}
    save(clerk, address, NUMBERS, {WAS: IS})
    clerk.get(address)  # what was said of the save is said once
    pages = ("/desk/rules/", f"{address}files/?q=nothing-like-it", f"/desk/tasks/{task.id}/", address)
    for client, page in product((clerk, reviewer), pages):
        client.cookies["django_language"] = language
        words = re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]+>", " ", client.get(page).text, flags=re.DOTALL)
        ours = words.replace("公告期改为二十六日", "").replace("English", "")
        assert not re.search(other[language], ours), re.search(other[language], ours)
