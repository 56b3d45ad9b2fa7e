"""A stage of one quote each: the amounts are nobody's until it has ended, then everybody's."""

import json
from typing import Any

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.publication import bundle_offering
from jishi.apps.market.reads import get_offering, list_entries, list_ladder
from jishi.apps.market.secrecy import is_withholding, own_offer, withheld_places
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform import silence
from tests.apps.market.hall import DAY_MS, FIVE_MINUTES, START_FEN, STEP_FEN, Hall, failed_checks
from tests.apps.market.ways import many_ways

STAGES = [
    {
        "kind": "ascending",
        "increment_fen": STEP_FEN,
        "round_ms": FIVE_MINUTES,
        "cap_fen": START_FEN + STEP_FEN,
        "at_cap": "next",
    },
    {"kind": "second_quantity", "unit": "m2", "span_ms": FIVE_MINUTES, "most": 1_000_000},
]


@pytest.fixture(autouse=True)
def run_on_many_ways(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JISHI_PACK", str(many_ways(tmp_path_factory.mktemp("pack"))))


def at_the_cap(hall: Hall, *names: str) -> tuple[Offering, dict[str, Registration]]:
    start = hall.clock.now_ms() + 22 * DAY_MS
    terms = {"stages": STAGES, "least_bidders": 2}
    offering = hall.draft(mechanism="auction", increment_fen=None, registration_end=start, terms=terms)
    rows = hall.admit(hall.publish(offering), *names)
    hall.move(offering.listing_start)
    hall.advance(offering)
    first = rows[names[0]]
    bid = Bid(first.alias, START_FEN + STEP_FEN)
    assert market.take_part(hall.as_(names[0]), first.id, bid, "").accepted
    return get_offering(offering.id), rows


def offer(hall: Hall, name: str, row: Registration, amount: int) -> Any:
    return market.take_part(hall.as_(name), row.id, acts.Offer(row.alias, amount), f"offer-{name}")


def test_amounts_are_withheld_while_the_stage_runs(hall: Hall) -> None:
    offering, rows = at_the_cap(hall, "north", "south")
    assert offering.phase == "second_quantity" and not is_withholding(offering)
    bundle_offering(offering)
    answers = [offer(hall, name, rows[name], amount) for name, amount in (("north", 7771), ("south", 8882))]
    assert all(answer.accepted for answer in answers)
    offering = get_offering(offering.id)
    assert withheld_places([offering.id]) == {(offering.stream, answer.seq) for answer in answers}
    assert own_offer(offering, rows["south"].alias) == 8882 and own_offer(offering, "nobody") is None
    with pytest.raises(Fault, match=r"market\.bundle\.withheld"):
        bundle_offering(offering)
    assert len(list_ladder(offering.id)) == 1
    market.suspend_offering(hall.as_("reviewer"), offering.id, "核对")
    assert len(withheld_places([offering.id])) == 2
    market.resume_offering(hall.as_("reviewer"), offering.id, "核对完毕")


def test_amounts_are_public_once_the_stage_has_ended(hall: Hall) -> None:
    offering, rows = at_the_cap(hall, "north", "south")
    offer(hall, "south", rows["south"], 8882)
    found = hall.run_out(offering)
    assert found.outcome is not None and found.outcome["second"] == {"m2": 8882}
    assert withheld_places([found.id]) == frozenset() and not is_withholding(found)
    assert b"8882" in bundle_offering(found) and failed_checks(found) == {}


def test_a_stage_that_was_terminated_withholds_nothing(hall: Hall) -> None:
    offering, rows = at_the_cap(hall, "north", "south")
    offer(hall, "south", rows["south"], 8882)
    market.terminate_offering(hall.as_("reviewer"), offering.id, "规划条件调整")
    assert not is_withholding(get_offering(offering.id))


def test_the_hash_of_an_offer_says_nothing_of_its_amount(hall: Hall) -> None:
    offering, rows = at_the_cap(hall, "north", "south")
    offer(hall, "south", rows["south"], 8882)
    entry = list_entries(offering.id)[-1]
    assert len(bytes.fromhex(json.loads(entry.data)["salt"])) == 32
    assert all("salt" not in json.loads(each.data) for each in list_entries(offering.id)[:-1])


@pytest.mark.parametrize("first", ["nobody", "a bid"])
def test_who_comes_first_after_a_silence_takes_no_time_from_the_others(hall: Hall, first: str) -> None:
    offering, rows = at_the_cap(hall, "north", "south")
    silence.beat(hall.system)
    hall.move(hall.clock.now_ms() + FIVE_MINUTES - 10_000)
    if first == "a bid":
        assert offer(hall, "north", rows["north"], 7).accepted
    silence.beat(hall.system)
    market.recover_outage(hall.system)
    assert (get_offering(offering.id).due_ms or 0) - hall.clock.now_ms() == FIVE_MINUTES
