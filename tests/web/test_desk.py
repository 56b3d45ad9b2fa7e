"""What the staff sees and does: the inbox, the lawful steps of an offering, registers, money, oversight."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.reads import list_notices
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.platform.context import Context
from jishi.web.shell.site import site
from tests.web.world import DEPOSIT_FEN, HOUR_MS, PASSWORD, World

PARCEL = {
    "parcel_no": "NEW-001",
    "place": "新区一路",
    "division": "220102",
    "area_cm2": "45.3亩",
    "tenure": "state",
    "uses-1-code": "0601",
    "uses-1-name": "工业用地",
    "uses-1-term_years": "50",
}


@pytest.fixture
def clerk(world: World) -> Client:
    """Sign the clerk in."""
    return world.client("clerk")


@pytest.fixture
def reviewer(world: World) -> Client:
    """Sign the reviewer in."""
    return world.client("reviewer")


def case(world: World, stage: str, step: str = "") -> str:
    """Return the address of an offering's page, or of one of its steps."""
    return f"/desk/offerings/{world.offerings[stage]}/" + (f"{step}/" if step else "")


def offered(page: Any) -> set[str]:
    """Return the steps a page offers."""
    return {step.id for step, _form, _url in page.context["next_steps"]}


def statement(client: Client, address: str, **changed: str) -> dict[str, str]:
    """Return a whole statement of an offering, as the prefilled form would send it."""
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: str(value) for name, value in shown.items() if value not in (None, False, "")}
    money = {"start_price_fen": "100万元", "increment_fen": "1万元", "deposit_fen": "20万元"}
    return {**sent, **money, "number": "NEW-1", **changed}


def test_the_inbox_runs_by_what_is_left_of_the_statutory_time(world: World, reviewer: Client) -> None:
    items = reviewer.get("/desk/").context["items"]
    titles = [item.title for item in items]
    assert any("TEST-ended" in title for title in titles) and any("TEST-draft" in title for title in titles)
    assert not any("far_draft" in title for title in titles)
    dated = [item.due_ms for item in items if item.due_ms is not None]
    assert dated == sorted(dated) and items[-1].due_ms is None
    assert all(item.clauses for item in items if item.due_ms is not None)


def test_each_role_is_offered_only_what_is_lawful_now(world: World, clerk: Client, reviewer: Client) -> None:
    assert offered(reviewer.get(case(world, "free"))) == {"extend", "suspend", "terminate"}
    assert offered(clerk.get(case(world, "free"))) == {"increment"}
    assert offered(reviewer.get(case(world, "suspended"))) == {"resume", "terminate"}
    assert offered(reviewer.get(case(world, "ended"))) == {"confirm"}
    assert offered(reviewer.get(case(world, "confirmed"))) == {
        "publish_result",
        "draft_contract",
        "declare_default",
    }
    assert offered(clerk.get(case(world, "contracted"))) == set(), "the price is not paid"
    assert offered(reviewer.get(case(world, "completed"))) == set()


def test_an_offering_is_stated_judged_and_published_by_two_people(
    world: World, clerk: Client, reviewer: Client
) -> None:
    entry = registers.create_entry(
        Context(),
        registers.EntryForm(
            "land.parcel",
            {
                "parcel_no": "FREE-1",
                "place": "测试路",
                "division": "220102",
                "area_cm2": 100_000_000,
                "uses": [{"code": "0601", "name": "工业用地", "term_years": "50"}],
                "tenure": "state",
            },
        ),
    )
    address = f"/desk/offerings/new/{entry.id}/"
    judged = clerk.post(address, {**statement(clerk, address), "check": "1"})
    assert {check.verdict for check in judged.context["checks"]} == {"met"}
    assert any(check.clauses for check in judged.context["checks"])
    saved = clerk.post(address, {**statement(clerk, address), "save": "1"})
    assert saved.status_code == 302, saved.context["form"].errors
    assert "publish" not in offered(clerk.get(saved.url))
    assert reviewer.post(saved.url + "publish/").status_code == 302
    assert "noticed" in market.get_offering(saved.url.split("/")[3]).state


def test_unlawful_dates_are_shown_with_their_clause_and_not_stored(world: World, clerk: Client) -> None:
    address = f"/desk/offerings/new/{world.entries['unsold']}/"
    soon = Context().now_ms() + 48 * HOUR_MS
    early = site().local(soon).strftime("%Y-%m-%dT%H:%M")
    answer = clerk.post(address, {**statement(clerk, address, listing_start=early), "save": "1"})
    assert answer.status_code == 422
    broken = [check for check in answer.context["checks"] if check.verdict == "broken"]
    assert broken and "39号令 8" in broken[0].clauses
    assert 'value="NEW-1"' in answer.text, "the input is kept"


def test_an_amount_that_cannot_be_read_is_said_beside_its_field(world: World, clerk: Client) -> None:
    address = f"/desk/offerings/new/{world.entries['unsold']}/"
    answer = clerk.post(address, statement(clerk, address, deposit_fen="0.001"))
    assert answer.status_code == 422 and "0.001" in answer.context["form"].errors["deposit_fen"][0]


def test_a_step_out_of_time_is_refused_in_words_with_the_input_kept(world: World, reviewer: Client) -> None:
    answer = reviewer.post(case(world, "ended", "suspend"), {"reason": "来不及了"})
    assert answer.status_code == 422 and "来不及了" in answer.text and "TEST-ended" in answer.text


def test_suspension_and_resumption_say_why(world: World, reviewer: Client) -> None:
    assert reviewer.post(case(world, "free", "suspend"), {"reason": " "}).status_code == 422
    reviewer.post(case(world, "free", "suspend"), {"reason": "核查"})
    assert market.get_offering(world.offerings["free"]).suspended
    reviewer.post(case(world, "free", "resume"), {"reason": "核查完毕"})
    assert not market.get_offering(world.offerings["free"]).suspended
    kinds = [notice.kind for notice in list_notices(world.offerings["free"])]
    assert kinds[-2:] == ["suspension", "resumption"]


def test_a_supplementary_notice_changes_what_was_changed_and_no_more(world: World, reviewer: Client) -> None:
    address, before = case(world, "notice", "supplement"), market.get_offering(world.offerings["notice"])
    form = reviewer.get(address).context["form"]
    shown = {name: str(form[name].value()) for name in form.fields if name != "reason"}
    nothing = reviewer.post(address, {**shown, "reason": "核对"})
    assert nothing.status_code == 422 and "TEST-notice" in nothing.text
    assert reviewer.post(address, {**shown, "deposit_fen": "30万元", "reason": "调整"}).status_code == 302
    after = market.get_offering(before.id)
    assert (after.deposit_fen, after.listing_start) == (30_0000_00, before.listing_start)


def test_the_reserve_opens_only_by_both_passphrases(world: World) -> None:
    first, second = (world.client(officer) for officer in ("officer_one", "officer_two"))
    address = case(world, "awaiting_reserve", "open-reserve")
    wrong = first.post(address, {"passphrase": "not the passphrase"})
    assert wrong.status_code == 422 and wrong.context["form"].errors["passphrase"]
    first.post(address, {"passphrase": PASSWORD})
    assert market.get_offering(world.offerings["awaiting_reserve"]).phase == "awaiting_reserve"
    second.post(address, {"passphrase": PASSWORD})
    assert market.get_offering(world.offerings["awaiting_reserve"]).state == "ended"


def test_a_sale_goes_from_confirmation_to_the_register(world: World, clerk: Client, reviewer: Client) -> None:
    for step in ("confirm", "publish-result", "draft-contract"):
        assert reviewer.post(case(world, "ended", step)).status_code == 302, step
    contract = settlement.find_contract(world.offerings["ended"])
    assert contract is not None
    bidder = world.client("bidder")
    bidder.post(f"/me/contracts/{contract.id}/sign/")
    reviewer.post(case(world, "ended", "sign-contract"))
    for instalment in settlement.list_instalments(contract.id):
        bidder.post(f"/me/instalments/{instalment.id}/pay/")
    assert offered(clerk.get(case(world, "ended"))) == {"write_entry"}
    clerk.post(case(world, "ended", "write-entry"))
    assert registers.get_entry(world.entries["ended"]).state == "registered"
    assert market.get_offering(world.offerings["ended"]).state == "completed"


def test_an_unsold_lot_is_listed_again(world: World, clerk: Client, reviewer: Client) -> None:
    reviewer.post(case(world, "unsold", "publish-result"))
    form = statement(clerk, case(world, "unsold", "relist"), number="TEST-unsold-2")
    again = clerk.post(case(world, "unsold", "relist"), {**form, "save": "1"})
    assert again.status_code == 302, again.context["form"].errors
    assert market.get_offering(again.url.split("/")[3]).listing_round == 2


def test_applications_are_passed_together_or_refused_with_a_reason(world: World, clerk: Client) -> None:
    north, south = (world.registrations["registration", party] for party in ("north", "south"))
    bare = clerk.post(f"/desk/registrations/{south}/refuse/", {"ground": "idle_land", "reason": ""})
    assert bare.status_code == 422
    clerk.post(f"/desk/registrations/{south}/refuse/", {"ground": "idle_land", "reason": "见查询结果"})
    clerk.post(case(world, "registration", "qualify"), {"registration": [north]})
    assert [market.get_registration(each).state for each in (north, south)] == ["qualified", "refused"]
    told = world.client("rival").get(f"/me/registrations/{south}/").text
    assert "见查询结果" in told


def test_an_entry_is_written_from_the_fields_of_its_kind(world: World, clerk: Client) -> None:
    wrong = {**PARCEL, "area_cm2": "很大", "uses-1-term_years": "99", "uses-2-code": "zz"}
    answer = clerk.post("/desk/entries/new/land.parcel/", wrong)
    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert {"area_cm2", "uses-1-term_years", "uses-2-code", "uses-2-name"} <= set(errors)
    made = clerk.post("/desk/entries/new/land.parcel/", PARCEL)
    entry = registers.get_entry(made.url.split("/")[3])
    assert entry.data["area_cm2"] == 302_000_000 and entry.data["uses"][0]["code"] == "0601"


def test_an_entry_written_meanwhile_is_not_overwritten(world: World, clerk: Client) -> None:
    entry = registers.get_entry(world.entries["draft"])
    address = f"/desk/entries/{entry.id}/amend/"
    form = clerk.get(address).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields if form[name].value() is not False}
    sent |= {"version": str(entry.version), "reason": "更正坐落", "place": "更正路1号"}
    assert clerk.post(address, sent).status_code == 302
    stale = clerk.post(address, {**sent, "place": "另一处"})
    assert stale.status_code == 422 and "另一处" in stale.text
    assert registers.get_entry(entry.id).data["place"] == "更正路1号"


def test_an_encumbered_parcel_cannot_be_published(world: World, clerk: Client, reviewer: Client) -> None:
    entry = f"/desk/entries/{world.entries['draft']}/"
    clerk.post(entry + "burden/", {"kind": "seizure", "holder": "某法院"})
    assert reviewer.post(case(world, "draft", "publish")).status_code == 422
    burden = registers.list_encumbrances(world.entries["draft"])[0]
    clerk.post(f"{entry}burden/{burden.id}/lift/")
    assert reviewer.post(case(world, "draft", "publish")).status_code == 302


def test_a_payment_without_reference_waits_is_matched_and_booked_once(world: World, clerk: Client) -> None:
    chosen = world.registrations["registration", "north"]
    clerk.post(case(world, "registration", "qualify"), {"registration": [chosen]})
    treasurer = world.client("treasurer")
    form = {"amount_fen": "20万元", "payer": "北方置业有限公司", "bank_ref": "LOST-1"}
    posted = treasurer.post("/desk/payments/post/", form)
    assert treasurer.post("/desk/payments/post/", form).url == posted.url, "the same line again"
    payment = posted.url.split("/")[3]
    unknown = treasurer.post(f"/desk/payments/{payment}/match/", {"registration_id": "nobody"})
    assert unknown.status_code == 422 and unknown.context["form"].errors["registration_id"]
    treasurer.post(f"/desk/payments/{payment}/match/", {"registration_id": chosen})
    sub = settlement.find_sub_account(chosen)
    assert sub is not None and sub.paid_fen == DEPOSIT_FEN
    assert market.get_registration(chosen).state == "admitted"


def test_refunds_are_paid_and_the_books_agree_with_the_bank(world: World) -> None:
    treasurer = world.client("treasurer")
    due = treasurer.get("/desk/refunds/").context["rows"]
    assert due and all(refund.due_day for refund, _offering in due)
    treasurer.post("/desk/refunds/pay/")
    assert not treasurer.get("/desk/refunds/").context["rows"]
    today = str(treasurer.get("/desk/refunds/").context["today"])
    treasurer.post("/desk/reconciliations/run/", {"day": today})
    assert treasurer.get("/desk/reconciliations/").context["page"].rows[0].state == "balanced"


def test_the_access_log_shows_denials_and_saves_as_csv(world: World, clerk: Client) -> None:
    clerk.get(case(world, "far_draft"))
    regulator = world.client("regulator")
    page = regulator.get("/desk/accesses/?allowed=no&person=far")
    assert page.status_code == 200
    text = b"".join(regulator.get("/desk/accesses/save.csv").streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(StringIO(text)))
    assert lines[0] == ["at", "person", "action", "object", "division", "allowed"]
    assert any(line[1:3] == ["regulator@example.org", "access_log.read"] for line in lines)


def test_the_state_of_the_server_says_when_nothing_beats(world: World) -> None:
    answer = world.client("auditor").get("/desk/standing/")
    assert not answer.context["is_alive"] and answer.context["standing"].entries > 0


def test_an_outline_is_drawn_where_there_is_one(world: World, clerk: Client) -> None:
    ring = [[125.3, 43.8], [125.31, 43.8], [125.31, 43.81], [125.3, 43.8]]
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    made = clerk.post("/desk/entries/new/land.parcel/", {**PARCEL, "geometry": shape})
    assert '<path d="M' in clerk.get(made.url).text
    broken = clerk.post("/desk/entries/new/land.parcel/", {**PARCEL, "geometry": "{"})
    assert broken.status_code == 422 and broken.context["form"].errors["geometry"]


@pytest.mark.parametrize(
    ("persona", "address", "most"),
    [
        ("reviewer", "/desk/", 14),
        ("clerk", "/desk/offerings/", 14),
        ("reviewer", "offering", 30),
        ("clerk", "/desk/entries/", 18),
        ("treasurer", "/desk/payments/", 14),
        ("treasurer", "/desk/refunds/", 14),
        ("regulator", "/desk/accesses/", 14),
    ],
)
def test_pages_keep_their_budget(
    world: World, django_assert_max_num_queries: Any, persona: str, address: str, most: int
) -> None:
    client = world.client(persona)
    place = case(world, "contracted") if address == "offering" else address
    with django_assert_max_num_queries(most):
        assert client.get(place).status_code == 200
