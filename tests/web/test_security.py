"""What a stranger may try: bodies no browser sends, text no keyboard types, too much of everything."""

from typing import Any

import pytest
from django.test import Client

from tests.web.world import World

ROOM = {"content_type": "application/json", "headers": {"Accept": "application/json"}}


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"price_fen": 100, "key": "\\ud800\\ud800aaaaaaaa"}',
        '{"price_fen": ' + "9" * 5000 + "}",
        '{"price_fen": NaN, "key": "aaaaaaaaaa"}',
        '{"price_fen": 100, "key": "aaaa\\u0000aaaa"}',
        b"\xff\xfe{}",
    ],
    ids=["deep list", "deep object", "half a character", "endless number", "not a number", "NUL", "no UTF-8"],
)
def test_a_bid_nobody_can_have_typed_is_refused(world: World, body: Any) -> None:
    url = f"/land/{world.offerings['rounds']}/bid/"
    answer = world.client("bidder").post(url, body, **ROOM)
    assert answer.status_code == 400
    assert answer.json()["sentence"]


def test_nobody_may_frame_a_page_and_a_signed_in_one_is_not_kept(world: World) -> None:
    page = world.client("clerk").get("/desk/")
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in Client().get("/land/").headers
