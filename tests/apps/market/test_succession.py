"""After a default the office takes the next candidate in order, or offers the lot anew: never both."""

import json
from dataclasses import replace
from typing import Any

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions.succession import award_next
from jishi.apps.market.models import Offering
from jishi.apps.market.publication import bundle_offering
from jishi.apps.market.reads import get_offering, list_notices, sealed_lines
from jishi.apps.market.winning import list_awards, may_follow, payments_of, standing_aliases
from jishi.apps.registers import api as registers
from jishi.kernel.evidence.bundle import read_bundle
from jishi.kernel.evidence.check_result import check_award
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.kernel.mechanism.succession import names_successors, next_award
from jishi.platform.evidence import read_stream
from jishi.platform.words import say
from tests.apps.market.hall import DAY_MS, START_FEN, Hall, failed_checks

SALT = "5a" * 32
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
PRICES = {"north": 300, "south": 200, "east": 100}


@pytest.fixture
def published(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Offering:
    """Give a published tender that "north" won before "south" and "east"; no money takes part."""
    from jishi.apps.market import events

    monkeypatch.setitem(events._handlers, events.SaleConfirmed, [])
    monkeypatch.setitem(events._handlers, events.SaleDefaulted, [])
    offering = hall.offer(
        product="land.state_grant_auction", mechanism="tender", terms={"sealing": SEALING}, **NONE
    )
    openings = {}
    for name, row in hall.admit(offering, *PRICES).items():
        bid = {"price_fen": START_FEN * PRICES[name]}
        seal = acts.Seal(row.alias, commit_bid(offering.id, row.alias, bid, SALT))
        assert market.take_part(hall.as_(name), row.id, seal, name).accepted
        openings[row.alias] = {"bid": bid, "salt": SALT}
    hall.run_out(offering)
    market.decide_step(hall.system, offering.id, acts.Unseal(sealed_lines(offering), openings))
    hall.run_out(offering)
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    return market.publish_result(hall.as_("reviewer"), offering.id)


def default(hall: Hall, offering: Offering) -> Offering:
    """Let the days to sign run out."""
    hall.move(hall.clock.now_ms() + 30 * DAY_MS)
    return market.declare_default(hall.as_("reviewer"), offering.id, "逾期未签")


def test_the_next_candidates_follow_in_order_at_their_own_bids(hall: Hall, published: Offering) -> None:
    for place, name in enumerate(("south", "east"), start=2):
        assert default(hall, published).state == "defaulted"
        assert may_follow(get_offering(published.id))
        award_next(hall.as_("reviewer"), published.id)
        now = get_offering(published.id)
        assert (now.state, now.price_fen) == ("published", START_FEN * PRICES[name])
        assert registers.get_entry(now.entry_id).state == "offered"
        body = list_notices(now.id)[-1].body
        assert (body["winner"], body["reason"], body["clauses"]) == (
            hall.parties[name],
            "next_candidate",
            ["招标投标法实施条例 55"],
        )
        assert len(list_awards(now)) == place and standing_aliases(now) == [now.leader]
        assert payments_of(now)[now.leader] == START_FEN * PRICES[name]
        assert failed_checks(now).keys() == {"sealing"}, "no committee took part; the rest holds"
    default(hall, published)
    with pytest.raises(Fault, match=r"market\.next\.nobody") as caught:
        award_next(hall.as_("reviewer"), published.id)
    assert all("T-1" in say(caught.value.code, caught.value.params, each) for each in ("zh", "en"))
    assert not may_follow(get_offering(published.id))


def test_nobody_follows_while_the_winner_may_sign(hall: Hall, published: Offering) -> None:
    assert not may_follow(published)
    with pytest.raises(Fault, match=r"market\.next\.none_free"):
        award_next(hall.as_("reviewer"), published.id)
    default(hall, published)
    award_next(hall.as_("reviewer"), published.id)
    with pytest.raises(Fault, match=r"market\.next\.none_free"):
        award_next(hall.as_("reviewer"), published.id)
    with pytest.raises(Fault, match=r"market\.default\.early"):
        market.declare_default(hall.as_("reviewer"), published.id, "逾期未签")


def test_a_lot_offered_anew_is_not_awarded_again(hall: Hall, published: Offering) -> None:
    default(hall, published)
    for name in ("clerk", "north", "far_reviewer"):
        with pytest.raises(Fault, match=r"access\.denied"):
            award_next(hall.as_(name), published.id)
    form = replace(hall.form(published.entry_id, "T-1-2"))
    market.relist_offering(hall.as_("clerk"), published.id, form)
    with pytest.raises(Fault, match=r"market\.next\.relisted"):
        award_next(hall.as_("reviewer"), published.id)


def test_a_verifier_refuses_whoever_does_not_follow(hall: Hall, published: Offering) -> None:
    default(hall, published)
    award_next(hall.as_("reviewer"), published.id)
    offering = get_offering(published.id)
    bundle = read_bundle(json.loads(bundle_offering(offering)))
    outcome = offering.outcome or {}
    check_award(bundle, outcome)
    third = outcome["candidates"][2]
    for forged in ({"alias": third}, {"price_fen": 1}, {"pay_fen": 1}):
        entries = tuple(
            replace(each, data={**each.data, "award": {**each.data["award"], **forged}})
            if each.kind == "NextAwarded"
            else each
            for each in bundle.entries
        )
        with pytest.raises(Fault, match=r"verify\.award\.next"):
            check_award(replace(bundle, entries=entries), outcome)
    without = tuple(each for each in bundle.entries if each.kind != "SaleDefaulted")
    with pytest.raises(Fault, match=r"verify\.award\.next"):
        check_award(replace(bundle, entries=without), outcome)


def test_a_default_costs_one_default_and_is_in_the_log(hall: Hall, published: Offering) -> None:
    default(hall, published)
    award_next(hall.as_("reviewer"), published.id)
    (entry,) = read_stream(published.stream, ["NextAwarded"])
    said = json.loads(entry.data)
    assert said["clauses"] == ["招标投标法实施条例 55"] and said["award"]["alias"] == said["alias"]
    assert hall.parties["south"] not in entry.data, "the log names aliases and commitments alone"


def test_who_left_or_ties_does_not_follow() -> None:
    ranking = [
        {"alias": alias, "rank": rank, "price_fen": 1} for alias, rank in (("a", 1), ("b", 2), ("c", 2))
    ]
    outcome = {"candidates": ["a", "b", "c"], "left": [], "ranking": ranking}
    assert next_award(outcome, {"a"}) is None, "two of one rank"
    gone = {**outcome, "left": [{"alias": "b", "reason": "declined"}]}
    assert next_award(gone, {"a"}) == {"alias": "c", "quantity": 1, "price_fen": 1, "pay_fen": 1}
    assert next_award(gone, {"a", "c"}) is None


def test_a_waiting_list_follows_in_its_order() -> None:
    award = {"alias": "a", "quantity": 1, "price_fen": 0, "pay_fen": 0, "rank": 1}
    outcome = {"awards": [award], "ranking": ["a", "b", "c"], "waiting": ["b", "c"]}
    assert names_successors(outcome) and not names_successors({**outcome, "waiting": []})
    assert next_award(outcome, {"a"}) == {**award, "alias": "b", "rank": 2}
    assert next_award(outcome, {"a", "b"}) == {**award, "alias": "c", "rank": 3}
    assert next_award(outcome, {"a", "b", "c"}) is None
