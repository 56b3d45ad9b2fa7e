"""Bidding from a browser: one answer a key, clear refusals, with and without scripts."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import reads as market
from jishi.kernel.evidence.receipt import verify_receipt
from tests.web.world import START_FEN, STEP_FEN, World

JSON = {"Accept": "application/json"}
NEXT_FEN = START_FEN + 2 * STEP_FEN


def bid(client: Client, world: World, price_fen: Any, key: str = "key-0001", stage: str = "rounds") -> Any:
    return client.post(
        f"/lots/{world.offerings[stage]}/bid/",
        json.dumps({"price_fen": price_fen}),
        content_type="application/json",
        headers={**JSON, "Idempotency-Key": key},
    )


@pytest.fixture
def rival(world: World) -> Client:
    return world.client("rival")


def test_a_bid_is_accepted_with_a_receipt(world: World, rival: Client) -> None:
    answer = bid(rival, world, NEXT_FEN)
    said = answer.json()
    assert answer.status_code == 200
    assert (said["ok"], said["price_fen"], said["code"]) == (True, NEXT_FEN, "")
    bundle = rival.get(f"/lots/{world.offerings['rounds']}/bundle.json").content
    assert said["receipt"]["seq"] == said["seq"]
    assert verify_receipt(said["receipt"], bundle).ok
    assert market.get_offering(world.offerings["rounds"]).price_fen == NEXT_FEN


def test_the_same_key_is_the_same_bid(world: World, rival: Client) -> None:
    first, again = bid(rival, world, NEXT_FEN).json(), bid(rival, world, NEXT_FEN).json()
    assert first == again
    assert market.get_offering(world.offerings["rounds"]).quotes == 3
    other = bid(rival, world, NEXT_FEN + STEP_FEN)
    assert other.json()["code"] == "command.key_reused"


@pytest.mark.parametrize(
    ("price_fen", "status"),
    [(START_FEN, 409), (NEXT_FEN + 1, 409), ("", 400), (0, 400), (True, 400), ("1e9", 400)],
)
def test_a_wrong_amount_is_refused_in_words(world: World, rival: Client, price_fen: Any, status: int) -> None:
    answer = bid(rival, world, price_fen)
    assert answer.status_code == status
    assert not answer.json()["ok"]
    assert re.search("[\u4e00-\u9fff]", answer.json()["sentence"])
    assert market.get_offering(world.offerings["rounds"]).quotes == 2


def test_a_bid_needs_a_key(world: World, rival: Client) -> None:
    assert bid(rival, world, NEXT_FEN, key="").json()["code"] == "public.bid.key"


@pytest.mark.parametrize(
    ("persona", "stage", "code"),
    [
        ("member", "rounds", "public.bid.no_registration"),
        ("anonymous", "rounds", "public.bid.no_registration"),
        ("bidder", "registration", "market.bid.not_admitted"),
        ("bidder", "published", "market.offering.closed"),
        ("rival", "question", "listing.continue_first"),
    ],
)
def test_who_may_not_bid_hears_why(world: World, persona: str, stage: str, code: str) -> None:
    answer = bid(world.client(persona), world, NEXT_FEN, stage=stage)
    assert not answer.json()["ok"]
    assert answer.json()["code"] == code


def test_a_body_that_is_no_object_is_refused(world: World, rival: Client) -> None:
    path = f"/lots/{world.offerings['rounds']}/bid/"
    answer = rival.post(path, "[1]", content_type="application/json", headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "public.body_unreadable")


def test_a_page_without_scripts_bids_too(world: World, rival: Client) -> None:
    room = f"/lots/{world.offerings['rounds']}/room/"
    key = re.search(r'name="key" value="(\w+)"', rival.get(room).content.decode())
    assert key is not None
    form = {"price_wan": "102", "key": key[1]}
    answer = rival.post(f"/lots/{world.offerings['rounds']}/bid/", form, follow=True)
    assert answer.redirect_chain[-1][0] == room
    assert "已受理：102 万元" in answer.content.decode()
    low = rival.post(
        f"/lots/{world.offerings['rounds']}/bid/", {"price_wan": "一百", "key": "key-0009"}, follow=True
    )
    assert "无法读取" in low.content.decode() or "一百" in low.content.decode()


def test_going_on_opens_the_rounds(world: World, rival: Client) -> None:
    path = f"/lots/{world.offerings['question']}/continue/"
    answer = rival.post(path, {"key": "key-0001"}, headers=JSON)
    assert answer.json()["ok"]
    assert market.get_offering(world.offerings["question"]).phase == "rounds"


def test_a_stranger_sees_no_bid_box(world: World, rival: Client) -> None:
    path = f"/lots/{world.offerings['rounds']}/room/"
    assert "data-bid" in rival.get(path).content.decode()
    assert "data-bid" not in world.client("anonymous").get(path).content.decode()
    closed = f"/lots/{world.offerings['published']}/room/"
    assert "data-bid" not in rival.get(closed).content.decode()


def test_a_receipt_can_be_fetched_again(world: World) -> None:
    path = f"/lots/{world.offerings['rounds']}/receipt/1.json"
    assert json.loads(world.client("anonymous").get(path).content)["seq"] == 1
