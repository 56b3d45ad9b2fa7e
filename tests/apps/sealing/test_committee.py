"""The committee is named by the office, formed by its members' own keys, and fixed before the first bid."""

import json
from typing import Any

import pytest

from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import make_member_key, read_committee
from jishi.platform.entropy import SeededEntropy
from jishi.platform.evidence import read_stream
from tests.apps.sealing.chamber import MEMBERS, Chamber

SEATS = [sealing.Seat(name, None) for name in MEMBERS]


def code_of(call: Any, *given: Any) -> str:
    with pytest.raises(Fault) as caught:
        call(*given)
    return caught.value.code


def entries(offering: Any, kind: str) -> list[Any]:
    return [json.loads(row.data) for row in read_stream(offering.stream, [kind])]


def test_it_is_formed_by_the_last_key(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    chamber.register(offering, *MEMBERS[:2])
    assert not entries(offering, "CommitteeFormed")
    chamber.register(offering, MEMBERS[2])
    (formed,) = entries(offering, "CommitteeFormed")
    committee = read_committee(formed["committee"])
    assert [each.hex() for each in committee.publics] == [chamber.keys[name]["public"] for name in MEMBERS]
    assert (committee.lot, committee.threshold, committee.suite.name) == (offering.id, 2, "x25519")
    assert [each["seat"] for each in formed["seats"]] == list(MEMBERS)
    found = sealing.find_committee(offering.id)
    assert found is not None and found.file == formed["committee"] and found.formed_ms is not None


def test_no_person_stands_in_the_log(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    chamber.register(offering, *MEMBERS)
    said = "".join(row.data for row in read_stream(offering.stream))
    assert "example.org" not in said and "person" not in entries(offering, "CommitteeFormed")[0]["seats"][0]


def test_a_member_may_take_another_key_until_it_is_formed(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    chamber.register(offering, MEMBERS[0])
    other = make_member_key("x25519", SeededEntropy("other").draw)
    sealing.register_key(chamber.as_(MEMBERS[0]), offering.id, other["public"])
    chamber.register(offering, *MEMBERS[1:])
    assert (sealing.committee_of(offering.id).file or {})["members"][0] == other["public"]
    assert code_of(sealing.register_key, chamber.as_(MEMBERS[0]), offering.id, other["public"]) == (
        "ceremony.formed"
    )
    assert code_of(chamber.name, offering) == "ceremony.formed"


def test_named_anew_all_keys_are_asked_for_again(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    chamber.register(offering, *MEMBERS[:2])
    chamber.name(offering)
    assert not any(member.public for member in sealing.list_members(offering.id))
    assert len(entries(offering, "CommitteeNamed")) == 2


def test_a_key_serves_one_offering_and_one_member(chamber: Chamber) -> None:
    first, second = chamber.offer_sealed("T-1"), chamber.offer_sealed("T-2")
    for offering in (first, second):
        chamber.name(offering)
    chamber.register(first, MEMBERS[0])
    public = chamber.keys[MEMBERS[0]]["public"]
    for name, offering in ((MEMBERS[0], second), (MEMBERS[1], first)):
        assert code_of(sealing.register_key, chamber.as_(name), offering.id, public) == "ceremony.key_used"
    assert code_of(sealing.register_key, chamber.as_(MEMBERS[1]), first.id, "00" * 32) == (
        "sealing.committee.key"
    )


@pytest.mark.parametrize("who", ["reviewer", "regulator", "far_clerk", "north", "member", "anyone", *MEMBERS])
def test_only_the_clerk_of_the_place_names_it(chamber: Chamber, who: str) -> None:
    offering = chamber.offer_sealed()
    seats = [sealing.Seat(name, chamber.users[name].pk) for name in MEMBERS]
    assert code_of(sealing.name_committee, chamber.as_(who), offering.id, seats) == "access.denied"


@pytest.mark.parametrize("who", ["clerk", "reviewer", "north", "anyone"])
def test_only_a_member_registers_a_key(chamber: Chamber, who: str) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    key = make_member_key("x25519", SeededEntropy("k").draw)["public"]
    assert code_of(sealing.register_key, chamber.as_(who), offering.id, key) == "access.denied"


def test_seats_are_as_many_as_the_terms_say_and_people_differ(chamber: Chamber) -> None:
    offering, clerk = chamber.offer_sealed(), chamber.as_("clerk")
    people = [chamber.users[name].pk for name in MEMBERS]
    for seats, code in [
        ([sealing.Seat("a", people[0]), sealing.Seat("b", people[1])], "ceremony.members"),
        ([sealing.Seat(" ", people[0]), sealing.Seat("b", people[1]), sealing.Seat("c", people[2])],
         "ceremony.members"),
        ([sealing.Seat(name, people[0]) for name in MEMBERS], "ceremony.person"),
        ([sealing.Seat(name, 10**9) for name in MEMBERS], "ceremony.person"),
        (SEATS, "ceremony.person"),
    ]:  # fmt: skip
        assert code_of(sealing.name_committee, clerk, offering.id, seats) == code


def test_who_bids_does_not_sit(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    from jishi.apps.parties import api as parties

    parties.add_representative(chamber.system, chamber.parties["north"], chamber.users[MEMBERS[0]].pk)
    chamber.move(offering.listing_start)
    chamber.file(chamber.advance(offering), "north")
    key = make_member_key("x25519", SeededEntropy("k").draw)["public"]
    assert code_of(sealing.register_key, chamber.as_(MEMBERS[0]), offering.id, key) == "ceremony.bidder"
    assert code_of(chamber.name, offering) == "ceremony.bidder"


def test_an_open_lot_has_no_committee(chamber: Chamber) -> None:
    offering = chamber.publish(chamber.draft("T-9"))
    assert code_of(chamber.name, offering) == "ceremony.unsealed"


def test_what_waits_for_a_member(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.name(offering)
    person = chamber.users[MEMBERS[0]].pk
    assert [duty.step for duty in sealing.list_duties(person)] == [sealing.REGISTER]
    chamber.register(offering, MEMBERS[0])
    assert not sealing.list_duties(person) and sealing.list_duties(chamber.users[MEMBERS[1]].pk)
    assert not sealing.list_duties(chamber.users["clerk"].pk) and not sealing.list_duties(None)
