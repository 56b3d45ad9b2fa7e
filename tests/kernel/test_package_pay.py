"""What winners pay: VCG and the core nearest to it, held to sums over every coalition."""

import json
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.package_core import Row, nearest_payments
from jishi.kernel.mechanism.package_pay import RULES, add_up, check_core, check_payments, check_vcg
from jishi.kernel.mechanism.package_settle import settle
from jishi.kernel.mechanism.package_slate import Slate
from tests.kernel.package_sales import KNOWN, best_by_trying, slate_from, slates

CORE = {
    "over": 1,
    "pays": {"b1": 17, "b2": 15},
    "scale": 1,
    "coalitions": [{"packages": [2], "weight": [1, 3]}],
    "caps": {},
    "prices": [{"over": 1, "lots": [17, 15]}],
    "tree": [{"leaf": 0}],
}
VCG = {"b1": 14, "b2": 12}


def paid(slate: Slate, rule: str) -> dict[str, int]:
    solved = settle(slate, rule)
    payment = json.loads(json.dumps(solved.certificate["payment"]))
    return check_payments(slate, add_up(slate, solved.allocation), rule, payment)


def rivals_of(slate: Slate, aliases: set[str]) -> int:
    """Return what the best sale to these bidders alone is worth."""
    rest = slate
    for alias in {package.alias for package in slate.packages} - aliases:
        rest = rest.without(alias)
    return best_by_trying(rest)[0]


def least_sums(slate: Slate, gains: dict[str, int]) -> dict[frozenset[str], int]:
    """Return what each set of winners must pay together: the best the others offer beside those who stay."""
    everybody = {package.alias for package in slate.packages}
    rows = {}
    for size in range(1, len(gains) + 1):
        for payers in combinations(gains, size):
            kept = sum(gain for alias, gain in gains.items() if alias not in payers)
            rows[frozenset(payers)] = rivals_of(slate, everybody - set(payers)) - kept
    return rows


@pytest.mark.parametrize(
    ("rule", "pays"), [("bid", {"b1": 28, "b2": 20}), ("vcg", VCG), ("core", {"b1": 17, "b2": 15})]
)
def test_the_known_answer(rule: str, pays: dict[str, int]) -> None:
    assert paid(slate_from(KNOWN), rule) == pays


def test_reserves_are_the_sellers_own_bids() -> None:
    slate = slate_from([("a", "A", 30), ("b", "A", 18)], reserves={"A": 10})
    assert paid(slate, "vcg") == {"a": 8}
    assert paid(slate_from([("a", "A", 30)], reserves={"A": 10}), "core") == {"a": 0}


def test_under_or_a_bidders_packages_stand_or_fall_together_in_vcg() -> None:
    slate = slate_from([("a", "A", 10), ("a", "B", 10), ("b", "AB", 15)], mode="or")
    assert paid(slate, "vcg") == {"a": 15}


@given(slates())
def test_vcg_is_what_the_others_lose(slate: Slate) -> None:
    value, allocation = best_by_trying(slate)
    gains = add_up(slate, allocation).gains
    expected = {
        alias: gain - value + best_by_trying(slate.without(alias))[0] for alias, gain in gains.items()
    }
    assert paid(slate, "vcg") == expected
    assert all(0 <= expected[alias] <= gain for alias, gain in gains.items())


@given(slates(modes=("xor",)))
def test_the_core_is_unblocked_cheapest_and_nearest_to_vcg(slate: Slate) -> None:
    solved = settle(slate, "core")
    sale, payment = add_up(slate, solved.allocation), solved.certificate["payment"]
    vcg = check_vcg(slate, sale, payment["without"])
    over, raw = check_core(slate, sale, vcg, payment["core"])
    pays = {alias: Fraction(pay, over) for alias, pay in raw.items()}
    rows = least_sums(slate, sale.gains)
    assert all(sum(pays[alias] for alias in payers) >= least for payers, least in rows.items())
    assert all(vcg[alias] <= pays[alias] <= gain for alias, gain in sale.gains.items())
    winners = list(sale.gains)
    every = [Row(frozenset(map(winners.index, payers)), least) for payers, least in rows.items()]
    again = nearest_payments([vcg[alias] for alias in winners], list(sale.gains.values()), every)
    assert [pays[alias] for alias in winners] == list(again.pays)
    rounded = check_payments(slate, sale, "core", payment)
    assert all(pays[alias] <= rounded[alias] < pays[alias] + 1 for alias in winners)


@given(st.data())
def test_no_payments_are_cheaper_or_as_cheap_and_nearer(data: Any) -> None:
    """Held to every grid point between the target and the caps, in halves so that fractions count too."""
    size = data.draw(st.integers(1, 3))
    caps = data.draw(st.lists(st.integers(0, 4), min_size=size, max_size=size))
    target = [data.draw(st.integers(0, cap)) for cap in caps]
    rows = [Row(frozenset({each}), aim) for each, aim in enumerate(target)]
    for _ in range(data.draw(st.integers(0, 4))):
        payers = frozenset(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
        rows.append(Row(payers, data.draw(st.integers(0, sum(caps[each] for each in payers)))))

    def fair(point: Any) -> bool:
        return all(sum(point[each] for each in row.payers) >= row.least for row in rows)

    def rank(point: Any) -> tuple[Any, Any]:
        return sum(point), sum((each - aim) ** 2 for each, aim in zip(point, target, strict=True))

    pays = nearest_payments(target, caps, rows).pays
    halves = [[Fraction(half, 2) for half in range(2 * cap + 1)] for cap in caps]
    assert fair(pays) and all(pay <= cap for pay, cap in zip(pays, caps, strict=True))
    assert all(rank(pays) <= rank(point) for point in product(*halves) if fair(point))


def test_demands_beyond_the_caps_are_refused() -> None:
    with pytest.raises(Fault, match=r"package\.core\.empty"):
        nearest_payments([0, 0], [3, 3], [Row(frozenset({0, 1}), 7)])


def core_with(**changed: Any) -> dict[str, Any]:
    return {**CORE, **changed}


@pytest.mark.parametrize(
    ("core", "code"),
    [
        (core_with(pays={"b1": 14, "b2": 12}), "package.payment.weight"),
        (core_with(pays={"b1": 18, "b2": 14}), "package.payment.not_nearest"),
        (core_with(pays={"b1": 20, "b2": 15}), "package.payment.weight"),
        (core_with(pays={"b1": 29, "b2": 3}), "package.payment.range"),
        (core_with(pays={"b1": 17}), "package.payment.winners"),
        (core_with(coalitions=[]), "package.payment.not_nearest"),
        (core_with(coalitions=[{"packages": [2], "weight": [-1, 3]}]), "package.payment.weight"),
        (core_with(coalitions=[{"packages": [2, 3], "weight": [1, 3]}]), "package.allocation.conflict"),
        (core_with(coalitions=[{"packages": [2], "weight": [1]}]), "package.payment.core"),
        (core_with(coalitions=[[2]]), "package.payment.core"),
        (core_with(coalitions=None), "package.payment.core"),
        (core_with(caps={"b9": [0, 0]}), "package.payment.core"),
        (core_with(over=0), "package.payment.core"),
        (core_with(scale=True), "package.payment.core"),
        (core_with(prices=[{"over": 1, "lots": [10, 10]}]), "package.payment.blocked"),
        (core_with(tree=[]), "package.certificate.missing"),
        (core_with(pays=VCG, coalitions=[], caps={"b1": [-1, 0], "b2": [-1, 0]}), "package.payment.weight"),
    ],
)  # fmt: skip
def test_bent_core_payments_are_refused(core: Any, code: str) -> None:
    slate = slate_from(KNOWN)
    sale = add_up(slate, [0, 1])
    assert check_core(slate, sale, VCG, CORE) == (1, {"b1": 17, "b2": 15})
    with pytest.raises(Fault) as caught:
        check_core(slate, sale, VCG, core)
    assert caught.value.code == code


def test_payments_in_the_core_by_another_rule_of_the_same_sum_are_refused() -> None:
    """(18, 14) sums to 32 as well and no coalition blocks it, but it is not the nearest to (14, 12)."""
    slate = slate_from(KNOWN)
    for weight in ([1, 4], [1, 3], [1, 2]):
        bent = core_with(
            pays={"b1": 18, "b2": 14},
            coalitions=[{"packages": [2], "weight": weight}],
            prices=[{"over": 1, "lots": [18, 14]}],
        )
        with pytest.raises(Fault, match="not_nearest"):
            check_core(slate, add_up(slate, [0, 1]), VCG, bent)


@pytest.mark.parametrize("rule", RULES)
def test_payments_of_another_rule_or_for_others_are_refused(rule: str) -> None:
    slate = slate_from(KNOWN)
    sale = add_up(slate, [0, 1])
    payments = {each: settle(slate, each).certificate["payment"] for each in RULES}
    for other in RULES:
        if other != rule:
            with pytest.raises(Fault, match=r"package\.payment\.form"):
                check_payments(slate, sale, rule, payments[other])
    if rule == "vcg":
        without = payments["vcg"]["without"]
        swapped = {"without": {"b1": without["b2"], "b2": without["b1"]}}
        with pytest.raises(Fault, match=r"package\.allocation\.ineligible"):
            check_payments(slate, sale, rule, swapped)
        poor = {"without": {**without, "b1": {**without["b1"], "allocation": [1]}}}
        with pytest.raises(Fault, match=r"package\.payment\.unproved"):
            check_payments(slate, sale, rule, poor)
        with pytest.raises(Fault, match=r"package\.payment\.without"):
            check_payments(slate, sale, rule, {"without": {**without, "b1": []}})
        with pytest.raises(Fault, match=r"package\.payment\.winners"):
            check_payments(slate, sale, rule, {"without": {"b1": without["b1"]}})
