"""The API: reads for everyone in few queries, bids once and with a receipt, a feed that skips nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.actions import supplement_notice
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.evidence.verify import verify
from jishi.platform.context import Context
from jishi.platform.evidence import read_log
from tests.web.world import START_FEN, STEP_FEN, World

NEXT_FEN = START_FEN + 2 * STEP_FEN


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Take the limits away; they have tests of their own."""
    settings.JISHI_RATE_LIMITS = False


@pytest.fixture
def anyone(world: World) -> Client:
    """Give a browser nobody is signed in to."""
    return world.client("anonymous")


def post(client: Client, path: str, body: Any, key: str | None = "key-00001", **given: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        f"/api/v1{path}",
        body,
        content_type="application/json",
        headers={**headers, **given.get("headers", {})},
    )


def bid(
    world: World, persona: str, price_fen: Any = NEXT_FEN, *, stage: str = "rounds", key: str = "key-00001"
) -> Any:
    party = {"bidder": "north", "rival": "south"}[persona]
    body = {"registration": world.registrations[stage, party], "price_fen": price_fen}
    return post(world.client(persona), "/bids", body, key)


LISTS = {
    "/offerings": 2,
    "/offerings?facets=true": 6,
    "/notices": 2,
    "/results": 3,
    "/ocds?size=10": 12,
}


@pytest.mark.parametrize(("path", "most"), LISTS.items())
def test_lists_keep_their_query_budget(
    anyone: Client, path: str, most: int, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(most):
        assert anyone.get(f"/api/v1{path}").status_code == 200


def pages(client: Client, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = client.get(f"/api/v1{path}{cursor}").json()
        yield page
        if not page["next"]:
            return
        cursor = f"&cursor={page['next']}"


def test_pages_show_every_public_offering_once(world: World, anyone: Client) -> None:
    seen = [item["id"] for page in pages(anyone, "/offerings?size=4") for item in page["items"]]
    public = {offering for stage, offering in world.offerings.items() if not stage.endswith("draft")}
    assert sorted(seen) == sorted(public)


def test_facets_count_under_the_other_filters(anyone: Client) -> None:
    page = anyone.get("/api/v1/offerings?facets=true&division=222401").json()
    assert page["total"] == 1
    assert {each["value"]: each["count"] for each in page["facets"]["division"]}["222401"] == 1
    assert page["facets"]["phase"] == [{"value": "free", "count": 1}]


@pytest.mark.parametrize(
    "part", ["", "/notices", "/ladder", "/entries", "/entries/1/receipt", "/bundle", "/ocds"]
)
def test_a_draft_is_not_there(world: World, anyone: Client, part: str) -> None:
    answer = anyone.get(f"/api/v1/offerings/{world.offerings['draft']}{part}")
    assert answer.status_code == 404 and answer.json()["code"] == "market.offering.unknown"


def test_the_bundle_and_a_receipt_verify(world: World, anyone: Client) -> None:
    place = f"/api/v1/offerings/{world.offerings['published']}"
    bundle = anyone.get(f"{place}/bundle").content
    assert verify(bundle).ok
    assert verify_receipt(anyone.get(f"{place}/entries/4/receipt").json(), bundle).ok


def test_entries_are_read_in_parts(world: World, anyone: Client) -> None:
    place = f"/api/v1/offerings/{world.offerings['published']}/entries"
    whole = anyone.get(place).json()
    assert [entry["seq"] for entry in whole] == list(range(1, len(whole) + 1))
    assert anyone.get(f"{place}?after_seq=3&limit=2").json() == whole[3:5]


def test_the_winner_is_named_in_the_results_and_nowhere_by_id(world: World, anyone: Client) -> None:
    (result,) = [
        each
        for each in anyone.get("/api/v1/results").json()["items"]
        if each["offering"] == world.offerings["published"]
    ]
    assert result["winner"] == "北方置业有限公司" and result["price_fen"] == START_FEN + STEP_FEN
    assert world.parties["north"] not in anyone.get("/api/v1/notices").content.decode()
    (award,) = result["awards"]
    said = (award["winner"], award["quantity"], award["pay_fen"])
    assert said == ("北方置业有限公司", 1, START_FEN + STEP_FEN)


def test_an_unchanged_answer_is_not_sent_again(world: World, anyone: Client) -> None:
    path = f"/api/v1/offerings/{world.offerings['rounds']}"
    tag = anyone.get(path).headers["ETag"]
    assert anyone.get(path, headers={"If-None-Match": tag}).status_code == 304
    bid(world, "rival")
    assert anyone.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_the_feed_skips_nothing(world: World, anyone: Client) -> None:
    seen: list[dict[str, Any]] = []
    after = -1
    while True:
        page = anyone.get(f"/api/v1/changes?after={after}&limit=7").json()
        seen += page["items"]
        after = page["next"]
        if not page["more"]:
            break
    assert [entry["index"] for entry in seen] == list(range(len(seen)))
    assert [entry["leaf_hash"] for entry in seen] == [row.leaf_hash for row in read_log(-1, 10_000)]
    bid(world, "rival")
    (news,) = anyone.get(f"/api/v1/changes?after={after}").json()["items"]
    assert news["index"] == len(seen) and news["data"]["input"]["type"] == "bid"


def test_the_feed_withholds_what_is_not_public(world: World, anyone: Client) -> None:
    entries = anyone.get("/api/v1/changes?limit=500").json()["items"]
    shown = {entry["stream"] for entry in entries if entry["data"] is not None}
    assert f"offering/{world.offerings['draft']}" not in shown
    assert f"offering/{world.offerings['free']}" in shown
    assert all(stream.startswith("offering/") for stream in shown)


def test_a_bid_is_answered_with_a_receipt_that_the_bundle_keeps(world: World, anyone: Client) -> None:
    answer = bid(world, "rival")
    assert answer.status_code == 200, answer.content
    bundle = anyone.get(f"/api/v1/offerings/{world.offerings['rounds']}/bundle").content
    assert verify_receipt(answer.json()["receipt"], bundle).ok


def test_a_retry_gets_the_same_answer_and_bids_once(world: World, anyone: Client) -> None:
    first, again = bid(world, "rival"), bid(world, "rival")
    assert first.json() == again.json()
    ladder = anyone.get(f"/api/v1/offerings/{world.offerings['rounds']}/ladder").json()
    assert [rung["price_fen"] for rung in ladder].count(NEXT_FEN) == 1


def test_a_key_used_for_something_else_is_refused(world: World) -> None:
    bid(world, "rival")
    other = bid(world, "rival", NEXT_FEN + STEP_FEN)
    assert other.status_code == 409 and other.json()["code"] == "command.key_reused"


def test_two_bidders_may_choose_the_same_key(world: World) -> None:
    assert bid(world, "rival").status_code == 200
    assert bid(world, "bidder", NEXT_FEN + STEP_FEN).status_code == 200


def test_one_goes_on_in_the_question_period(world: World) -> None:
    body = {"registration": world.registrations["question", "south"]}
    assert post(world.client("rival"), "/bids/continue", body).status_code == 200
    assert market.get_offering(world.offerings["question"]).phase == "rounds"


REFUSED = [
    ("rounds", NEXT_FEN + 1, 409, "listing.off_ladder"),
    ("ended", NEXT_FEN, 409, "market.offering.closed"),
    ("registration", NEXT_FEN, 409, "market.bid.not_admitted"),
    ("rounds", 1.5, 422, "api.invalid"),
    ("rounds", "102000000", 422, "api.invalid"),
    ("rounds", -1, 422, "api.invalid"),
    ("rounds", 10**30, 422, "api.invalid"),
]


@pytest.mark.parametrize(("stage", "price_fen", "status", "code"), REFUSED)
def test_a_refusal_says_what_and_why(
    world: World, stage: str, price_fen: Any, status: int, code: str
) -> None:
    answer = bid(world, "rival", price_fen, stage=stage)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["sentence"] not in ("", code)


@pytest.mark.parametrize("key", [None, "short", "x" * 41])
def test_a_bid_needs_an_idempotency_key(world: World, key: str | None) -> None:
    body = {"registration": world.registrations["rounds", "south"], "price_fen": NEXT_FEN}
    assert post(world.client("rival"), "/bids", body, key).status_code == 422


def test_sentences_follow_the_language_of_the_caller(anyone: Client) -> None:
    path = "/api/v1/offerings/none"
    assert "没有" in anyone.get(path).json()["sentence"]
    assert "no public offering" in anyone.get(path, headers={"Accept-Language": "en"}).json()["sentence"]


def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    answer = post(world.client("rival"), "/bids", "{", "key-00001")
    assert (answer.status_code, answer.json()["code"]) == (400, "api.body")


def test_a_browser_needs_the_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users["rival"])
    body = {"registration": world.registrations["rounds", "south"], "price_fen": NEXT_FEN}
    answer = post(client, "/bids", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "api.csrf")


def make_token(world: World, persona: str) -> dict[str, Any]:
    answer = post(world.client(persona), "/tokens", {"name": "robot", "days": 1}, None)
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_program_bids_by_its_token_until_it_is_revoked(world: World) -> None:
    made = make_token(world, "rival")
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {made['token']}"})
    body = {"registration": world.registrations["rounds", "south"], "price_fen": NEXT_FEN}
    assert post(program, "/bids", body).status_code == 200
    assert world.client("bidder").delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert world.client("rival").delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert program.get("/api/v1/registrations").status_code == 401


def test_a_token_makes_no_token_and_is_not_kept(world: World) -> None:
    made = make_token(world, "rival")
    program = Client(headers={"Authorization": f"Bearer {made['token']}"})
    assert post(program, "/tokens", {"name": "more"}, None).status_code == 401
    listed = world.client("rival").get("/api/v1/tokens").json()
    assert [each["id"] for each in listed] == [made["id"]] and "token" not in listed[0]


def test_what_is_personal_is_not_cached(world: World) -> None:
    answer = world.client("bidder").get("/api/v1/registrations")
    assert answer.headers["Cache-Control"] == "private, no-store" and "ETag" not in answer.headers
    assert {row["party"] for row in answer.json()} == {world.parties["north"]}


def test_the_description_is_complete(anyone: Client) -> None:
    described = anyone.get("/api/v1/openapi.json").json()
    operations = [each for path in described["paths"].values() for each in path.values()]
    assert all(each["description"] for each in operations)
    assert "script-src 'self'" in anyone.get("/api/v1/docs").headers["Content-Security-Policy"]
    assert b"//cdn" not in anyone.get("/api/v1/docs").content


def test_a_package_pages_through_every_release(world: World, anyone: Client) -> None:
    ocids: list[str] = []
    path = "/api/v1/ocds?size=5"
    while path:
        package = json.loads(anyone.get(path).content)
        ocids += [release["ocid"] for release in package["releases"]]
        path = package.get("links", {}).get("next", "").removeprefix("http://127.0.0.1:8000")
    assert len(ocids) == len(set(ocids)) == len(world.offerings) - 2


def test_strangers_are_slowed_down(anyone: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jishi.web.api_v1 import limit

    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(limit.READING, "buckets", limit.Buckets(rate=0.1, burst=2))
    answers = [anyone.get("/api/v1/notices") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 10
    assert answers[2].json()["code"] == "api.too_many"


def test_bidders_are_slowed_down_each_for_themselves(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.web.api_v1 import limit

    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(limit.BIDDING, "buckets", limit.Buckets(rate=0.1, burst=1))
    assert bid(world, "rival").status_code == 200
    assert bid(world, "rival").status_code == 429
    assert bid(world, "bidder", NEXT_FEN + STEP_FEN).status_code == 200


def test_a_party_s_forms_and_programs_share_one_rate(
    world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.apps.market.actions import line
    from jishi.platform.bucket import Buckets

    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(line, "OFTEN", Buckets(rate=0.4, burst=1))
    assert bid(world, "rival").status_code == 200
    again = bid(world, "rival", NEXT_FEN + STEP_FEN)
    url, form = f"/lots/{world.offerings['rounds']}/bid/", {"price_fen": NEXT_FEN, "key": "form-key-1"}
    posted = world.client("rival").post(url, form, headers={"Accept": "application/json"})
    for answer in (again, posted):
        assert (answer.status_code, answer.json()["code"]) == (429, "live.often")
        assert answer.headers["Retry-After"] in ("2", "3")
    page = world.client("rival").post(url, form, follow=True)
    assert page.status_code == 200 and "未受理" in page.content.decode()


def test_a_supplement_is_an_amendment_of_the_release(world: World, anyone: Client) -> None:
    offering_id = world.offerings["notice"]
    supplement_notice(Context(), offering_id, {"increment_fen": STEP_FEN * 2}, "更正增价幅度")
    package = anyone.get(f"/api/v1/offerings/{offering_id}/ocds").json()
    (amendment,) = package["releases"][0]["tender"]["amendments"]
    assert amendment["rationale"] == "更正增价幅度"
