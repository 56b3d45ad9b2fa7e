"""Every mechanism by program: what it takes is said, an act is given once, and nobody else reads what one gave."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pydantic import TypeAdapter

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.mechanism import acts
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.web.api_v1.act_shapes import EXAMPLES, AnyAct
from tests.apps.market.hall import DAY_MS, START_FEN, STEP_FEN
from tests.apps.market.ways import many_ways
from tests.apps.sealing.chamber import MEMBERS, Chamber

NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
CAP = {"increment_fen": STEP_FEN, "round_ms": 300_000, "cap_fen": START_FEN + STEP_FEN, "at_cap": "next"}
ASCENDING = {"kind": "ascending", **CAP}
SECOND = {"kind": "second_quantity", "unit": "平方米", "span_ms": 30 * DAY_MS, "least": 10, "most": 9_000}
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
SECRET = 7_771
TOLD = re.compile(rf"\b(?:{SECRET}|{SECRET:,})\b")
DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_ways(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def hall(db: None, ways: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Chamber:
    """Give an office whose lots opened a day ago on the clock of the web server."""
    monkeypatch.setenv("JISHI_PACK", str(ways))
    settings.JISHI_RATE_LIMITS = False
    return Chamber(SimulatedClock(Context().now_ms() - 23 * DAY_MS))


def client(hall: Chamber, name: str = "") -> Client:
    found = Client(headers={"Accept-Language": "en"})
    if name:
        found.force_login(hall.users[name])
    return found


def give(hall: Chamber, row: Registration, name: str, /, **act: Any) -> Any:
    key = act.pop("key", f"key-{abs(hash(str(act)))}"[:40])
    return client(hall, name).post(
        f"/api/v1/registrations/{row.id}/acts",
        json.dumps(act),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def given(hall: Chamber, row: Registration, name: str, query: str = "") -> dict[str, Any]:
    answer = client(hall, name).get(f"/api/v1/registrations/{row.id}/acts{query}")
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


def asked(hall: Chamber, row: Registration, name: str) -> dict[str, dict[str, Any]]:
    """Return by act and field what a bidder may give now."""
    return {
        each["type"]: {field["name"]: field for field in each["fields"]}
        for each in given(hall, row, name)["accepts"]
    }


def call_auction(hall: Chamber, **terms: Any) -> tuple[Offering, dict[str, Registration]]:
    terms = {"tick_fen": 100, "low_fen": 950, **terms}
    offering = hall.offer(mechanism="call_auction", terms=terms, **NONE)
    return offering, hall.admit(offering, "north", "south")


def at_the_cap(hall: Chamber, *stages: dict[str, Any], **terms: Any) -> tuple[Offering, Any]:
    start = hall.clock.now_ms() + 22 * DAY_MS
    terms = {"stages": [ASCENDING, *stages], "least_bidders": 2, **terms}
    draft = hall.draft(mechanism="auction", increment_fen=None, registration_end=start, terms=terms)
    hall.publish(draft)
    if "sealing" in terms:
        hall.name(draft)
        hall.register(draft, *MEMBERS)
    rows = hall.admit(draft, "north", "south")
    hall.move(start)
    hall.advance(draft)
    assert asked(hall, rows["north"], "north")["bid"]["price_fen"]["least"] == START_FEN
    assert give(hall, rows["north"], "north", type="bid", price_fen=START_FEN + STEP_FEN).status_code == 200
    return get_offering(draft.id), rows


def test_orders_are_entered_once_and_taken_back(hall: Chamber) -> None:
    offering, rows = call_auction(hall)
    fields = asked(hall, rows["north"], "north")
    assert set(fields) == {"order"}, "nothing stands that could be taken back"
    assert fields["order"]["price_fen"]["least"] == 1_000 and fields["order"]["price_fen"]["step"] == 100
    assert fields["order"]["side"]["choices"] == ["buy", "sell"]
    order = {"type": "order", "side": "buy", "price_fen": 1_200, "quantity": 5, "key": "key-order-1"}
    first, again = give(hall, rows["north"], "north", **order), give(hall, rows["north"], "north", **order)
    assert first.status_code == again.status_code == 200 and first.json()["seq"] == again.json()["seq"]
    assert get_offering(offering.id).quotes == 1
    other = give(hall, rows["north"], "north", **{**order, "quantity": 6})
    assert (other.status_code, other.json()["code"]) == (409, "command.key_reused")
    stands = given(hall, rows["north"], "north")
    assert stands["holding"]["orders"] == [{"place": 1, "side": "buy", "price_fen": 1_200, "quantity": 5}]
    assert asked(hall, rows["north"], "north")["cancel"]["order"]["choices"] == [1]
    stolen = give(hall, rows["south"], "south", type="cancel", order=1)
    assert (stolen.status_code, stolen.json()["code"]) == (409, "orders.unknown")
    assert give(hall, rows["north"], "north", type="cancel", order=1).status_code == 200
    stands = given(hall, rows["north"], "north")
    assert [each["act"]["type"] for each in stands["items"]] == ["order", "cancel"]
    assert stands["holding"]["orders"] == [] and "alias" not in stands["items"][0]["act"]
    assert given(hall, rows["south"], "south")["items"] == []


def test_what_one_gave_comes_in_pages_with_receipts_the_bundle_keeps(hall: Chamber) -> None:
    offering, rows = call_auction(hall)
    for quantity in (1, 2, 3):
        act = {"type": "order", "side": "buy", "price_fen": 1_200, "quantity": quantity}
        assert give(hall, rows["north"], "north", **act).status_code == 200
    page = given(hall, rows["north"], "north", "?limit=2")
    rest = given(hall, rows["north"], "north", f"?after_seq={page['next']}&limit=2")
    items = [*page["items"], *rest["items"]]
    assert [each["act"]["quantity"] for each in items] == [1, 2, 3] and rest["next"] is None
    bundle = client(hall).get(f"/api/v1/offerings/{offering.id}/bundle").content
    assert all(verify_receipt(each["receipt"], bundle).ok for each in items)


def test_units_are_bought_within_what_is_left(hall: Chamber) -> None:
    terms = {"price_fen": 5_000, "stock": 10, "least": 2, "per_bidder": 8}
    offering = hall.offer(mechanism="fixed_price", terms=terms, **NONE)
    rows = hall.admit(offering, "north", "south")
    quantity = asked(hall, rows["north"], "north")["buy"]["quantity"]
    assert (quantity["least"], quantity["most"], quantity["step"]) == (2, 8, 1)
    assert give(hall, rows["north"], "north", type="buy", quantity=7).status_code == 200
    assert given(hall, rows["north"], "north")["holding"]["bought"] == 7
    assert asked(hall, rows["north"], "north")["buy"]["quantity"]["most"] == 1
    assert asked(hall, rows["south"], "south")["buy"]["quantity"]["most"] == 3
    refused = give(hall, rows["south"], "south", type="buy", quantity=4)
    assert (refused.status_code, refused.json()["code"]) == (409, "fixed_price.stock")
    assert "sentence" in refused.json()


def test_only_who_holds_a_right_is_asked_for_it(hall: Chamber) -> None:
    terms = {"floor_fen": START_FEN, "publicity_ms": DAY_MS // 2, "first_refusal_ms": 30 * DAY_MS}
    offering = hall.offer(mechanism="negotiation", terms=terms, **NONE)
    rows = hall.admit(offering, "north") | hall.file(offering, "south")
    held = rows["south"]
    market.decide_step(hall.as_("clerk"), offering.id, acts.Prefer(held.alias, "承租人"))
    market.qualify_registrations(hall.as_("clerk"), offering.id, [held.id])
    market.secure_deposits(hall.system, offering.id, [(held.id, "transfer")])
    assert asked(hall, held, "south") == {}
    market.decide_step(hall.as_("clerk"), offering.id, acts.Agree(rows["north"].alias, START_FEN))
    hall.move(get_offering(offering.id).due_ms or 0)
    hall.advance(offering)
    assert asked(hall, rows["north"], "north") == {}
    assert set(asked(hall, held, "south")) == {"exercise", "decline"}
    assert given(hall, held, "south")["holding"]["right"] == "open"
    refused = give(hall, rows["north"], "north", type="exercise")
    assert (refused.status_code, refused.json()["code"]) == (409, "first_refusal.not_entitled")
    assert give(hall, held, "south", type="exercise").status_code == 200
    assert (get_offering(offering.id).outcome or {})["winner"] == held.alias


def others_read(hall: Chamber, offering: Offering, row: Registration, name: str) -> Iterator[tuple[str, str]]:
    """Yield all that the API tells another of an offering."""
    parts = ("", "/ladder", "/entries?limit=1000", "/notices", "/bundle", "/ocds")
    paths = [f"/api/v1/offerings/{offering.id}{part}" for part in parts]
    seqs = range(1, 60)
    paths += [f"/api/v1/offerings/{offering.id}/entries/{seq}/receipt" for seq in seqs]
    paths += ["/api/v1/changes?limit=500", f"/api/v1/registrations/{row.id}", "/api/v1/registrations"]
    paths += [f"/api/v1/registrations/{row.id}/acts"]
    for path in paths:
        yield path, client(hall, name).get(path).content.decode()


def test_an_amount_given_once_is_its_bidders_alone(hall: Chamber) -> None:
    offering, rows = at_the_cap(hall, SECOND)
    amount = asked(hall, rows["south"], "south")["offer"]["amount"]
    assert (amount["least"], amount["most"], amount["step"], amount["unit"]) == (10, 9_000, 1, "平方米")
    taken = give(hall, rows["south"], "south", type="offer", amount=SECRET, key="key-offer-1")
    assert taken.status_code == 200 and not TOLD.search(taken.content.decode())
    again = give(hall, rows["south"], "south", type="offer", amount=SECRET, key="key-offer-1")
    assert again.json()["seq"] == taken.json()["seq"]
    for name in ("", "north", "east", "clerk", "reviewer", "regulator", "auditor"):
        for path, text in others_read(hall, offering, rows["south"], name):
            assert not TOLD.search(text), (name, path)
        assert client(hall, name).get(f"/api/v1/registrations/{rows['south'].id}/acts").status_code in (
            401,
            403,
        )
    own = given(hall, rows["south"], "south")
    assert own["holding"]["offer"] == SECRET and own["items"][-1]["act"]["amount"] == SECRET
    assert "offer" not in asked(hall, rows["south"], "south"), "it is given once"
    assert "offer" in asked(hall, rows["north"], "north")


def test_no_hash_tells_an_amount_that_is_tried_against_it(hall: Chamber) -> None:
    """Whoever knows everything but the amount tries it: without the salt no hash comes out."""
    from jishi.kernel.evidence.entry import Entry, leaf_hash
    from jishi.platform.models import EvidenceEntry

    offering, rows = at_the_cap(hall, SECOND)
    taken = give(hall, rows["south"], "south", type="offer", amount=SECRET).json()
    entry = EvidenceEntry.objects.get(stream=offering.stream, seq=taken["seq"])
    place = (entry.stream, entry.seq, entry.kind, entry.effective_at, entry.recorded_at)
    data = json.loads(entry.data)
    assert leaf_hash(Entry(*place, data)).hex() == taken["leaf_hash"]
    data.pop("salt")
    assert leaf_hash(Entry(*place, data)).hex() != taken["leaf_hash"]


def test_a_sealed_bid_is_filed_once_and_its_receipt_covers_the_envelope(hall: Chamber) -> None:
    offering, rows = hall.start()
    row = rows["north"]
    (accepts,) = given(hall, row, "north")["accepts"]
    assert accepts["type"] == "seal" and accepts["seals"] == ["price_fen"]
    envelope = hall.envelope(row, {"price_fen": 120_000_000})
    filed, again = (
        give(hall, row, "north", type="seal", envelope=envelope, key="key-seal-1") for _ in range(2)
    )
    assert filed.status_code == 200, filed.content.decode()
    assert filed.json()["seq"] == again.json()["seq"] and get_offering(offering.id).quotes == 1
    second = hall.envelope(row, {"price_fen": 121_000_000})
    reused = give(hall, row, "north", type="seal", envelope=second, key="key-seal-1")
    assert (reused.status_code, reused.json()["code"]) == (409, "command.key_reused")
    assert give(hall, row, "north", type="seal", envelope=second).status_code == 200
    one, two = given(hall, row, "north")["items"]
    assert (one["seq"], one["counts"], two["counts"]) == (filed.json()["seq"], False, True)
    assert one["act"] == {"type": "seal", "commitment": envelope["commitment"]}
    bundle = client(hall).get(f"/api/v1/offerings/{offering.id}/bundle").content
    assert verify_receipt(filed.json()["receipt"], bundle).ok and verify_receipt(two["receipt"], bundle).ok
    stored = json.loads(bundle)["entries"][one["seq"] - 1]
    assert stored["data"]["envelope"] == envelope


def test_an_envelope_of_another_is_refused(hall: Chamber) -> None:
    _offering, rows = hall.start()
    stolen = hall.envelope(rows["south"], {"price_fen": 1})
    answer = give(hall, rows["north"], "north", type="seal", envelope=stolen)
    assert (answer.status_code, answer.json()["code"]) == (422, "sealing.envelope.other")
    answer = give(hall, rows["north"], "north", type="seal", envelope={})
    assert (answer.status_code, answer.json()["code"]) == (422, "sealing.envelope.shape")
    assert given(hall, rows["north"], "north")["items"] == []


def test_a_key_of_a_bare_commitment_files_no_envelope(hall: Chamber) -> None:
    """What came on the live path without its envelope is not answered as if the envelope stood in the log."""
    offering, rows = hall.start()
    envelope = hall.envelope(rows["north"], {"price_fen": 5})
    bare = acts.Seal(rows["north"].alias, envelope["commitment"])
    market.take_part(hall.as_("north"), rows["north"].id, bare, f"{rows['north'].alias}:key-bare-1")
    give(hall, rows["south"], "south", type="seal", envelope=hall.envelope(rows["south"], {"price_fen": 6}))
    answer = give(hall, rows["north"], "north", type="seal", envelope=envelope, key="key-bare-1")
    assert (answer.status_code, answer.json()["code"]) == (409, "command.key_reused")
    assert given(hall, rows["north"], "north")["items"][0]["counts"] is False
    assert get_offering(offering.id).quotes == 2


def test_a_sealed_stage_of_an_auction_says_what_is_sealed(hall: Chamber) -> None:
    sealed = ({"kind": "sealed_quote", "span_ms": 30 * DAY_MS},)
    offering, rows = at_the_cap(hall, *sealed, sealing=SEALING)
    (accepts,) = given(hall, rows["south"], "south")["accepts"]
    assert (accepts["type"], accepts["seals"]) == ("seal", ["price_fen"])
    public = client(hall).get(f"/api/v1/offerings/{offering.id}").json()["accepts"]
    assert [each["type"] for each in public] == ["seal"]
    envelope = hall.envelope(rows["south"], {"price_fen": START_FEN + 3 * STEP_FEN})
    assert give(hall, rows["south"], "south", type="seal", envelope=envelope).status_code == 200


WRONG = [
    ({"type": "fly"}, 422, "api.invalid"),
    ({"type": "order", "side": "up", "price_fen": 1_200, "quantity": 1}, 422, "api.invalid"),
    ({"type": "order", "side": "buy", "price_fen": 12.5, "quantity": 1}, 422, "api.invalid"),
    ({"type": "order", "side": "buy", "price_fen": 1_200}, 422, "api.invalid"),
    ({"type": "order", "side": "buy", "price_fen": 2**53, "quantity": 1}, 422, "api.invalid"),
    ({"type": "order", "side": "buy", "price_fen": 1_200, "quantity": 1, "alias": "X"}, 422, "api.invalid"),
    ({"type": "order", "side": "buy", "price_fen": 1_250, "quantity": 1}, 409, "orders.tick"),
    ({"type": "order", "side": "buy", "price_fen": 1_200, "quantity": 0}, 409, "orders.quantity"),
    ({"type": "buy", "quantity": 1}, 409, "mechanism.unwelcome"),
    ({"type": "suspend", "reason": "no bidder may"}, 422, "api.invalid"),
    ({"type": "seal", "commitment": "0" * 64}, 422, "api.invalid"),
]


@pytest.mark.parametrize(("act", "status", "code"), WRONG)
def test_what_is_wrong_is_said_and_changes_nothing(
    hall: Chamber, act: dict[str, Any], status: int, code: str
) -> None:
    offering, rows = call_auction(hall)
    answer = give(hall, rows["north"], "north", **act)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content.decode()
    assert answer.json()["sentence"] not in ("", code)
    assert get_offering(offering.id).quotes == 0


def test_an_act_needs_a_key_and_a_sound_body(hall: Chamber) -> None:
    _offering, rows = call_auction(hall)
    path = f"/api/v1/registrations/{rows['north'].id}/acts"
    own = client(hall, "north")
    assert own.post(path, "{}", content_type="application/json").status_code == 422
    for body in ("{", "[" * 50_000, "null", "[]", '"buy"'):
        answer = own.post(
            path, body, content_type="application/json", headers={"Idempotency-Key": "key-00001"}
        )
        assert answer.status_code in (400, 422), body[:9]


def test_nothing_is_asked_of_who_is_not_admitted_or_while_it_rests(hall: Chamber) -> None:
    offering, rows = call_auction(hall)
    filed = hall.file(offering, "east")["east"]
    assert (asked(hall, filed, "east"), given(hall, filed, "east")["state"]) == ({}, "filed")
    answer = give(hall, filed, "east", type="order", side="buy", price_fen=1_200, quantity=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "market.bid.not_admitted")
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核查")
    assert asked(hall, rows["north"], "north") == {}
    assert client(hall).get(f"/api/v1/offerings/{offering.id}").json()["accepts"] == []


def test_acts_are_slowed_down(hall: Chamber, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jishi.web.api_v1 import limit

    _offering, rows = call_auction(hall)
    settings.JISHI_RATE_LIMITS = True
    for each in (limit.BIDDING, limit.OWN):
        monkeypatch.setattr(each, "buckets", limit.Buckets(rate=0.1, burst=1))
    order = {"type": "order", "side": "buy", "price_fen": 1_200, "quantity": 1}
    assert [give(hall, rows["north"], "north", **order).status_code for _ in range(2)] == [200, 429]
    path = f"/api/v1/registrations/{rows['north'].id}/acts"
    assert [client(hall, "north").get(path).status_code for _ in range(2)] == [200, 429]


def test_every_example_is_an_act_and_every_act_has_one(hall: Chamber) -> None:
    shapes = TypeAdapter(AnyAct)
    for name, example in EXAMPLES.items():
        assert shapes.validate_python(example).type == name
    assert set(EXAMPLES) == set(market.OF_BIDDERS)
    told = re.findall(r'^\{"type": .*\}$', DOCS.read_text("utf-8"), re.MULTILINE)
    assert {shapes.validate_json(each).type for each in told} == set(market.OF_BIDDERS)
    described = client(hall).get("/api/v1/openapi.json").json()
    body = described["paths"]["/api/v1/registrations/{registration_id}/acts"]["post"]["requestBody"]
    content = body["content"]["application/json"]
    assert set(content["examples"]) == set(EXAMPLES) and content["schema"]
