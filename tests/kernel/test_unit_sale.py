"""Units of a supply sold by sealed bids: at one price for all, or each winner at its own."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Mechanism, Refusal, awards_of, find, fold, inputs
from jishi.kernel.mechanism.acts import Seal, Unseal
from jishi.kernel.mechanism.pay_as_bid import PAY_AS_BID
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.kernel.mechanism.uniform_price import UNIFORM_PRICE

LOT, SALT = "lot-1", "5a" * 32
TERMS = {
    "lot": LOT,
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "supply": 1000,
    "floor_fen": 3500,
    "sealing": {"suite": "any", "members": 3, "threshold": 2},
}
Outcome = dict[str, Any]


def pair(price_fen: int, quantity: int) -> dict[str, Any]:
    return {"price_fen": price_fen, "quantity": quantity}


def pairs(*rows: list[int]) -> dict[str, Any]:
    return {"pairs": list(rows)}


def held(mechanism: Mechanism[Any, Any], bids: dict[str, Any], **terms: Any) -> tuple[Any, list[Any]]:
    """Run a sale from admission to opening, one bid after another; give the state and what was taken."""
    filed = [Seal(alias, commit_bid(LOT, alias, bid, SALT)) for alias, bid in bids.items()]
    opened = {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}
    said: list[tuple[Any, int]] = [(inputs.Admit(alias), 10) for alias in bids]
    said += [(each, 110) for each in filed]
    said += [(Unseal([[each.alias, each.commitment] for each in filed], opened), 250)]
    state = mechanism.open(mechanism.read_terms({**TERMS, **terms}))
    taken: list[Any] = []
    for each, at_ms in said:
        folded = fold(mechanism, state, each, at_ms)
        assert folded.refusal is None
        state = folded.state
        taken += folded.taken
    return state, taken


def outcome_of(mechanism: Mechanism[Any, Any], bids: dict[str, Any], **terms: Any) -> Outcome:
    return mechanism.outcome(held(mechanism, bids, **terms)[0])


def quantities(outcome: Outcome) -> dict[str, int]:
    return {each["alias"]: each["quantity"] for each in awards_of(outcome)}


# The worked example of docs/mechanisms/uniform_price.md.
EXAMPLE = {
    "a": pair(4200, 400),
    "b": pair(4000, 300),
    "c": pair(3900, 200),
    "d": pair(3900, 300),
    "e": pair(3600, 500),
}


def test_the_worked_example_at_one_price() -> None:
    outcome = outcome_of(UNIFORM_PRICE, EXAMPLE)
    assert (outcome["price_fen"], outcome["rule"], outcome["result"]) == (3900, "lowest_accepted", "sold")
    assert quantities(outcome) == {"a": 400, "b": 300, "c": 200, "d": 100}
    assert outcome["awards"][0] == {"alias": "a", "quantity": 400, "price_fen": 3900, "pay_fen": 1_560_000}
    assert (outcome["sold"], outcome["asked"], outcome["cover_bp"]) == (1000, 1700, 17_000)
    assert outcome["revenue_fen"] == 3_900_000 == sum(each["pay_fen"] for each in outcome["awards"])
    assert outcome["ties"] == [
        {"price_fen": 3900, "first": "c", "later": ["d"], "broken_by": "earlier_quote"}
        | {"asked": 500, "given": 300}
    ]
    shared = outcome_of(UNIFORM_PRICE, EXAMPLE, rationing="pro_rata", quantity_step=10)
    assert quantities(shared) == {"a": 400, "b": 300, "c": 120, "d": 180}
    assert shared["ties"][0]["broken_by"] == "pro_rata"


def test_the_worked_example_at_each_own_price() -> None:
    outcome = outcome_of(PAY_AS_BID, EXAMPLE)
    assert (outcome["price_fen"], outcome["rule"], outcome["result"]) == (None, "exhausted", "sold")
    assert quantities(outcome) == {"a": 400, "b": 300, "c": 200, "d": 100}
    assert [each["pay_fen"] for each in outcome["awards"]] == [1_680_000, 1_200_000, 780_000, 390_000]
    assert outcome["revenue_fen"] == 4_050_000


@pytest.mark.parametrize(
    ("rule", "price_fen", "sold", "result"),
    [("floor", 3500, 900, "sold"), ("lowest_bid", 3600, 900, "sold"), ("cancel", None, 0, "unsold")],
)
def test_less_is_asked_for_than_supplied(rule: str, price_fen: Any, sold: int, result: str) -> None:
    bids = {"a": pair(4200, 400), "e": pair(3600, 500)}
    outcome = outcome_of(UNIFORM_PRICE, bids, undersubscribed=rule)
    assert (outcome["price_fen"], outcome["sold"], outcome["result"]) == (price_fen, sold, result)
    assert (outcome["rule"], outcome["cover_bp"]) == (f"undersubscribed_{rule}", 9_000)
    assert outcome["reason"] == (None if sold else "undersubscribed_cancel")


def test_what_does_not_count_is_said() -> None:
    bids = {"a": pairs([4200, 300], [3400, 50], [4100, 300]), "b": pair(3400, 900), "c": pair(4000, 600)}
    outcome = outcome_of(UNIFORM_PRICE, bids, pairs=3, per_bidder=500, per_bidder_bp=4_500)
    assert quantities(outcome) == {"a": 450, "c": 450}
    assert [tuple(each.values()) for each in outcome["excluded"]] == [
        ("a", 3400, 50, "below_floor"),
        ("a", 4100, 150, "over_cap"),
        ("b", 3400, 900, "below_floor"),
        ("c", 4000, 150, "over_cap"),
    ]
    assert (outcome["price_fen"], outcome["rule"]) == (3500, "undersubscribed_floor")


def test_nobody_at_or_above_the_floor() -> None:
    for mechanism in (UNIFORM_PRICE, PAY_AS_BID):
        outcome = outcome_of(mechanism, {"a": pair(3400, 10)})
        assert (outcome["result"], outcome["reason"], outcome["awards"]) == ("unsold", "no_valid_bid", [])
        assert outcome["revenue_fen"] == 0


def test_several_prices_of_one_bidder() -> None:
    bids = {"a": pairs([4200, 300], [3900, 300]), "b": pairs([4000, 500])}
    outcome = outcome_of(PAY_AS_BID, bids, pairs=2)
    assert outcome["awards"] == [
        {"alias": "a", "quantity": 500, "price_fen": None, "pay_fen": 300 * 4200 + 200 * 3900}
        | {"parts": [[4200, 300], [3900, 200]]},
        {"alias": "b", "quantity": 500, "price_fen": 4000, "pay_fen": 2_000_000, "parts": [[4000, 500]]},
    ]
    assert outcome["ties"] == [
        {"price_fen": 3900, "first": "a", "later": [], "broken_by": "supply", "asked": 300, "given": 200}
    ]
    assert outcome_of(UNIFORM_PRICE, bids, pairs=2)["awards"] == [
        {"alias": "a", "quantity": 500, "price_fen": 3900, "pay_fen": 1_950_000},
        {"alias": "b", "quantity": 500, "price_fen": 3900, "pay_fen": 1_950_000},
    ]


def test_the_top_seventy_percent_of_bidders_win() -> None:
    bids = {f"b{place}": pair(5000 - place, 10) for place in range(10)}
    outcome = outcome_of(PAY_AS_BID, bids, winners="bidders", share_bp=7_000)
    assert quantities(outcome) == {f"b{place}": 10 for place in range(7)}
    assert outcome["rule"] == "top_bidders"
    assert outcome["awards"][6]["pay_fen"] == 49_940
    short = outcome_of(PAY_AS_BID, bids, winners="bidders", share_bp=7_000, supply=65)
    assert (short["rule"], short["sold"], quantities(short)["b6"]) == ("exhausted", 65, 5)


def test_the_top_share_of_the_volume_wins() -> None:
    outcome = outcome_of(PAY_AS_BID, EXAMPLE, winners="volume", share_bp=5_000, supply=2_000)
    assert (outcome["sold"], outcome["rule"]) == (850, "top_volume")
    assert quantities(outcome) == {"a": 400, "b": 300, "c": 150}
    few = outcome_of(PAY_AS_BID, {"a": pair(4000, 1)}, winners="volume", share_bp=5_000)
    assert (few["sold"], few["winner"], few["price_fen"]) == (1, "a", 4000)


@pytest.mark.parametrize(
    ("bid", "code"),
    [
        ({"price_fen": 4000}, "units.bid.form"),
        ({"price_fen": 4000, "quantity": 10, "more": 1}, "units.bid.form"),
        ({"price_fen": "4000", "quantity": 10}, "units.bid.form"),
        ({"price_fen": True, "quantity": 10}, "units.bid.form"),
        ({"pairs": [[4000, 10, 1]]}, "units.bid.form"),
        ({"pairs": [4000, 10]}, "units.bid.form"),
        ({"pairs": 7}, "units.bid.form"),
        ({}, "units.bid.form"),
        ({"pairs": []}, "units.bid.pairs"),
        (pairs([4000, 10], [4000, 10], [4000, 10]), "units.bid.pairs"),
        (pair(0, 10), "units.bid.price"),
        (pair(4000, 0), "units.bid.quantity"),
        (pair(4000, 1010), "units.bid.quantity"),
        (pair(4000, 15), "units.bid.step"),
        (pair(2**53 - 1, 10), "units.bid.amount"),
        (pairs([2**53 // 20, 10], [2**53 // 20, 20]), "units.bid.amount"),
    ],
)
@pytest.mark.parametrize("mechanism", [UNIFORM_PRICE, PAY_AS_BID], ids=["uniform", "own"])
def test_a_bid_that_breaks_the_terms_is_void(mechanism: Any, bid: Any, code: str) -> None:
    bids = {"a": bid, "b": pair(4000, 10)}
    outcome = outcome_of(mechanism, bids, pairs=2, quantity_step=10)
    assert outcome["voids"]["a"]["code"] == code
    assert json.dumps(outcome["voids"])
    assert quantities(outcome) == {"b": 10}


@pytest.mark.parametrize(
    ("mechanism", "changed", "code"),
    [
        (UNIFORM_PRICE, {"quantity_step": 300}, "units.terms.supply"),
        (UNIFORM_PRICE, {"per_bidder_bp": 50, "quantity_step": 20}, "units.terms.cap"),
        (UNIFORM_PRICE, {"sealing": {}}, "sealed.sealing"),
        (UNIFORM_PRICE, {"share_bp": 1}, "mechanism.terms.unknown"),
        (PAY_AS_BID, {"winners": "bidders"}, "pay_as_bid.terms.share"),
        (PAY_AS_BID, {"share_bp": 7_000}, "pay_as_bid.terms.share"),
        (PAY_AS_BID, {"rounding": "away"}, "mechanism.terms.choice"),
    ],
)
def test_terms_that_contradict_each_other(mechanism: Any, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        mechanism.read_terms({**TERMS, **changed})
    assert caught.value.code == code


def test_they_are_found_by_name() -> None:
    assert find("uniform_price", 1) is UNIFORM_PRICE and find("pay_as_bid", 1) is PAY_AS_BID


def test_an_opening_shows_the_price_to_pages() -> None:
    view = UNIFORM_PRICE.view(held(UNIFORM_PRICE, EXAMPLE)[0])
    assert (view.start_price_fen, view.price_fen, view.stage["sold"], view.over) == (3500, 3900, 1000, True)


ROWS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 8)).map(list), min_size=1, max_size=3)
SALES = st.fixed_dictionaries(
    {
        "supply": st.integers(8, 30),
        "floor_fen": st.integers(1, 5),
        "rationing": st.sampled_from(["time", "pro_rata"]),
        "per_bidder": st.none() | st.integers(1, 12),
    }
)


@given(books=st.lists(ROWS, min_size=1, max_size=5), terms=SALES, data=st.data())
def test_what_holds_of_every_sale(books: list[Any], terms: dict[str, Any], data: Any) -> None:
    bids = {f"b{place}": pairs(*rows) for place, rows in enumerate(books)}
    mechanism: Any = data.draw(st.sampled_from([UNIFORM_PRICE, PAY_AS_BID]))
    if mechanism is PAY_AS_BID:
        terms |= data.draw(
            st.sampled_from(
                [{}, {"winners": "bidders", "share_bp": 7_000}, {"winners": "volume", "share_bp": 3_333}]
            )
        )
    state, taken = held(mechanism, bids, pairs=3, **terms)
    outcome = mechanism.outcome(state)
    replayed = mechanism.open(mechanism.read_terms({**TERMS, **terms, "pairs": 3}))
    for each in taken:
        stored = inputs.from_json(json.loads(json.dumps(inputs.to_json(each.given))))
        step = mechanism.step(replayed, stored, each.at_ms)
        assert not isinstance(step, Refusal) and step.events == each.events
        replayed = step.state
        assert mechanism.load(json.loads(json.dumps(mechanism.dump(replayed)))) == replayed
    assert mechanism.outcome(replayed) == outcome
    assert outcome["sold"] == sum(quantities(outcome).values()) <= min(terms["supply"], outcome["asked"])
    assert outcome["revenue_fen"] == sum(each["pay_fen"] for each in outcome["awards"])
    check_fairness(mechanism, outcome, books, terms)


def check_fairness(mechanism: Any, outcome: Outcome, books: list[Any], terms: dict[str, Any]) -> None:
    """Hold the awards to the caps, to everybody's own bids and to one another."""
    for place, rows in enumerate(books):
        got = quantities(outcome).get(f"b{place}", 0)
        willing = sum(quantity for price, quantity in rows if price >= terms["floor_fen"])
        assert got <= min(willing, terms["per_bidder"] or willing)
    if mechanism is UNIFORM_PRICE:
        prices = {each["price_fen"] for each in outcome["awards"]}
        assert len(prices) <= 1 and (not prices or prices == {outcome["price_fen"]})
        assert outcome["price_fen"] is None or outcome["price_fen"] >= terms["floor_fen"]
        return
    for award in outcome["awards"]:
        own = books[int(award["alias"][1:])]
        assert all(part[0] in [price for price, _ in own] for part in award["parts"])
        assert award["pay_fen"] == sum(price * quantity for price, quantity in award["parts"])


@pytest.mark.parametrize("rationing", ["time", "pro_rata"])
def test_a_later_filing_never_gains_on_an_equal_earlier_one(rationing: str) -> None:
    bids = {alias: pair(4000, 333) for alias in "abcd"}
    got = quantities(outcome_of(UNIFORM_PRICE, bids, rationing=rationing))
    assert sum(got.values()) == 1000
    assert all(got.get(earlier, 0) >= got.get(later, 0) for earlier, later in pairwise("abcd"))
