"""Sale at a fixed price: first come first served, and subscription shared pro rata."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.acts import Buy
from jishi.kernel.mechanism.fixed_price import FIXED_PRICE, share_out
from tests.kernel.mechanism_run import Run, check_replay

TERMS = {
    "lot": "lot-1",
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "price_fen": 300,
    "stock": 10,
}


def sale(*aliases: str, **terms: Any) -> Run:
    run = Run(FIXED_PRICE, {**TERMS, **terms})
    run.allow(*((inputs.Admit(alias), 10) for alias in aliases))
    return run


def test_first_come_first_served_until_the_stock_is_gone() -> None:
    run = sale("a", "b")
    run.allow((Buy("a", 6), 110), (Buy("b", 1), 115))
    assert run.say(Buy("b", 4), 120) == "fixed_price.stock"
    assert run.view.stage["left"] == 3
    run.allow((Buy("b", 3), 130))
    assert run.result == ("sold", "sold_out")
    assert run.got == {"a": 1_800, "b": 1_200} and run.outcome["winner"] is None
    assert run.outcome["closed_at"] == 130 and run.say(Buy("a", 1), 140) == "mechanism.over"


def test_whoever_comes_too_late_may_wait() -> None:
    run = sale("a", "b", sold_out="wait")
    run.allow((Buy("a", 10), 110), (Buy("b", 2), 120), (inputs.Terminate("late"), 190))
    assert run.outcome["waiting"] == [{"alias": "b", "quantity": 2}] and run.got == {}
    run = sale("a", "b", sold_out="wait")
    run.allow((Buy("a", 10), 110), (Buy("b", 2), 120))
    assert run.say(inputs.Admit("c"), 200) == "mechanism.over"
    assert run.got == {"a": 3_000} and run.outcome["winner"] == "a"


def test_limits_of_a_buyer_count_all_its_purchases() -> None:
    run = sale("a", least=2, per_bidder=5)
    assert run.say(Buy("a", 1), 110) == "fixed_price.quantity"
    run.allow((Buy("a", 2), 110), (Buy("a", 1), 111))  # the least is of the whole, not of each
    assert run.say(Buy("a", 3), 112) == "fixed_price.per_bidder"
    assert run.say(Buy("a", -1), 113) == "fixed_price.quantity"
    assert run.say(Buy("z", 2), 114) == "mechanism.not_admitted"
    assert run.say(inputs.Withdraw("a"), 115) == "mechanism.bid_binds"


def test_the_last_units_may_be_fewer_than_the_least_purchase() -> None:
    run = sale("a", "b", least=4)
    run.allow((Buy("a", 8), 110), (Buy("b", 2), 120))
    assert run.result == ("sold", "sold_out")


def test_without_a_stock_only_money_must_stay_exact() -> None:
    run = sale("a", stock=None, price_fen=2**52)
    run.allow((Buy("a", 1), 110))
    assert run.say(Buy("a", 1), 111) == "fixed_price.per_bidder"
    assert run.view.stage["left"] is None


def test_a_subscription_is_shared_with_the_units_left_going_to_the_largest_remainders() -> None:
    run = sale("a", "b", "c", rule="subscription")
    run.allow((Buy("a", 1), 110), (Buy("b", 9), 120), (Buy("c", 6), 130))
    assert run.got == {}  # nothing is anybody's before the close
    assert run.say(inputs.Admit("z"), 200) == "mechanism.over"
    # 10/16 of 1, 9 and 6: 0.625, 5.625, 3.75; two units are left, the larger remainder first
    assert run.got == {"a": 300, "b": 1_500, "c": 1_200}
    assert run.outcome["asked"][1] == {"alias": "b", "quantity": 9}


def test_nobody_subscribes_to_more_than_there_is() -> None:
    assert sale("a", rule="subscription").say(Buy("a", 11), 110) == "fixed_price.per_bidder"


def test_nobody_came() -> None:
    run = sale("a")
    run.say(inputs.Admit("z"), 200)
    assert run.result == ("unsold", "no_buyer")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"stock": None, "rule": "subscription"}, "fixed_price.terms.stock"),
        ({"least": 4, "per_bidder": 3}, "fixed_price.terms.per_bidder"),
        ({"least": 11}, "fixed_price.terms.least"),
        ({"price_fen": 0}, "mechanism.terms.least"),
    ],
)
def test_terms_under_which_nothing_could_be_bought_are_named(terms: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        FIXED_PRICE.read_terms({**TERMS, **terms})
    assert caught.value.code == code


@given(st.integers(1, 10**6), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_a_share_is_within_one_unit_of_exact_and_nothing_is_left(stock: int, asked: list[int]) -> None:
    lines = tuple((str(at), quantity) for at, quantity in enumerate(asked))
    given_out = dict(share_out(stock, lines))
    total = sum(asked)
    assert sum(given_out.values()) == min(stock, total)
    for alias, quantity in lines:
        assert 0 <= given_out[alias] <= quantity
        if total > stock:
            assert abs(given_out[alias] * total - quantity * stock) < total


ACTS = st.one_of(
    st.builds(inputs.Admit, st.sampled_from("abc")),
    st.builds(inputs.Withdraw, st.sampled_from("abc")),
    st.builds(Buy, st.sampled_from("abc"), st.integers(-1, 9)),
    st.just(inputs.Suspend("why")),
    st.just(inputs.Resume()),
    st.just(inputs.Extend(300, 250)),
)


@given(
    st.lists(st.tuples(ACTS, st.integers(0, 20)), max_size=25),
    st.sampled_from(["first_come", "subscription"]),
    st.sampled_from(["close", "wait"]),
)
def test_the_stock_is_conserved_and_replay_is_live(acts: Any, rule: str, sold_out: str) -> None:
    run, at_ms = sale("a", rule=rule, sold_out=sold_out, per_bidder=8), 90
    for act, wait_ms in acts:
        at_ms, before, seen = at_ms + wait_ms, run.state, len(run.taken)
        refusal = run.say(act, at_ms)
        assert refusal is None or len(run.taken) > seen or run.state == before
        sold = sum(award["quantity"] for award in run.outcome["awards"])
        assert sold <= 10 and all(award["quantity"] <= 8 for award in run.outcome["awards"])
        if rule == "first_come" and run.state.frame.phase != "terminated":
            assert run.state.left == 10 - sold
    check_replay(run)


@given(st.integers(1, 500))
def test_a_pause_moves_the_close_by_its_length(pause_ms: int) -> None:
    run = sale("a")
    run.allow((Buy("a", 1), 110), (inputs.Suspend("why"), 150))
    assert run.say(Buy("a", 1), 150 + pause_ms) == "mechanism.suspended"
    run.allow((inputs.Resume(), 150 + pause_ms), (Buy("a", 1), 199 + pause_ms))
    assert FIXED_PRICE.due(run.state) == 200 + pause_ms == run.view.closes_ms
