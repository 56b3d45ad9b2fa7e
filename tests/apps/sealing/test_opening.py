"""Keys are published after the deadline alone; k of them open everything; a stranger opens it again from the bundle."""

import json
from typing import Any

import pytest

from jishi.apps.market import actions
from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.apps.sealing.actions import opening as acts
from jishi.kernel.evidence.verify import verify
from jishi.kernel.sealing.committee import make_member_key
from jishi.platform import deadline
from jishi.platform.entropy import SeededEntropy
from tests.apps.market.hall import failed_checks
from tests.apps.sealing.chamber import MEMBERS, PRICES, Chamber
from tests.apps.sealing.test_committee import code_of, entries


def closed(chamber: Chamber) -> tuple[Any, Any]:
    """Bring a lot to where it waits for its opening."""
    offering, rows = chamber.start()
    chamber.file_all(rows)
    return chamber.close(offering), rows


def test_k_keys_open_every_bid(chamber: Chamber) -> None:
    offering, rows = closed(chamber)
    assert offering.awaits == "unseal"
    chamber.publish_key(MEMBERS[2], offering)
    assert market.get_offering(offering.id).awaits == "unseal"
    chamber.publish_key(MEMBERS[0], offering)
    found = sealing.read_ceremony(market.get_offering(offering.id))
    assert found is not None and found.published == 2 and found.committee.opened_ms is not None
    bids = {alias: opening["bid"]["price_fen"] for alias, opening in found.openings.items()}
    assert bids == {row.alias: PRICES[name] for name, row in rows.items()}
    assert [each["index"] for each in entries(offering, "MemberKeyPublished")] == [3, 1]


def test_a_stranger_opens_them_again(chamber: Chamber) -> None:
    offering, _ = closed(chamber)
    for name in MEMBERS[:2]:
        chamber.publish_key(name, offering)
    assert failed_checks(offering) == {}
    report = verify(market.bundle_offering(market.get_offering(offering.id)))
    (check,) = [check for check in report.checks if check.name == "sealing"]
    assert check.params == {"envelopes": 3, "keys": 2, "members": 3, "opened": 3, "void": 0}


def test_no_key_before_the_deadline_nor_of_a_lot_without_opening(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    chamber.file_all(rows)
    assert code_of(chamber.publish_key, MEMBERS[0], offering) == "ceremony.early"
    actions.terminate_offering(chamber.as_("reviewer"), offering.id, "权属争议")
    chamber.move(offering.listing_end)
    assert code_of(chamber.publish_key, MEMBERS[0], offering) == "ceremony.early"
    assert not entries(offering, "MemberKeyPublished")


def test_the_deadline_itself_lets_keys_in(chamber: Chamber) -> None:
    """Nobody has looked since; the key comes first and finds the lot closed."""
    offering, rows = chamber.start()
    chamber.file_all(rows)
    chamber.move(offering.listing_end)
    chamber.publish_key(MEMBERS[0], offering)
    assert len(entries(offering, "MemberKeyPublished")) == 1


def test_a_wrong_key_names_its_seat_and_is_not_taken(chamber: Chamber) -> None:
    from jishi.kernel.fault import Fault

    offering, _ = closed(chamber)
    wrong = make_member_key("x25519", SeededEntropy("wrong").draw)["private"]
    for private in (wrong, "", "zz", chamber.keys[MEMBERS[1]]["private"]):
        with pytest.raises(Fault) as caught:
            sealing.hand_over(chamber.as_(MEMBERS[0]), offering.id, private)
        assert caught.value.code == "ceremony.key_wrong"
        assert (caught.value.params["index"], caught.value.params["seat"]) == (1, MEMBERS[0])
    assert not entries(offering, "MemberKeyPublished")


@pytest.mark.parametrize("who", ["clerk", "reviewer", "regulator", "north", "member", "anyone"])
def test_only_a_member_hands_over(chamber: Chamber, who: str) -> None:
    offering, _ = closed(chamber)
    private = chamber.keys[MEMBERS[0]]["private"]
    assert code_of(sealing.hand_over, chamber.as_(who), offering.id, private) == "access.denied"


def test_published_twice_and_after_the_opening(chamber: Chamber) -> None:
    offering, _ = closed(chamber)
    for name in (MEMBERS[0], MEMBERS[0], MEMBERS[1], MEMBERS[1]):
        chamber.publish_key(name, offering)
    assert len(entries(offering, "MemberKeyPublished")) == 2
    before = market.get_offering(offering.id)
    assert sealing.open_bids(chamber.system, offering.id).outcome == before.outcome
    chamber.publish_key(MEMBERS[2], offering)  # who was not needed shows that the key was kept
    assert len(entries(offering, "MemberKeyPublished")) == 3 and failed_checks(offering) == {}
    assert market.get_offering(offering.id).outcome == before.outcome


def test_too_few_keys_open_nothing(chamber: Chamber) -> None:
    offering, _ = closed(chamber)
    chamber.publish_key(MEMBERS[0], offering)
    assert code_of(sealing.open_bids, chamber.system, offering.id) == "sealing.keys.few"


def test_a_crash_before_the_opening_is_made_good(chamber: Chamber, monkeypatch: pytest.MonkeyPatch) -> None:
    offering, _ = closed(chamber)
    with monkeypatch.context() as patch:
        patch.setattr(acts, "open_if_ready", lambda *given: None)
        for name in MEMBERS[:2]:
            chamber.publish_key(name, offering)
    assert market.get_offering(offering.id).awaits == "unseal"
    deadline.run_due(chamber.system)
    assert market.get_offering(offering.id).awaits != "unseal"
    assert not deadline.Deadline.objects.filter(kind=acts.DUE).exists()


def test_a_withdrawn_bid_is_not_opened(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    fourth = chamber.admit(offering, "west")["west"]
    chamber.file_all(rows)
    chamber.file_bid("west", fourth, 1)
    market.withdraw_registration(chamber.as_("west"), fourth.id)
    lot = chamber.close(offering)
    for name in MEMBERS[:2]:
        chamber.publish_key(name, lot)
    found = sealing.read_ceremony(market.get_offering(offering.id))
    assert found is not None and fourth.alias not in found.openings and len(found.openings) == 3
    assert {each["alias"] for each in found.envelopes if not each["counts"]} == {fourth.alias}
    assert failed_checks(lot) == {}


def test_a_bare_commitment_without_an_envelope_is_void(chamber: Chamber) -> None:
    from jishi.kernel.mechanism.acts import Seal

    offering, rows = chamber.start()
    chamber.file_all(rows)
    given = Seal(rows["north"].alias, "ab" * 32)
    assert market.take_part(chamber.as_("north"), rows["north"].id, given, "bare-key-1").accepted
    lot = chamber.close(offering)
    for name in MEMBERS[:2]:
        chamber.publish_key(name, lot)
    found = sealing.read_ceremony(market.get_offering(offering.id))
    assert found is not None and found.openings[rows["north"].alias] == {"void": "sealing.void.absent"}
    assert failed_checks(lot) == {}


def test_the_page_of_the_ceremony_as_json(chamber: Chamber) -> None:
    offering, _ = closed(chamber)
    before = sealing.read_ceremony(market.get_offering(offering.id))
    assert before is not None
    said = json.dumps(before.to_json())
    assert not any(key["private"] in said for key in chamber.keys.values())
    for name in MEMBERS[:2]:
        chamber.publish_key(name, offering)
    after = sealing.read_ceremony(market.get_offering(offering.id))
    assert after is not None
    privates = [member["private"] for member in after.to_json()["members"]]
    assert privates == [*(chamber.keys[name]["private"] for name in MEMBERS[:2]), None]


class TestSm:
    """The suite whose sealing cannot be repeated waits for every key, or for a decision."""

    @pytest.fixture
    def suite(self) -> str:
        """Give the Chinese suite."""
        return "sm"

    def test_it_opens_with_all_keys(self, chamber: Chamber) -> None:
        offering, _ = closed(chamber)
        for name in MEMBERS[:2]:
            chamber.publish_key(name, offering)
        assert code_of(sealing.open_bids, chamber.system, offering.id) == "sealing.keys.all"
        chamber.publish_key(MEMBERS[2], offering)
        assert failed_checks(offering) == {} and market.get_offering(offering.id).awaits != "unseal"

    def test_or_by_a_reasoned_decision(self, chamber: Chamber) -> None:
        offering, _ = closed(chamber)
        end, reviewer = sealing.end_keys, chamber.as_("reviewer")
        assert code_of(end, reviewer, offering.id, "密钥遗失") == "sealing.keys.few"
        for name in MEMBERS[:2]:
            chamber.publish_key(name, offering)
        assert code_of(end, reviewer, offering.id, "  ") == "ceremony.reason"
        for who in ("clerk", "regulator", "far_reviewer", "north", MEMBERS[0], "anyone"):
            assert code_of(end, chamber.as_(who), offering.id, "密钥遗失") == "access.denied"
        end(reviewer, offering.id, "密钥遗失")
        assert entries(offering, "KeysEnded") == [{"missing": [3], "reason": "密钥遗失"}]
        assert failed_checks(offering) == {} and market.get_offering(offering.id).awaits != "unseal"


def test_a_decision_where_none_is_needed(chamber: Chamber) -> None:
    offering, _ = closed(chamber)
    chamber.publish_key(MEMBERS[0], offering)
    reviewer = chamber.as_("reviewer")
    assert code_of(sealing.end_keys, reviewer, offering.id, "密钥遗失") == "sealing.keys.few"
