"""The best packages are found, and a certificate proves that they are; nothing else passes for one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.package_proof import check_certificate
from jishi.kernel.mechanism.package_slate import Slate, read_packages
from jishi.kernel.mechanism.package_solve import find_best
from tests.kernel.package_sales import KNOWN, best_by_trying, fits, slate_from, slates

BY_HAND = {"prices": [{"over": 1, "lots": [14, 18]}], "tree": [{"leaf": 0}]}
HALVES: list[tuple[str, str, int]] = [("a", "AB", 10), ("b", "BC", 10), ("c", "AC", 10)]
"""The relaxation takes each by half and is worth 15; no certificate of one leaf can prove 10."""


def code_of(slate: Slate, allocation: Any, certificate: Any) -> str:
    with pytest.raises(Fault) as caught:
        check_certificate(slate, allocation, certificate)
    return caught.value.code


@given(slates())
def test_the_best_is_what_trying_everything_finds_and_its_certificate_proves_it(slate: Slate) -> None:
    solved = find_best(slate)
    certificate = json.loads(json.dumps(solved.certificate))
    proof = check_certificate(slate, solved.allocation, certificate)
    assert (proof.value, solved.allocation) == best_by_trying(slate)
    assert proof.bound == proof.value and proof.gap == 0 and proof.first


@given(slates(), st.data())
def test_no_bent_certificate_proves_what_is_not_so(slate: Slate, data: Any) -> None:
    """Whatever is changed, a bound is never below the best, and only the earliest is proved first."""
    best, earliest = best_by_trying(slate)
    certificate = json.loads(json.dumps(find_best(slate).certificate))
    number = st.integers(-1, 40)
    for _ in range(data.draw(st.integers(1, 4))):
        table, tree = certificate["prices"], certificate["tree"]
        match data.draw(st.sampled_from(["price", "over", "drop", "add", "swap"])):
            case "price" if table:
                lots = data.draw(st.sampled_from(table))["lots"]
                lots[data.draw(st.integers(0, len(lots) - 1))] = data.draw(number)
            case "over" if table:
                data.draw(st.sampled_from(table))["over"] = data.draw(number)
            case "drop" if tree:
                del tree[data.draw(st.integers(0, len(tree) - 1))]
            case "add":
                kind = data.draw(st.sampled_from(["branch", "narrow", "leaf"]))
                tree.insert(data.draw(st.integers(0, len(tree))), {kind: data.draw(st.integers(0, 8))})
            case "swap" if tree:
                tree.append(tree.pop(data.draw(st.integers(0, len(tree) - 1))))
    places = st.lists(st.integers(0, len(slate.packages) - 1), unique=True).map(sorted)
    allocation = data.draw(st.just(earliest) | places)
    try:
        proof = check_certificate(slate, allocation, certificate)
    except Fault as fault:
        assert fault.code.startswith(("package.allocation.", "package.certificate."))
    else:
        assert fits(slate, tuple(allocation))
        assert proof.value == sum(slate.worth[place] for place in allocation) <= best <= proof.bound
        assert not proof.first or allocation == earliest


def test_the_known_answer_is_proved_by_two_prices_anyone_can_add_up() -> None:
    slate = slate_from(KNOWN)
    assert find_best(slate).allocation == [0, 1]
    assert check_certificate(slate, [0, 1], BY_HAND) == (48, 48, True)
    dear = {"prices": [{"over": 1, "lots": [20, 20]}], "tree": [{"leaf": 0}]}
    assert check_certificate(slate, [0, 1], dear) == (48, 48, True)  # 40 + 8 above them
    cheap = {"prices": [{"over": 1, "lots": [10, 10]}], "tree": [{"leaf": 0}]}
    assert check_certificate(slate, [0, 1], cheap).gap == 18  # b3 asks 12 above 20, b4 4 and b5 2


def test_fractions_of_the_relaxation_take_branches() -> None:
    slate = slate_from(HALVES)
    half = {"prices": [{"over": 1, "lots": [5, 5, 5]}], "tree": [{"leaf": 0}]}
    assert check_certificate(slate, [0], half) == (10, 10, True)  # 15, and every worth is a multiple of 10
    odd = slate_from([*HALVES, ("d", "A", 1)])
    assert check_certificate(odd, [1, 3], half) == (11, 15, False)
    solved = find_best(odd)
    assert solved.allocation == [1, 3] and any("branch" in entry for entry in solved.certificate["tree"])
    assert check_certificate(odd, *solved) == (11, 11, True)


def test_of_equals_the_earliest_wins_and_a_later_one_is_never_proved_first() -> None:
    slate = slate_from([("late", "AB", 10), ("x", "A", 5), ("y", "B", 5)])
    prices = {"prices": [{"over": 1, "lots": [5, 5]}], "tree": [{"leaf": 0}]}
    assert check_certificate(slate, [0], prices) == (10, 10, True)
    assert check_certificate(slate, [1, 2], prices) == (10, 10, False)


def test_a_search_cut_short_says_how_far_it_may_be_from_the_best() -> None:
    names = "ABCDEFGHIJKL"
    rows = [
        (
            f"b{place}",
            names[place % 12] + names[(place * 5 + 1) % 12] + names[(place * 7 + 3) % 12],
            997 + place,
        )
        for place in range(60)
    ]
    slate = slate_from([(alias, "".join(sorted(set(lots))), fen) for alias, lots, fen in rows])
    short, whole = find_best(slate, limit=1), find_best(slate)
    honest, proved = check_certificate(slate, *short), check_certificate(slate, *whole)
    assert proved.gap == 0 and proved.first
    assert honest.value <= proved.value <= honest.bound and honest.gap > 0 and not honest.first


@pytest.mark.parametrize(
    ("allocation", "certificate", "code"),
    [
        ([0, 2], BY_HAND, "package.allocation.conflict"),
        ([1, 0], BY_HAND, "package.allocation.order"),
        ([0, 0], BY_HAND, "package.allocation.order"),
        ([5], BY_HAND, "package.allocation.unknown"),
        ([-1], BY_HAND, "package.allocation.unknown"),
        ([True], BY_HAND, "package.allocation.unknown"),
        (["0"], BY_HAND, "package.allocation.unknown"),
        ([0, 1], {}, "package.certificate.form"),
        ([0, 1], {"prices": [], "tree": {}}, "package.certificate.form"),
        ([0, 1], {"prices": [], "tree": []}, "package.certificate.missing"),
        ([0, 1], {"prices": [], "tree": [{"leaf": 0}]}, "package.certificate.prices"),
        ([0, 1], {**BY_HAND, "tree": [{"leaf": 0}, {"leaf": 0}]}, "package.certificate.surplus"),
        ([0, 1], {**BY_HAND, "tree": [{"branch": 0}, {"leaf": 0}]}, "package.certificate.missing"),
        ([0, 1], {**BY_HAND, "tree": [{"branch": 0}, {"branch": 3}]}, "package.certificate.branch"),
        ([0, 1], {**BY_HAND, "tree": [{"branch": 99}]}, "package.certificate.branch"),
        ([0, 1], {**BY_HAND, "tree": [{"leaf": -1}]}, "package.certificate.entry"),
        ([0, 1], {**BY_HAND, "tree": [{"leaf": 0, "branch": 1}]}, "package.certificate.entry"),
        ([0, 1], {**BY_HAND, "tree": [{"trust": 0}]}, "package.certificate.entry"),
        ([0, 1], {**BY_HAND, "tree": [0]}, "package.certificate.entry"),
        ([0, 1], {**BY_HAND, "prices": [{"over": 0, "lots": [1, 1]}]}, "package.certificate.negative"),
        ([0, 1], {**BY_HAND, "prices": [{"over": 1, "lots": [-1, 60]}]}, "package.certificate.negative"),
        ([0, 1], {**BY_HAND, "prices": [{"over": 1, "lots": [14]}]}, "package.certificate.price_form"),
        ([0, 1], {**BY_HAND, "prices": [{"over": 1, "lots": [14, 18.0]}]}, "package.certificate.price_form"),
        ([0, 1], {**BY_HAND, "prices": [[14, 18]]}, "package.certificate.price_form"),
    ],
)
def test_what_is_no_certificate_is_named(allocation: Any, certificate: Any, code: str) -> None:
    assert code_of(slate_from(KNOWN), allocation, certificate) == code


def test_a_package_below_the_reserves_is_never_sold() -> None:
    slate = slate_from([("a", "A", 9), ("b", "AB", 25)], reserves={"A": 10, "B": 10})
    assert find_best(slate).allocation == [1] and check_certificate(slate, *find_best(slate)).value == 5
    assert code_of(slate, [0], BY_HAND) == "package.allocation.ineligible"


@pytest.mark.parametrize(
    ("bid", "code"),
    [
        ({}, "package.bid.form"),
        ({"packages": {}}, "package.bid.form"),
        ({"packages": [], "note": ""}, "package.bid.form"),
        ({"packages": []}, "package.bid.count"),
        ({"packages": [{"lots": ["A"], "price_fen": fen} for fen in (1, 2, 3)]}, "package.bid.count"),
        ({"packages": [{"lots": lots, "price_fen": 1} for lots in (["A", "B"], ["B", "A"])]}, "package.bid.twice"),
        ({"packages": ["A"]}, "package.bid.package"),
        ({"packages": [{"lots": "A", "price_fen": 1}]}, "package.bid.package"),
        ({"packages": [{"lots": ["Z"], "price_fen": 1}]}, "package.bid.lot"),
        ({"packages": [{"lots": [["A"]], "price_fen": 1}]}, "package.bid.lot"),
        ({"packages": [{"lots": [], "price_fen": 1}]}, "package.bid.lots"),
        ({"packages": [{"lots": ["A", "A"], "price_fen": 1}]}, "package.bid.lots"),
        ({"packages": [{"lots": ["A"], "price_fen": 0}]}, "package.bid.price"),
        ({"packages": [{"lots": ["A"], "price_fen": 10**13 + 1}]}, "package.bid.price"),
        ({"packages": [{"lots": ["A"], "price_fen": True}]}, "package.bid.price"),
    ],
)  # fmt: skip
def test_a_bid_that_breaks_the_form_is_named(bid: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        read_packages("a", bid, ("A", "B"), 2)
    assert caught.value.code == code
