"""Relisting: each round's start price, and the least that is lawful."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal
from jishi.kernel.mechanism.relisting import Relisting, check_plan, check_start, least_start, next_start

PLAN = Relisting(appraised_fen=1_000_001, first_fen=1_000_001)


def test_rounds_go_down_to_nine_tenths_of_the_appraisal_and_no_further() -> None:
    assert [next_start(PLAN, number) for number in (1, 2, 3)] == [1_000_001, 950_001, 900_001]
    assert least_start(PLAN, 2) == 900_001  # 900 000.9 rounded up: a fen below would be below 90 %
    refused = next_start(PLAN._replace(cut_bp=600), 3)
    assert refused == Refusal("relisting.approval", {"number": 3, "price_fen": 880_001, "least_fen": 900_001})


def test_below_the_floor_only_by_a_new_approval_and_never_at_first() -> None:
    deep = PLAN._replace(cut_bp=2_000)
    assert next_start(deep, 2, approved_fen=800_001) == 800_001
    assert isinstance(next_start(deep, 2, approved_fen=800_002), Refusal)
    refused = check_start(PLAN, 1, 999_999, approved_fen=1)
    assert refused is not None
    assert (refused.code, refused.params["least_fen"]) == ("relisting.appraisal", 1_000_001)


def test_a_round_too_many_is_refused() -> None:
    for number in (0, 4):
        refused = next_start(PLAN, number)
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.params["most"]) == ("relisting.rounds", 3)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"appraised_fen": 0}, "relisting.plan"),
        ({"most_rounds": 0}, "relisting.plan"),
        ({"cut_bp": 10_000}, "relisting.share"),
        ({"floor_bp": 0}, "relisting.share"),
    ],
)
def test_a_plan_no_lot_could_follow_is_refused(changed: dict[str, int], code: str) -> None:
    with pytest.raises(Fault) as caught:
        check_plan(PLAN._replace(**changed))
    assert caught.value.code == code


@given(
    st.integers(1, 10**12), st.integers(1, 10**12), st.integers(0, 9_999), st.integers(1, 10_000),
    st.integers(1, 5),
)  # fmt: skip
def test_a_planned_price_is_lawful_and_no_later_one_is_higher(appraised, first, cut, floor, number) -> None:
    plan = Relisting(appraised, first, cut, floor, most_rounds=6)
    price = next_start(plan, number)
    if isinstance(price, Refusal):
        assert price.params["price_fen"] < price.params["least_fen"] == least_start(plan, number)
    else:
        share = 10_000 if number == 1 else floor
        assert price * 10_000 >= appraised * share
        after = next_start(plan, number + 1)
        assert isinstance(after, Refusal) or after <= price
