"""What a party sees and does: register, apply, pay, sign, and what it is told when something is wrong."""

import json
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.platform.context import Context
from jishi.platform.models import User
from tests.web.world import DEPOSIT_FEN, NO_GROUND, PASSWORD, World

OTHER_CODE = make_uscc("91220100MA0000009")


@pytest.fixture
def bidder(world: World) -> Client:
    """Sign in whoever represents north."""
    return world.client("bidder")


@pytest.fixture
def newcomer(world: World) -> Client:
    """Sign in somebody who represents nobody yet."""
    return world.client("member")


def register(client: Client, code: str = OTHER_CODE, **changed: str) -> Any:
    """Send the form that registers an organisation."""
    form = {"kind": "organisation", "name": "新来者有限公司", "code": code, **changed}
    return client.post("/me/parties/new/", form)


def application(world: World, stage: str, party: str = "north") -> str:
    """Return the address of an application."""
    return f"/me/registrations/{world.registrations[stage, party]}/"


def test_a_stranger_signs_up_and_is_led_to_register(db: None) -> None:
    client = Client()
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/accounts/signup/", form, follow=True)
    assert answer.redirect_chain[-1][0] == "/me/"
    assert "/me/parties/new/" in answer.text
    assert User.objects.filter(email="new@example.org").exists()


def test_an_organisation_is_registered_once_by_its_code(newcomer: Client) -> None:
    assert register(newcomer).status_code == 302
    assert "新来者有限公司" in newcomer.get("/me/").text
    again = register(newcomer)
    assert again.status_code == 422
    assert 'value="新来者有限公司"' in again.text, "the input is kept"


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "校验"), ("en", "check")])
def test_a_wrong_check_digit_is_named_beside_its_field(newcomer: Client, language: str, said: str) -> None:
    newcomer.cookies["django_language"] = language
    wrong = OTHER_CODE[:-1] + ("A" if OTHER_CODE[-1] != "A" else "B")
    answer = register(newcomer, wrong)
    assert answer.status_code == 422
    sentence = answer.context["form"].errors["code"][0]
    assert said in sentence and f" {OTHER_CODE[-1]}" in sentence and sentence in answer.text


def test_the_list_holds_what_can_be_done_with_its_date(world: World, bidder: Client) -> None:
    items = [item for item, _party in bidder.get("/me/").context["items"]]
    assert {item.state for item in items} >= {"free", "question", "rounds", "due"}
    assert [item.due_ms for item in items] == sorted(item.due_ms for item in items)
    titles = " ".join(item.title for item in items)
    assert "TEST-unsold" not in titles and "TEST-suspended" not in titles


def test_an_agent_is_named_by_e_mail_and_sees_one_lot_only(
    world: World, bidder: Client, newcomer: Client
) -> None:
    north = f"/me/parties/{world.parties['north']}/"
    unknown = bidder.post(north, {"email": "nobody@example.org", "scope": ""})
    assert unknown.status_code == 422 and "nobody@example.org" in unknown.context["form"].errors["email"][0]
    named = bidder.post(north, {"email": "member@example.org", "scope": world.offerings["free"]})
    assert named.status_code == 302
    assert newcomer.get(application(world, "free")).status_code == 200
    assert newcomer.get(application(world, "rounds")).status_code == 403


def test_a_joint_bid_applies_once_all_consented(world: World, bidder: Client, newcomer: Client) -> None:
    register(newcomer)
    form = {"lead": world.parties["north"], "share": "60", "code_1": OTHER_CODE, "share_1": "30"}
    short = bidder.post("/me/joint/new/", form)
    assert short.status_code == 422 and "100%" in short.text
    made = bidder.post("/me/joint/new/", {**form, "share_1": "40"})
    joint = made.url.rstrip("/").rpartition("/")[2]
    notice = f"/me/apply/{world.offerings['notice']}/"
    assert f"joint:{joint}" not in bidder.get(notice).text
    assert "/me/joint/" in newcomer.get("/me/").text, "the other member is asked"
    member = parties.find_party_by_code("organisation", OTHER_CODE)
    assert member is not None
    newcomer.post(f"/me/joint/{joint}/consent/", {"party": member.id})
    applied = bidder.post(
        notice, {"applicant": f"joint:{joint}", "read": "on", "truthful": "on", **NO_GROUND}
    )
    assert applied.status_code == 302
    assert market.find_own_registration(world.offerings["notice"], [world.parties["north"]]).joint == joint


def test_nobody_applies_for_a_party_of_others(world: World) -> None:
    form = {"applicant": world.parties["north"], "read": "on", "truthful": "on", **NO_GROUND}
    answer = world.client("rival").post(f"/me/apply/{world.offerings['notice']}/", form)
    assert answer.status_code == 422
    assert market.find_own_registration(world.offerings["notice"], [world.parties["north"]]) is None


def test_conditions_must_be_acknowledged(world: World, bidder: Client) -> None:
    answer = bidder.post(f"/me/apply/{world.offerings['notice']}/", {"applicant": world.parties["north"]})
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {
        "read",
        "truthful",
        *NO_GROUND,
    }


def test_a_ground_declared_is_filed_as_such_and_the_office_sees_what_the_law_says(
    world: World, bidder: Client
) -> None:
    form = {"applicant": world.parties["north"], "read": "on", "truthful": "on", **NO_GROUND}
    sent = bidder.post(f"/me/apply/{world.offerings['notice']}/", {**form, "ground_idle_land": "yes"})
    assert sent.status_code == 302
    made = market.find_own_registration(world.offerings["notice"], [world.parties["north"]])
    assert made.declared["idle_by_own_fault"] is True and made.declared["price_in_arrears"] is False
    page = world.client("clerk").get(f"/desk/registrations/{made.id}/")
    (said,) = page.context["said"]
    assert not said.permits and said.told.determined
    assert {"国土资发〔2010〕34号", "闲置土地处置办法 14"} & {
        getattr(each, "id", each) for each in said.clauses
    }
    assert said.told.answer in page.text and "/law/land.bidder_qualification/" in page.text


def test_a_deposit_paid_in_parts_admits(world: World, bidder: Client) -> None:
    chosen = world.registrations["registration", "north"]
    market.qualify_registrations(Context(), world.offerings["registration"], [chosen])
    page = application(world, "registration")
    assert "沙箱" in bidder.get(page).text
    unreadable = bidder.post(page + "pay/", {"amount_fen": "二十万"})
    assert unreadable.status_code == 422 and unreadable.context["payment"].errors
    bidder.post(page + "pay/", {"amount_fen": "5万元"})
    assert bidder.get(page).context["missing_fen"] == DEPOSIT_FEN - 5_0000_00
    bidder.post(page + "pay/", {"amount_fen": "150000"})
    assert market.get_registration(chosen).state == "admitted"
    assert "/room/" in bidder.get(page).text


def test_a_guarantee_is_checked_before_it_is_taken(world: World, bidder: Client, tmp_path: Any) -> None:
    chosen = world.registrations["registration", "north"]
    market.qualify_registrations(Context(), world.offerings["registration"], [chosen])
    page = application(world, "registration")
    form = {"bank": "测试银行", "number": "BH-7", "amount_fen": "20万元", "valid_until": "2099-12-31"}
    (text := tmp_path / "guarantee.pdf").write_bytes(b"not a PDF")
    with text.open("rb") as file:
        refused = bidder.post(page + "guarantee/", {**form, "file": file})
    assert refused.status_code == 422 and "PDF" in refused.text
    text.write_bytes(b"%PDF-1.7 test")
    with text.open("rb") as file:
        assert bidder.post(page + "guarantee/", {**form, "file": file}).status_code == 302
    desk = world.client("treasurer")
    waiting = desk.get("/desk/guarantees/").context["rows"]
    desk.post(f"/desk/guarantees/{waiting[0].id}/accept/")
    assert market.get_registration(chosen).deposit_how == "guarantee"


def test_quotes_have_receipts_and_bar_withdrawal(world: World, bidder: Client) -> None:
    page = bidder.get(application(world, "free"))
    assert len(page.context["bids"]) == 1 and not page.context["can_withdraw"]
    seq = page.context["bids"][0]["seq"]
    receipt = json.loads(bidder.get(f"/lots/{world.offerings['free']}/receipt/{seq}.json").content)
    assert receipt["seq"] == seq


def test_the_loser_reads_when_the_deposit_comes_back(world: World) -> None:
    page = world.client("rival").get(application(world, "ended", "south"))
    assert "39号令" in page.text and page.context["deposit"].refunds[0].due_day is not None


def test_the_price_is_paid_by_instalments(world: World, bidder: Client) -> None:
    contract = settlement.find_contract(world.offerings["contracted"])
    assert contract is not None
    page = f"/me/contracts/{contract.id}/"
    assert bidder.get(page + "pdf/").content.startswith(b"%PDF-")
    for instalment in settlement.list_instalments(contract.id):
        assert bidder.get(f"/me/instalments/{instalment.id}/").url.startswith(page)
        bidder.post(f"/me/instalments/{instalment.id}/pay/")
    assert bidder.get(page).context["left_fen"] == 0


@pytest.mark.parametrize(
    ("address", "most"), [("/me/", 16), ("registration", 22), ("contract", 14), ("apply", 14)]
)
def test_pages_keep_their_budget(
    world: World, bidder: Client, django_assert_max_num_queries: Any, address: str, most: int
) -> None:
    contract = settlement.find_contract(world.offerings["contracted"])
    assert contract is not None
    places = {
        "registration": application(world, "ended"),
        "contract": f"/me/contracts/{contract.id}/",
        "apply": f"/me/apply/{world.offerings['notice']}/",
    }
    with django_assert_max_num_queries(most):
        assert bidder.get(places.get(address, address)).status_code == 200
