"""Handing in without scripts: files are read within a limit, forms are the site's own, too many come too fast."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.apps.sealing.models import Committee, Member
from jishi.kernel.mechanism.registry import MECHANISMS
from jishi.kernel.sealing.committee import make_member_key
from jishi.platform.entropy import SeededEntropy
from jishi.web.participant import sealed
from tests.web.world import World

KEY = make_member_key("x25519", SeededEntropy("seat").draw)


@pytest.fixture
def seat(world: World) -> str:
    """Seat "member" in a lot's committee, with a key."""
    lot = world.offerings["free"]
    made = Committee.objects.create(offering_id=lot, suite="x25519", threshold=2, bid_size=256, named_ms=0)
    person = world.users["member"].pk
    Member.objects.create(committee=made, index=1, person=person, seat="notary", public=KEY["public"])
    return lot


@pytest.mark.parametrize(
    "path",
    [
        "me/seats/{lot}/key/",
        "me/seats/{lot}/hand-over/",
        "me/registrations/{row}/seal/",
        "desk/offerings/{lot}/committee/",
    ],
)
def test_a_form_of_another_site_is_refused(world: World, path: str) -> None:
    who = {"desk": "clerk", "me/r": "bidder"}.get(path[:4], "member")
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.users[who])
    given = {"lot": world.offerings["free"], "row": world.registrations["free", "north"]}
    assert client.post("/" + path.format(**given), {}).status_code == 403


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"[" * 1900, b'{"private": 1}', b" " * 3000])
def test_what_is_no_key_file_is_said_beside_the_field(world: World, seat: str, content: bytes) -> None:
    sent = {"file": SimpleUploadedFile("key.json", content or b"\n")}
    answer = world.client("member").post(f"/me/seats/{seat}/hand-over/", sent)
    assert answer.status_code == 422 and "密钥文件" in answer.content.decode()


def test_a_key_before_the_deadline_is_refused(world: World, seat: str) -> None:
    sent = {"file": SimpleUploadedFile("key.json", json.dumps(KEY).encode())}
    answer = world.client("member").post(f"/me/seats/{seat}/hand-over/", sent)
    assert answer.status_code == 422
    assert not Member.objects.get(committee_id=seat).private
    assert KEY["private"] not in answer.content.decode()


def test_the_seat_waits_in_the_members_own_list(world: World, seat: str) -> None:
    Member.objects.filter(committee_id=seat).update(public="")
    assert f"/me/seats/{seat}/" in world.client("member").get("/me/").content.decode()
    assert f"/me/seats/{seat}/" not in world.client("bidder").get("/me/").content.decode()
    Member.objects.filter(committee_id=seat).update(person=world.users["regulator"].pk)
    assert f"/me/seats/{seat}/" in world.client("regulator").get("/desk/").content.decode()


def test_too_many_come_too_fast(world: World, seat: str, settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = True
    client = world.client("member")
    answers = [client.post(f"/me/seats/{seat}/key/", {}).status_code for _ in range(25)]
    assert answers[0] == 422 and answers[-1] == 429


def test_every_sealed_bid_is_typed_in_fields() -> None:
    sealed_once = {each.id for each in MECHANISMS if any(field.name == "sealing" for field in each.model)}
    lots = [market.Offering(mechanism=each, terms={}) for each in sealed_once - {"auction"}]
    assert {sealing.bid_fields_of(lot)[0] for lot in lots} == set(sealed.KINDS)
    assert set(sealed.KINDS.values()) == set(sealed.EXAMPLES)


def test_an_open_lot_says_that_it_takes_no_sealed_bids(world: World) -> None:
    lot = world.offerings["free"]
    for path in ("sealed/", "sealed.json"):
        answer = world.client("anonymous").get(f"/lots/{lot}/{path}", headers={"accept": "application/json"})
        assert answer.json()["code"] == "ceremony.unsealed"
    assert not sealing.is_sealed(market.get_offering(lot))
