"""What follows a close: objections and answers, a winner who does not sign, outages, outcomes in one's own list."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.actions import answer_objection, refuse_registration
from jishi.apps.market.models import Objection
from jishi.apps.market.reads import find_own_registration
from jishi.apps.settlement import api as settlement
from jishi.platform import silence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.web.shell.site import site
from tests.web.world import DEPOSIT_FEN, HOUR_MS, NO_GROUND, World


@pytest.fixture
def reviewer(world: World) -> Client:
    """Sign the reviewer in."""
    return world.client("reviewer")


def case(world: World, stage: str, step: str = "") -> str:
    """Return the address of an offering's page at the desk, or of one of its steps."""
    return f"/desk/offerings/{world.offerings[stage]}/" + (f"{step}/" if step else "")


def waiting(client: Client, kind: str) -> list[Any]:
    """Return what waits of a kind in somebody's inbox."""
    return [item for item in client.get("/desk/").context["items"] if item.kind == kind]


def today(days: int = 0) -> str:
    """Return today, or another day, as a form takes it."""
    return (site().day(Context().now_ms()) + timedelta(days=days)).isoformat()


def in_english(page: str) -> str:
    """Return a public page in English."""
    client = Client()
    client.cookies["django_language"] = "en"
    return client.get(page).text


def object_to(world: World) -> Objection:
    """Let somebody who bids nowhere object to a published result."""
    world.client("member").post(f"/results/{world.offerings['published']}/object/", {"text": "评审程序有误"})
    return Objection.objects.get()


def default(world: World, client: Client, stage: str = "published") -> Any:
    """Declare the winner in default by a refusal written today."""
    said = {"reason": "竞得人书面拒签", "refused_day": today()}
    return client.post(case(world, stage, "declare-default"), said)


def test_an_objection_is_answered_at_the_desk_and_read_by_who_filed_it(world: World) -> None:
    clerk, member, anyone = world.client("clerk"), world.client("member"), world.client("anonymous")
    objection = object_to(world)
    (item,) = waiting(clerk, "objection")
    assert not waiting(world.client("far_clerk"), "objection")
    assert "待答复" in member.get("/me/").text
    assert clerk.post(item.url, {"answer": " "}).status_code == 422
    assert clerk.post(item.url, {"answer": "经核查，程序合规。"}).status_code == 302
    assert not waiting(clerk, "objection")
    assert "经核查，程序合规。" in member.get("/me/").text
    assert "经核查，程序合规。" in world.client("regulator").get(item.url).text
    assert "经核查，程序合规。" not in world.client("bidder").get("/me/").text
    for page in ("/results/", f"/lots/{objection.offering_id}/"):
        said = anyone.get(page).text
        assert "异议 1 件，已答复 1 件" in said and "程序" not in said.split("异议 1 件")[1][:40]
        assert "objections: 1, answered: 1" in in_english(page)
        assert "评审程序有误" not in said and "经核查" not in said


def test_two_clerks_do_not_both_answer(world: World) -> None:
    objection = object_to(world)
    answer_objection(Context(), objection.id, "合规")
    again = world.client("clerk").post(f"/desk/objections/{objection.id}/", {"answer": "不合规"})
    assert again.status_code == 422
    assert Objection.objects.get().answer == "合规"


def test_a_default_waits_for_the_days_to_sign_or_a_written_refusal(world: World, reviewer: Client) -> None:
    address = case(world, "published", "declare-default")
    early = reviewer.post(address, {"reason": "尚未签约", "refused_day": ""})
    assert early.status_code == 422
    assert early.context["form"].errors["refused_day"] and "尚未签约" in early.text
    future = reviewer.post(address, {"reason": "拒签", "refused_day": today(3)})
    assert future.status_code == 422 and future.context["form"].errors["refused_day"]
    assert default(world, reviewer).status_code == 302
    assert market.get_offering(world.offerings["published"]).state == "defaulted"


def test_a_default_is_public_and_the_winner_is_told(world: World, reviewer: Client) -> None:
    default(world, reviewer)
    offering_id, anyone = world.offerings["published"], world.client("anonymous")
    lot = anyone.get(f"/lots/{offering_id}/").text
    assert "竞得人违约" in lot and "竞得人违约公告" in anyone.get("/notices/").text
    assert "竞得人书面拒签" in anyone.get(f"/api/v1/offerings/{offering_id}/notices").text
    assert "竞得人违约" in anyone.get("/results/").text
    assert "Winner in default" in in_english("/results/")
    mine = world.client("bidder").get(f"/me/registrations/{world.registrations['published', 'north']}/").text
    assert "保证金不予退还" in mine and "您以" not in mine
    assert "您未竞得" in world.client("rival").get("/me/").text
    assert settlement.escrow_balances()["forfeit"] == -DEPOSIT_FEN
    books = world.client("treasurer").get("/desk/reconciliations/").text
    assert "不予退还的保证金" in books
    assert world.client("clerk").get(case(world, "published")).context["may_relist"]


def test_an_outage_is_told_in_notices_feed_and_room(world: World) -> None:
    offering, anyone = market.get_offering(world.offerings["rounds"]), world.client("anonymous")
    ctx = Context()
    silence.beat(Context(clock=SimulatedClock(ctx.now_ms() - HOUR_MS // 2)))
    assert market.recover_outage(ctx) > 0
    said = "其间计时停止，中断的时间已补回"
    assert "系统中断补时公告" in anyone.get("/notices/").text
    assert said in anyone.get("/notices/feed.atom").text
    assert said in anyone.get(f"/lots/{offering.id}/room/").text
    notice = market.list_notices_of([offering.id])[-1]
    assert said in anyone.get(f"/notices/{notice.id}/").text
    english = in_english(f"/lots/{offering.id}/room/")
    assert "the time was given back" in english


def test_a_refused_application_is_corrected_by_its_party(world: World) -> None:
    bidder, offering_id = world.client("bidder"), world.offerings["registration"]
    first = world.registrations["registration", "north"]
    refuse_registration(Context(), first, "证明材料不全")
    page = bidder.get(f"/me/registrations/{first}/").text
    assert "证明材料不全" in page and f"/me/apply/{offering_id}/" in page
    assert f"/me/apply/{offering_id}/" in bidder.get(f"/lots/{offering_id}/").text
    form = {"applicant": world.parties["north"], "read": "on", "truthful": "on", **NO_GROUND}
    assert bidder.get(f"/me/apply/{offering_id}/").status_code == 200
    again = bidder.post(f"/me/apply/{offering_id}/", form)
    assert again.status_code == 302
    standing = find_own_registration(offering_id, [world.parties["north"]])
    assert standing is not None and standing.id != first and standing.id in again.url
    assert bidder.get(f"/me/apply/{offering_id}/").url == again.url, "one that stands is shown"
    assert "证明材料不全" in bidder.get(f"/me/registrations/{first}/").text, "the old one stays"


def test_the_list_says_who_won_and_when_money_comes_back(world: World) -> None:
    def outcomes(persona: str) -> dict[str, str]:
        rows = world.client(persona).get("/me/").context["registrations"]
        return {row.offering_id: outcome.sentence for row, _party, outcome in rows if outcome}

    winner, loser = outcomes("bidder"), outcomes("rival")
    ended = world.offerings["ended"]
    assert winner[ended].startswith("已结束：您以 ") and "退还" not in winner[ended]
    due = next(each.due_day for each in settlement.list_refunds(offering_id=ended))
    assert loser[ended].startswith("已结束：您未竞得。") and f"{due} 前退还" in loser[ended]
    assert winner[world.offerings["unsold"]].startswith("已结束，未成交。")
    assert not {world.offerings[stage] for stage in ("free", "rounds", "awaiting_reserve")} & loser.keys()
    settlement.pay_refunds(Context(), offering_ids=[ended])
    assert "退还" in outcomes("rival")[ended] and "前退还" not in outcomes("rival")[ended]


def test_a_price_paid_in_full_waits_for_the_clerk(world: World) -> None:
    clerk, offering_id = world.client("clerk"), world.offerings["contracted"]
    assert not waiting(clerk, "entry_due")
    contract = settlement.find_contract(offering_id)
    assert contract is not None
    settlement.pay_instalments(Context(), [contract.id])
    (item,) = waiting(clerk, "entry_due")
    assert item.url == case(world, "contracted")
    assert not waiting(world.client("far_clerk"), "entry_due")
    assert clerk.post(case(world, "contracted", "write-entry")).status_code == 302
    assert not waiting(clerk, "entry_due")


def test_a_payment_nobody_owns_waits_for_every_treasurer_and_is_placed_from_a_list(world: World) -> None:
    chosen = world.registrations["registration", "north"]
    market.qualify_registrations(Context(), world.offerings["registration"], [chosen])
    line = settlement.BankLine("LOST-9", "", DEPOSIT_FEN, world.now_ms)
    payment = settlement.receive_payments(Context(), [line])[0].id
    treasurer, far = world.client("treasurer"), world.client("far_treasurer")
    assert waiting(treasurer, "payment") and waiting(far, "payment")
    assert not waiting(world.client("clerk"), "payment")
    choices = treasurer.get(f"/desk/payments/{payment}/").context["form"].fields["registration_id"].choices
    sub = settlement.find_sub_account(chosen)
    assert sub is not None
    assert [value for value, _said in choices] == [chosen]
    assert all(part in choices[0][1] for part in (sub.number, "TEST-registration", sub.alias, "20 万元"))
    assert not far.get(f"/desk/payments/{payment}/").context["form"].fields["registration_id"].choices
    assert far.post(f"/desk/payments/{payment}/match/", {"registration_id": chosen}).status_code == 422
    assert treasurer.post(f"/desk/payments/{payment}/match/", {"registration_id": chosen}).status_code == 302
    assert market.get_registration(chosen).state == "admitted"
    assert not waiting(far, "payment")
