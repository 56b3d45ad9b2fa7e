"""Envelopes are taken by form alone, once, in one transaction with the step, and never after the deadline."""

import copy
import json
from typing import Any

import pytest

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.platform.evidence import read_stream
from tests.apps.sealing.chamber import MEMBERS, PRICES, Chamber
from tests.apps.sealing.test_committee import code_of, entries


def kinds(offering: Any) -> list[str]:
    return [row.kind for row in read_stream(offering.stream)]


def test_the_envelope_stands_whole_beside_the_step(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    envelope = chamber.envelope(rows["north"], {"price_fen": 7})
    filed = sealing.file_envelope(chamber.as_("north"), rows["north"].id, envelope, "key-00001")
    assert filed.answer.accepted and filed.seq == filed.answer.seq + 1
    stream = {row.seq: row for row in read_stream(offering.stream)}
    assert json.loads(stream[filed.seq].data) == {"alias": rows["north"].alias, "envelope": envelope}
    step = json.loads(stream[filed.answer.seq].data)["input"]
    assert (step["type"], step["commitment"]) == ("seal", envelope["commitment"])


def test_a_retry_with_the_same_key_files_once(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    once, again = (chamber.file_bid("north", rows["north"], 7, "key-00001") for _ in range(2))
    assert once == again and len(entries(offering, "EnvelopeFiled")) == 1
    assert code_of(chamber.file_bid, "north", rows["north"], 8, "key-00001") == "command.key_reused"
    assert len(entries(offering, "EnvelopeFiled")) == 1


def test_a_later_envelope_replaces_the_earlier(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    for price_fen in (7, 8):
        chamber.file_bid("north", rows["north"], price_fen)
    found = sealing.find_filings(market.get_offering(offering.id), rows["north"].alias)
    assert [each["counts"] for each in found] == [True, False]


def test_none_is_taken_before_the_committee_is_formed(chamber: Chamber) -> None:
    offering = chamber.offer_sealed()
    chamber.move(offering.listing_start)
    rows = chamber.admit(chamber.advance(offering), "north")
    given: Any = (chamber.as_("north"), rows["north"].id, {}, "key-00001")
    assert code_of(sealing.file_envelope, *given) == "ceremony.unformed"
    chamber.name(offering)
    chamber.register(offering, *MEMBERS[:2])
    assert code_of(sealing.file_envelope, *given) == "ceremony.unformed"


def test_an_envelope_of_another_bidder_or_form_is_refused(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    envelope = chamber.envelope(rows["south"], {"price_fen": 7})
    before = kinds(offering)
    north = (chamber.as_("north"), rows["north"].id)
    assert code_of(sealing.file_envelope, *north, envelope, "key-00001") == "sealing.envelope.other"
    forms: list[Any] = [None, [], {}, "x", {**envelope, "more": 1}]
    for broken in forms:
        assert code_of(sealing.file_envelope, *north, broken, "key-00001") == "sealing.envelope.shape"
    assert kinds(offering) == before


@pytest.mark.parametrize("who", ["south", "clerk", "reviewer", "regulator", "member", "anyone", *MEMBERS])
def test_only_who_represents_the_bidder_files(chamber: Chamber, who: str) -> None:
    offering, rows = chamber.start()
    envelope = chamber.envelope(rows["north"], {"price_fen": 7})
    before = kinds(offering)
    given = (chamber.as_(who), rows["north"].id, envelope, "key-00001")
    assert code_of(sealing.file_envelope, *given) == "access.denied"
    assert kinds(offering) == before


def test_after_the_deadline_it_is_refused_and_leaves_no_envelope(chamber: Chamber) -> None:
    offering, rows = chamber.start()
    chamber.file_all(rows)
    chamber.move(offering.listing_end)
    filed = chamber.file_bid("north", rows["north"], 1, "late-key-1")
    assert not filed.answer.accepted and filed.seq == 0 and filed.answer.code
    assert len(entries(offering, "EnvelopeFiled")) == len(PRICES)


def test_an_envelope_altered_on_its_way_is_another_commitment(chamber: Chamber) -> None:
    """Form alone is held on receipt; what opens is found out by the keys."""
    offering, rows = chamber.start()
    envelope = copy.deepcopy(chamber.envelope(rows["north"], {"price_fen": 7}))
    envelope["commitment"] = "ab" * 32
    assert sealing.file_envelope(
        chamber.as_("north"), rows["north"].id, envelope, "key-00001"
    ).answer.accepted
    chamber.file_all({name: rows[name] for name in ("south", "east")})
    closed = chamber.close(offering)
    for name in MEMBERS[:2]:
        chamber.publish_key(name, closed)
    found = sealing.read_ceremony(market.get_offering(offering.id))
    assert found is not None and found.openings[rows["north"].alias] == {"void": "sealing.void.shares"}
